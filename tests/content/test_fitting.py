"""Whatever somebody wrote: a text of ours that carries it fits three segments, and says where the rest is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from hotline.content.fitting import MOST, fitted, parts, short
from hotline.text.segments import count, plainer

if TYPE_CHECKING:
    from collections.abc import Mapping

words = st.text(min_size=1, max_size=1600)


def page(values: Mapping[str, str]) -> str:
    return f"REPORT 7, 6:40 am\nWhere: {values['place']}\n{values['words']}\nReply 1 or TAKE 7"


@given(words, words)
@example("ICE " * 400, "120 Park Street")
@example("policía " * 200, "120 Park Street")
@example("\U0001f6a8" * 800, "\U0001f6a8" * 800)
@example("[" * 1600, "^" * 1600)
def test_a_page_fits_three_segments_with_number_time_and_place_first(text: str, place: str) -> None:
    said = fitted(page, {"words": text, "place": short(place)}, rest="SHOW 7")
    assert count(said).count <= MOST
    assert said.startswith("REPORT 7, 6:40 am\nWhere: ")
    assert said.endswith("Reply 1 or TAKE 7")
    whole = page({"words": text, "place": short(place)})
    if count(whole).count <= MOST:
        assert said == whole, "what fits is sent as it was written"
    else:
        assert "... SHOW 7" in said or said == page({"words": plainer(text), "place": plainer(short(place))})


def test_accents_go_before_words_are_cut() -> None:
    text = "se llevan a mi mamá, está en la policía de allá. " * 6
    said = fitted(page, {"words": text, "place": "Park"}, rest="VER 7")
    assert "mi mama, esta en la policia" in said
    assert "VER 7" not in said


@given(words)
def test_the_parts_of_a_text_are_the_whole_text(text: str) -> None:
    found = parts(text, lambda number, part: f"7 ({number}) {part}")
    assert "".join(part.partition(") ")[2] for part in found) == text
    assert all(count(part).count <= MOST for part in found)


@given(words)
def test_a_place_is_short_whatever_somebody_texts(text: str) -> None:
    assert len(short(text)) <= 80
    assert "\n" not in short(text)


def test_a_place_keeps_its_letters() -> None:
    assert short("  120 Park\n Street ") == "120 Park Street"
    assert short("\U0001f3e0 Park y Broad") == "Park y Broad", (
        "an emoji would cost the page two thirds of its words"
    )
