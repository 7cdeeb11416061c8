"""Decide which words of a text name a street, a landmark or a zone, and which only look like it."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from hotline.geography.gazetteer import Entry, Gazetteer, Hit, ordinary
from hotline.geography.place_words import BREAKS, TYPES, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBER: Final = re.compile(r"(?!0)\d{1,5}[a-d]?")
_ADDRESS_LIKE: Final = 10  # "45 de la Broad" is an address, "3 de la Broad" may be three people
_NAME_WORD: Final = re.compile(r"[a-z][a-z']{1,15}|\d{1,3}(?:st|nd|rd|th)")
_OF: Final = frozenset(["de", "del", "of"])  # "la capital de Francia" is no street
_NUMBER_WORDS: Final = frozenset(["number", "numero", "num", "no", "nr"])
_BEHIND_NUMBER: Final = frozenset(["apt", "apto", "apartment", "piso", "floor"])


class Mention(NamedTuple):
    """An entry found at words `first` to `last` (exclusive) of a text, with its house number if any."""

    first: int
    last: int
    label: str
    street: bool
    zones: tuple[str, ...]
    zone_name: bool = False
    number: str = ""
    address: str = ""


def mentions(words: list[str], gazetteer: Gazetteer) -> list[Mention]:
    """Every place these plain words name, in order."""
    found: list[Mention] = []
    at = 0
    while at < len(words):
        one = _at(words, at, gazetteer)
        if one:
            found.append(_numbered(words, one, gazetteer))
        at = one.last if one else at + 1
    return sorted((*found, *_tied(words, found, gazetteer)))


def ties(between: list[str]) -> bool:
    """Whether these words do nothing but join two street names."""
    return any(word in WORDS.connectives for word in between) and all(
        word in WORDS.connectives or word in WORDS.fillers for word in between
    )


def _at(words: list[str], at: int, gazetteer: Gazetteer) -> Mention | None:
    if words[at] in BREAKS:
        return None
    return (
        _named(words, at, gazetteer)
        or _bare(words, at, gazetteer)
        or _misspelt(words, at, gazetteer)
        or _unknown(words, at)
    )


def _mention(entry: Entry, first: int, last: int) -> Mention:
    return Mention(
        first, last, entry.label, entry.street, entry.zones, entry.zone_name, address=entry.address
    )


def _named(words: list[str], at: int, gazetteer: Gazetteer) -> Mention | None:
    """A full name: "park st", "la park", "pope park", "frog hollow"."""
    hit = gazetteer.named(words, at)
    if not hit:
        return None
    entry, last = hit
    if not entry.street:
        other = _another_one(words, at, last) or _word(words, last) in WORDS.not_after_place
        return None if other else _mention(entry, at, last)
    if words[last - 1] in TYPES:
        return _mention(entry, at, last)
    if _word(words, last) in TYPES:
        return _mention(entry, at, last + 1) if _same_street(entry, words[last]) else None
    return _mention(entry, at, last) if _street_may_end(words, last) else None


def _another_one(words: list[str], first: int, last: int) -> bool:
    """Not the station: "la estacion de policia"; not the city's library: "la biblioteca de la Park"."""
    name = [word for word in words[first:last] if word not in {"la", "el", "the"}]
    return len(name) == 1 and _word(words, last) in _OF


def _bare(words: list[str], at: int, gazetteer: Gazetteer) -> Mention | None:
    """A street by its name alone: "on broad", "120 park", "albany"."""
    hit = gazetteer.base(words, at)
    if not hit:
        return None
    entry, last = hit
    if _word(words, last) in TYPES:
        return _mention(entry, at, last + 1) if _same_street(entry, words[last]) else None
    told = not ordinary(words[at:last]) or _alone(words, at, last)
    told = told or (_announced(words, at) and _word(words, last) not in _OF)
    return _mention(entry, at, last) if told and _street_may_end(words, last) else None


def _same_street(entry: Entry, written: str) -> bool:
    """People mix up St and Ave; but Park Terrace is not Park Street."""
    return TYPES[written] in {"Street", "Avenue", entry.label.rsplit(maxsplit=1)[-1]}


def _announced(words: list[str], at: int) -> bool:
    """Whether the word before says that a street follows."""
    before = _word(words, at - 1)
    if before in WORDS.articles or before in WORDS.before_name:
        return True
    if _NUMBER.fullmatch(before):
        return len(before) > 1
    return before in WORDS.street_cues and _word(words, at - 2) not in WORDS.not_before_street


