"""Every way an editor can go wrong gets one sentence that names file, card, language and line."""

from __future__ import annotations

import re
import time
from datetime import date
from typing import TYPE_CHECKING

import pytest

from hotline.content.checks.check import check
from hotline.content.wording import breaches, numbers, read_bans
from tests.content.conftest import CONTENT, Check, Spoil

if TYPE_CHECKING:
    from pathlib import Path

RIGHTS = "legal/national/rights.yml"
HELP = "legal/hartford/help.yml"
EN, ES = "messages/en.yml", "messages/es.yml"
PAGE_TAKEN = r'(?<=page_taken: ")\{handle\}'
SHORT = "Everyone has rights, with or without papers"
SHORT_ES = "Toda persona tiene derechos, con papeles o sin papeles"
SHORT_PT = "Toda pessoa tem direitos, com ou sem papéis"
SHORT_HT = "Tout moun gen dwa, avèk oswa san papye"
CITY = "cities/hartford.yml"
FOUR = "languages: [en, es, pt, ht]"


def errors(checked: Check) -> str:
    return "\n".join(checked().of("error"))


def test_the_content_of_this_project_has_no_error() -> None:
    report = check(CONTENT, "hartford", today=date(2026, 11, 22))
    assert report.of("error") == []
    assert report.topics >= 40


def test_the_check_takes_less_than_three_seconds() -> None:
    begin = time.perf_counter()
    check(CONTENT, "hartford")
    assert time.perf_counter() - begin < 3


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        pytest.param(
            RIGHTS,
            "topic: minors",
            "topic: miners",
            r"rights\.yml, line \d+, card national\.minors: topic: miners is not a topic",
            id="unknown topic",
        ),
        pytest.param(
            RIGHTS,
            "topic: minors",
            "colour: red\ntopic: minors",
            r"rights\.yml, line \d+, card national\.minors: colour",
            id="unknown field",
        ),
        pytest.param(
            RIGHTS,
            "grade: B}",
            "grade: C}",
            r"rights\.yml, line \d+, card national\.basic_rights: sources\.1\.grade: grade C is too weak",
            id="grade C",
        ),
        pytest.param(RIGHTS, "grade: B}", "grade: B-}", r"grade B- is too weak to print", id="grade B-"),
        pytest.param(
            RIGHTS,
            "label: Children",
            "lable: Children",
            r"rights\.yml, line \d+, card national\.minors, language en: texts\.en\.label",
            id="language is named",
        ),
        pytest.param(
            RIGHTS,
            "status: draft",
            "status: reviewed",
            r"names reviewed_by and reviewed_on",
            id="no reviewer",
        ),
        pytest.param(
            RIGHTS, "status: draft", "status: draft\nstatus: draft", r"status is said twice", id="key twice"
        ),
        pytest.param(
            RIGHTS, "texts:", "texts: [", r"rights\.yml, line \d+: not readable as YAML", id="not YAML"
        ),
        pytest.param(
            RIGHTS,
            "id: national.minors",
            "id: national.bond",
            r"card national\.bond: the id is taken by",
            id="same id",
        ),
        pytest.param(
            RIGHTS,
            "topic: dont_sign",
            "topic: community_events",
            r"No card answers the topic dont_sign",
            id="required topic without card",
        ),
        pytest.param(
            RIGHTS,
            SHORT,
            SHORT + " and more words" * 12,
            r"line \d+, card national\.basic_rights, language en: short costs 3 segments .* shorten it",
            id="too long",
        ),
        pytest.param(
            RIGHTS,
            SHORT_ES,
            SHORT_ES + " aquí",
            r"basic_rights, language es: short costs 4 segments .* write without: aquí -> en este lugar",
            id="accent makes it dear",
        ),
        pytest.param(
            HELP,
            "860-541-5000",
            "860-555-1234",
            r"card hartford\.find_lawyer, language en: short names the number 8605551234, not in",
            id="number not in the directory",
        ),
        pytest.param(
            HELP, "860-541-5000", "860-300-3845", r"names the number 8603003845", id="number below grade B"
        ),
        pytest.param(
            EN,
            r"(?m)^thanks: .*\n",
            "",
            r"es\.yml, line \d+.* message thanks is not in en\.yml",
            id="key only in es",
        ),
        pytest.param(
            ES, r"(?m)^thanks: .*\n", "", r"es\.yml.* message thanks is missing", id="message not translated"
        ),
        pytest.param(
            ES,
            PAGE_TAKEN,
            "{nombre}",
            r"message page_taken must have the same names in braces",
            id="other placeholder",
        ),
        pytest.param(
            ES, PAGE_TAKEN, "{handle", r"page_taken has a brace without its partner", id="broken brace"
        ),
        pytest.param(
            EN,
            "You are welcome.",
            "Call 860-555-1234.",
            r"message thanks names the number",
            id="number in message",
        ),
        pytest.param(
            EN, "You are welcome.", "Welcome " * 60, r"message thanks costs 4 segments", id="long message"
        ),
        pytest.param(
            "cities/hartford.yml",
            "America/New_York",
            "America/Hartford",
            r"hartford\.yml, line \d+, card hartford: timezone: America/Hartford is no time zone",
            id="time zone",
        ),
        pytest.param(
            "cities/hartford.yml",
            r"zones: \[parkville\]",
            "zones: [parkvile]",
            r"unknown zone parkvile",
            id="unknown zone",
        ),
        pytest.param(
            "cities/hartford.yml",
            "after_seconds: 0",
            "after_seconds: 900",
            r"go forward in time",
            id="policy out of order",
        ),
        pytest.param(
            CITY,
            "who: organizers, after_seconds: 240",
            "who: partner, after_seconds: 240",
            r"hartford\.yml, line \d+.*names partner.*partner_line",
            id="partner without a number",
        ),
        pytest.param(
            "forbidden/en.yml", r"pattern: '", "pattern: '(", r"not a regular expression", id="bad rule"
        ),
    ],
)
def test_a_mistake_is_an_error_that_says_where(
    file: str, old: str, new: str, sentence: str, spoil: Spoil, checked: Check
) -> None:
    spoil(file, old, new)
    assert re.search(sentence, errors(checked)), errors(checked)


