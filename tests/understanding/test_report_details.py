"""What responders read of a report: the right place or none, and the resident's own words."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.content.city import City, Place, Step, Zone, read_city
from hotline.geography.places import same_place
from hotline.understanding.report_details import Details, extract

CITY: Final = read_city(Path(__file__).resolve().parents[2] / "content", "hartford")[0]
ELSEWHERE: Final = City(
    id="elsewhere",
    name="Elsewhere",
    line_name="Santuario Elsewhere",
    timezone="America/Chicago",
    languages=("en", "es"),
    zones=(Zone(id="old_port", name="Old Port", aliases=("el puerto",)), Zone(id="hilltop", name="Hilltop")),
    streets=(
        Place(name="Quarry Road", aliases=("la quarry",), zones=("hilltop",)),
        Place(name="Marigold Avenue", zones=("hilltop", "old_port")),
        Place(name="Market Street", zones=("old_port",)),
        Place(name="Clock Tower", kind="landmark", aliases=("la torre",), zones=("old_port",)),
    ),
    policy=(Step(who="oncall", after_seconds=0),),
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("ICE is at 120 park st", "120 Park Street"),
        ("ICE at 120 PARK STREET!!", "120 Park Street"),
        ("1200 albany", "1200 Albany Avenue"),
        ("estan en el 45 de la broad", "45 Broad Street"),
        ("en la calle park 120", "120 Park Street"),
        ("migra en la Main numero 451b", "451b Main Street"),
        ("agents on frankling ave", "Franklin Avenue"),
        ("ice en la alvany", "Albany Avenue"),
        ("they are on main", "Main Street"),
        ("hay agentes en la park", "Park Street"),
        ("mwen we ajan imigrasyon sou park street", "Park Street"),
        ("tem agentes na broad agora", "Broad Street"),
        ("migra en fro hollow", "Frog Hollow"),
        ("pope park", "Pope Park"),
        ("ICE by saint francis", "Saint Francis Hospital"),
        ("outside city hall", "City Hall, 550 Main St"),
        ("main", "Main Street"),
        ("ICE Park/Broad 4 agents", "Broad Street & Park Street"),
        ("corner of albany and woodland", "Albany Avenue & Woodland Street"),
        ("migra en la guachinton", "Washington Street"),
        ("88 Jefferson St they took my brother", "88 Jefferson Street"),
    ],
)
def test_a_known_place_is_written_the_one_way_responders_know(text: str, place: str) -> None:
    assert extract(text, CITY).place == place


@pytest.mark.parametrize(
    "text",
    [
        "Park and Broad",
        "broad and park",
        "park con broad",
        "esquina de Park y Broad",
        "corner of park & broad",
        "la Park con la Broad",
        "Park St at Broad St",
        "park/broad",
        "entre park y broad st",
        "park ak broad",
    ],
)
def test_two_streets_are_the_same_corner_however_they_are_joined(text: str) -> None:
    found = extract(text, CITY)
    assert (found.place, found.zone) == ("Broad Street & Park Street", "frog_hollow")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("215 zion street", "215 Zion Street"),
        ("agents on Hillside Avenue", "Hillside Avenue"),
        ("at the laundromat on park terrace", "Park Terrace (the laundromat)"),
        ("on New Britain Ave and broad", "Broad Street & New Britain Avenue"),
    ],
)
def test_a_street_no_list_knows_is_kept(text: str, place: str) -> None:
    assert extract(text, CITY).place == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("in front of the laundromat", "in front of the laundromat"),
        ("by my school", "by my school"),
        ("exit 46 on 84", "exit 46 on 84"),
        ("in front of the laundromat on Madison, two SUVs", "in front of the laundromat on Madison"),
        ("ice at walmart right now", "walmart"),
        ("na frente da padaria tem agentes", "na frente da padaria"),
        ("ICE at the home depot", "the home depot"),
        ("estan afuera de la Iglesia San Pedro", "afuera de la Iglesia"),
        ("frente a la bodega", "frente a la bodega"),
        ("frente a la bodega de la Park", "Park Street (frente a la bodega)"),
        ("devan legliz la", "devan legliz"),
        ("they got my mom in handcuffs outside walgreens", "outside walgreens"),
        ("la estacion de policia", ""),
    ],
)
def test_a_kind_of_place_is_kept_in_the_residents_words(text: str, place: str) -> None:
    assert extract(text, CITY).place == place


@pytest.mark.parametrize(
    "text",
    [
        "ICE came to my door in the morning",
        "I park my car on the street",
        "what is the main reason",
        "in broad daylight they took him",
        "I want asylum",
        "my asylum case",
        "mi esposo es carpenter",
        "can they come in my house",
        "walking down the street",
        "no parking here",
        "they broke down the door",
        "cual es la capital de francia",
        "3 main reasons",
        "pale ave m",
        "an immigration officer called me",
        "a sanctuary city talk",
        "doctor said my dr is away",
        "ab 60 license ct",
        "estan en la puerta",
        "help",
        "",
        "   ",
        "🚨🚨🚨",
    ],
)
def test_no_place_is_made_up(text: str) -> None:
    found = extract(text, CITY)
    assert (found.place, found.zone) == ("", "")


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("on broad st", "frog_hollow"),
        ("on park st", ""),
        ("park st in parkville", "parkville"),
        ("park and broad", "frog_hollow"),
        ("south end near maple", "south_end"),
        ("downtown", "downtown"),
        ("zion st", ""),
        ("pope park", "frog_hollow"),
    ],
)
def test_a_zone_is_named_only_when_it_is_certain(text: str, zone: str) -> None:
    assert extract(text, CITY).zone == zone


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("3 agents on Park Street", "3 agents"),
        ("about 6 men in vests", "about 6 men"),
        ("kat ajan", "kat ajan"),
        ("three armed officers", "three armed officers"),
        ("3 ICE cars", ""),
        ("apartment 4", ""),
        ("there r like 6 agents w guns", "like 6 agents"),
        ("2 or 3 ICE officers", "2 or 3 ICE officers"),
        ("hay como cinco agentes", "como cinco agentes"),
        ("como cinco", "como cinco"),
        ("son 4", "4"),
        ("there are 6 of them outside", "6 of them"),
        ("varios oficiales", "varios oficiales"),
        ("gen twa ajan", "twa ajan"),
        ("tem uns 5 policiais", "uns 5 policiais"),
        ("dwoch agentow", "dwoch agentow"),
        ("dos carros negros", ""),
        ("4 ICE vans", ""),
        ("hace 10 minutos", ""),
        ("they took two guys", ""),
        ("120 Park St", ""),
        ("a las 3", ""),
        ("la estacion de policia", ""),
    ],
)
def test_the_count_is_of_agents_and_nothing_else(text: str, count: str) -> None:
    assert extract(text, CITY).count == count


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("ICE is here now", "now"),
        ("hace como 10 minutos en la park", "hace como 10 minutos"),
        ("half an hour ago", "half an hour ago"),
        ("they came at 5:30 pm", "at 5:30 pm"),
        ("a las 3 de la tarde", "a las 3 de la tarde"),
        ("desde las 6", "desde las 6"),
        ("Ahorita mismo", "Ahorita mismo"),
        ("esta mañana", "esta mañana"),
        ("se acaban de ir", "se acaban de ir"),
        ("kounye a", "kounye a"),
        ("agora mesmo", "agora mesmo"),
        ("10 minut temu", "10 minut temu"),
        ("ICE at 45 Broad St", ""),
        ("there are around 5", ""),
    ],
)
def test_the_time_is_kept_as_it_was_said(text: str, when: str) -> None:
    assert extract(text, CITY).when == when


@pytest.mark.parametrize(
    ("text", "vehicle"),
    [
        ("2 black SUVs plate AB 12345", "2 black SUVs plate AB 12345"),
        ("una van blanca", "una van blanca"),
        ("dos camionetas negras con placa AB12345", "dos camionetas negras con placa AB12345"),
        ("ford explorer negra sin placas", "ford explorer negra sin placas"),
        ("unmarked cars everywhere", "unmarked cars"),
        ("a white van and a gray Tahoe", "a white van; a gray Tahoe"),
        ("two black SUVs no plates outside", "two black SUVs no plates"),
        ("yon machin nwa", "yon machin nwa"),
        ("license plate is CT 123ABC", "license plate is CT 123ABC"),
        ("I park my car", ""),
        ("they pulled him out of his car", ""),
    ],
)
def test_the_vehicle_is_kept_with_its_plate(text: str, vehicle: str) -> None:
    assert extract(text, CITY).vehicle == vehicle


@pytest.mark.parametrize(
    "text",
    [
        "they took my husband",
        "ICE is arresting people",
        "someone being taken by ice",
        "they have my dad in handcuffs",
        "se llevaron a mi hermano",
        "se lo llevan!!",
        "estan subiendo a unos muchachos a una van",
        "me agarraron",
        "levaram meu marido",
        "foi preso meu irmao",
        "yo pran frem",
        "yo ap arete moun",
        "ils ont emmene mon mari",
        "zabrali mojego brata",
    ],
)
def test_somebody_taken_is_noticed(text: str) -> None:
    assert extract(text, CITY).taken


@pytest.mark.parametrize(
    "text",
    [
        "nobody was taken",
        "no se llevaron a nadie",
        "they didnt take anyone",
        "nao levaram ninguem",
        "yo pa pran pesonn",
        "they took pictures of my house",
        "que pasa si me llevan",
        "what if they take my kid",
        "they took off",
        "ICE on Park St",
        "they pulled us over",
        "a notario took my money",
    ],
)
def test_nobody_is_taken_who_was_not(text: str) -> None:
    assert not extract(text, CITY).taken


def test_one_text_gives_all_its_details() -> None:
    text = "walking on albany ave, 2 black suv, 4 agents, they took a man 5 min ago"
    assert extract(text, CITY) == Details(
        place="Albany Avenue", zone="", count="4 agents", when="5 min ago", vehicle="2 black suv", taken=True
    )


@pytest.mark.parametrize(
    ("text", "place", "zone"),
    [
        ("12 quarry rd", "12 Quarry Road", "hilltop"),
        ("la quarry con market", "Market Street & Quarry Road", ""),
        ("en la marigol", "Marigold Avenue", ""),
        ("cerca de la torre", "Clock Tower", "old_port"),
        ("hay migra en el puerto", "Old Port", "old_port"),
        ("park and broad", "", ""),
        ("120 park st", "120 Park Street", ""),
    ],
)
def test_another_city_has_its_own_places_and_none_of_hartford(text: str, place: str, zone: str) -> None:
    found = extract(text, ELSEWHERE)
    assert (found.place, found.zone) == (place, zone)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("120 Park St", "Park Street", True),
        ("Broad St & Park St", "45 Broad Street", True),
        ("Park St (frente a la bodega)", "Park Street", True),
        ("Park St, Pope Park", "Pope Park", True),
        ("Park St", "New Park Avenue", False),
        ("", "", False),
        ("Park St", "", False),
    ],
)
def test_places_on_the_same_street_are_known_as_such(one: str, other: str, *, same: bool) -> None:
    assert same_place(one, other) is same
    assert same_place(other, one) is same


WORDS = st.sampled_from(
    [
        "park",
        "broad",
        "main",
        "st",
        "ave",
        "la",
        "de la",
        "calle",
        "120",
        "3",
        "and",
        "con",
        "on",
        "at",
        "ICE agents",
        "van blanca",
        "frog hollow",
        "terrace",
        ".",
        "?",
        "&",
        "now",
        "hace 10 minutos",
        "se llevaron a",
        "nobody",
        "took",
        "my",
        "the",
        "in front of",
        "school",
        "plate AB",
        "corner",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=25).map(" ".join)))
def test_any_text_has_details_made_of_its_own_words_or_the_citys(text: str) -> None:
    found = extract(text, CITY)
    joined = " ".join(text.split())
    assert found.count in joined
    assert found.when in joined
    assert all(one in joined for one in found.vehicle.split("; "))
    assert found.zone in {"", *(zone.id for zone in CITY.zones)}


def test_details_take_less_than_a_millisecond() -> None:
    texts = [
        "hay dos camionetas negras con agentes en la esquina de park y broad",
        "ICE is at 120 Park St now",
        "they just grabbed a man at the bus stop on albany ave and put him in a black suv",
    ]
    assert max(min(_seconds(text) for _ in range(20)) for text in texts) < 0.001


@pytest.mark.parametrize(
    "text",
    [
        "8 " * 800,
        "park and " * 178,
        "la " * 533,
        "in front of " * 133,
        "1 or " * 320,
        "no se lo " * 178,
        "hace como " * 160,
        "frankling " * 160,
        "x" * 1600,
        "\n" * 1600,
    ],
)
def test_the_longest_text_takes_a_moment(text: str) -> None:
    assert min(_seconds(text) for _ in range(3)) < 0.1


def _seconds(text: str) -> float:
    started = time.perf_counter()
    extract(text, CITY)
    return time.perf_counter() - started
