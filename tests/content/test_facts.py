"""A card that is older than the newest fact of its topic is found, not sent for another year."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from hotline.content.cards import read_cards
from hotline.content.checks.check import check
from hotline.content.signing import SignOff, sign
from tests.content.conftest import CONTENT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.content.conftest import Check, Spoil

CASES = "legal/national/cases.yml"
NEW = """
- id: bond_hearing_2027
  fact: A court ruled on bond again.
  date: 2027-01-10
  title: "News of January 2027"
  address: "https://example.org/bond"
  grade: {grade}
  topics: [bond]
"""


def errors(checked: Check) -> str:
    return "\n".join(checked().of("error"))


def learn(root: Path, grade: str = "B", more: str = "") -> None:
    path = root / "facts.yml"
    path.write_text(path.read_text(encoding="utf-8") + NEW.format(grade=grade) + more, encoding="utf-8")


def test_a_card_that_does_not_know_the_newest_fact_of_its_topic_is_an_error(
    root: Path, checked: Check
) -> None:
    learn(root)
    found = errors(checked)
    assert "card national.bond: older than the fact bond_hearing_2027 of 2027-01-10" in found
    assert "card national.basic_rights" not in found


def test_naming_the_fact_among_the_sources_settles_it(root: Path, spoil: Spoil, checked: Check) -> None:
    learn(root)
    spoil(CASES, r"  - \{title: \"lawofficeimmigration.*\n", "  - {fact: bond_hearing_2027}\n")
    assert errors(checked) == ""
    [bond] = [card for card, _ in read_cards(root, "hartford") if card.id == "national.bond"]
    [named] = [source for source in bond.sources if source.fact == "bond_hearing_2027"]
    assert (named.title, named.seen) == ("News of January 2027", date(2027, 1, 10))


def test_a_fact_that_nobody_wrote_down_is_an_error(spoil: Spoil, checked: Check) -> None:
    spoil(CASES, "sources:\n", "sources:\n  - {fact: no_such_fact}\n")
    assert "card national.bond: sources: no fact no_such_fact stands in facts.yml" in errors(checked)


def test_a_weak_fact_is_a_note_and_cannot_be_named(root: Path, spoil: Spoil, checked: Check) -> None:
    learn(root, grade="C")
    assert errors(checked) == ""
    spoil(CASES, "sources:\n", "sources:\n  - {fact: bond_hearing_2027}\n")
    assert "grade C is too weak to print" in errors(checked)


def test_a_fact_of_another_city_does_not_touch_this_one(root: Path, checked: Check) -> None:
    learn(root, more="  city: riverton\n")
    assert errors(checked) == ""


def test_a_fact_of_a_topic_that_no_card_answers_is_an_error(root: Path, checked: Check) -> None:
    path = root / "facts.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("topics: [tps]", "topics: [tpss]"), encoding="utf-8")
    assert "facts.yml" in errors(checked)
    assert "tpss is not a topic" in errors(checked)


def test_a_lawyer_who_signed_before_the_fact_was_known_has_to_look_again(root: Path, spoil: Spoil) -> None:
    sign(
        root,
        "hartford",
        SignOff("national.bond", "en", "Test Lawyer", "lawyer", date(2026, 12, 1)),
        date(2026, 12, 1),
    )
    learn(root)
    spoil(CASES, "sources:\n", "sources:\n  - {fact: bond_hearing_2027}\n")
    found = "\n".join(check(root, "hartford", today=date(2027, 1, 11)).of("warning"))
    assert (
        "card national.bond: reviewed on 2026-12-01, before the fact bond_hearing_2027 of 2027-01-10" in found
    )


@pytest.mark.parametrize("card", ["national.bond", "hartford.tps", "hartford.asylum", "connecticut.benefits"])
def test_cards_rest_on_the_facts_of_the_close_reading(card: str) -> None:
    [found] = [one for one, _ in read_cards(CONTENT, "hartford") if one.id == card]
    assert any(source.fact for source in found.sources)
