"""What slipped through once is refused: that somebody reads, that all is gone, that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from hotline.content.wording import breaches, read_bans
from tests.content.conftest import CONTENT

if TYPE_CHECKING:
    from tests.content.conftest import Check, Spoil

PROMISES: Final = {
    "en": (
        "A person will read it; we cannot say when.",
        "Advocates read it.",
        "Somebody is going to answer you.",
        "Done: we deleted what we keep about you.",
        "We have erased everything we know about you.",
        "Nobody is told about your report.",
        "No one can see your number.",
        "Your texts are private.",
        "Your report stays anonymous.",
    ),
    "es": (
        "Una persona lo va a leer; no sabemos a qué hora.",
        "Lo leen defensores de la comunidad.",
        "Lo van a leer defensores.",
        "Alguien va a contestarle.",
        "Listo: borramos lo que guardamos de usted.",
        "Borramos todo lo que sabemos de usted.",
        "Nadie se va a enterar.",
        "Nadie puede ver su celular.",
        "Sus mensajes son privados.",
    ),
    "pt": (
        "Uma pessoa vai ler; não sabemos quando.",
        "Quem defende a comunidade lê isso.",
        "Alguém vai responder.",
        "Pronto: apagamos o que guardamos a seu respeito.",
        "Apagamos tudo o que sabemos.",
        "Ninguém vai saber.",
        "Ninguém pode ver seu telefone.",
        "Suas mensagens são privadas.",
    ),
    "ht": (
        "Yon moun ap li l; nou pa ka di kilè.",
        "Defansè yo ap li l.",
        "Yon moun pral reponn ou.",
        "Nou efase sa nou kenbe sou ou.",
        "Nou efase tout sa nou konnen sou ou.",
        "Pèsonn p ap konnen.",
        "Pèsonn pa ka wè nimewo ou.",
        "Mesaj ou prive.",
    ),
}
HONEST: Final = {
    "en": ("A person may read it.", "Texts are not private.", "Do you want a person to read this?"),
    "es": ("Tal vez lo lea una persona.", "Estos textos no son privados.", "¿Quiere que lo lea una persona?"),
    "pt": ("Talvez uma pessoa leia.", "Outros podem ler mensagens.", "Quer que uma pessoa leia isso?"),
    "ht": ("Yon moun ka li l; nou pa ka di kilè.", "Mesaj yo pa prive."),
}  # fmt: skip


@pytest.mark.parametrize(("lang", "said"), [(lang, said) for lang, all_ in PROMISES.items() for said in all_])
def test_a_promise_that_slipped_through_once_is_refused(lang: str, said: str) -> None:
    assert list(breaches(said, read_bans(CONTENT, lang))), said


@pytest.mark.parametrize(("lang", "said"), [(lang, said) for lang, all_ in HONEST.items() for said in all_])
def test_the_honest_sentence_stands(lang: str, said: str) -> None:
    assert list(breaches(said, read_bans(CONTENT, lang))) == []


@pytest.mark.parametrize("lang", sorted(PROMISES))
def test_a_promise_in_a_message_of_the_line_is_an_error(lang: str, spoil: Spoil, checked: Check) -> None:
    spoil(f"messages/{lang}.yml", "(?m)^thanks: .*$", f'thanks: "{PROMISES[lang][0]}"')
    assert f"language {lang}: message thanks says" in "\n".join(checked().of("error"))


def test_a_promise_in_the_public_pages_is_an_error(spoil: Spoil, checked: Check) -> None:
    spoil("registration/en.yml", "In danger, call 911.", "A person will read your text. In danger, call 911.")
    found = "\n".join(checked().of("error"))
    assert "en.yml, line" in found
    assert 'pages.terms says "A person will read"' in found
