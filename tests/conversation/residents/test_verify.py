"""VERIFY answers from what we sent; FAKE passes words on, and neither is mistaken for a report or a stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.conversation.interpret import is_quoting
from hotline.conversation.residents import verify
from hotline.messaging.asked import FakeWords, HappeningNow, waiting
from hotline.privacy import retention
from hotline.staff.roster import handle_of, seed_demo
from hotline.store import keys
from hotline.understanding.commands import CHECK, Check, check_command
from hotline.understanding.optout.rules import is_carrier_word, optout
from tests.stage.talk import NOW, Talk

if TYPE_CHECKING:
    from hotline.settings import Settings

ORGANIZER = "+18605550103"


@pytest.fixture
async def talk(talk: Talk, settings: Settings) -> Talk:
    """A resident who is known, and the demo's staff."""
    await seed_demo(settings)
    return talk


async def passed_on(talk: Talk) -> list[str]:
    """Words that went to organizers."""
    return await talk.texts("*fake*")


# -- words


@pytest.mark.parametrize(
    ("text", "kind", "argument", "lang"),
    [
        ("VERIFY 482", "verify", "482", "en"), ("verify482", "verify", "482", "en"),
        ("Verify #482, please", "verify", "482", "en"), ("is 482 real?", "verify", "482", "en"),
        ("VERIFY 4821", "verify", "4821", "en"), ("verify", "verify", "", "en"),
        ("Verificar 482 por favor", "verify", "482", "es"), ("¿482 es real?", "verify", "482", "es"),
        ("VERIFYE 482", "verify", "482", "ht"),
        ('FAKE: "Santuario: go out"', "fake", "Santuario: go out", "en"), ("fake", "fake", "", "en"),
        ("FALSO ¡Salgan ya!", "fake", "¡Salgan ya!", "es"), ("Fo mesaj soti", "fake", "soti", "ht"),
    ],
)  # fmt: skip
def test_a_check_is_known_with_its_number_or_words(text: str, kind: str, argument: str, lang: str) -> None:
    found = check_command(text)
    assert found
    assert (found.kind, found.argument, found.langs[0]) == (kind, argument, lang)


@pytest.mark.parametrize(
    "text",
    ["482", "482?", "verify my address", "verify 482 or 483", "false", "falsa alarma, ya se fueron", "", "?",
     "is it real?", "they verify 482 papers"],
)  # fmt: skip
def test_any_other_text_is_no_check(text: str) -> None:
    assert check_command(text) is None


def test_no_word_of_a_check_is_a_carriers_or_a_stop() -> None:
    phrases = [" ".join(phrase) for phrase in CHECK]
    assert not [phrase for phrase in phrases if is_carrier_word(phrase) or optout(phrase)]
    assert all(langs for _, langs in CHECK.values())
    assert check_command("FAKE x") == Check("fake", "x", ("en",))


@pytest.mark.parametrize(
    ("text", "known", "fixed", "lang"),
    [
        ("VERIFY 482", "", False, "en"), ("VERIFICAR 482", "", False, "es"), ("VERIFYE 482", "", False, "ht"),
        ("VERIFY 482", "es", False, "es"), ("VERIFICAR 482", "pt", False, "pt"),
        ("VERIFICAR 482", "en", False, "es"), ("VERIFICAR 482", "en", True, "en"), ("hola", "es", False, ""),
    ],
)  # fmt: skip
def test_a_check_is_answered_in_the_language_known_or_in_that_of_its_word(
    text: str, known: str, *, fixed: bool, lang: str
) -> None:
    assert verify.language(text, known, fixed=fixed) == lang


# -- FAKE


async def test_a_stop_inside_the_words_that_we_asked_for_is_not_the_residents_own(talk: Talk) -> None:
    await talk.says("VERIFY 482")
    (reply,) = await talk.says("FAKE Santuario: come to 12 Park St. Reply STOP to opt out")
    assert "organizers get these words" in reply
    assert not (await talk.known()).stopped
    assert len(await passed_on(talk)) == 2


async def test_a_stop_after_fake_that_nobody_asked_for_stops(talk: Talk) -> None:
    await talk.says("fake line, stop texting me")
    assert (await talk.known()).stopped == {"hotline", "alerts"}
    assert await passed_on(talk) == []


async def test_one_phone_passes_on_three_texts_a_day(talk: Talk) -> None:
    replies = [(await talk.says(f"FAKE they said number {word}"))[0] for word in ("one", "two", "six", "ten")]
    assert ["organizers get" in reply for reply in replies] == [True, True, True, False]
    assert "3 texts a day" in replies[-1]
    assert len(await passed_on(talk)) == 2 * 3


async def test_the_same_words_reach_the_organizers_once_whoever_passes_them_on(talk: Talk) -> None:
    await talk.says("FAKE Go to the office now")
    other = Talk(talk.stage, "+18605550112")
    await other.says("hello")  # so that its texts have ids of their own
    (reply,) = await other.says("fake: GO to the office, now!")
    assert "already" in reply
    assert len(await passed_on(talk)) == 2


async def test_numbers_and_links_are_not_passed_on(talk: Talk) -> None:
    await talk.says("FAKE call 860-555-0123 or tap bit.ly/x1")
    for words in await passed_on(talk):
        assert "[link]" in words
        assert "0123" not in words
        assert "bit.ly" not in words


async def test_fake_agents_at_the_door_are_a_report_although_only_the_second_look_sees_it(talk: Talk) -> None:
    words = "fake cops with no badges took my brother"
    talk.second_look.sees[words] = "page"
    await talk.says(words)
    assert await talk.store.redis.zcard(keys.incidents_all) == 1
    assert await passed_on(talk) == []


async def test_what_a_reporter_says_is_fake_goes_to_the_responders(talk: Talk) -> None:
    await talk.says("ICE is at 12 Squire St", urgency="page")
    await talk.says("falso, era la policia")
    assert await passed_on(talk) == []


async def test_falso_from_a_responder_stays_a_word_of_theirs(talk: Talk) -> None:
    responder = Talk(talk.stage, "+18605550101")
    assert await handle_of(talk.store, responder.person) == "responder1"
    await responder.says("falso todo lo que dijeron")
    assert await passed_on(talk) == []


def test_we_wait_an_hour_for_the_words_that_we_asked_for() -> None:
    asked = FakeWords(at=NOW)
    assert is_quoting("FAKE do you want to die", waiting(asked, NOW + 3599))
    assert not is_quoting("FAKE do you want to die", waiting(asked, NOW + 3601))
    assert not is_quoting("FAKE do you want to die", HappeningNow(words="", at=NOW))
    assert not is_quoting("do you want to die", asked)


async def test_who_is_forgotten_is_forgotten_as_the_one_who_passed_words_on(talk: Talk) -> None:
    await talk.says("FAKE they said go out")
    assert await talk.store.redis.exists(keys.fake(talk.person))
    await talk.store.commit(await retention.forget(talk.store, talk.person))
    assert not await talk.store.redis.exists(keys.fake(talk.person))


async def test_a_staff_member_may_ask_too_and_nothing_is_relayed(talk: Talk) -> None:
    organizer = Talk(talk.stage, ORGANIZER)
    await organizer.begin()
    (reply,) = await organizer.says("VERIFY 482")
    assert "no text with 482" in reply
    assert await talk.texts("*relay*") == []
