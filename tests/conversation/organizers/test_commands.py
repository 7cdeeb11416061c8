"""Alerts by text: two people, a code that only the phone can read, each refusal in one clear sentence."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Final, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.broadcasts import closing, codes, freeze
from hotline.broadcasts.codes import Action
from hotline.broadcasts.drafting import DraftRequest, drafted
from hotline.staff.roster import add_staff
from hotline.store import Conflict, keys
from hotline.understanding import bulletins
from hotline.understanding.commands import BULLETINS, ENDINGS, ORGANIZER, STAFF
from hotline.understanding.optout.rules import is_carrier_word, optout
from hotline.understanding.organizer_commands import organizer_command
from tests.stage.stage import NOON, Stage, code_in

HOUR = 3600.0


# -- words


@pytest.mark.parametrize(
    ("text", "kind", "argument"),
    [
        ("ALERT 7", "alert", "7"), ("alerta 7", "alert", "7"), ("Alèt 7", "alert", "7"),
        ("alert7 frog hollow, please", "alert", "7 frog hollow"), ("ALERT DRILL 7", "drill", "7"),
        ("alerta 7 simulacro", "drill", "7"), ("APPROVE 482", "approve", "482"),
        ("apruebo 482 por favor", "approve", "482"), ("Aprovar 482", "approve", "482"),
        ("apwouve 482", "approve", "482"), ("pausa 482", "pause", "482"), ("poze 482", "pause", "482"),
        ("resume 482", "resume", "482"), ("reanudar 482", "resume", "482"), ("reprann 482", "resume", "482"),
        ("drop 482", "drop", "482"), ("descartar 482", "drop", "482"), ("jete 482", "drop", "482"),
        ("CLOSE 482 LEFT", "close", "482 left"), ("cerrar 482 ya se fueron", "close", "482 left"),
        ("fechar 482 foram embora", "close", "482 left"), ("fèmen 482 yo ale", "close", "482 left"),
        ("close 482 false", "close", "482 false"), ("cierra 482 falsa", "close", "482 false"),
        ("close 482 unable", "close", "482 unable"), ("fechar 482 incerto", "close", "482 unable"),
        ("close 482", "close", "482"), ("sent", "sent", ""), ("STATUS 482", "sent", "482"),
        ("estado 482", "sent", "482"), ("FREEZE", "freeze", ""), ("congelar", "freeze", ""),
        ("jele", "freeze", ""), ("unfreeze", "unfreeze", ""), ("descongelar", "unfreeze", ""),
        ("NOTICE", "notice", ""), ("aviso", "notice", ""), ("482 913", "code", "482913"),
        ("#482913", "code", "482913"),
    ],
)  # fmt: skip
def test_orders_are_understood_in_every_language(text: str, kind: str, argument: str) -> None:
    command = organizer_command(text)
    assert command
    assert (command.kind, command.argument) == (kind, argument)


@pytest.mark.parametrize(
    "text",
    ["ALERT frog hollow", "alerts", "alert", "resume", "status", "close the door please", "drop the kids off",
     "alert 7 agents are taking a man away now", "48291", "1", "TAKE 7"],
)  # fmt: skip
def test_what_only_looks_like_an_order_is_left_to_others(text: str) -> None:
    assert organizer_command(text) is None


def test_no_order_is_a_wish_to_stop_or_a_word_of_responders() -> None:
    for phrase in map(" ".join, ORGANIZER):
        for text in (phrase, f"{phrase} 482"):
            assert not is_carrier_word(text)
            assert optout(text) is None, text
    assert not set(ORGANIZER) & set(STAFF)
    assert [text for text in map(" ".join, ENDINGS) if optout(f"close 482 {text}")] == []


def test_news_is_told_apart_by_its_languages() -> None:
    told = bulletins.read("NEWS frog hollow EN: Meeting\nat six. ES: Reunión en: la biblioteca.")
    assert told == bulletins.Bulletin(
        "news", {"en": "Meeting at six.", "es": "Reunión en: la biblioteca."}, "frog hollow"
    )
    assert bulletins.read("evento 482 ht: Reyinyon") == bulletins.Bulletin(
        "event", {"ht": "Reyinyon"}, code="482"
    )
    assert bulletins.read("NEWS") == bulletins.Bulletin("news")
    for text in ("news are bad", "the news EN: x", "hello", "good news about him EN: x"):
        assert bulletins.read(text) is None


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    command, told = organizer_command(text), bulletins.read(text)
    assert command is None or command.kind
    assert told is None or all(words.strip() for words in told.texts.values())


# -- draft, preview, approve with a code, residents, close


async def test_two_organizers_send_and_close_an_alert_by_text(stage: Stage) -> None:
    english = await stage.sign_up(3, "frog_hollow")
    spanish = await stage.sign_up(2, lang="es", first=10)
    await stage.sign_up(1, "parkville", first=20)
    id_ = await stage.report("confirmed", zone="frog_hollow")
    await stage.hears("rita")  # the words of the report that she took
    code = await stage.drafts("ana", f"ALERT {id_}")
    one = await stage.one(code)
    assert (one.state, one.zone, one.expires - stage.now) == ("draft", "frog_hollow", 2 * HOUR)
    shown = await stage.hears("beto")
    for part in (f"BORRADOR {code}", "5 personas", "EN 3, ES 2", "1 de otras zonas", "ICE en 120 Park Street",
                 f"APROBAR {code}", "De ana"):  # fmt: skip
        assert part in shown
    assert f"APPROVE {code}" in await stage.hears("carl")
    assert code not in await stage.hears("rita")
    assert await stage.hears("otto") == ""

    asked = await stage.says("beto", f"APROBAR {code}")
    assert await stage.delivered() == {}, "nothing leaves before the code"
    assert f"{code} va a 5 personas" in await stage.says("beto", code_in(asked))
    assert f"beto sent {code} to 5 people" in await stage.hears("ana")
    got = await stage.delivered()
    assert set(got) == {*english, *spanish}
    assert all("ICE at 120 Park Street" in got[person] for person in english)
    assert all("ICE en 120 Park Street" in got[person] for person in spanish)
    assert f"{code} is sent. Of 5 people: 0 waiting, 5 sent" in await stage.says("ana", f"SENT {code}")

    end = await stage.code_for("ana", f"CLOSE {code} LEFT")
    assert await stage.delivered() == {}
    assert "told now" in await stage.says("ana", end)
    told = await stage.delivered()
    assert set(told) == set(got), "exactly the same people"
    assert all("left the place" in told[person] for person in english)
    assert all("ya se fueron" in told[person] for person in spanish)
    assert (await stage.one(code)).state == "closed"
    assert "cerrado" in await stage.hears("beto")


async def test_who_wrote_it_cannot_send_it(stage: Stage) -> None:
    code = await stage.drafts("ana", f"ALERT {await stage.report('confirmed')}")
    assert "Another organizer" in await stage.says("ana", f"APPROVE {code}")
    assert not await stage.store.redis.keys(keys.onetime("*"))


@pytest.mark.parametrize(
    "order_", ["ALERT 1", "APPROVE {code}", "DROP {code}", "FREEZE", "UNFREEZE", "NOTICE", "NEWS EN: hello"]
)
async def test_a_responder_is_told_that_organizers_do_this(stage: Stage, order_: str) -> None:
    code = await stage.drafts("ana", f"ALERT {await stage.report('confirmed')}")
    assert "Organizers do this" in await stage.says("rita", order_.format(code=code))
    assert [one.state for one in await stage.all()] == ["draft"]
    assert not await freeze.frozen(stage.store)


async def test_a_reporter_reads_what_a_responder_writes_although_it_looks_like_an_order(stage: Stage) -> None:
    await stage.report("onscene")
    for words in ("sent", "482913", "I sent a friend"):
        assert "Organizers" not in await stage.says("rita", words)


# -- codes


async def test_a_wrong_code_counts_down_and_the_third_voids_it(stage: Stage) -> None:
    await stage.sign_up(1)
    code = await stage.drafts("ana", f"ALERT {await stage.report('confirmed')}")
    digits = await stage.code_for("carl", f"APPROVE {code}")
    wrong = f"{(int(digits) + 1) % 10**6:06}"
    assert "Tries left: 2" in await stage.says("carl", wrong)
    assert "Tries left: 1" in await stage.says("carl", wrong)
    assert "void" in await stage.says("carl", wrong)
    assert "No code waits" in await stage.says("carl", digits)
    assert (await stage.one(code)).state == "draft"
    assert "being sent" in await stage.approved(code, "carl")


async def test_a_code_is_over_after_ten_minutes_and_after_its_use(stage: Stage) -> None:
    await stage.sign_up(1)
    code = await stage.drafts("ana", f"ALERT {await stage.report('confirmed')}")
    digits = await stage.code_for("carl", f"APPROVE {code}")
    stage.now += codes.LIFE
    assert "No code waits" in await stage.says("carl", digits)
    assert (await stage.one(code)).state == "draft"
    digits = await stage.code_for("carl", f"APPROVE {code}")
    assert "being sent" in await stage.says("carl", digits)
    assert "No code waits" in await stage.says("carl", digits)


async def test_a_code_is_for_the_phone_that_it_was_texted_to(stage: Stage) -> None:
    code = await stage.drafts("ana", f"ALERT {await stage.report('confirmed')}")
    digits = await stage.code_for("carl", f"APPROVE {code}")
    assert "código" not in await stage.says("beto", digits)
    await stage.code_for("beto", f"APPROVE {code}")
    assert "Esa no es la clave" in await stage.says("beto", digits)
    assert (await stage.one(code)).state == "draft"


async def test_a_code_of_the_console_is_sent_there_and_stays_good(stage: Stage) -> None:
    person = stage.vault.pseudonym(stage.numbers["ana"])
    action = Action(f"{codes.CONSOLE}approve", "1")
    digits, commit = await codes.ask(stage.store, stage.vault, person, action, stage.now)
    await stage.store.commit(commit)
    for _ in range(2):
        assert "Type it at the console" in await stage.says("ana", digits)
    assert (await codes.tried(stage.store, stage.vault, person, digits, stage.now)).action == action


async def test_a_code_does_what_it_was_asked_for_and_nothing_else(stage: Stage) -> None:
    first = await stage.drafts("ana", f"ALERT {await stage.report('confirmed')}")
    second = await stage.drafts("ana", f"ALERT {await stage.report('confirmed')}")
    old = await stage.code_for("carl", f"APPROVE {first}")
    await stage.code_for("carl", f"APPROVE {second}")
    assert "not the code" in await stage.says("carl", old)
    assert {one.state for one in await stage.all()} == {"draft"}


async def test_a_code_stands_nowhere_in_clear(stage: Stage) -> None:
    code = await stage.drafts("ana", f"ALERT {await stage.report('confirmed')}")
    digits = await stage.code_for("carl", f"APPROVE {code}")
    redis = cast("Any", stage.store.redis)
    async for key in redis.scan_iter("*"):
        kept = str(await redis.dump(key)) + str(key)
        if await redis.type(key) == "hash":
            kept += str(await redis.hgetall(key))
        if await redis.type(key) == "stream":
            kept += str(await redis.xrange(key))
        assert digits not in kept, str(key).split(":")[0]


async def test_one_phone_gets_no_more_than_a_few_codes_in_an_hour(stage: Stage) -> None:
    code = await stage.drafts("ana", f"ALERT {await stage.report('confirmed')}")
    for _ in range(codes.MOST):
        await stage.code_for("carl", f"APPROVE {code}")
    assert "Too many codes" in await stage.says("carl", f"APPROVE {code}")


async def test_a_code_that_two_workers_read_at_once_counts_once(stage: Stage) -> None:
    action = Action("unfreeze")
    digits, commit = await codes.ask(stage.store, stage.vault, "ana", action, NOON)
    await stage.store.commit(commit)
    both = [await codes.tried(stage.store, stage.vault, "ana", digits, NOON) for _ in range(2)]
    assert [one.outcome for one in both] == ["right", "right"]
    done = await asyncio.gather(*[stage.store.commit(one.commit) for one in both], return_exceptions=True)
    assert [type(one) for one in done] == [type(None), Conflict]


async def test_a_code_sends_the_words_it_was_asked_for_and_no_later_ones(stage: Stage) -> None:
    await stage.sign_up(1)
    code = await stage.drafts("ana", "NEWS EN: Meeting at six.")
    digits = await stage.code_for("carl", f"APPROVE {code}")
    await stage.says("ana", f"NEWS {code} EN: Meeting at seven.")
    assert "changed since" in await stage.says("carl", digits)
    assert (await stage.one(code)).state == "draft"
    await stage.approved(code, "carl")
    assert all("seven" in words for words in (await stage.delivered()).values())


async def test_an_approval_that_is_decided_twice_sends_it_once(stage: Stage) -> None:
    """The worker dies between the decision and its commit, and another one decides again."""
    people = await stage.sign_up(3)
    code = await stage.drafts("ana", f"ALERT {await stage.report('confirmed')}")
    digits = await stage.code_for("carl", f"APPROVE {code}")
    lost = await stage.decided("carl", digits)
    assert "being sent" in await stage.says("carl", digits)
    with pytest.raises(Conflict):
        await stage.store.commit(lost)
    assert set(await stage.delivered()) == set(people)


# -- what stands in the way


async def test_numbers_that_are_wrong_or_late_get_one_clear_sentence(stage: Stage) -> None:
    await stage.sign_up(1)
    code = await stage.drafts("ana", f"ALERT {await stage.report('confirmed')}")
    unknown = "99" if code != "99" else "98"
    assert f"no number {unknown}" in await stage.says("carl", f"APPROVE {unknown}")
    assert "number too" in await stage.says("carl", "APPROVE")
    assert "on hold" not in await stage.says("carl", f"PAUSE {code}")
    stage.now += 3 * HOUR
    assert "past its time" in await stage.says("carl", f"APPROVE {code}")
    assert f"{code} is a draft" in await stage.says("carl", f"CLOSE {code} LEFT")


async def test_reports_that_cannot_become_an_alert_are_refused(stage: Stage) -> None:
    assert "no report 99" in await stage.says("ana", "ALERT 99")
    assert "not confirmed" in await stage.says("ana", f"ALERT {await stage.report('onscene')}")
    assert "no zone like that" in await stage.says("ana", f"ALERT {await stage.report('confirmed')} narnia")
    assert await stage.all() == []


async def test_a_report_has_one_alert_however_many_ask_for_it(stage: Stage) -> None:
    await stage.sign_up(1)
    id_ = await stage.report("confirmed")
    code = await stage.drafts("ana", f"ALERT {id_}")
    assert f"APROBAR {code}" in await stage.says("beto", f"ALERTA {id_}")
    await stage.approved(code)
    assert f"has its alert: {code}" in await stage.says("carl", f"ALERT {id_}")
    assert len(await stage.all()) == 1


async def test_an_alert_whose_report_is_over_is_not_sent_even_with_its_code(stage: Stage) -> None:
    await stage.sign_up(1)
    id_ = await stage.report("confirmed")
    code = await stage.drafts("ana", f"ALERT {id_}")
    digits = await stage.code_for("carl", f"APPROVE {code}")
    await stage.told(id_, "false_alarm")
    assert "not confirmed any more" in await stage.says("carl", digits)
    assert (await stage.one(code)).state == "draft"


async def test_an_alert_without_a_report_says_so_to_who_stands_for_it_too(stage: Stage) -> None:
    people = await stage.sign_up(1)
    texts = {"en": "Stay away from Park Street."}
    request = DraftRequest("ana", "alert", HOUR, texts, override="three callers we know saw it")
    made, commit = await drafted(stage.store, stage.library, stage.settings, request, stage.now)
    await stage.store.commit(commit)
    asked = await stage.says("carl", f"APPROVE {made.code}")
    assert "CAREFUL" in asked
    assert "three callers we know saw it" in asked
    await stage.says("carl", code_in(asked))
    assert set(await stage.delivered()) == set(people)


# -- pause, resume, drop


async def test_what_only_stops_needs_no_code_and_what_goes_on_does(stage: Stage) -> None:
    people = await stage.sign_up(2)
    code = await stage.drafts("ana", f"ALERT {await stage.report('confirmed')}")
    await stage.approved(code)
    assert f"{code} is on hold" in await stage.says("ana", f"PAUSE {code}")
    assert f"ana: {code} is on hold" in await stage.hears("carl")
    assert await stage.delivered() == {}
    digits = await stage.code_for("carl", f"RESUME {code}")
    assert await stage.delivered() == {}
    assert "being sent" in await stage.says("carl", digits)
    assert set(await stage.delivered()) == set(people)
    assert "cannot be done" in await stage.says("carl", f"DROP {code}")


async def test_a_draft_that_was_dropped_cannot_be_sent(stage: Stage) -> None:
    code = await stage.drafts("ana", f"ALERT {await stage.report('confirmed')}")
    digits = await stage.code_for("carl", f"APPROVE {code}")
    assert "descartado" in await stage.says("beto", f"DROP {code}")
    assert "cannot be done" in await stage.says("carl", digits)


# -- freeze


async def test_two_organizers_freeze_and_a_code_lets_go(stage: Stage) -> None:
    people = await stage.sign_up(1)
    code = await stage.drafts("ana", f"ALERT {await stage.report('confirmed')}")
    assert "second organizer" in await stage.says("ana", "FREEZE")
    assert "second organizer" in await stage.says("ana", "FREEZE")
    assert not await freeze.frozen(stage.store)
    assert (await stage.hears("carl")).count("ana wants to hold ALL") == 1
    assert "ana, beto" in await stage.says("beto", "CONGELAR")
    assert await freeze.frozen(stage.store)
    for handle in ("ana", "carl", "otto"):
        assert "All alerts wait now, by ana, beto" in await stage.hears(handle)
    assert "frozen" in await stage.says("carl", f"APPROVE {code}")
    digits = await stage.code_for("carl", "UNFREEZE")
    assert await freeze.frozen(stage.store)
    assert "go on" in await stage.says("carl", digits)
    assert not await freeze.frozen(stage.store)
    assert "Alerts go on, by carl" in await stage.hears("otto")
    await stage.approved(code)
    assert set(await stage.delivered()) == set(people)


async def test_a_second_freeze_that_comes_too_late_is_a_first_one(stage: Stage) -> None:
    await stage.says("ana", "FREEZE")
    stage.now += 601
    assert "Otro organizador" in await stage.says("beto", "FREEZE")
    assert not await freeze.frozen(stage.store)


async def test_two_first_freezes_at_the_same_instant_are_two(stage: Stage) -> None:
    both = [await stage.decided("ana", "FREEZE"), await stage.decided("carl", "FREEZE")]
    await stage.store.commit(both[0])
    with pytest.raises(Conflict):  # the worker decides again
        await stage.store.commit(both[1])
    await stage.says("carl", "FREEZE")
    assert await freeze.frozen(stage.store)


async def test_the_ready_notice_leaves_while_alerts_are_frozen(stage: Stage) -> None:
    people = await stage.sign_up(2, lang="ht")
    await stage.says("ana", "FREEZE")
    await stage.says("beto", "FREEZE")
    code = await stage.drafts("ana", "NOTICE")
    await stage.approved(code)
    assert set(await stage.delivered()) == set(people)


# -- news


async def test_a_language_that_is_missing_is_named_and_nothing_is_sent_in_another(stage: Stage) -> None:
    people = await stage.sign_up(2)
    people += await stage.sign_up(1, lang="ht", first=5)
    said = await stage.says("ana", "NEWS EN: Meeting at six. ES: Reunión a las seis.")
    assert "No text, people: PT 0, HT 1." in said
    code = (await stage.all())[0].code
    assert "no text for people who read HT" in await stage.says("carl", f"APPROVE {code}")
    assert "ana wrote" in await stage.says("carl", f"NEWS {code} HT: Reyinyon a sizè.")
    said = await stage.says("ana", f"NEWS {code} HT: Reyinyon a sizè.")
    assert "No text, people: PT 0." in said
    await stage.approved(code)
    got = await stage.delivered()
    assert set(got) == set(people)
    assert sum("Reyinyon" in words for words in got.values()) == 1


async def test_words_that_no_text_may_hold_are_refused(stage: Stage) -> None:
    assert "kept without numbers" in await stage.says("ana", "NEWS EN: Call 860-555-0111 now.")
    assert "Leave it out" in await stage.says("ana", "NEWS EN: See www.example.com/meet for more.")
    assert "All languages" in await stage.says("ana", "NEWS")
    assert await stage.all() == []


async def test_whoever_reads_spanish_is_refused_in_spanish(stage: Stage) -> None:
    """Not a frame in Spanish around an English sentence."""
    said = [
        await stage.says("beto", "NOTICIA EN: See www.example.com/meet for more."),
        await stage.says("beto", "NOTICIA EN: They cannot come in."),
        await stage.says("beto", "NOTICIA narnia EN: Meeting at six."),
        await stage.says("beto", "ALERTA 99"),
        await stage.says("beto", "APROBAR 99"),
    ]
    code = await stage.drafts("beto", f"ALERTA {await stage.report('confirmed')}")
    said += [await stage.says("beto", f"APROBAR {code}"), await stage.says("beto", f"CERRAR {code} FUERON")]
    for text in said:
        quoted = text.partition('"')[0]
        assert not re.search(r"\b(the|text|is|of|write|there|you|not|an?)\b", quoted.lower()), text
    assert "enlace" in said[0]
    assert "lo escribió usted" in said[-2]


async def test_stop_in_the_words_for_others_is_not_the_organizers_own(stage: Stage) -> None:
    await stage.drafts("ana", "NEWS EN: Tell friends to stop texting me. ES: No.")
    person = stage.vault.pseudonym(stage.numbers["ana"])
    assert not await cast("Any", stage.store.redis.sismember(keys.optout("hotline"), person))


# -- drills


@pytest.mark.parametrize("made_up", [False, True])
async def test_a_drill_says_in_every_text_that_nothing_was_sent(stage: Stage, made_up: bool) -> None:  # noqa: FBT001 - a parameter of the test
    await stage.sign_up(2)
    id_ = await stage.report("confirmed", drill=made_up)
    said = [await stage.says("ana", f"ALERT {id_}" if made_up else f"ALERT DRILL {id_}")]
    code = (await stage.all())[0].code
    heard = await stage.hears("beto")
    assert heard.startswith("SIMULACRO. NO SE ENVIÓ NADA.")
    said.append(await stage.says("carl", f"APPROVE {code}"))
    said.append(await stage.says("carl", code_in(said[-1])))
    said.append(await stage.says("carl", f"SENT {code}"))
    said += [await stage.says("carl", "SENT"), await stage.says("ana", f"CLOSE {code} LEFT")]
    assert all(text.startswith("DRILL. NOTHING WAS SENT.") for text in said), said
    assert await stage.delivered() == {}
    assert (await stage.one(code)).state == "closed"


# -- free words to many, and endings that fit


# What each order may do with words that somebody types: drafts wait for a second person's code.
DRAFTS: Final = ("alert", "news", "event")
SENDS: Final = ("approve",)
READY: Final = ("notice", "resume", "unfreeze", "close")
NONE: Final = ("drop", "freeze", "pause", "sent")


def test_every_order_says_whether_words_of_a_person_go_to_many() -> None:
    """Whoever adds one puts it here, and a test of what holds it, if it does."""
    kinds = {command.kind for command in (*ORGANIZER.values(), *BULLETINS.values())}
    assert kinds == {*DRAFTS, *SENDS, *READY, *NONE}


@pytest.mark.parametrize("words", ["NEWS EN: Come to the north door.", "EVENT EN: Come to the north door."])
async def test_free_words_by_text_leave_with_a_second_persons_code_only(stage: Stage, words: str) -> None:
    people = await stage.sign_up(2)
    code = await stage.drafts("ana", words)
    for handle, order_ in (("ana", f"APPROVE {code}"), ("beto", f"APPROVE {code}"), ("ana", "123456")):
        await stage.says(handle, order_)
        assert await stage.delivered() == {}
    digits = await stage.code_for("beto", f"APPROVE {code}")
    for handle in ("ana", "carl"):
        await stage.says(handle, digits)
        assert await stage.delivered() == {}
    await stage.says("beto", digits)
    assert set(await stage.delivered()) == set(people)


async def test_an_ending_in_own_words_can_be_sent_by_text_and_ends_the_alert(stage: Stage) -> None:
    """Written at the console or the command line by one, approved by another away from both."""
    people = await stage.sign_up(2)
    code = await stage.drafts("ana", "NEWS EN: The clinic is open at six.")
    await stage.says("beto", await stage.code_for("beto", f"APPROVE {code}"))
    await stage.delivered()
    one = await stage.one(code)
    draft = await closing.close(
        stage.store, stage.library, stage.settings, one.id, now=stage.now, by="ana",
        texts={"en": "The clinic is closed today, we were wrong."},
    )  # fmt: skip
    assert "Another organizer" in await stage.says("ana", f"APPROVE {draft.code}")
    assert f"manda {draft.code} a 2 personas" in await stage.says("beto", f"APPROVE {draft.code}")
    assert await stage.delivered() == {}
    await stage.says("beto", await stage.code_for("beto", f"APPROVE {draft.code}"))
    told = await stage.delivered()
    assert set(told) == set(people)
    assert all("we were wrong" in text for text in told.values())
    assert (await stage.one(code)).state == "closed"


FIT: Final = {
    "en": ("CLOSE {code} FALSE", "is a meeting", "is news"),
    "es": ("CERRAR {code} FALSA", "es una junta", "es noticia"),
    "pt": ("FECHAR {code} FALSO", "é um encontro", "é notícia"),
    "ht": ("FEMEN {code} FO", "se yon reyinyon", "se yon nouvèl"),
}


@pytest.mark.parametrize("lang", FIT)
async def test_a_meeting_or_news_is_never_said_to_have_been_no_agents(stage: Stage, lang: str) -> None:
    await stage.sign_up(1)
    await add_staff(
        stage.store, stage.vault, handle="dora", number="+18605550139", role="organizer", languages=(lang,)
    )
    stage.numbers["dora"] = "+18605550139"
    order_, meeting, news = FIT[lang]
    for words, fits in (("EVENT EN: Clinic at six.", meeting), ("NEWS EN: The clinic is open.", news)):
        code = await stage.drafts("ana", words)
        await stage.says("beto", await stage.code_for("beto", f"APPROVE {code}"))
        await stage.delivered()
        for asked in (order_.format(code=code), order_.format(code=code).rpartition(" ")[0]):
            assert fits in await stage.says("dora", asked)
        assert (await stage.one(code)).state == "sent"
    assert await stage.delivered() == {}


@pytest.mark.parametrize(
    "order_",
    ["CLOSE {code} CANCELLED", "CERRAR {code} CANCELADA", "FECHAR {code} CANCELADO", "FEMEN {code} ANILE"],
)
async def test_a_meeting_is_called_off_by_one_organizer_in_ready_words(stage: Stage, order_: str) -> None:
    people = await stage.sign_up(2)
    code = await stage.drafts("ana", "EVENT EN: Clinic at six.")
    await stage.says("beto", await stage.code_for("beto", f"APPROVE {code}"))
    await stage.delivered()
    digits = await stage.code_for("ana", order_.format(code=code))
    assert await stage.delivered() == {}
    await stage.says("ana", digits)
    told = await stage.delivered()
    assert set(told) == set(people)
    assert all("The meeting we told you about is cancelled" in text for text in told.values())
