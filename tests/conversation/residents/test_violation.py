"""A report of a broken ordinance: one question at a time, told once, its reporter known on a yes only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from hotline.casework.violations import load, load_all
from hotline.conversation.residents.unanswered import load as load_unanswered
from hotline.privacy.retention import forget
from hotline.staff.roster import add_staff
from hotline.store import DAY, keys
from hotline.understanding.dialogue import Understood
from tests.stage.dump import everything

if TYPE_CHECKING:
    from hotline.privacy.vault import Vault
    from tests.stage.talk import Talk

SAID: Final = "a hartford cop asked my brother if he is legal"
REPORT: Final = Understood("report_violation", 0.9, (), ())
ORGANIZERS: Final = (("organizer1", "+18605550103", "en"), ("organizer2", "+18605550104", "es"))


@pytest.fixture
async def talk(talk: Talk, vault: Vault) -> Talk:
    """A resident, two organizers and a responder."""
    for handle, number, lang in ORGANIZERS:
        await add_staff(talk.store, vault, handle=handle, number=number, role="organizer", languages=(lang,))
    await add_staff(
        talk.store, vault, handle="responder1", number="+18605550101", role="responder", languages=("en",)
    )
    talk.assistant.understood[SAID] = REPORT
    return talk


async def test_a_report_is_taken_one_question_at_a_time(talk: Talk) -> None:
    (first,) = await talk.says(SAID)
    assert "What happened?" in first
    (second,) = await talk.says("he was on the sidewalk and the officer wanted papers, call 860-555-0177")
    assert "When" in second
    (third,) = await talk.says("last tuesday around noon")
    assert "Where" in third
    (fourth,) = await talk.says("corner of park st and broad st")
    assert "1 = yes" in fourth
    (last,) = await talk.says("1")
    assert "V1" in last
    (one,) = await load_all(talk.store)
    assert one.what == f"{SAID} / he was on the sidewalk and the officer wanted papers, call [number]"
    assert (one.when, one.where) == ("last tuesday around noon", "corner of park st and broad st")
    assert (one.state, one.contact, one.lang, one.reporter) == ("open", "yes", "en", talk.person)
    assert await talk.says("hello") == ["answer to hello"]


async def test_a_spanish_report_is_asked_in_spanish(talk: Talk) -> None:
    await talk.begin("es")
    talk.assistant.understood["un policia me pidio papeles"] = REPORT
    (first,) = await talk.says("un policia me pidio papeles")
    assert "¿Qué ha pasado?" in first
    (second,) = await talk.says("1")
    assert "fecha" in second
    assert (await load(talk.store, "1")).lang == "es"


async def test_nothing_is_kept_for_advocates_before_the_resident_says_what_happened(talk: Talk) -> None:
    await talk.says(SAID)
    assert await load_all(talk.store) == []
    assert await talk.texts("v*") == []


@pytest.mark.parametrize("word", ["2", "no", "No."])
async def test_who_does_not_want_to_report_does_not(talk: Talk, word: str) -> None:
    await talk.says(SAID)
    (answer,) = await talk.says(word)
    assert "nothing was reported" in answer
    assert await load_all(talk.store) == []
    assert await talk.says("and now?") == ["answer to and now?"]
    assert (await talk.known()).asked is None


async def test_who_said_it_all_need_not_say_it_twice(talk: Talk) -> None:
    await talk.says(SAID)
    assert "When" in (await talk.says("1"))[0]
    assert (await load(talk.store, "1")).what == SAID


async def test_the_topic_picked_from_a_menu_brings_its_question_along(talk: Talk) -> None:
    vague = "the cop and the papers"
    talk.assistant.understood[vague] = Understood("bond", 0.4, ("bond", "report_violation"), ())
    await talk.says(vague)
    assert "What happened?" in (await talk.says("2"))[0]
    assert await load_unanswered(talk.store) == []
    await talk.says("1")
    assert (await load(talk.store, "1")).what == vague


async def test_organizers_are_told_once_as_an_ordinary_text_and_nobody_else(talk: Talk) -> None:
    for words in (SAID, "he wanted papers", "monday", "park st", "1"):
        await talk.says(words)
    english, spanish = await talk.texts("v*")
    assert "V1 (en), not urgent" in english
    assert "he wanted papers" in english
    assert "sin urgencia" in spanish
    redis = talk.store.redis
    assert {await redis.hget(key, "kind") for key in await redis.keys(keys.out("v1*"))} == {"reply"}


@pytest.mark.parametrize("word", ["2", "no"])
async def test_without_a_yes_nothing_ties_the_report_to_its_reporter(talk: Talk, word: str) -> None:
    for words in (SAID, "1", "monday", "park st"):
        await talk.says(words)
    assert "V1" in (await talk.says(word))[0]
    found = await everything(talk.store)
    tied = {key for key, held in found.items() if talk.person in key + held and "violation" in key + held}
    assert tied == set()
    assert (await load(talk.store, "1")).contact == "no"


async def test_a_report_left_half_way_is_kept_and_its_tie_ends_within_a_day(talk: Talk) -> None:
    for words in (SAID, "he wanted papers"):
        await talk.says(words)
    one = await load(talk.store, "v1")
    assert (one.contact, one.reporter, one.when) == ("", "", "")
    assert 0 < await talk.store.redis.ttl(keys.interview(talk.person)) <= DAY
    assert DAY < await talk.store.redis.ttl(keys.violation("1")) <= 180 * DAY


async def test_a_text_of_another_day_is_a_new_question(talk: Talk) -> None:
    for words in (SAID, "he wanted papers"):
        await talk.says(words)
    await talk.store.redis.delete(keys.interview(talk.person))  # its day is over
    assert await talk.says("how are you") == ["answer to how are you"]
    assert (await load(talk.store, "1")).when == ""


async def test_a_question_is_answered_and_reported_to_nobody(talk: Talk) -> None:
    await talk.says(SAID)
    assert await talk.says("can they do that?") == ["answer to can they do that?"]
    assert await load_all(talk.store) == []


async def test_a_digit_is_an_answer_where_words_are_asked_for(talk: Talk) -> None:
    for words in (SAID, "1", "3"):
        await talk.says(words)
    assert (await load(talk.store, "1")).when == "3"


async def test_whoever_answers_neither_yes_nor_no_is_not_texted_and_is_answered(talk: Talk) -> None:
    for words in (SAID, "1", "monday", "park st"):
        await talk.says(words)
    assert await talk.says("what is a bond") == ["answer to what is a bond"]
    assert (await load(talk.store, "1")).reporter == ""


async def test_a_keyword_is_a_keyword_in_the_middle_of_a_report(talk: Talk) -> None:
    for words in (SAID, "1"):
        await talk.says(words)
    assert "Reply with a number" in (await talk.says("MENU"))[0]
    assert (await load(talk.store, "1")).when == ""


async def test_what_may_be_an_emergency_is_asked_about_first_and_the_report_goes_on(talk: Talk) -> None:
    await talk.says(SAID)
    (asked,) = await talk.says("they are taking him with ice", urgency="ask")
    assert "right now" in asked
    assert (await load(talk.store, "1")).what.endswith("they are taking him with ice")
    assert "When" in (await talk.says("2"))[0]
    assert "Where" in (await talk.says("monday"))[0]
    assert await talk.store.redis.zcard(keys.incidents_open) == 0


async def test_a_place_that_answers_where_it_was_pages_nobody(talk: Talk) -> None:
    """Alone, the second look takes it for an emergency; the rules still page where they see one."""
    talk.second_look.sees["en la calle park"] = "page"
    for words in (SAID, "1", "monday"):
        await talk.says(words)
    assert "1 = yes" in (await talk.says("en la calle park"))[0]
    assert (await load(talk.store, "1")).where == "en la calle park"
    assert await talk.store.redis.zcard(keys.incidents_open) == 0


async def test_a_story_that_sounds_urgent_is_asked_about_and_not_paged(talk: Talk) -> None:
    talk.second_look.sees["a cop took him to ice"] = "page"
    await talk.says(SAID)
    assert "right now" in (await talk.says("a cop took him to ice"))[0]
    assert await talk.store.redis.zcard(keys.incidents_open) == 0
    assert (await load(talk.store, "1")).what.endswith("took him to ice")


async def test_an_emergency_in_the_middle_of_a_report_pages(talk: Talk) -> None:
    await talk.says(SAID)
    await talk.says("ice is taking him", urgency="ask")
    await talk.says("1")
    assert await talk.store.redis.zcard(keys.incidents_open) == 1
    assert len(await load_all(talk.store)) == 1


async def test_who_is_forgotten_is_no_longer_tied_to_the_report(talk: Talk) -> None:
    for words in (SAID, "1", "monday", "park st", "1"):
        await talk.says(words)
    await talk.store.commit(await forget(talk.store, talk.person))
    (one,) = await load_all(talk.store)
    assert (one.reporter, one.what) == ("", SAID)
    assert not [key for key, held in (await everything(talk.store)).items() if talk.person in key + held]


async def test_who_is_forgotten_half_way_is_asked_nothing_more(talk: Talk) -> None:
    for words in (SAID, "1"):
        await talk.says(words)
    await talk.store.commit(await forget(talk.store, talk.person))
    assert not [key for key, held in (await everything(talk.store)).items() if talk.person in key + held]
