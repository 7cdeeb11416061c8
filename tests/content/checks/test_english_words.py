"""Words to say to an agent stand in English, letter for letter, in every language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.content.checks.english_words import read_speech, spoken
from tests.content.conftest import CONTENT

if TYPE_CHECKING:
    from tests.content.conftest import Check, Spoil

RIGHTS = "legal/national/rights.yml"
DOOR_ES = r'Diga: "I do not consent"'


def errors(checked: Check) -> str:
    return "\n".join(checked().of("error"))


def test_a_language_without_the_english_words_to_say_is_an_error(spoil: Spoil, checked: Check) -> None:
    spoil(RIGHTS, r'"I do\s+not consent"\s+y\s+guarde', "eso y guarde")
    spoil(RIGHTS, DOOR_ES, "Sin firmar")
    found = errors(checked)
    assert (
        'card national.rights_at_door, language es: the words to say "I do not consent" are missing' in found
    )


def test_words_to_say_in_another_language_alone_are_an_error(spoil: Spoil, checked: Check) -> None:
    spoil(RIGHTS, DOOR_ES, 'Diga: "no doy permiso"')
    found = errors(checked)
    assert 'card national.rights_at_door, language es: short tells people to say "no doy permiso"' in found


def test_english_words_that_no_card_names_are_an_error(spoil: Spoil, checked: Check) -> None:
    """Or the other languages would never be held to them."""
    spoil(RIGHTS, r'Say: "I do not consent\."', 'Say: "Go away."')
    found = errors(checked)
    assert 'card national.rights_at_door, language en: short tells people to say "Go away."' in found


@pytest.mark.parametrize(
    ("lang", "text", "said"),
    [
        ("en", 'Say: "I want a lawyer."', ["I want a lawyer."]),
        ("en", 'Say it calmly: "No." Then ask: "Am I free?"', ["No.", "Am I free?"]),
        ("en", 'stay calm, say "I do not consent", stay silent', ["I do not consent"]),
        ("en", 'ask me "find a lawyer". Text "someone was taken".', []),
        ("es", 'Diga con calma: "No." Pregunte: "¿Me puedo ir?"', ["No.", "¿Me puedo ir?"]),
        ("es", 'no se resista, diga "no doy permiso" y calle', ["no doy permiso"]),
        ("es", 'pregunte "buscar abogado"; por ejemplo: "un agente quiere ver mis papeles"', []),
        ("pt", 'Diga: "Não." Pergunte: "Posso ir embora?"', ["Não.", "Posso ir embora?"]),
        ("pt", 'não resista, fale "não consinto"; pergunte "achar advogado"', ["não consinto"]),
        ("ht", 'Di: "Mwen pa dakò." Mande: "Mwen lib?"', ["Mwen pa dakò.", "Mwen lib?"]),
        ("ht", 'mande m "jwenn avoka". Si yo di "yes", ale. Yon vès ki te di "police".', []),
    ],
)
def test_what_people_are_told_to_say_is_told_from_what_they_text(
    lang: str, text: str, said: list[str]
) -> None:
    assert list(spoken(text, read_speech(CONTENT)[lang])) == said
