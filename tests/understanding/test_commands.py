"""One-word commands in four languages, staff commands, and the words that must never be ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.understanding.commands import RESIDENT, STAFF, Command, resident_command, staff_command
from hotline.understanding.optout.rules import is_carrier_word, optout

TWILIO_STOPS = ("stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout")


@pytest.mark.parametrize(
    ("text", "kind", "argument"),
    [
        ("MORE", "more", ""), ("más", "more", ""), ("Mas por favor", "more", ""),
        ("mais!", "more", ""), ("plis", "more", ""),
        ("SOURCE", "source", ""), ("¿Fuente?", "source", ""), ("fonte", "source", ""),
        ("sous", "source", ""),
        ("law", "law", ""), ("LEY", "law", ""), ("lei", "law", ""), ("lwa", "law", ""),
        ("Ayuda", "help", ""), ("help!", "help", ""), ("èd", "help", ""), ("ajuda", "help", ""),
        ("English", "language", "en"), ("ESPAÑOL", "language", "es"), ("espanol please", "language", "es"),
        ("português", "language", "pt"), ("Kreyòl", "language", "ht"), ("idioma", "language", ""),
        ("BORRAR", "delete", ""), ("delete my data", "delete", ""), ("apagar", "delete", ""),
        ("efase", "delete", ""),
        ("alertas", "alerts", ""), ("ALERTS Frog Hollow, Parkville", "alerts", "Frog Hollow, Parkville"),
        ("persona", "human", ""), ("Quiero hablar con una persona", "human", ""), ("yon moun", "human", ""),
        ("2", "choice", "2"), ("3.", "choice", "3"), ("4️⃣", "choice", "4"), ("uno", "choice", "1"),
        ("menú", "menu", ""), ("START", "start", ""),
    ],
)  # fmt: skip
def test_a_resident_command_is_known_in_every_language(text: str, kind: str, argument: str) -> None:
    assert resident_command(text) == Command(kind, argument)


@pytest.mark.parametrize(
    "text",
    ["what are my rights", "mas o menos como a que hora", "alerta migra en la park", "no", "si", "yes",
     "0", "10", "", "?",
     "alerts are what i want to ask about because nobody told me how they work"],
)  # fmt: skip
def test_a_sentence_is_no_command(text: str) -> None:
    assert resident_command(text) is None


@pytest.mark.parametrize("word", TWILIO_STOPS)
def test_the_words_of_carriers_only_ever_stop(word: str) -> None:
    assert resident_command(word.upper()) == Command("stop")
    assert staff_command(word) is None


def test_no_command_of_ours_is_a_word_that_carriers_act_on() -> None:
    """Such a word would block the number it is texted to; START and HELP mean the same to both."""
    phrases = {" ".join(phrase) for phrase in (*RESIDENT, *STAFF)}
    assert not [phrase for phrase in phrases if is_carrier_word(phrase) or phrase in TWILIO_STOPS]


def test_no_staff_command_is_taken_for_an_opt_out() -> None:
    assert not [phrase for phrase in STAFF if optout(" ".join(phrase)) == "stop"]


@pytest.mark.parametrize(
    ("text", "kind", "argument"),
    [
        ("1", "take", ""), ("TAKE 7", "take", "7"), ("take #7", "take", "7"), ("Tomo 12", "take", "12"),
        ("pass", "pass", ""), ("PASO 3", "pass", "3"), ("ON", "on", ""), ("off", "off", ""),
        ("ONWAY", "onway", ""), ("en camino", "onway", ""), ("on my way!", "onway", ""),
        ("onscene", "onscene", ""), ("AQUÍ", "onscene", ""), ("ya llegué", "onscene", ""),
        ("CONFIRMED", "confirmed", ""), ("confirmado", "confirmed", ""), ("confirmed 7", "confirmed", "7"),
        ("false", "false_alarm", ""), ("falsa alarma", "false_alarm", ""), ("UNABLE", "unable", ""),
        ("no pude", "unable", ""),
        ("ended 4", "ended", "4"), ("terminó", "ended", ""), ("STATUS", "status", ""),
        ("estado", "status", ""),
        ("help", "help", ""),
        ("Q12 Yes, you can call.\nAsk for Ana", "answer", "Q12 Yes, you can call.\nAsk for Ana"),
        ("q3: hola", "answer", "Q3 hola"),
    ],
)  # fmt: skip
def test_a_staff_command_is_known_with_its_argument(text: str, kind: str, argument: str) -> None:
    assert staff_command(text) == Command(kind, argument)


@pytest.mark.parametrize(
    "text", ["I am near the bodega", "7", "Q5", "are they still there?", "take care", "", "1 agent here"]
)
def test_other_words_of_staff_are_left_to_the_relay(text: str) -> None:
    assert staff_command(text) is None


@given(st.text(max_size=120))
def test_any_text_is_a_command_or_none(text: str) -> None:
    for command in (resident_command(text), staff_command(text)):
        assert command is None or command.kind
