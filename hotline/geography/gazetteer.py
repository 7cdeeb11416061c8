"""The names of a city's streets, landmarks and zones, indexed once, misspellings forgiven."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from hotline.geography.place_words import TYPES, WORD, WORDS
from hotline.text.plain import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.content.city import City

type _Key = tuple[str, ...]

_MOST_CITIES: Final = 8
_LONGEST: Final = 5  # words of a name
_LONG_ENOUGH: Final = 5  # letters; shorter names have too many neighbours
_LONG: Final = 9  # letters of a full name from which a slip is forgiven, of a street's from which two are


_BEFORE: Final = WORDS.articles | WORDS.before_name | {"the"}


class Entry(NamedTuple):
    """What a name stands for.

    Attributes:
        label: as the city pack has it: `Park Street`, `Pope Park`.
        street: a street, not a landmark or zone.
        zones: ids of the zones it lies in, as far as known.
        zone_name: the name of a zone itself.
        address: of a landmark, with its house number.
    """

    label: str
    street: bool
    zones: tuple[str, ...]
    zone_name: bool = False
    address: str = ""


class Hit(NamedTuple):
    """An entry whose name starts where it was looked for, and the index of the first word behind it."""

    entry: Entry
    last: int


class Gazetteer:
    """Names of one city: in full, and of streets without St, Ave or la."""

    def __init__(self, city: City) -> None:
        self._names: dict[_Key, Entry] = {}
        self._bases: dict[_Key, Entry] = {}
        self.behind_address = frozenset(map(plain, city.behind_address))
        for place in city.streets:
            street = place.kind == "street"
            address = place.address if place.address[:1].isdigit() and not street else ""
            entry = Entry(place.name, street, place.zones, address=address)
            for name in (place.name, *place.aliases):
                self._add(_key(plain(name).split()), entry)
        for zone in city.zones:
            entry = Entry(zone.name, street=False, zones=(zone.id,), zone_name=True)
            for name in (zone.name, *zone.aliases):
                self._names.setdefault(_key(WORD.findall(plain(name))), entry)
        self._spellings = _by_first_letter(self._bases, shortest=_LONG_ENOUGH)
        # Own names only: the alias "immigration office" is one letter from "immigration officer".
        own = {words: entry for words, entry in self._names.items() if " ".join(words) == plain(entry.label)}
        self._long_names = _by_first_letter(own, shortest=_LONG)

    def _add(self, words: _Key, entry: Entry) -> None:
        base = _base(words) if entry.street else words
        if entry.street:
            self._bases.setdefault(base, entry)
        if not entry.street or base != words or len(base) > 1:
            self._names.setdefault(words, entry)

    def names(self) -> list[str]:
        """Every way a street or landmark is written, and the bare names of streets."""
        known = [words for words, entry in self._names.items() if not entry.zone_name]
        own = [
            words for words, entry in self._bases.items() if _base(_key(plain(entry.label).split())) == words
        ]
        return [" ".join(words) for words in (*known, *own)]

    def named(self, words: Sequence[str], at: int) -> Hit | None:
        """The longest full name that starts here."""
        return _longest(self._names, words, at)

    def base(self, words: Sequence[str], at: int) -> Hit | None:
        """The longest bare street name that starts here."""
        return _longest(self._bases, words, at)

    def misspelt_street(self, words: Sequence[str]) -> Entry | None:
        """The one street whose bare name is a slip or two away from these words."""
        name = " ".join(words)
        return _nearest(name, self._spellings, slips=2 if len(name) >= _LONG else 1)

    def misspelt_name(self, words: Sequence[str]) -> Entry | None:
        """The one landmark or zone whose own name is a slip away from these words."""
        return None if _key(words) in self._names else _nearest(" ".join(words), self._long_names, slips=1)


def ordinary(words: Sequence[str]) -> bool:
    """Whether a bare name is also an everyday word."""
    return len(words) == 1 and words[0] in WORDS.ordinary


def _key(words: Sequence[str]) -> _Key:
    """Words for looking up: "street", "str" and "st" are one."""
    return tuple(TYPES[word].lower() if word in TYPES else word for word in words)


def _base(words: _Key) -> _Key:
    """A street's name alone; "the ave" stays, or every avenue would be it."""
    start, end = 0, len(words)
    while start < end - 1 and words[start] in _BEFORE:
        start += 1
    while start < end - 1 and words[end - 1] in TYPES:
        end -= 1
    return words if words[start] in TYPES else words[start:end]


def _longest(table: dict[_Key, Entry], words: Sequence[str], at: int) -> Hit | None:
    for length in range(min(_LONGEST, len(words) - at), 0, -1):
        if entry := table.get(_key(words[at : at + length])):
            return Hit(entry, at + length)
    return None


type _Spellings = dict[str, dict[str, Entry]]


def _by_first_letter(names: dict[_Key, Entry], *, shortest: int) -> _Spellings:
    table: _Spellings = defaultdict(dict)
    for words, entry in names.items():
        name = " ".join(words)
        if len(name) >= shortest and name[0].isalpha():
            table[name[0]][name] = entry
    return dict(table)


def _nearest(name: str, spellings: _Spellings, *, slips: int) -> Entry | None:
    """The entry whose name differs by so many slips at most; the first letter people get right."""
    near = spellings.get(name[:1])
    if not near or len(name) < _LONG_ENOUGH:
        return None
    best = process.extract(name, near.keys(), scorer=OSA.distance, score_cutoff=slips, limit=3)
    entries = {near[found].label: near[found] for found, distance, _ in best if distance == best[0][1]}
    return next(iter(entries.values())) if len(entries) == 1 else None


_built: dict[int, tuple[City, Gazetteer]] = {}  # by id(); holding the city keeps its id its own


def gazetteer(city: City) -> Gazetteer:
    """The city's gazetteer, built once."""
    known = _built.get(id(city))
    if known:
        return known[1]
    if len(_built) >= _MOST_CITIES:
        _built.clear()
    made = Gazetteer(city)
    _built[id(city)] = (city, made)
    return made
