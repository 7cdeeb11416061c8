"""What the source may not spell: a state, a channel's prefix, the name of a city."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Final

from hotline.broadcasts.states import BroadcastState
from hotline.content import Library
from hotline.geography.gazetteer import Gazetteer
from hotline.geography.streets import mentions
from hotline.incidents.states import IncidentState
from hotline.privacy.redaction import mask
from hotline.settings import ROOT
from hotline.understanding.language import LANGUAGES
from tests.source import Module, modules

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDERS: Final = ("hotline", "webhook", "actions", "bot/components")
STATES: Final = frozenset({*IncidentState, *BroadcastState})
CITY: Final = re.compile(r"hartford|connecticut", re.IGNORECASE)
PREFIX: Final = re.compile(r"(?:whatsapp|messenger|rcs):")
STATES_MAY: Final = {"hotline/casework/violations.py": "a violation is open or closed"}
CITY_MAY: Final = {"hotline/settings.py": "the city that a line is for when nobody says which"}


def strings(tree: ast.AST) -> Iterator[str]:
    """Every string, documentation left out."""
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node.value


def told_by_state(module: Module) -> Iterator[str]:
    """Where a state is compared with a string, or set to one."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            is_state = any(isinstance(one, ast.Attribute) and one.attr == "state" for one in sides)
        else:
            sides = [node.value] if isinstance(node, ast.keyword) else []
            is_state = isinstance(node, ast.keyword) and node.arg == "state"
        if is_state and {text for side in sides for text in strings(side)} & STATES:
            yield module.name


def test_no_state_of_an_incident_or_a_broadcast_is_compared_with_a_string_or_set_to_one() -> None:
    found = {place for module in modules("hotline", "webhook", "actions") for place in told_by_state(module)}
    assert found == set(STATES_MAY)


def test_the_script_of_the_outbox_asks_for_states_that_there_are() -> None:
    text = (ROOT / "hotline/store/scripts/take.lua").read_text(encoding="utf-8")
    asked = set(re.findall(r"standing [~=]= '(\w+)'", text))
    assert asked == {BroadcastState.PAUSED, BroadcastState.CANCELLED, BroadcastState.CLOSED}


def test_no_prefix_of_a_channel_stands_outside_the_type_of_addresses() -> None:
    found = {
        module.name
        for module in modules("hotline", "webhook", "actions")
        if any(PREFIX.search(text) for text in strings(module.tree))
    }
    assert found == set()


def test_no_rule_in_code_names_a_city_or_its_state() -> None:
    found = {module.name for module in modules(*FOLDERS) if CITY.search(module.text)}
    assert found == set(CITY_MAY)


def test_an_address_of_an_invented_city_ends_with_that_citys_own_words() -> None:
    ours = Library.load(ROOT / "content", "hartford").city
    street = ours.streets[0].model_copy(update={"name": "Elmira Street", "aliases": (), "kind": "street"})
    theirs = ours.model_copy(update={"streets": (street,), "behind_address": ("Rivertown", "ZZ")})
    words = ["ice", "at", "elmira", "street", "120", "rivertown"]
    assert [one.number for one in mentions(words, Gazetteer(theirs))] == ["120"]
    assert [
        one.number for one in mentions(words, Gazetteer(ours.model_copy(update={"streets": (street,)})))
    ] == [""]


def test_a_zip_code_of_any_city_stays_readable() -> None:
    for code in ("06106", "60614", "60614-1234"):
        assert mask(f"ICE at 120 Elmira St {code}, call 312-555-0111").count(code) == 1


def test_the_languages_that_are_guessed_are_those_of_the_word_lists() -> None:
    assert set(LANGUAGES) == {"en", "es", "pt", "ht", "fr", "pl"}
