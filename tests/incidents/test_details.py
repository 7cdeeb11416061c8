"""Place, count, time, vehicles and whether somebody is taken are read from the words people use."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.content.city import City, Place, Step, Zone, read_city
from hotline.incidents.details import Details, extract
from hotline.settings import ROOT

HARTFORD = read_city(ROOT / "content", "hartford")[0]
LONGEST = 1600
OTHER = City(
    id="elsewhere",
    name="Elsewhere",
    line_name="Line Elsewhere",
    timezone="America/New_York",
    languages=("en",),
    zones=(Zone(id="harbor", name="Harbor", aliases=("el puerto",)), Zone(id="mill", name="Mill Hill")),
    streets=(
        Place(name="Orchard Road", aliases=("la orchard",), zones=("mill",)),
        Place(name="Ferry Street"),
        Place(name="Customs House", kind="landmark", zones=("harbor",)),
    ),
    policy=(Step(who="oncall", after_seconds=0),),
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ICE is at 120 Park St", "120 Park Street"),
        ("120 park street they are here", "120 Park Street"),
        ("en la park street numero 120", "120 Park Street"),
        ("la migra en la park y broad", "Park Street and Broad Street"),
        ("ICE Park/Broad 4 agents", "Park Street and Broad Street"),
        ("corner of albany and woodland", "Albany Avenue and Woodland Street"),
        ("agents on farmingtin ave", "Farmington Avenue"),
        ("migra en la guachinton", "Washington Street"),
        ("la migra esta en la biblioteca", "Hartford Public Library"),
        ("they are at Pope Park", "Pope Park"),
        ("hay migra en frog hollow", "Frog Hollow"),
        ("88 Jefferson St they took my brother", "88 Jefferson St"),
        ("exit 46 on 84", "exit 46 on 84"),
        ("frente a la bodega de la esquina hay agentes", "frente a la bodega de la esquina"),
        ("in front of the laundromat on Madison, two SUVs", "in front of the laundromat on Madison"),
        ("ice at walmart right now", "at walmart"),
        ("devan legliz la gen ajan", "devan legliz"),
        ("na frente da padaria tem agentes", "na frente da padaria"),
        ("they are at my door", "at my door"),
        ("MIGRA", ""), ("help", ""), ("they have him on the ground", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_place_is_a_known_name_or_the_words_themselves(text: str, place: str) -> None:
    assert extract(text, HARTFORD).place == place


@pytest.mark.parametrize(
    ("text", "zone"),
    [("hay migra en frog hollow", "frog_hollow"), ("41 Broad st", "frog_hollow"), ("120 Park St", ""),
     ("walmart", ""),
     ("on Park Street in Parkville", "parkville")],
)  # fmt: skip
def test_the_zone_is_told_only_when_there_is_one(text: str, zone: str) -> None:
    assert extract(text, HARTFORD).zone == zone


@pytest.mark.parametrize(
    ("text", "count"),
    [("4 agents", "4"), ("about 6 men in vests", "about 6"), ("hay como seis agentes", "about 6"),
     ("varios hombres", "varios"),
     ("dos de ellos", ""), ("kat ajan", "4"), ("3 ICE cars", ""), ("120 agents street", ""),
     ("three armed officers", "3"),
     ("apartment 4", ""), ("ICE", "")],
)  # fmt: skip
def test_agents_are_counted_and_cars_are_not(text: str, count: str) -> None:
    assert extract(text, HARTFORD).count == count


@pytest.mark.parametrize(
    ("text", "when"),
    [("right now", "now"), ("ahorita", "now"), ("kounye a", "now"), ("hace 5 minutos", "hace 5 minutos"),
     ("10 minutes ago", "10 minutes ago"), ("at 9:40am", "at 9:40am"), ("a las 7", "a las 7"),
     ("ICE at 120 Park St", "")],
)  # fmt: skip
def test_the_time_is_now_or_as_typed(text: str, when: str) -> None:
    assert extract(text, HARTFORD).when == when


@pytest.mark.parametrize(
    ("text", "vehicle"),
    [("two black SUVs no plates outside", "two black SUVs no plates"),
     ("camioneta blanca sin placas", "camioneta blanca sin placas"),
     ("dois carros pretos", "dois carros pretos"),
     ("a white van and a gray Tahoe", "white van; gray Tahoe"), ("ICE here", "")],
)  # fmt: skip
def test_vehicles_are_kept_as_typed(text: str, vehicle: str) -> None:
    assert extract(text, HARTFORD).vehicle == vehicle


@pytest.mark.parametrize(
    ("text", "taken"),
    [("they took my brother", True), ("se llevaron a mi primo", True), ("yo pran mari m", True),
     ("estão levando ele", True),
     ("nobody was taken", False), ("no se llevaron a nadie", False), ("they want to take my dad", False),
     ("i took a video", False), ("ICE is here", False)],
)  # fmt: skip
def test_somebody_taken_is_noticed(text: str, taken: bool) -> None:  # noqa: FBT001 - a table's column
    assert extract(text, HARTFORD).taken is taken


def test_another_city_brings_its_own_places() -> None:
    assert extract("ICE at 7 orchard rd", OTHER) == Details(place="7 Orchard Road", zone="mill")
    assert extract("la migra en la orchard con ferry", OTHER).place == "Orchard Road and Ferry Street"
    assert extract("agents at the customs house", OTHER) == Details(place="Customs House", zone="harbor")
    assert extract("on broad street", OTHER).place == "broad street"


@pytest.mark.parametrize("unit", ["park st and ", "120 ", "en la ", "van ", "in front of the ", "on ", "4 "])
def test_no_text_makes_it_slow(unit: str) -> None:
    started = time.thread_time()
    extract((unit * LONGEST)[:LONGEST], HARTFORD)
    assert time.thread_time() - started < 0.25


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_gives_details_out_of_its_own_words(text: str) -> None:
    found = extract(text, HARTFORD)
    assert len(found.vehicle) <= 80
    assert found.count == "" or found.count.split()[-1]
