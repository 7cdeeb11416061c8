"""The first text to somebody who reports agents: what to do at the door comes before who we are."""

from __future__ import annotations

from datetime import date
from typing import Final

import pytest

from hotline.content import Library
from hotline.text.segments import count
from tests.content.conftest import CONTENT

LANGUAGES: Final = ("en", "es", "pt", "ht")
DOOR: Final = {"en": "At a door", "es": "En la puerta", "pt": "Na porta", "ht": "Devan pòt"}
NOT_PRIVATE: Final = {
    "en": "not private",
    "es": "no son privados",
    "pt": "Outros podem ler",
    "ht": "pa prive",
}
PART: Final = 153  # plain letters in each part of a longer text


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load(CONTENT, "hartford", today=date(2026, 11, 22))


def safety(library: Library, lang: str, **values: str) -> str:
    return library.say("raid_safety", lang, **values)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_safety_text_says_first_what_to_do_at_the_door(library: Library, lang: str) -> None:
    text = safety(library, lang)
    assert text.startswith(DOOR[lang])
    cost = count(text)
    assert (cost.encoding, cost.count) == ("GSM-7", 2)
    assert text.index(".") < PART, "the sentence about the door is cut by the end of the first segment"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_safety_text_says_which_line_this_is_and_that_texts_are_not_private(
    library: Library, lang: str
) -> None:
    """Whoever is in danger gets it without the greeting of a first contact."""
    text = safety(library, lang)
    assert library.city.line_name in text
    assert NOT_PRIVATE[lang] in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_longest_name_of_a_line_leaves_the_safety_text_at_two_segments(
    library: Library, lang: str
) -> None:
    assert count(safety(library, lang, line_name="x" * 20)).count == 2
