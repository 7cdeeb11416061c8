"""How many, when, what they drive, and whether somebody is taken: kept in the resident's own words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from hotline.text.patterns import compiled
from hotline.text.wordfiles import WordFile, read_words

if TYPE_CHECKING:
    import re


class _Sayings(WordFile):
    """details.yml; see there how it is written."""

    parts: dict[str, str]
    taking: str
    count: tuple[str, ...]
    when: tuple[str, ...]
    vehicle: tuple[str, ...]
    taken: tuple[str, ...]
    nobody: tuple[str, ...]


type _Patterns = tuple[re.Pattern[str], ...]

_SAYINGS: Final = read_words(Path(__file__).with_name("details.yml"), _Sayings)


def _compiled(patterns: tuple[str, ...]) -> _Patterns:
    return tuple(compiled(pattern, _SAYINGS.parts) for pattern in patterns)


_COUNT: Final = _compiled(_SAYINGS.count)
_TAKING: Final = compiled(_SAYINGS.taking, _SAYINGS.parts)
_WHEN: Final = _compiled(_SAYINGS.when)
_VEHICLE: Final = _compiled(_SAYINGS.vehicle)
_TAKEN: Final = _compiled(_SAYINGS.taken)
_NOBODY: Final = _compiled(_SAYINGS.nobody)


_LONGEST_VEHICLES: Final = 80  # characters
_JUST_BEFORE: Final = 20  # characters before a number: "they took two guys" counts no agents


def count(text: str, clear: str) -> str:
    """How many agents: "3 agents", "como cinco"; cars, minutes and house numbers are not agents.

    Args:
        text: what the words are taken from.
        clear: the same in plain letters, position by position.
    """
    for pattern in _COUNT:
        for found in pattern.finditer(clear):
            if not _TAKING.search(clear, max(0, found.start() - _JUST_BEFORE), found.start()):
                return _words(text, found)
    return ""


def when(text: str, clear: str) -> str:
    """When: "now", "hace 10 minutos", "at 5:30 pm"."""
    return _said(text, clear, _WHEN)


def vehicle(text: str, clear: str) -> str:
    """What they drive: "2 black SUVs; a white van", "plate AB 12345"; not somebody's "my car"."""
    found = [(one.span(), one) for pattern in _VEHICLE for one in pattern.finditer(clear)]
    kept: list[str] = []
    end = 0
    for (start, last), one in sorted(found, key=lambda item: (item[0][0], -item[0][1])):
        if start >= end:
            kept.append(_words(text, one))
            end = last
    return "; ".join(kept)[:_LONGEST_VEHICLES]


def taken(clear: str) -> bool:
    """Whether somebody was or is being taken; not where nobody was, or where it is only feared."""
    return any(one.search(clear) for one in _TAKEN) and not any(one.search(clear) for one in _NOBODY)


def _said(text: str, clear: str, patterns: _Patterns) -> str:
    for pattern in patterns:
        if found := pattern.search(clear):
            return _words(text, found)
    return ""


def _words(text: str, found: re.Match[str]) -> str:
    start, end = found.span("marked" if "marked" in found.re.groupindex else 0)
    return " ".join(text[start:end].split()).strip(" ,")
