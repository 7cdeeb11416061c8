"""Reading ease against values worked out by hand, and against texts that anybody can tell apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.content.checks.check import check
from hotline.content.checks.readability import counts, ease, syllables
from tests.content.conftest import CONTENT, Check, Spoil

PLAIN = {
    "en": "You can stay silent. You do not have to sign. Ask for a lawyer.",
    "es": "Puede quedarse callado. No firme nada. Pida un abogado.",
    "pt": "Eles pedem para entrar na sua casa. Pode dizer que não. Fale com um advogado.",
    "ht": "Ou ka rete an silans. Pa siyen anyen. Mande yon avoka.",
}
HEAVY = {
    "en": "Notwithstanding the administrative characterization of documentation presented by immigration "
    "officials, constitutional protections regarding unreasonable searches remain applicable.",
    "es": "Independientemente de la caracterización administrativa de la documentación presentada por "
    "funcionarios migratorios, las garantías constitucionales relativas a inspecciones irrazonables "
    "permanecen aplicables.",
    "pt": "Independentemente da caracterização administrativa da documentação apresentada por funcionários "
    "migratórios, as garantias constitucionais relativas a inspeções irrazoáveis permanecem aplicáveis.",
    "ht": "Kèlkeswa karakterizasyon administratif dokimantasyon fonksyonè imigrasyon prezante, pwoteksyon "
    "konstitisyonèl konsènan enspeksyon arbitrè toujou aplikab nan tout sikonstans posib.",
}


@pytest.mark.parametrize("lang", sorted(PLAIN))
def test_plain_words_are_easy_and_an_offices_are_not(lang: str) -> None:
    plain, heavy = ease(PLAIN[lang], lang), ease(HEAVY[lang], lang)
    assert plain
    assert heavy
    assert not plain.hard
    assert heavy.hard


@pytest.mark.parametrize(
    ("text", "lang", "words", "sentences", "spoken", "long"),
    [
        ("Stay calm. Do not run!", "en", 5, 2, 5, 0),
        ("No abra la puerta: pida una orden.", "es", 7, 2, 12, 0),
        ("A lei da cidade não vale.", "pt", 6, 1, 9, 0),
        ("Imigrasyon pa ka antre.", "ht", 4, 1, 0, 1),
        ("Call 911 at 860-541-5000.", "en", 2, 1, 2, 0),
    ],
)
def test_what_is_counted_is_what_one_counts(
    text: str, lang: str, words: int, sentences: int, spoken: int, long: int
) -> None:
    found = counts(text, lang)
    assert (found.words, found.sentences, found.long) == (words, sentences, long)
    if spoken:
        assert found.syllables == spoken


@pytest.mark.parametrize(
    ("text", "lang", "value"),
    [
        ("Stay calm. Do not run!", "en", 0.39 * 2.5 + 11.8 * 1 - 15.59),
        ("No abra la puerta: pida una orden.", "es", 206.84 - 60 * 12 / 7 - 1.02 * 3.5),
        ("A lei da cidade não vale.", "pt", 248.835 - 84.6 * 9 / 6 - 1.015 * 6),
        ("Imigrasyon pa ka antre.", "ht", 4 + 100 / 4),
    ],
)
def test_the_formulas_are_the_published_ones(text: str, lang: str, value: float) -> None:
    found = ease(text, lang)
    assert found
    assert found.value == pytest.approx(value, abs=0.05)


@pytest.mark.parametrize(
    ("lang", "word", "number"),
    [
        ("en", "people", 2), ("en", "agents", 2), ("en", "stopped", 1), ("en", "wanted", 2), ("en", "the", 1),
        ("en", "immigration", 4), ("en", "home", 1), ("en", "table", 2),
        ("es", "ciudad", 2), ("es", "país", 2), ("es", "policía", 4), ("es", "que", 1), ("es", "ley", 1),
        ("es", "y", 1), ("es", "migración", 3), ("es", "hielo", 2), ("es", "leer", 2),
        ("pt", "não", 1), ("pt", "mãe", 1), ("pt", "informações", 4), ("pt", "saúde", 3), ("pt", "você", 2),
    ],
)  # fmt: skip
def test_syllables_are_counted_as_one_claps_them(lang: str, word: str, number: int) -> None:
    assert syllables(word, lang) == number


@given(st.text(max_size=200), st.sampled_from(["en", "es", "pt", "ht", "fr"]))
def test_no_text_breaks_a_formula(text: str, lang: str) -> None:
    found = ease(text, lang)
    assert found is None or found.measure in str(found)


def test_there_is_no_measure_without_a_formula_or_words() -> None:
    assert ease("Dzień dobry wszystkim.", "pl") is None
    assert ease("911, 211.", "en") is None


def test_a_text_that_is_hard_to_read_is_listed_with_its_place(spoil: Spoil, checked: Check) -> None:
    spoil("legal/national/rights.yml", "Everyone has rights, with or without papers", HEAVY["en"])
    (told,) = [text for text in checked().of("reading") if "basic_rights, language en: short" in text]
    assert told.startswith("rights.yml, line ")
    assert "Flesch-Kincaid grade" in told
    assert "at most 6 for age 11" in told


def test_hard_reading_is_no_error() -> None:
    report = check(CONTENT, "hartford")
    assert report.of("error") == []
    assert len(report.of("reading")) < 60
