"""The language of a short text is known, thin evidence is admitted, and the person's last language breaks ties."""

from __future__ import annotations

import logging
import random
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.conversation.language import LANGUAGES, LanguageGuesser
from tests.conversation.tables import share, table

GUESSER = LanguageGuesser()
ROWS = [*table("language_dev.jsonl"), *(row for row in table("urgency_dev.jsonl") if len(row["text"].split()) >= 4)]
SHORT = [row for row in ROWS if len(row["text"].split()) <= 10]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_text_of_four_to_ten_words_is_known(lang: str) -> None:
    rows = [row for row in SHORT if row["lang"] == lang]
    assert len(rows) >= 20
    assert share(rows, lambda row: GUESSER.guess(row["text"]).lang == lang) >= 0.97


def test_a_sure_guess_is_hardly_ever_wrong() -> None:
    sure = [row for row in SHORT if GUESSER.guess(row["text"]).sure]
    assert len(sure) >= 0.8 * len(SHORT)
    assert share(sure, lambda row: GUESSER.guess(row["text"]).lang == row["lang"]) >= 0.99


@pytest.mark.parametrize(
    ("text", "lang"),
    [("hola", "es"), ("gracias", "es"), ("oui", "fr"), ("bonjou", "ht"), ("mwen", "ht"), ("tak", "pl"), ("dziękuję", "pl"),
     ("obrigado", "pt"), ("thanks", "en"), ("hello", "en"), ("mèsi", "ht"), ("merci", "fr")],
)  # fmt: skip
def test_one_telling_word_is_enough(text: str, lang: str) -> None:
    assert GUESSER.guess(text).lang == lang


@pytest.mark.parametrize("text", ["", "ICE", "🚨", "1", "Park Street", "ok", "120", "???", "ICE Park St 🧊"])
def test_thin_evidence_keeps_the_last_language_and_is_not_sure(text: str) -> None:
    assert not GUESSER.guess(text).sure
    assert GUESSER.guess(text, prior="ht").lang == "ht"
    assert GUESSER.guess(text).lang == "en"


def test_a_clear_text_overrules_the_last_language() -> None:
    assert GUESSER.guess("que hago si tocan la puerta", prior="en").lang == "es"


@pytest.mark.parametrize(
    "text", ["mi boss no me quiere pagar", "necesito un ride para la corte", "la migra is here ayudenme por favor"]
)
def test_spanglish_is_answered_in_spanish(text: str) -> None:
    assert GUESSER.guess(text).lang == "es"


def test_a_guess_takes_under_two_milliseconds() -> None:
    took: list[float] = []
    for row in ROWS[:400]:
        started = time.thread_time()
        GUESSER.guess(row["text"])
        took.append(time.thread_time() - started)
    assert sorted(took)[int(len(took) * 0.99)] < 0.002


def test_guessing_from_many_threads_gives_the_same_guesses() -> None:
    texts = [row["text"] for row in random.Random(3).sample(ROWS, 200)]
    expected = [GUESSER.guess(text) for text in texts]
    results: list[bool] = []
    threads = [
        threading.Thread(target=lambda: results.append([LanguageGuesser().guess(t) for t in texts] == expected))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [True] * 4


def test_it_is_silent(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    with caplog.at_level(logging.DEBUG):
        LanguageGuesser().guess("que hago si tocan la puerta")
    assert caplog.text == ""
    assert capsys.readouterr() == ("", "")


@given(st.text(max_size=200), st.sampled_from([None, *LANGUAGES, "sq"]))
def test_any_text_gets_a_language(text: str, prior: str | None) -> None:
    assert GUESSER.guess(text, prior).lang in (*LANGUAGES, prior)
