"""NEWS and EVENT by text: the words of each language, told apart by its code, as EN: and ES:."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from hotline.text.spelling import split
from hotline.understanding.commands import BULLETINS
from hotline.understanding.language import LANGUAGES

_MARK: Final = re.compile(rf"(?<!\w)({'|'.join(LANGUAGES)})[ ]?:\s*", re.IGNORECASE)
_MASKED: Final = re.compile(
    r"\[[^\]]{1,40}\]"
)  # what hotline.privacy.redaction puts in the place of a number
_MOST_WORDS: Final = 6  # of a zone


@dataclass(frozen=True)
class Bulletin:
    """What an organizer wants to tell.

    Attributes:
        kind: ``news`` or ``event``.
        texts: words by language; empty when only the command was texted.
        zone: zone in the organizer's words, "" for the whole city.
        code: number of a draft that these words are added to, "" for a new one.
    """

    kind: str
    texts: dict[str, str] = field(default_factory=dict[str, str])
    zone: str = ""
    code: str = ""

    @property
    def masked(self) -> bool:
        """Whether a number was taken out before the text was stored: what is left must not be sent."""
        return any(_MASKED.search(words) for words in self.texts.values())


def read(text: str) -> Bulletin | None:
    """The bulletin a text is, or None.

    Where somebody writes a mark in capitals, only those are marks: "Reunión en: la biblioteca" holds none.
    """
    marks = list(_MARK.finditer(text))
    capitals = [mark for mark in marks if mark[1].isupper()]
    marks = capitals or marks
    head = split(text[: marks[0].start()] if marks else text).words
    kind = BULLETINS.get(head[:1])
    if kind is None:
        return None
    rest = head[1:]
    if not marks:
        return Bulletin(kind.kind) if not rest else None
    if len(rest) > _MOST_WORDS:
        return None
    code = rest[0] if rest and rest[0].isascii() and rest[0].isdigit() else ""
    zone = " ".join(rest[1:] if code else rest)
    return Bulletin(kind.kind, _texts(text, marks), zone, code)


def _texts(text: str, marks: list[re.Match[str]]) -> dict[str, str]:
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    found: dict[str, str] = {}
    for mark, end in zip(marks, ends, strict=True):
        words = " ".join(text[mark.end() : end].split())
        if words:
            found.setdefault(mark[1].lower(), words)
    return found
