"""Find a city's streets, landmarks and neighborhoods in the words of a text, misspelt or not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from rapidfuzz import fuzz, process

from hotline.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotline.content.city import City, Place

type Kind = Literal["street", "landmark", "zone"]
type Phrase = tuple[str, ...]

CLOSE_ENOUGH: Final = 86.0  # ratio of letters: "farmingtin ave" is close, "bark" is not
SHORTEST_FUZZY: Final = 6  # letters; shorter names are taken as written only
STREET_TYPES: Final = {
    "street": ("st", "str", "street"), "avenue": ("ave", "av", "avenue", "avenida"), "road": ("rd", "road"),
    "drive": ("dr", "drive"), "lane": ("ln", "lane"), "boulevard": ("blvd", "boulevard"),
    "place": ("pl", "place"),
    "terrace": ("ter", "terrace"), "square": ("sq", "square"), "court": ("ct", "court"),
}  # fmt: skip
TYPE_WORDS: Final = frozenset(word for words in STREET_TYPES.values() for word in words)
# Before a bare street name these make it a street: "on Broad", "la Park", "rue Main", "na Park".
STREET_CUES: Final = frozenset(
    [
        "on",
        "la",
        "calle",
        "avenida",
        "sou",
        "rue",
        "ulicy",
        "ulica",
        "ul",
        "na",
        "pon",
        "off",
        "corner",
        "esquina",
        "av",
    ]
)
_WORD: Final = re.compile(r"[^\W_]+")


class Word(NamedTuple):
    """A word of a text: plain, and where it stands in the original."""

    plain: str
    start: int
    end: int


@dataclass(frozen=True)
class Entry:
    """A known place: its kind, its proper name, and its zone's id where exactly one is known."""

    kind: Kind
    name: str
    zone: str = ""


@dataclass(frozen=True)
class Mark:
    """A known place in a text: words `start` to `end`; `bare` when only the name of a street was written."""

    start: int
    end: int
    entry: Entry
    bare: bool = False


def words_of(text: str) -> list[Word]:
    """The words of a text with their places in it."""
    return [Word(fold(found.group()), found.start(), found.end()) for found in _WORD.finditer(text)]


class Gazetteer:
    """The known places of one city, indexed by every way they are written."""

    def __init__(self, city: City) -> None:
        self._entries: dict[Phrase, Entry] = {}
        self._bare: dict[Phrase, Entry] = {}
        for place in city.streets:
            self._add_place(place)
        for zone in city.zones:
            for name in (zone.name, *zone.aliases):
                self._entries.setdefault(_phrase(name), Entry("zone", zone.name, zone.id))
        self._longest = max(map(len, self._entries), default=0)
        self._written = {
            " ".join(phrase): entry
            for phrase, entry in self._entries.items()
            if len("".join(phrase)) >= SHORTEST_FUZZY
        }

    def _add_place(self, place: Place) -> None:
        entry = Entry(place.kind, place.name, place.zones[0] if len(place.zones) == 1 else "")
        for name in (place.name, *place.aliases):
            for phrase in _variants(_phrase(name)):
                self._entries.setdefault(phrase, entry)
        bare = _phrase(place.name)[:-1]
        if place.kind == "street" and bare:
            self._bare.setdefault(bare, entry)

    def names(self) -> list[str]:
        """Every way a street or landmark is written, bare street names too, for whoever looks for places."""
        known = [phrase for phrase, entry in self._entries.items() if entry.kind != "zone"]
        return [" ".join(phrase) for phrase in (*known, *self._bare)]

    def marks(self, words: list[Word]) -> list[Mark]:
        """The known places of a text in order; where two overlap, the longer one."""
        plain = tuple(word.plain for word in words)
        found: list[Mark] = []
        place = 0
        while place < len(plain):
            mark = self._exact(plain, place) or self._fuzzy(plain, place) or self._bare_street(plain, place)
            if mark:
                found.append(mark)
            place = mark.end if mark else place + 1
        return found

    def _exact(self, plain: Phrase, start: int) -> Mark | None:
        for length in range(min(self._longest, len(plain) - start), 0, -1):
            entry = self._entries.get(plain[start : start + length])
            if entry:
                end = start + length
                typed = entry.kind == "street" and plain[end : end + 1] and plain[end] in TYPE_WORDS
                return Mark(start, end + 1 if typed else end, entry)  # "la Park street" too
        return None

    def _bare_street(self, plain: Phrase, start: int) -> Mark | None:
        for length in (3, 2, 1):
            entry = self._bare.get(plain[start : start + length])
            if entry:
                return Mark(
                    start, start + length, entry, bare=not (start and plain[start - 1] in STREET_CUES)
                )
        return None

    def _fuzzy(self, plain: Phrase, start: int) -> Mark | None:
        """A misspelt street: its type or a cue must stand beside it, or every long word would be compared."""
        for length in (3, 2, 1):
            window = plain[start : start + length]
            if len(window) < length or not _may_be_street(plain, start, length):
                continue
            written = " ".join(window)
            if len(written) < SHORTEST_FUZZY or any(word.isdigit() for word in window):
                continue
            best = process.extractOne(
                written, self._written.keys(), scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH
            )
            if best:
                return Mark(start, start + length, self._written[best[0]])
        return None


def _may_be_street(plain: Phrase, start: int, length: int) -> bool:
    ends_in_type = length > 1 and plain[start + length - 1] in TYPE_WORDS
    return ends_in_type or (start > 0 and plain[start - 1] in STREET_CUES)


def _phrase(name: str) -> Phrase:
    return tuple(word.plain for word in words_of(name))


def _variants(phrase: Phrase) -> Iterator[Phrase]:
    """The phrase, and the same with its street type written the other ways: "park street" is "park st"."""
    yield phrase
    for words in STREET_TYPES.values():
        if len(phrase) > 1 and phrase[-1] in words:
            yield from ((*phrase[:-1], word) for word in words)


_built: dict[int, tuple[City, Gazetteer]] = {}  # by identity: a loaded city never changes


def gazetteer(city: City) -> Gazetteer:
    """The city's gazetteer, built once."""
    if id(city) not in _built:
        _built[id(city)] = (city, Gazetteer(city))  # the city is kept, so its identity stays its own
    return _built[id(city)][1]
