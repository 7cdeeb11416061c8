"""Alerts by text: two people, a code that only the phone can read, each refusal in one clear sentence."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any, Final, cast

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
from tests.stage.team import NOON, Team, code_in

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store

HOUR = 3600.0


@pytest.fixture
async def team(store: Store, vault: Vault, library: Library, settings: Settings) -> Team:
    opened = Team(store, vault, library, settings)
    await opened.begin()
    return opened


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


async def test_two_organizers_send_and_close_an_alert_by_text(team: Team) -> None:
    english = await team.sign_up(3, "frog_hollow")
    spanish = await team.sign_up(2, lang="es", first=10)
    await team.sign_up(1, "parkville", first=20)
    id_ = await team.report("confirmed", zone="frog_hollow")
    await team.hears("rita")  # the words of the report that she took
    code = await team.drafted("ana", f"ALERT {id_}")
    one = await team.one(code)
    assert (one.state, one.zone, one.expires - team.now) == ("draft", "frog_hollow", 2 * HOUR)
    shown = await team.hears("beto")
    for part in (f"BORRADOR {code}", "5 personas", "EN 3, ES 2", "1 de otras zonas", "ICE en 120 Park Street",
                 f"APROBAR {code}", "De ana"):  # fmt: skip
        assert part in shown
    assert f"APPROVE {code}" in await team.hears("carl")
    assert code not in await team.hears("rita")
    assert await team.hears("otto") == ""

    asked = await team.says("beto", f"APROBAR {code}")
    assert await team.deliver() == {}, "nothing leaves before the code"
    assert f"{code} va a 5 personas" in await team.says("beto", code_in(asked))
    assert f"beto sent {code} to 5 people" in await team.hears("ana")
    got = await team.deliver()
    assert set(got) == english | spanish
    assert all("ICE at 120 Park Street" in got[person] for person in english)
    assert all("ICE en 120 Park Street" in got[person] for person in spanish)
    assert f"{code} is sent. Of 5 people: 0 waiting, 5 sent" in await team.says("ana", f"SENT {code}")

    end = await team.code_for("ana", f"CLOSE {code} LEFT")
    assert await team.deliver() == {}
    assert "told now" in await team.says("ana", end)
    told = await team.deliver()
    assert set(told) == set(got), "exactly the same people"
    assert all("left the place" in told[person] for person in english)
    assert all("ya se fueron" in told[person] for person in spanish)
    assert (await team.one(code)).state == "closed"
    assert "cerrado" in await team.hears("beto")


async def test_who_wrote_it_cannot_send_it(team: Team) -> None:
    code = await team.drafted("ana", f"ALERT {await team.report('confirmed')}")
    assert "Another organizer" in await team.says("ana", f"APPROVE {code}")
    assert not await team.store.redis.keys(keys.onetime("*"))


@pytest.mark.parametrize(
    "order_", ["ALERT 1", "APPROVE {code}", "DROP {code}", "FREEZE", "UNFREEZE", "NOTICE", "NEWS EN: hello"]
)
async def test_a_responder_is_told_that_organizers_do_this(team: Team, order_: str) -> None:
    code = await team.drafted("ana", f"ALERT {await team.report('confirmed')}")
    assert "Organizers do this" in await team.says("rita", order_.format(code=code))
    assert [one.state for one in await team.all()] == ["draft"]
    assert not await freeze.frozen(team.store)


async def test_a_reporter_reads_what_a_responder_writes_although_it_looks_like_an_order(team: Team) -> None:
    await team.report("onscene")
    for words in ("sent", "482913", "I sent a friend"):
        assert "Organizers" not in await team.says("rita", words)


# -- codes


async def test_a_wrong_code_counts_down_and_the_third_voids_it(team: Team) -> None:
    await team.sign_up(1)
    code = await team.drafted("ana", f"ALERT {await team.report('confirmed')}")
    digits = await team.code_for("carl", f"APPROVE {code}")
    wrong = f"{(int(digits) + 1) % 10**6:06}"
    assert "Tries left: 2" in await team.says("carl", wrong)
    assert "Tries left: 1" in await team.says("carl", wrong)
    assert "void" in await team.says("carl", wrong)
    assert "No code waits" in await team.says("carl", digits)
    assert (await team.one(code)).state == "draft"
    assert "being sent" in await team.approved(code, "carl")


async def test_a_code_is_over_after_ten_minutes_and_after_its_use(team: Team) -> None:
    await team.sign_up(1)
    code = await team.drafted("ana", f"ALERT {await team.report('confirmed')}")
    digits = await team.code_for("carl", f"APPROVE {code}")
    team.now += codes.LIFE
    assert "No code waits" in await team.says("carl", digits)
    assert (await team.one(code)).state == "draft"
    digits = await team.code_for("carl", f"APPROVE {code}")
    assert "being sent" in await team.says("carl", digits)
    assert "No code waits" in await team.says("carl", digits)


async def test_a_code_is_for_the_phone_that_it_was_texted_to(team: Team) -> None:
    code = await team.drafted("ana", f"ALERT {await team.report('confirmed')}")
    digits = await team.code_for("carl", f"APPROVE {code}")
    assert "código" not in await team.says("beto", digits)
    await team.code_for("beto", f"APPROVE {code}")
    assert "Esa no es la clave" in await team.says("beto", digits)
    assert (await team.one(code)).state == "draft"


async def test_a_code_of_the_console_is_sent_there_and_stays_good(team: Team) -> None:
    person = team.vault.pseudonym(team.numbers["ana"])
    action = Action(f"{codes.CONSOLE}approve", "1")
    digits, commit = await codes.ask(team.store, team.vault, person, action, team.now)
    await team.store.commit(commit)
    for _ in range(2):
        assert "Type it at the console" in await team.says("ana", digits)
    assert (await codes.tried(team.store, team.vault, person, digits, team.now)).action == action


async def test_a_code_does_what_it_was_asked_for_and_nothing_else(team: Team) -> None:
    first = await team.drafted("ana", f"ALERT {await team.report('confirmed')}")
    second = await team.drafted("ana", f"ALERT {await team.report('confirmed')}")
    old = await team.code_for("carl", f"APPROVE {first}")
    await team.code_for("carl", f"APPROVE {second}")
    assert "not the code" in await team.says("carl", old)
    assert {one.state for one in await team.all()} == {"draft"}


async def test_a_code_stands_nowhere_in_clear(team: Team) -> None:
    code = await team.drafted("ana", f"ALERT {await team.report('confirmed')}")
    digits = await team.code_for("carl", f"APPROVE {code}")
    redis = cast("Any", team.store.redis)
    async for key in redis.scan_iter("*"):
        kept = str(await redis.dump(key)) + str(key)
        if await redis.type(key) == "hash":
            kept += str(await redis.hgetall(key))
        if await redis.type(key) == "stream":
            kept += str(await redis.xrange(key))
        assert digits not in kept, str(key).split(":")[0]


async def test_one_phone_gets_no_more_than_a_few_codes_in_an_hour(team: Team) -> None:
    code = await team.drafted("ana", f"ALERT {await team.report('confirmed')}")
    for _ in range(codes.MOST):
        await team.code_for("carl", f"APPROVE {code}")
    assert "Too many codes" in await team.says("carl", f"APPROVE {code}")


async def test_a_code_that_two_workers_read_at_once_counts_once(team: Team) -> None:
    action = Action("unfreeze")
    digits, commit = await codes.ask(team.store, team.vault, "ana", action, NOON)
    await team.store.commit(commit)
    both = [await codes.tried(team.store, team.vault, "ana", digits, NOON) for _ in range(2)]
    assert [one.outcome for one in both] == ["right", "right"]
    done = await asyncio.gather(*[team.store.commit(one.commit) for one in both], return_exceptions=True)
    assert [type(one) for one in done] == [type(None), Conflict]


async def test_a_code_sends_the_words_it_was_asked_for_and_no_later_ones(team: Team) -> None:
    await team.sign_up(1)
    code = await team.drafted("ana", "NEWS EN: Meeting at six.")
    digits = await team.code_for("carl", f"APPROVE {code}")
    await team.says("ana", f"NEWS {code} EN: Meeting at seven.")
    assert "changed since" in await team.says("carl", digits)
    assert (await team.one(code)).state == "draft"
    await team.approved(code, "carl")
    assert all("seven" in words for words in (await team.deliver()).values())


async def test_an_approval_that_is_decided_twice_sends_it_once(team: Team) -> None:
    """The worker dies between the decision and its commit, and another one decides again."""
    people = await team.sign_up(3)
    code = await team.drafted("ana", f"ALERT {await team.report('confirmed')}")
    digits = await team.code_for("carl", f"APPROVE {code}")
    lost = await team.decided("carl", digits)
    assert "being sent" in await team.says("carl", digits)
    with pytest.raises(Conflict):
        await team.store.commit(lost)
    assert set(await team.deliver()) == people


# -- what stands in the way


async def test_numbers_that_are_wrong_or_late_get_one_clear_sentence(team: Team) -> None:
    await team.sign_up(1)
    code = await team.drafted("ana", f"ALERT {await team.report('confirmed')}")
    unknown = "99" if code != "99" else "98"
    assert f"no number {unknown}" in await team.says("carl", f"APPROVE {unknown}")
    assert "number too" in await team.says("carl", "APPROVE")
    assert "on hold" not in await team.says("carl", f"PAUSE {code}")
    team.now += 3 * HOUR
    assert "past its time" in await team.says("carl", f"APPROVE {code}")
    assert f"{code} is a draft" in await team.says("carl", f"CLOSE {code} LEFT")


async def test_reports_that_cannot_become_an_alert_are_refused(team: Team) -> None:
    assert "no report 99" in await team.says("ana", "ALERT 99")
    assert "not confirmed" in await team.says("ana", f"ALERT {await team.report('onscene')}")
    assert "no zone like that" in await team.says("ana", f"ALERT {await team.report('confirmed')} narnia")
    assert await team.all() == []


async def test_a_report_has_one_alert_however_many_ask_for_it(team: Team) -> None:
    await team.sign_up(1)
    id_ = await team.report("confirmed")
    code = await team.drafted("ana", f"ALERT {id_}")
    assert f"APROBAR {code}" in await team.says("beto", f"ALERTA {id_}")
    await team.approved(code)
    assert f"has its alert: {code}" in await team.says("carl", f"ALERT {id_}")
    assert len(await team.all()) == 1


async def test_an_alert_whose_report_is_over_is_not_sent_even_with_its_code(team: Team) -> None:
    await team.sign_up(1)
    id_ = await team.report("confirmed")
    code = await team.drafted("ana", f"ALERT {id_}")
    digits = await team.code_for("carl", f"APPROVE {code}")
    await team.told(id_, "false_alarm")
    assert "not confirmed any more" in await team.says("carl", digits)
    assert (await team.one(code)).state == "draft"


async def test_an_alert_without_a_report_says_so_to_who_stands_for_it_too(team: Team) -> None:
    people = await team.sign_up(1)
    texts = {"en": "Stay away from Park Street."}
    request = DraftRequest("ana", "alert", HOUR, texts, override="three callers we know saw it")
    made, commit = await drafted(team.store, team.library, team.settings, request, team.now)
    await team.store.commit(commit)
    asked = await team.says("carl", f"APPROVE {made.code}")
    assert "CAREFUL" in asked
    assert "three callers we know saw it" in asked
    await team.says("carl", code_in(asked))
    assert set(await team.deliver()) == people


# -- pause, resume, drop


async def test_what_only_stops_needs_no_code_and_what_goes_on_does(team: Team) -> None:
    people = await team.sign_up(2)
    code = await team.drafted("ana", f"ALERT {await team.report('confirmed')}")
    await team.approved(code)
    assert f"{code} is on hold" in await team.says("ana", f"PAUSE {code}")
    assert f"ana: {code} is on hold" in await team.hears("carl")
    assert await team.deliver() == {}
    digits = await team.code_for("carl", f"RESUME {code}")
    assert await team.deliver() == {}
    assert "being sent" in await team.says("carl", digits)
    assert set(await team.deliver()) == people
    assert "cannot be done" in await team.says("carl", f"DROP {code}")


async def test_a_draft_that_was_dropped_cannot_be_sent(team: Team) -> None:
    code = await team.drafted("ana", f"ALERT {await team.report('confirmed')}")
    digits = await team.code_for("carl", f"APPROVE {code}")
    assert "descartado" in await team.says("beto", f"DROP {code}")
    assert "cannot be done" in await team.says("carl", digits)


# -- freeze


async def test_two_organizers_freeze_and_a_code_lets_go(team: Team) -> None:
    people = await team.sign_up(1)
    code = await team.drafted("ana", f"ALERT {await team.report('confirmed')}")
    assert "second organizer" in await team.says("ana", "FREEZE")
    assert "second organizer" in await team.says("ana", "FREEZE")
    assert not await freeze.frozen(team.store)
    assert (await team.hears("carl")).count("ana wants to hold ALL") == 1
    assert "ana, beto" in await team.says("beto", "CONGELAR")
    assert await freeze.frozen(team.store)
    for handle in ("ana", "carl", "otto"):
        assert "All alerts wait now, by ana, beto" in await team.hears(handle)
    assert "frozen" in await team.says("carl", f"APPROVE {code}")
    digits = await team.code_for("carl", "UNFREEZE")
    assert await freeze.frozen(team.store)
    assert "go on" in await team.says("carl", digits)
    assert not await freeze.frozen(team.store)
    assert "Alerts go on, by carl" in await team.hears("otto")
    await team.approved(code)
    assert set(await team.deliver()) == people


async def test_a_second_freeze_that_comes_too_late_is_a_first_one(team: Team) -> None:
    await team.says("ana", "FREEZE")
    team.now += 601
    assert "Otro organizador" in await team.says("beto", "FREEZE")
    assert not await freeze.frozen(team.store)


async def test_two_first_freezes_at_the_same_instant_are_two(team: Team) -> None:
    both = [await team.decided("ana", "FREEZE"), await team.decided("carl", "FREEZE")]
    await team.store.commit(both[0])
    with pytest.raises(Conflict):  # the worker decides again
        await team.store.commit(both[1])
    await team.says("carl", "FREEZE")
    assert await freeze.frozen(team.store)


async def test_the_ready_notice_leaves_while_alerts_are_frozen(team: Team) -> None:
    people = await team.sign_up(2, lang="ht")
    await team.says("ana", "FREEZE")
    await team.says("beto", "FREEZE")
    code = await team.drafted("ana", "NOTICE")
    await team.approved(code)
    assert set(await team.deliver()) == people


# -- news


async def test_a_language_that_is_missing_is_named_and_nothing_is_sent_in_another(team: Team) -> None:
    people = await team.sign_up(2)
    people |= await team.sign_up(1, lang="ht", first=5)
    said = await team.says("ana", "NEWS EN: Meeting at six. ES: Reunión a las seis.")
    assert "No text, people: PT 0, HT 1." in said
    code = (await team.all())[0].code
    assert "no text for people who read HT" in await team.says("carl", f"APPROVE {code}")
    assert "ana wrote" in await team.says("carl", f"NEWS {code} HT: Reyinyon a sizè.")
    said = await team.says("ana", f"NEWS {code} HT: Reyinyon a sizè.")
    assert "No text, people: PT 0." in said
    await team.approved(code)
    got = await team.deliver()
    assert set(got) == people
    assert sum("Reyinyon" in words for words in got.values()) == 1


async def test_words_that_no_text_may_hold_are_refused(team: Team) -> None:
    assert "kept without numbers" in await team.says("ana", "NEWS EN: Call 860-555-0111 now.")
    assert "Leave it out" in await team.says("ana", "NEWS EN: See www.example.com/meet for more.")
    assert "All languages" in await team.says("ana", "NEWS")
    assert await team.all() == []


async def test_whoever_reads_spanish_is_refused_in_spanish(team: Team) -> None:
    """Not a frame in Spanish around an English sentence."""
    said = [
        await team.says("beto", "NOTICIA EN: See www.example.com/meet for more."),
        await team.says("beto", "NOTICIA EN: They cannot come in."),
        await team.says("beto", "NOTICIA narnia EN: Meeting at six."),
        await team.says("beto", "ALERTA 99"),
        await team.says("beto", "APROBAR 99"),
    ]
    code = await team.drafted("beto", f"ALERTA {await team.report('confirmed')}")
    said += [await team.says("beto", f"APROBAR {code}"), await team.says("beto", f"CERRAR {code} FUERON")]
    for text in said:
        quoted = text.partition('"')[0]
        assert not re.search(r"\b(the|text|is|of|write|there|you|not|an?)\b", quoted.lower()), text
    assert "enlace" in said[0]
    assert "lo escribió usted" in said[-2]


async def test_stop_in_the_words_for_others_is_not_the_organizers_own(team: Team) -> None:
    await team.drafted("ana", "NEWS EN: Tell friends to stop texting me. ES: No.")
    person = team.vault.pseudonym(team.numbers["ana"])
    assert not await cast("Any", team.store.redis.sismember(keys.optout("hotline"), person))


# -- drills


@pytest.mark.parametrize("made_up", [False, True])
async def test_a_drill_says_in_every_text_that_nothing_was_sent(team: Team, made_up: bool) -> None:  # noqa: FBT001 - a parameter of the test
    await team.sign_up(2)
    id_ = await team.report("confirmed", drill=made_up)
    said = [await team.says("ana", f"ALERT {id_}" if made_up else f"ALERT DRILL {id_}")]
    code = (await team.all())[0].code
    heard = await team.hears("beto")
    assert heard.startswith("SIMULACRO. NO SE ENVIÓ NADA.")
    said.append(await team.says("carl", f"APPROVE {code}"))
    said.append(await team.says("carl", code_in(said[-1])))
    said.append(await team.says("carl", f"SENT {code}"))
    said += [await team.says("carl", "SENT"), await team.says("ana", f"CLOSE {code} LEFT")]
    assert all(text.startswith("DRILL. NOTHING WAS SENT.") for text in said), said
    assert await team.deliver() == {}
    assert (await team.one(code)).state == "closed"


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
async def test_free_words_by_text_leave_with_a_second_persons_code_only(team: Team, words: str) -> None:
    people = await team.sign_up(2)
    code = await team.drafted("ana", words)
    for handle, order_ in (("ana", f"APPROVE {code}"), ("beto", f"APPROVE {code}"), ("ana", "123456")):
        await team.says(handle, order_)
        assert await team.deliver() == {}
    digits = await team.code_for("beto", f"APPROVE {code}")
    for handle in ("ana", "carl"):
        await team.says(handle, digits)
        assert await team.deliver() == {}
    await team.says("beto", digits)
    assert set(await team.deliver()) == people


async def test_an_ending_in_own_words_can_be_sent_by_text_and_ends_the_alert(team: Team) -> None:
    """Written at the console or the command line by one, approved by another away from both."""
    people = await team.sign_up(2)
    code = await team.drafted("ana", "NEWS EN: The clinic is open at six.")
    await team.says("beto", await team.code_for("beto", f"APPROVE {code}"))
    await team.deliver()
    one = await team.one(code)
    draft = await closing.close(
        team.store, team.library, team.settings, one.id, now=team.now, by="ana",
        texts={"en": "The clinic is closed today, we were wrong."},
    )  # fmt: skip
    assert "Another organizer" in await team.says("ana", f"APPROVE {draft.code}")
    assert f"manda {draft.code} a 2 personas" in await team.says("beto", f"APPROVE {draft.code}")
    assert await team.deliver() == {}
    await team.says("beto", await team.code_for("beto", f"APPROVE {draft.code}"))
    told = await team.deliver()
    assert set(told) == people
    assert all("we were wrong" in text for text in told.values())
    assert (await team.one(code)).state == "closed"


FIT: Final = {
    "en": ("CLOSE {code} FALSE", "is a meeting", "is news"),
    "es": ("CERRAR {code} FALSA", "es una junta", "es noticia"),
    "pt": ("FECHAR {code} FALSO", "é um encontro", "é notícia"),
    "ht": ("FEMEN {code} FO", "se yon reyinyon", "se yon nouvèl"),
}


@pytest.mark.parametrize("lang", FIT)
async def test_a_meeting_or_news_is_never_said_to_have_been_no_agents(team: Team, lang: str) -> None:
    await team.sign_up(1)
    await add_staff(
        team.store, team.vault, handle="dora", number="+18605550139", role="organizer", languages=(lang,)
    )
    team.numbers["dora"] = "+18605550139"
    order_, meeting, news = FIT[lang]
    for words, fits in (("EVENT EN: Clinic at six.", meeting), ("NEWS EN: The clinic is open.", news)):
        code = await team.drafted("ana", words)
        await team.says("beto", await team.code_for("beto", f"APPROVE {code}"))
        await team.deliver()
        for asked in (order_.format(code=code), order_.format(code=code).rpartition(" ")[0]):
            assert fits in await team.says("dora", asked)
        assert (await team.one(code)).state == "sent"
    assert await team.deliver() == {}


@pytest.mark.parametrize(
    "order_",
    ["CLOSE {code} CANCELLED", "CERRAR {code} CANCELADA", "FECHAR {code} CANCELADO", "FEMEN {code} ANILE"],
)
async def test_a_meeting_is_called_off_by_one_organizer_in_ready_words(team: Team, order_: str) -> None:
    people = await team.sign_up(2)
    code = await team.drafted("ana", "EVENT EN: Clinic at six.")
    await team.says("beto", await team.code_for("beto", f"APPROVE {code}"))
    await team.deliver()
    digits = await team.code_for("ana", order_.format(code=code))
    assert await team.deliver() == {}
    await team.says("ana", digits)
    told = await team.deliver()
    assert set(told) == people
    assert all("The meeting we told you about is cancelled" in text for text in told.values())
