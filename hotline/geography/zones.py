"""The zones of a city in people's own words: misspelt, several at once, or all of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rapidfuzz import fuzz, process

from hotline.text.spelling import split
from hotline.text.wordfiles import WordFile, read_words

if TYPE_CHECKING:
    from hotline.content.city import City

ALL: Final = "all"
CLOSE_ENOUGH: Final = 86
LONGEST: Final = 300  # characters that are read; a list of zones is never longer


class _Words(WordFile):
    """zones.yml."""

    everywhere: frozenset[str]
    around: frozenset[str]


_WORDS: Final = read_words(Path(__file__).with_name("zones.yml"), _Words)


@dataclass(frozen=True)
class Named:
    """What was named. `zones`: ids, ``("all",)``, or none; `rest`: words that name nothing we know."""

    zones: tuple[str, ...]
    rest: tuple[str, ...]


def named(words: str, city: City) -> Named:
    """The zones that a few words name. The whole city is meant only where nothing else is said."""
    known = _names(city)
    longest = max(name.count(" ") + 1 for name in known)
    spoken = [word for word in split(words[:LONGEST]).words if word.isalnum()]
    found: list[str] = []
    other: list[str] = []
    place = 0
    while place < len(spoken):
        zone, length = _at(spoken[place : place + longest], known)
        (found if zone else other).append(zone or spoken[place])
        place += length
    zones = tuple(dict.fromkeys(zone for zone in found if zone != ALL))
    rest = tuple(word for word in other if word not in _WORDS.everywhere | _WORDS.around)
    everywhere = ALL in found or not _WORDS.everywhere.isdisjoint(other)
    return Named(zones or ((ALL,) if everywhere and not rest else ()), rest)


def zones_in(words: str, city: City) -> tuple[str, ...]:
    """Ids of the zones that these words name and nothing else; ``("all",)`` for the whole city."""
    found = named(words, city)
    return () if found.rest else found.zones


def zone_name(zone: str, city: City) -> str:
    """What people call a zone."""
    return next((one.name for one in city.zones if one.id == zone), city.name)


def _names(city: City) -> dict[str, str]:
    """What zones are called, and the city itself, spelled plainly."""
    names = {
        " ".join(split(name.replace("_", " ")).words): zone.id
        for zone in city.zones
        for name in (zone.name, zone.id, *zone.aliases)
    }
    return {" ".join(split(city.name).words): ALL} | names


def _at(window: list[str], known: dict[str, str]) -> tuple[str, int]:
    """The zone that the first words of a window are, and how many words; "" and 1 when they are none."""
    best, zone, length = 0.0, "", 1
    for count in range(1, len(window) + 1):
        match = process.extractOne(
            " ".join(window[:count]), known.keys(), scorer=fuzz.ratio, score_cutoff=CLOSE_ENOUGH
        )
        if match and match[1] >= best:
            best, zone, length = match[1], known[match[0]], count
    return zone, length
