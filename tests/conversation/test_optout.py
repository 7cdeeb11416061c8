"""A wish to get no more texts is caught in any wording; words that only look like one are not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.conversation.optout import optout
from tests.conversation.tables import Row, share, table

PROBE = table("optout_probe.jsonl")
LONGEST = 1600


def wanted(answer: str) -> list[Row]:
    return [row for row in PROBE if row["want"] == answer]


def test_the_probe_is_large_and_has_enough_controls() -> None:
    assert len(PROBE) >= 200
    assert share(PROBE, lambda row: row["want"] == "none") >= 0.4


def test_a_wish_to_stop_is_caught() -> None:
    assert share(wanted("stop"), lambda row: optout(row["text"]) == "stop") >= 0.99


def test_a_control_is_not_taken_for_a_wish_to_stop() -> None:
    assert share(wanted("none"), lambda row: optout(row["text"]) == "stop") <= 0.01


def test_a_word_that_may_be_a_cry_is_asked_about() -> None:
    assert share(wanted("ambiguous"), lambda row: optout(row["text"]) == "ambiguous") >= 0.95


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop.",
        "Stop!!",
        "UNSUBSCRIBE",
        "End",
        "quit",
        "CANCEL",
        "stopall",
        "revoke",
        "opt out",
        "ALTO",
        "parar",
        "sispann",
    ],
)
def test_a_carrier_word_always_stops(text: str) -> None:
    """47 CFR 64.1200(a)(10): these words are revocation in themselves."""
    assert optout(text) == "stop"


@pytest.mark.parametrize(
    ("wish", "other"),
    [
        ("parar mensagens", "parar o sangramento"),
        ("Stop. Thank you", "stop they are taking him"),
        ("please stop texting me", "they wont stop texting me"),
        ("no me manden mensajes", "no me mandaron los papeles"),
        ("quítame de la lista", "quitame una duda"),
        ("cancel my subscription", "cancel my appointment with the lawyer"),
    ],
)
def test_what_follows_the_word_decides(wish: str, other: str) -> None:
    assert optout(wish) == "stop"
    assert optout(other) is None


@pytest.mark.parametrize(
    "unit", ["stop ", "dont ", "no me ", "remove a ", "stop. ", "not want ", "quit the "]
)
def test_no_text_makes_it_slow(unit: str) -> None:
    started = time.thread_time()
    optout((unit * LONGEST)[:LONGEST])
    assert time.thread_time() - started < 0.25


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    assert optout(text) in ("stop", "ambiguous", None)
