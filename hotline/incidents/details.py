"""Read from a report what responders need first: where, how many, when, in what vehicle, anybody taken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hotline.incidents.detail_words import NUMBERS, WORDS
from hotline.incidents.gazetteer import Word, gazetteer, words_of
from hotline.incidents.places import find_place

if TYPE_CHECKING:
    from hotline.content.city import City

_TAKEN: Final = re.compile(rf"\b{WORDS.taken}\b")
_NOT_TAKEN: Final = re.compile(rf"\b(?:{WORDS.not_taken})\b")
_NOW_PHRASE: Final = re.compile(rf"\b(?:{'|'.join(WORDS.now_phrases)})\b")
_AGO: Final = re.compile(WORDS.ago, re.IGNORECASE)
_CLOCK: Final = re.compile(WORDS.clock, re.IGNORECASE)
_MOST_AGENTS: Final = 99
_LONGEST_SNIPPET: Final = 80  # characters of what is kept as typed


@dataclass(frozen=True)
class Details:
    """What a report says. Empty strings where it does not say; the words themselves are kept elsewhere.

    Attributes:
        place: a known name with its house number or cross street ("120 Park Street", "Park Street and Broad
            Street"), else the place as typed.
        zone: id of the city's zone, when there is exactly one.
        count: how many agents: a number, "about 6", or the writer's own word ("varios").
        when: "now", or the time as typed.
        vehicle: vehicles as typed.
        taken: somebody was or is being taken.
    """

    place: str = ""
    zone: str = ""
    count: str = ""
    when: str = ""
    vehicle: str = ""
    taken: bool = False


def extract(text: str, city: City) -> Details:
    """The details of a report; work is linear in its length.

    Args:
        text: one text of a reporter, masked or not.
        city: whose streets, landmarks and zones are looked for.
    """
    words = words_of(text)
    if not words:
        return Details()
    plain = " ".join(word.plain for word in words)
    place, zone = find_place(text, words, gazetteer(city))
    return Details(
        place=place,
        zone=zone,
        count=_count(words),
        when=_when(text, plain, words),
        vehicle=_vehicles(text, words),
        taken=_TAKEN.search(plain) is not None and _NOT_TAKEN.search(plain) is None,
    )


def _count(words: list[Word]) -> str:
    for index, word in enumerate(words):
        number = _number(word.plain)
        if (number or word.plain in WORDS.many) and _agents_follow(words, index):
            about = index > 0 and words[index - 1].plain in WORDS.about
            return f"about {number}" if number and about else number or word.plain
    return ""


def _number(word: str) -> str:
    if word.isascii() and word.isdigit():
        return str(int(word)) if 0 < int(word[:4]) <= _MOST_AGENTS and len(word) <= 2 else ""
    return NUMBERS.get(word, "")


def _agents_follow(words: list[Word], index: int) -> bool:
    for place, word in enumerate(words[index + 1 : index + 4], index + 1):
        if word.plain in WORDS.agents:
            following = words[place + 1].plain if place + 1 < len(words) else ""
            return following not in WORDS.vehicles  # "3 ICE cars" are three cars
        if word.plain not in WORDS.between:
            return False
    return False


def _when(text: str, plain: str, words: list[Word]) -> str:
    typed = _AGO.search(text) or _CLOCK.search(text)
    if typed:
        return typed.group().strip()
    if _NOW_PHRASE.search(plain) or any(word.plain in WORDS.now for word in words):
        return "now"
    return ""


def _vehicles(text: str, words: list[Word]) -> str:
    """Each vehicle with the words of its looks around it, as typed."""
    found: list[str] = []
    last = 0
    for index, word in enumerate(words):
        if word.plain not in WORDS.vehicles or index < last:
            continue
        first = index
        while first > last and _looks(words[first - 1].plain) and index - first < 4:
            first -= 1
        last = index + 1
        while last < len(words) and _looks(words[last].plain) and last - index < 5:
            last += 1
        found.append(text[words[first].start : words[last - 1].end])
    return "; ".join(found)[:_LONGEST_SNIPPET]


def _looks(word: str) -> bool:
    return word in WORDS.vehicle_looks or word in WORDS.vehicles or (word.isdigit() and len(word) == 1)