def test_a_card_without_one_of_the_citys_languages_is_an_error(root: Path, checked: Check) -> None:
    path = root / RIGHTS
    documents = path.read_text(encoding="utf-8").split("---\n")
    documents[-1] = documents[-1].split("  es:\n")[0]
    path.write_text("---\n".join(documents), encoding="utf-8")
    assert "card national.checkpoints, language es: no text in this language" in errors(checked)


def test_every_mistake_is_told_at_once(spoil: Spoil, checked: Check) -> None:
    spoil(RIGHTS, "topic: minors", "topic: miners")
    spoil(HELP, "topic: daca", "topic: dacca")
    spoil(EN, "You are welcome.", "Call 860-555-1234.")
    found = errors(checked)
    assert "miners" in found
    assert "dacca" in found
    assert "8605551234" in found


@pytest.mark.parametrize(
    "said",
    [
        "ICE cannot enter your home.",
        "They can't come in without it.",
        "You are safe here.",
        "We will protect you.",
        "Someone will come.",
        "There is nothing to worry about.",
        "Hide in the back room.",
        "Run away from them.",
        "Use a false name.",
        "Block the agents at the gate.",
        "Destroy your papers.",
        "Skip your hearing.",
        "For illegals.",
    ],
)
def test_promises_and_bad_advice_in_english_are_refused(said: str, spoil: Spoil, checked: Check) -> None:
    spoil(RIGHTS, SHORT, said)
    assert "card national.basic_rights, language en: short says" in errors(checked)


@pytest.mark.parametrize(
    "said",
    [
        "ICE no puede entrar.",
        "No le pueden arrestar.",
        "Usted queda a salvo.",
        "Vamos a protegerle.",
        "Alguien va a llegar.",
        "No se preocupe.",
        "Escóndase en casa.",
        "Salga corriendo.",
        "Diga que es ciudadano.",
        "Bloquee la entrada.",
        "Rompa sus papeles.",
        "No vaya a la corte.",
        "La policia llega.",
    ],
)
def test_promises_and_bad_advice_in_spanish_are_refused(said: str, spoil: Spoil, checked: Check) -> None:
    spoil(RIGHTS, SHORT_ES, said)
    assert "card national.basic_rights, language es: short says" in errors(checked)


@pytest.mark.parametrize(
    "said",
    [
        "O ICE não pode entrar.",
        "Eles não vão te prender.",
        "Não te podem deportar.",
        "Ninguém pode te prender.",
        "Em casa fica seguro.",
        "Vamos proteger a todos.",
        "Prometemos ajudar.",
        "Alguém vai chegar.",
        "Não se preocupe.",
        "Se esconda em casa.",
        "Saia correndo.",
        "Corra, minta ou fuja.",
        "Minta para o agente.",
        "Mostre papel falso.",
        "Diga que é cidadão.",
        "Bloqueie a entrada.",
        "Rasgue seus papéis.",
        "Falte à corte.",
        "Não vá à audiência.",
        "Para os ilegais.",
        "Voce nao precisa assinar.",
        "Uma pessoa vai ler.",
        "Quem defende a comunidade vai ler.",
        "Mensagem nunca é privada.",
        "Essa regra nunca obriga o ICE.",
        "Policial é proibido de perguntar.",
        "A equipe te escreve.",
    ],
)
def test_promises_and_bad_advice_in_portuguese_are_refused(said: str, spoil: Spoil, checked: Check) -> None:
    spoil(CITY, r"languages: \[.*\]", FOUR)
    spoil(RIGHTS, SHORT_PT, said)
    assert "card national.basic_rights, language pt: short says" in errors(checked)


