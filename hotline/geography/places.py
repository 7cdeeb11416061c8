"""Where: the place a text names, as responders would write it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from hotline.geography import streets
from hotline.geography.place_words import BREAKS, CUE_PLACE, EXIT, TYPES, WORD, WORDS
from hotline.text.plain import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotline.geography.gazetteer import Gazetteer
    from hotline.geography.streets import Mention

_LONGEST_WORDS: Final = 60  # characters of a place kept in the resident's words


class Found(NamedTuple):
    """A place and the id of its zone; empty where unknown."""

    place: str
    zone: str


def find(text: str, gazetteer: Gazetteer) -> Found:
    """The place of one text.

    "esquina de la park y broad" gives `Broad Street & Park Street`. A street that no gazetteer knows, or a
    kind of place ("in front of the laundromat"), is kept as the resident wrote it; nothing is made up.
    """
    clear = plain(text)
    words = [found.group() for found in WORD.finditer(clear)]
    mentions = streets.mentions(words, gazetteer)
    cue = _cue_words(text, clear, with_street=not any(one.street for one in mentions))
    if not mentions:
        return Found(_exit(text, clear) or cue, "")
    label = _label(words, mentions)
    if cue and all(one.street or one.zone_name for one in mentions):
        label = f"{label} ({cue})"
    return Found(label, _zone(mentions))


def same_place(one: str, other: str) -> bool:
    """Whether two places share a street or landmark: "120 Park Street" and "Broad St & Park St" do."""
    return bool(_parts(one) & _parts(other))


def _parts(place: str) -> frozenset[str]:
    chunks = (part for chunk in plain(place.partition(" (")[0]).split(",") for part in chunk.split("&"))
    parts = (
        " ".join(TYPES.get(word, word) for word in chunk.split() if not word[0].isdigit()) for chunk in chunks
    )
    return frozenset(part for part in parts if part)


def _label(words: list[str], mentions: list[Mention]) -> str:
    on_street = _unique(one for one in mentions if one.street)
    landmarks = _unique(one for one in mentions if not one.street and not one.zone_name)
    numbered = next((one for one in on_street if one.number), None)
    if numbered:
        where = f"{numbered.number} {numbered.label}"
    else:
        where = _crossing(words, mentions) or (on_street[0].label if on_street else "")
    named = landmarks[0].label if landmarks else ""
    address = landmarks[0].address if landmarks and not where else ""
    return ", ".join(part for part in (where, named, address) if part) or mentions[0].label


def _unique(mentions: Iterable[Mention]) -> list[Mention]:
    """The first mention of each label; a later one with a house number takes its place."""
    kept: dict[str, Mention] = {}
    for one in mentions:
        if one.label not in kept or (one.number and not kept[one.label].number):
            kept[one.label] = one
    return list(kept.values())


def _crossing(words: list[str], mentions: list[Mention]) -> str:
    """Two streets with nothing but "and", "con", "corner" … between them; in either order."""
    on_street = [one for one in mentions if one.street]
    for one, other in pairwise(on_street):
        if one.label != other.label and streets.ties(words[one.last : other.first]):
            return " & ".join(sorted((one.label, other.label)))
    return ""


def _zone(mentions: list[Mention]) -> str:
    """A zone that was named; else the one zone that all streets and landmarks have in common; else ""."""
    for one in mentions:
        if one.zone_name:
            return one.zones[0]
    known = [set(one.zones) for one in mentions if one.zones]
    common = set[str].intersection(*known) if known else set[str]()
    return common.pop() if len(common) == 1 else ""


def _exit(text: str, clear: str) -> str:
    found = EXIT.search(clear)
    return text[found.start() : found.end()] if found else ""


def _cue_words(text: str, clear: str, *, with_street: bool) -> str:
    found = CUE_PLACE.search(clear)
    if not found:
        return ""
    start = found.end("cue") + 1 if found.group("cue") in WORDS.mere_cues else found.start()
    words = text[start : found.end() if with_street else found.start("street")]
    return " ".join(words.split()) if len(words) <= _LONGEST_WORDS and not set(words) & BREAKS else ""
