"""Texts that carry somebody else's words: cut to what arrives as one text, and the whole in parts."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from hotline.text.segments import breakers, count, plainer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    type Write = Callable[[Mapping[str, str]], str]

MOST: Final = 3  # segments: carriers refuse long texts, and each one costs the others time
SPOKEN: Final = 6  # segments of what one person says to another through the line; more goes in several texts
UNITS: Final = 160  # most characters of a segment
PLACE: Final = 80  # characters
CUT: Final = "..."  # the one character for it would make most texts cost twice as much


def fitted(write: Write, values: Mapping[str, str], *, rest: str = "", most: int = MOST) -> str:
    """A text whose values are cut until it fits: accents go first, then the end of the first value.

    Args:
        write: the text with such values.
        values: what may be cut, the least needed first.
        rest: how to read what was cut off, such as ``SHOW 7``.
        most: segments.
    """
    left = dict(values)
    if _fits(write(left), most):
        return write(left)
    plain = {name: plainer(value) for name, value in left.items()}
    if count(write(plain)).encoding == "GSM-7":
        left = plain
    for name in values:
        if _fits(write(left), most):
            break
        left[name] = _cut(write, left, name, rest, most)
        rest = ""
    return write(left)


def _cut(write: Write, values: Mapping[str, str], name: str, rest: str, most: int) -> str:
    """As much of a value as fits."""
    whole = values[name][: most * UNITS]

    def cut(length: int) -> str:
        return f"{whole[:length].rstrip()}{CUT} {rest}".rstrip()

    return cut(_longest(len(whole), lambda length: _fits(write({**values, name: cut(length)}), most)))


def _longest(most: int, fits: Callable[[int], bool]) -> int:
    """The greatest length up to `most` that fits, where every shorter one does; 0 when none does."""
    return bisect_left(range(1, most + 1), True, key=lambda length: not fits(length))  # noqa: FBT003


def _fits(text: str, most: int) -> bool:
    return count(text).count <= most


def short(place: str) -> str:
    """A place as it stands in a text: one line, in letters that cost least, never long."""
    line = " ".join(place.split())
    plain = " ".join("".join(char for char in plainer(line) if not breakers(char)).split())
    line = plain if any(map(str.isalnum, plain)) else line
    return line if len(line) <= PLACE else f"{line[: PLACE - len(CUT)].rstrip()}{CUT}"


def parts(text: str, write: Callable[[int, str], str], *, most: int = MOST) -> list[str]:
    """A text in as many texts as it needs, broken between words where that is possible.

    Args:
        text: any text; nothing of it is lost.
        write: what is sent for the part of a number, from 1.
        most: segments of one part.
    """
    found: list[str] = []
    while text:
        length = _longest_part(text, len(found) + 1, write, most)
        found.append(write(len(found) + 1, text[:length]))
        text = text[length:]
    return found


def _longest_part(text: str, number: int, write: Callable[[int, str], str], most: int) -> int:
    room = min(len(text), most * UNITS)
    length = max(1, _longest(room, lambda end: _fits(write(number, text[:end]), most)))
    return length if length == len(text) else text.rfind(" ", 0, length) + 1 or length
