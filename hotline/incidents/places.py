"""Where a report says something happens: house number, cross streets, a known name, or the words as typed."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from hotline.incidents.detail_words import WORDS
from hotline.incidents.gazetteer import TYPE_WORDS

if TYPE_CHECKING:
    from hotline.incidents.gazetteer import Gazetteer, Mark, Word

_JOINERS: Final = frozenset(
    [
        "and",
        "y",
        "con",
        "e",
        "ak",
        "et",
        "i",
        "n",
        "at",
        "esquina",
        "corner",
        "intersection",
        "con",
        "la",
        "cross",
    ]
)
_NUMBER_WORDS: Final = frozenset(["numero", "number", "num", "no", "nr"])
_STOPWORDS: Final = frozenset(
    [
        "the",
        "a",
        "an",
        "in",
        "to",
        "of",
        "at",
        "on",
        "is",
        "are",
        "la",
        "el",
        "de",
        "en",
        "y",
        "and",
        "my",
        "their",
        "this",
        "that",
        "ice",
        "from",
        "for",
        "with",
        "los",
        "las",
        "un",
        "una",
        "mi",
    ]
)
_EXIT: Final = re.compile(WORDS.exit, re.IGNORECASE)
_MOST_WORDS: Final = 8  # of a place kept as typed
_LONGEST: Final = 60  # characters of it


class _Typed(NamedTuple):
    start: int
    end: int


def find_place(text: str, words: list[Word], known: Gazetteer) -> tuple[str, str]:
    """The place and the id of its zone; either may be empty."""
    marks = known.marks(words)
    streets = [mark for mark in marks if mark.entry.kind == "street"]
    zones = [mark.entry.zone for mark in marks if mark.entry.kind == "zone"]
    found = _crossing(text, words, streets) or _named(words, marks)
    if found is None:
        typed = _address(words) or _exit(text) or _after_cue(text, words)
        place = text[typed.start : typed.end] if typed else ""
        fallback = next((mark.entry.name for mark in marks if mark.entry.kind == "zone"), "")
        return place or fallback, zones[0] if zones else ""
    place, zone = found
    return place, zones[0] if zones else zone


def _crossing(text: str, words: list[Word], streets: list[Mark]) -> tuple[str, str] | None:
    """Two streets that are named together: "Park and Broad", "la Park con la Broad", "park/broad"."""
    for first, second in pairwise(streets):
        between = {word.plain for word in words[first.end : second.start]}
        gap = text[words[first.end - 1].end : words[second.start].start]
        joined = bool(between & _JOINERS) or bool(re.search(r"[/&+]", gap))
        if joined and second.start - first.end <= 3 and first.entry != second.entry:
            same = first.entry.zone == second.entry.zone
            return f"{first.entry.name} and {second.entry.name}", first.entry.zone if same else ""
    return None


def _named(words: list[Word], marks: list[Mark]) -> tuple[str, str] | None:
    """The best known place: a house number first, then a landmark, then a street."""
    numbered = ((_house_number(words, mark), mark) for mark in marks if mark.entry.kind == "street")
    for number, mark in numbered:
        if number:
            return f"{number} {mark.entry.name}", mark.entry.zone
    solid = [mark for mark in marks if not mark.bare and mark.entry.kind != "zone"]
    best = min(solid, key=lambda mark: mark.entry.kind != "landmark", default=None)
    return (best.entry.name, best.entry.zone) if best else None


def _house_number(words: list[Word], mark: Mark) -> str:
    if mark.start and _is_house(words[mark.start - 1].plain):
        return words[mark.start - 1].plain
    after = words[mark.end : mark.end + 2]
    if len(after) == 2 and after[0].plain in _NUMBER_WORDS and _is_house(after[1].plain):
        return after[1].plain
    return ""


def _is_house(word: str) -> bool:
    return word.isascii() and word[:1].isdigit() and word.rstrip("abc").isdigit() and len(word) <= 5


def _address(words: list[Word]) -> _Typed | None:
    """A street that no list knows, by its type: "88 Ward St", "Zion street"."""
    for index, word in enumerate(words):
        if word.plain not in TYPE_WORDS or index == 0 or words[index - 1].plain in _STOPWORDS:
            continue
        first = index - 1
        for earlier in range(index - 1, max(-1, index - 4), -1):
            if _is_house(words[earlier].plain):
                first = earlier
                break
        if first < index - 1 or not words[first].plain.isdigit():
            return _Typed(words[first].start, word.end)
    return None


def _exit(text: str) -> _Typed | None:
    found = _EXIT.search(text)
    return _Typed(*found.span()) if found else None


def _by_first_word(cues: tuple[str, ...]) -> dict[str, list[list[str]]]:
    """The cues as words, under their first word, the longest first."""
    index: dict[str, list[list[str]]] = {}
    for cue in sorted(cues, key=len, reverse=True):
        index.setdefault(cue.split()[0], []).append(cue.split())
    return index


_CUES: Final = (_by_first_word(WORDS.place_cues), _by_first_word(WORDS.weak_cues))


def _after_cue(text: str, words: list[Word]) -> _Typed | None:
    plain = [word.plain for word in words]
    for cues in _CUES:
        for index, word in enumerate(plain):
            for parts in cues.get(word, ()):
                first = index + len(parts)
                typed = _words_behind(text, words, index, first) if plain[index:first] == parts else None
                if typed:
                    return typed
    return None


def _words_behind(text: str, words: list[Word], cue: int, first: int) -> _Typed | None:
    """The cue and what is behind it, up to punctuation, a verb, or eight words; None if it names no place."""
    last = first
    while last < len(words) and last - first < _MOST_WORDS:
        gap = text[words[last - 1].end : words[last].start]
        if words[last].plain in WORDS.place_ends or re.search(r"[.,;!?\n]", gap):
            break
        last += 1
    while last > first and words[last - 1].plain in _STOPWORDS:
        last -= 1
    behind = [word.plain for word in words[first:last]]
    if not any(len(word) > 2 and word not in WORDS.not_places and word not in _STOPWORDS for word in behind):
        return None
    if behind[0] in WORDS.not_places:
        return None
    return _Typed(words[cue].start, min(words[last - 1].end, words[cue].start + _LONGEST))
