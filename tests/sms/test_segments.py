"""Segment counts agree with an independent implementation, on open input and on every text of the line."""

from __future__ import annotations

from pathlib import Path

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st

from hotline.content import Library
from hotline.content.library import PARTS
from hotline.sms.segments import GSM7_BASIC, GSM7_EXTENSION, breakers, count

CONTENT = Path(__file__).resolve().parents[2] / "content"

gsm_text = st.text(st.sampled_from(sorted(GSM7_BASIC | GSM7_EXTENSION)), min_size=1, max_size=700)
any_text = st.text(min_size=1, max_size=300).filter(lambda text: "\x1b" not in text)
# Long enough to reach the places where an escape or a surrogate pair falls on a segment's edge.
edge_text = st.tuples(st.integers(60, 320).map("a".__mul__), st.text("a€[é🚨á", max_size=20)).map("".join)


def assert_same_as_oracle(text: str) -> None:
    ours, theirs = count(text), smsutil.split(text)
    assert ours.count == len(theirs.parts)
    if theirs.encoding == "gsm0338":
        assert (ours.encoding, ours.units) == ("GSM-7", theirs.total_bytes)
    else:
        assert (ours.encoding, ours.units) == ("UCS-2", theirs.total_bytes // 2)


@given(gsm_text)
def test_gsm_texts_cost_what_the_oracle_says(text: str) -> None:
    assert breakers(text) == ()
    assert_same_as_oracle(text)


@given(any_text)
def test_any_text_costs_what_the_oracle_says(text: str) -> None:
    assert_same_as_oracle(text)


@given(edge_text)
def test_pairs_are_never_split_over_two_segments(text: str) -> None:
    assert_same_as_oracle(text)


def test_every_text_of_the_line_costs_what_the_oracle_says() -> None:
    library = Library.load(CONTENT, "hartford")
    texts = [
        library.render(card, lang, part) for card in library.cards() for lang in card.texts for part in PARTS
    ]
    assert len(texts) > 100
    for text in filter(None, texts):
        assert_same_as_oracle(text)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", "GSM-7", 0, 1),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3),
        ("á" * 70, "UCS-2", 70, 1),
        ("á" * 71, "UCS-2", 71, 2),
        ("á" * 134, "UCS-2", 134, 2),
        ("á" * 135, "UCS-2", 135, 3),
        ("🚨" * 35, "UCS-2", 70, 1),
        ("a" * 66 + "🚨" + "a" * 66, "UCS-2", 134, 3),
        ("\x1b", "UCS-2", 1, 1),
    ],
)
def test_the_edges_of_a_segment(text: str, encoding: str, units: int, segments: int) -> None:
    cost = count(text)
    assert (cost.encoding, cost.units, cost.count) == (encoding, units, segments)


def test_breakers_names_each_dear_character_once_in_order() -> None:
    assert breakers("La policía dirá que no: “así” ñ é ü ¿ ¡") == ("í", "á", "“", "”")


def test_spanish_and_creole_letters_that_are_free() -> None:
    assert breakers("ñÑéÉüÜ¿¡ àèòùì Ç") == ()