@pytest.mark.parametrize(
    "said",
    [
        "ICE pa ka antre.",
        "Yo p ap arete ou.",
        "Pèsonn pa ka arete ou.",
        "Ou an sekirite la a.",
        "N ap pwoteje ou.",
        "Nou pwomèt ou sa.",
        "Yon moun ap vini.",
        "Ou pa bezwen pè.",
        "Kache kò ou.",
        "Kouri vit.",
        "Bay manti.",
        "Montre fo papye.",
        "Di ou se sitwayen.",
        "Bloke pòt la.",
        "Chire papye ou yo.",
        "Pa ale nan tribinal.",
        "Rate odyans lan.",
        "Pou imigran ilegal.",
        "Eske ou la?",
        "Yon moun ap li l.",
        "Moun k ap defann kominote a ap li l.",
        "Pèsòn pa la.",
        "Lakou Siprèm te di sa.",
    ],
)
def test_promises_and_bad_advice_in_creole_are_refused(said: str, spoil: Spoil, checked: Check) -> None:
    spoil(CITY, r"languages: \[.*\]", FOUR)
    spoil(RIGHTS, SHORT_HT, said)
    assert "card national.basic_rights, language ht: short says" in errors(checked)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("pt", "Nunca corra, minta ou mostre papel falso."),
        ("pt", "Nunca falte à corte, sem prometer nada."),
        ("pt", "Nunca toque, empurre nem bloqueie um agente."),
        ("pt", "Nada de correr ou mentir. Nunca falte à corte."),
        ("pt", "Talvez uma pessoa leia; alguns ficam sem resposta."),
        ("ht", "Pa kouri, pa bay manti, pa montre fo papye."),
        ("ht", "Pa rate tribinal. Nou pa ka pwomèt kilè."),
        ("ht", "Lè y ap kouri dèyè yon moun, yo ka antre."),
        ("ht", "Yon moun ka li l; gen moun ki pa jwenn repons."),
    ],
)
def test_the_warning_against_a_bad_thing_is_not_the_bad_thing(lang: str, said: str) -> None:
    assert list(breaches(said, read_bans(CONTENT, lang))) == []


def test_the_nations_cards_and_every_message_are_right_in_four_languages(
    spoil: Spoil, checked: Check
) -> None:
    spoil(CITY, r"languages: \[.*\]", FOUR)
    assert [text for text in checked().of("error") if not re.search(r"card (?!national\.)", text)] == []


def test_a_number_that_urgent_messages_name_must_stand_in_the_directory_at_grade_b_or_better(
    spoil: Spoil, checked: Check
) -> None:
    spoil("cities/hartford.yml", 'dial before opening", grade: A-', 'x", grade: B-')
    errors = "\n".join(checked().of("error"))
    for lang in ("en", "es", "pt", "ht", "fr", "pl"):
        assert f"language {lang}: message crisis_violence" in errors
    assert "{violence_line} needs safe_connect in the directory" in errors


def test_an_expired_card_is_a_warning_with_its_date(root: Path) -> None:
    found = "\n".join(check(root, "hartford", today=date(2027, 1, 1)).of("warning"))
    assert "card national.rights_at_door: expired on 2026-12-31" in found
    assert "national.basic_rights" not in found


def test_the_operators_open_tasks_are_warnings(checked: Check) -> None:
    assert any("no partner line" in text for text in checked().of("warning"))


def test_a_dear_character_gets_a_hint_with_cheaper_words(spoil: Spoil, checked: Check) -> None:
    spoil(
        EN,
        "Thank you, that is all we need to ask.",
        "Thank you… that’s all we need to ask for the time being, really.",
    )
    found = [text for text in checked().of("hint") if "message raid_thanks" in text]
    assert len(found) == 1
    assert "… -> ..." in found[0]
    assert "’ -> '" in found[0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Call 1-800-898-7180 now", ("8008987180",)),
        ("(860) 541-5000 or 860.541.5001", ("8605415000", "8605415001")),
        ("8605415000", ("8605415000",)),
        ("call 911, or 211.", ("911", "211")),
        ("form I-210, Sec. 2-928, 450 Main St, 06105, 54-192h, 2026-05-18", ()),
        ("9110 cars, $911", ()),
    ],
)
def test_phone_numbers_are_told_from_other_numbers(text: str, found: tuple[str, ...]) -> None:
    assert numbers(text) == found
