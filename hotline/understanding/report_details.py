"""What a text tells of a raid: where, how many, when, what they drive, whether somebody is taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.geography import places
from hotline.geography.gazetteer import gazetteer
from hotline.text.plain import plain
from hotline.understanding import sightings

if TYPE_CHECKING:
    from hotline.content.city import City


@dataclass(frozen=True)
class Details:
    """What was understood; empty where nothing was said. The words themselves are kept elsewhere.

    Attributes:
        place: `120 Park Street`, `Broad Street & Park Street`, `Pope Park`, or the resident's own words.
        zone: id of the zone, when it is certain.
        count: agents, as the resident said it: `3 agents`, `como cinco`.
        when: as the resident said it: `now`, `hace 10 minutos`.
        vehicle: as the resident said it: `2 black SUVs`, `van blanca`, with a plate if there was one.
        taken: somebody was or is being taken.
    """

    place: str = ""
    zone: str = ""
    count: str = ""
    when: str = ""
    vehicle: str = ""
    taken: bool = False


def extract(text: str, city: City) -> Details:
    """The details of one text, masked or not; work is linear in its length, and it never raises.

    Args:
        text: at most 1,600 characters.
        city: whose streets, landmarks and zones are looked for; indexed at its first text.
    """
    if not text.strip():
        return Details()
    place, zone = places.find(text, gazetteer(city))
    clear = plain(text)
    return Details(
        place=place,
        zone=zone,
        count=sightings.count(text, clear),
        when=sightings.when(text, clear),
        vehicle=sightings.vehicle(text, clear),
        taken=sightings.taken(clear),
    )
