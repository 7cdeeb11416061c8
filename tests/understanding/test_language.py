"""The language of a text: measured on texts nobody fitted, and what it must never be fooled by."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.understanding.language import LANGUAGES, Guess, LanguageGuesser

DATA: Final = Path(__file__).parent / "data" / "language_dev.jsonl"


class Row(NamedTuple):
    """A text as somebody would send it. `set` is dev (looked at) or held (only ever scored)."""

    text: str
    lang: str
    set: str


ROWS: Final = [Row(**json.loads(line)) for line in DATA.read_text(encoding="utf-8").splitlines()]
GUESSER: Final = LanguageGuesser()


def _right(rows: list[Row]) -> float:
    return sum(GUESSER.guess(row.text).lang == row.lang for row in rows) / len(rows)


@pytest.mark.parametrize("part", ["dev", "held"])
def test_a_text_of_four_to_ten_words_is_told_apart_at_least_97_times_in_100(part: str) -> None:
    rows = [row for row in ROWS if row.set == part and 4 <= len(row.text.split()) <= 10]
    assert len(rows) > 100
    assert _right(rows) >= 0.97


@pytest.mark.parametrize("part", ["dev", "held"])
def test_even_one_to_three_words_are_mostly_told_apart(part: str) -> None:
    rows = [row for row in ROWS if row.set == part and len(row.text.split()) < 4]
    assert len(rows) > 40
    assert _right(rows) >= 0.9


def test_the_table_gives_every_language_the_same_weight() -> None:
    for lang in LANGUAGES:
        assert sum(row.lang == lang for row in ROWS) >= 50
    assert len({row.text for row in ROWS}) >= len(ROWS) - 1


@pytest.mark.parametrize(
    ("word", "lang"),
    [("hola", "es"), ("gracias", "es"), ("oui", "fr"), ("merci", "fr"), ("bonjou", "ht"), ("mwen", "ht"),
     ("mèsi", "ht"), ("tak", "pl"), ("cześć", "pl"), ("obrigado", "pt"), ("não", "pt"), ("thanks", "en"),
     ("hello", "en")],
)  # fmt: skip
def test_one_telling_word_is_enough(word: str, lang: str) -> None:
    assert GUESSER.guess(word) == Guess(lang, sure=True)
    assert GUESSER.guess(word.upper()).lang == lang


@pytest.mark.parametrize(
    "text", ["ok", "ICE", "911", "SOS!!", "👍", "120 Park St", "Franklin Ave", "1", "?", "k"]
)
@pytest.mark.parametrize("prior", [None, "en", "es", "ht", "vi"])
def test_a_text_without_language_keeps_what_is_known_of_the_person(text: str, prior: str | None) -> None:
    assert GUESSER.guess(text, prior) == Guess(prior or "en", sure=False)


@pytest.mark.parametrize(
    "text", ["[immigration status]", "[estatus migratorio]", "[number]", "[A-number] [email]"]
)
def test_masked_words_carry_no_language(text: str) -> None:
    assert GUESSER.guess(text, "pt") == Guess("pt", sure=False)


@pytest.mark.parametrize("text", ["thanks", "thank you", "help me please", "yes", "stop", "whats up"])
@pytest.mark.parametrize("prior", ["es", "pt", "ht"])
def test_a_few_borrowed_english_words_do_not_change_a_persons_language(text: str, prior: str) -> None:
    assert GUESSER.guess(text, prior) == Guess(prior, sure=False)


@pytest.mark.parametrize("text", ["hola", "gracias", "la migra esta aqui", "bonjou", "mwen bezwen ed", "tak"])
def test_a_word_of_their_own_language_moves_somebody_away_from_english(text: str) -> None:
    assert GUESSER.guess(text, "en").lang != "en"
    assert GUESSER.guess(text, "en").sure


@pytest.mark.parametrize(
    ("text", "lang"),
    [("can they come in without a warrant", "en"), ("no me enseñaron ninguna orden", "es"),
     ("eles podem entrar na minha casa", "pt"), ("eske yo ka antre lakay mwen", "ht")],
)  # fmt: skip
@pytest.mark.parametrize("prior", LANGUAGES)
def test_a_clear_text_changes_the_language_whatever_came_before(text: str, lang: str, prior: str) -> None:
    assert GUESSER.guess(text, prior) == Guess(lang, sure=True)


@pytest.mark.parametrize(
    "text",
    ["oye can ICE entrar a mi casa sin warrant", "mi landlord dice que va a llamar a ICE",
     "estan en el parking del Walmart", "my husband lo agarraron en el trabajo que hago",
     "quiero subscribe a las alertas please", "mi boss no me quiere pagar", "necesito un ride para la corte",
     "la migra is here ayudenme por favor"],
)  # fmt: skip
def test_spanglish_is_spanish_when_its_small_words_are(text: str) -> None:
    assert GUESSER.guess(text).lang == "es"


@pytest.mark.parametrize(
    ("text", "lang"),
    [("estan en la Park con Broad", "es"), ("ICE sou Franklin Ave kounye a", "ht"),
     ("tem agentes na Park Street", "pt"), ("son na rogu Capitol Ave i Broad Street teraz policja", "pl"),
     ("they are on Wethersfield Ave", "en"), ("LA MIGRA ESTA AQUI", "es")],
)  # fmt: skip
def test_street_names_do_not_make_a_text_english(text: str, lang: str) -> None:
    assert GUESSER.guess(text).lang == lang


@pytest.mark.parametrize("text", ["الشرطة هنا ساعدوني", "移民局在门口", "помогите мне"])
def test_a_text_in_another_script_is_never_surely_one_of_ours(text: str) -> None:
    assert GUESSER.guess(text) == Guess("en", sure=False)
    assert GUESSER.guess(text, "es") == Guess("es", sure=False)


@given(st.text(max_size=200), st.sampled_from([None, "en", "es", "vi"]))
def test_any_text_gets_a_language(text: str, prior: str | None) -> None:
    guess = GUESSER.guess(text, prior)
    assert guess.lang in {*LANGUAGES, prior}


def test_threads_share_one_guesser() -> None:
    texts = [row.text for row in ROWS[::7]]
    alone = [GUESSER.guess(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(GUESSER.guess, texts)) == alone


def test_a_guess_takes_less_than_two_milliseconds() -> None:
    GUESSER.guess("load the model")
    started = time.perf_counter()
    for row in ROWS:
        GUESSER.guess(row.text)
    assert (time.perf_counter() - started) / len(ROWS) < 0.002


@pytest.mark.parametrize(
    "text", ["hola " * 320, "A" * 1600, "[" * 1600, "st " * 533, "www." * 400, "Ab " * 533]
)
def test_the_longest_text_is_guessed_in_a_moment(text: str) -> None:
    started = time.perf_counter()
    GUESSER.guess(text)
    assert time.perf_counter() - started < 0.05