def _alone(words: list[str], first: int, last: int) -> bool:
    """The whole text is the name: an answer to "where?"."""
    return all(word in BREAKS for word in words[:first] + words[last:])


def _street_may_end(words: list[str], last: int) -> bool:
    return _word(words, last) not in WORDS.not_after_street


def _misspelt(words: list[str], at: int, gazetteer: Gazetteer) -> Mention | None:
    for length in (3, 2, 1):
        last = at + length
        if last > len(words) or any(word in BREAKS for word in words[at:last]):
            continue
        entry = _misspelt_street(words, at, last, gazetteer)
        if entry:
            return _mention(entry, at, last + (_word(words, last) in TYPES))
        if length > 1 and (entry := gazetteer.misspelt_name(words[at:last])):
            return _mention(entry, at, last)
    return None


def _misspelt_street(words: list[str], at: int, last: int, gazetteer: Gazetteer) -> Entry | None:
    """As in "frankling ave", "la alvany": only where a street is announced, or any word might be one."""
    typed = _word(words, last) in WORDS.sure_types
    if not typed and not (last == at + 1 and _announced(words, at)):
        return None
    entry = gazetteer.misspelt_street(words[at:last])
    return entry if entry and (typed or not ordinary(entry.label.lower().split()[:-1])) else None


def _unknown(words: list[str], at: int) -> Mention | None:
    """A street that is not in the gazetteer: "Zion St", "215 Hillside Avenue"; kept as it was written."""
    before = _word(words, at - 1)
    sure = bool(_NUMBER.fullmatch(before)) or before in WORDS.unknown_cues or before in WORDS.before_name
    for length in (2, 1) if sure else (1,):
        name, kind = words[at : at + length], _word(words, at + length)
        if kind == "ave" and _word(words, at + length + 1) in WORDS.creole_with:
            continue
        any_type = before in WORDS.street_cues or _NUMBER.fullmatch(before)
        if kind in (TYPES if any_type else WORDS.sure_types) and all(map(_may_name, name)):
            label = " ".join((*map(str.capitalize, name), TYPES[kind]))
            return Mention(at, at + length + 1, label, street=True, zones=())
    return None


def _may_name(word: str) -> bool:
    return _NAME_WORD.fullmatch(word) is not None and word not in WORDS.not_names


def _numbered(words: list[str], one: Mention, gazetteer: Gazetteer) -> Mention:
    """The mention with the house number that stands before or after it."""
    if not one.street:
        return one
    at, via = one.first - 1, words[one.first] in {"la", "de"}
    while _word(words, at) in {"de", "la", "calle"}:
        at, via = at - 1, via or words[at] != "calle"
    before = _word(words, at)
    if _NUMBER.fullmatch(before) and not (via and int(before.rstrip("abcd")) < _ADDRESS_LIKE):
        return one._replace(first=at, number=before)
    after = one.last + (_word(words, one.last) in _NUMBER_WORDS)
    number = _word(words, after)
    if _NUMBER.fullmatch(number) and len(number) > 1 and _number_may_end(words, after + 1, gazetteer):
        return one._replace(last=after + 1, number=number)
    return one


def _number_may_end(words: list[str], at: int, gazetteer: Gazetteer) -> bool:
    """Nothing that could be counted: "Park St 10 agents" has no house number."""
    after = _word(words, at)
    return not after or after in BREAKS or after in _BEHIND_NUMBER or after in gazetteer.behind_address


def _tied(words: list[str], found: list[Mention], gazetteer: Gazetteer) -> Iterator[Mention]:
    """Bare names that a joining word ties to another street: "park and broad", "main con la park"."""
    taken = {place for one in found for place in range(one.first, one.last)}
    loose: list[Mention] = []
    for at in range(len(words)):
        hit: Hit | None = gazetteer.base(words, at) if at not in taken else None
        if hit and _word(words, at - 1) not in WORDS.not_before_street:
            loose.append(_mention(hit.entry, at, hit.last))
            taken.update(range(at, hit.last))
    known = sorted((*loose, *(one for one in found if one.street)))
    tied = {
        one
        for pair in pairwise(known)
        if pair[0].label != pair[1].label and ties(words[pair[0].last : pair[1].first])
        for one in pair
    }
    yield from (one for one in loose if one in tied)


def _word(words: list[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""
