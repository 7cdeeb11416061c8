"""Crisis before everything: in every state of a talk its words come first and alone, and people are told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from hotline.conversation.residents.emergency import QUESTIONS
from hotline.incidents import incident as incidents
from hotline.incidents import records
from hotline.messaging.asked import ReportDetail
from hotline.messaging.contacts import block, opt_out, save_person
from hotline.messaging.outbox import Priority
from hotline.staff.roster import add_staff, set_on_call
from hotline.store import keys
from tests.conversation.test_understanding import classified
from tests.stage.asked import EVERY
from tests.stage.talk import Talk

if TYPE_CHECKING:
    from hotline.messaging.asked import Question, ReportPart
    from hotline.privacy.vault import Vault
    from hotline.store import Store

ORGANIZER, OTHER, RESPONDER = "+18605550103", "+18605550104", "+18605550101"
CRIES: Final = {
    "suicide": ("i want to die", "988"),
    "medical": ("my baby is not breathing", "Call 911 now"),
    "violence": ("my husband hits me and says he will call ICE", "888-774-2900"),
}


async def staffed(store: Store, vault: Vault, *people: tuple[str, str, str]) -> None:
    for handle, number, role in people:
        await add_staff(store, vault, handle=handle, number=number, role=role, languages=("en",))


async def heard(talk: Talk, words: str, *, urgency: str = "none") -> list[str]:
    """All that a text brings its writer, in the order in which it leaves."""
    before = await _waiting(talk, talk.person)
    await talk.says(words, urgency=urgency)
    return [body for key, body in await _waiting(talk, talk.person) if key not in dict(before)]


async def _waiting(talk: Talk, person: str) -> list[tuple[str, str]]:
    redis = cast("Any", talk.store.redis)
    found: list[tuple[float, str, str]] = []
    async for key in redis.scan_iter(keys.out("*")):
        fields = await redis.hgetall(key)
        if fields["person"] == person:
            found.append((float(fields["score"]), str(key), talk.vault.open(fields["body"])))
    return [(key, body) for _, key, body in sorted(found)]


async def read_by(talk: Talk, phone: str) -> list[str]:
    """What waits for a phone of the staff."""
    return [body for _, body in await _waiting(talk, talk.vault.pseudonym(phone))]


async def put_in(talk: Talk, asked: Question | None) -> None:
    await talk.store.commit(save_person(replace(await talk.known(), asked=asked)))


@pytest.mark.parametrize("kind", CRIES)
@pytest.mark.parametrize("asked", [None, *EVERY], ids=repr)
async def test_in_every_state_of_a_talk_the_words_of_a_crisis_come_alone(
    talk: Talk, asked: Question | None, kind: str
) -> None:
    await put_in(talk, asked)
    text, words = CRIES[kind]
    (said,) = await heard(talk, text)
    assert words in said
    assert "911" in said
    assert "STOP" not in said
    assert "MENU" not in said


@pytest.mark.parametrize("kind", CRIES)
@pytest.mark.parametrize("about", QUESTIONS)
async def test_inside_a_report_the_words_of_a_crisis_come_alone_and_whoever_has_it_reads_the_text(
    talk: Talk, store: Store, vault: Vault, about: ReportPart, kind: str
) -> None:
    await staffed(store, vault, ("rita", RESPONDER, "responder"))
    await talk.says("ICE is at 120 Park St", urgency="page")
    await talk.incidents.change("1", lambda one: incidents.claim(one, "rita", 1_800_000_000.0, 15))
    await put_in(talk, ReportDetail(about=about))
    text, words = CRIES[kind]
    (said,) = await heard(talk, text)
    assert words in said
    assert any(text in body and body.startswith("1:") for body in await read_by(talk, RESPONDER))
    one = await records.load(store, "1")
    assert one
    assert one.place == "120 Park Street", "a cry is never taken for the place that was asked for"
    assert (await talk.known()).asked == ReportDetail(about=about)


async def test_a_person_new_to_us_hears_the_words_before_any_welcome(newcomer: Talk) -> None:
    (said,) = await heard(newcomer, "ya no quiero vivir")
    assert "988" in said
    assert said.startswith("Gracias por decirlo")
    assert not (await newcomer.known()).welcomed


@pytest.mark.parametrize(
    ("lang", "text", "words"),
    [
        ("en", "i dont wanna b here anymore", "Call or text 988"),
        ("es", "me quiero matar", "texto al 988"),
        ("pt", "eu quero morrer", "mensagem para 988"),
        ("ht", "mwen pa vle viv anko", "voye tèks bay 988"),
        ("fr", "je veux mourir", "Appelez le 988"),
        ("pl", "chce sie zabic, nie moge juz", "napisz na 988"),
        ("fr", "mon bebe ne respire plus", "Appelez le 911 maintenant"),
        ("pl", "moje dziecko nie oddycha", "Zadzwon teraz na 911"),
    ],
)
async def test_each_language_is_answered_in_its_own_words(
    newcomer: Talk, lang: str, text: str, words: str
) -> None:
    (said,) = await heard(newcomer, text)
    assert words in said
    assert (await newcomer.known()).lang == lang


async def test_organizers_are_told_at_once_with_priority_and_their_answer_goes_back(
    talk: Talk, store: Store, vault: Vault
) -> None:
    await staffed(store, vault, ("ana", ORGANIZER, "organizer"), ("rita", RESPONDER, "responder"))
    await store.commit(set_on_call("rita", on=True))
    (said,) = await heard(talk, "i want to die, call me at 860-555-0177")
    assert "A person of our team gets your words now; we cannot say when they answer." in said
    (page,) = await read_by(talk, ORGANIZER)
    assert page == (
        "CRISIS Q1 (en, suicide): i want to die, call me at [number]\nAnswer now: Q1 and your words"
    )
    assert not await read_by(talk, RESPONDER)
    (key,) = [key for key, _ in await _waiting(talk, talk.vault.pseudonym(ORGANIZER))]
    assert await cast("Any", store.redis.hget(key, "kind")) == Priority.PAGE.name.lower()
    organizer = Talk(talk.stage, ORGANIZER)
    await organizer.says("Q1 I am here. Call 988 if you want to die")
    assert "From a person: I am here. Call 988 if you want to die" in [
        body for _, body in await _waiting(talk, talk.person)
    ]
    assert not [body for body in await read_by(talk, ORGANIZER) if "glad you told us" in body]


async def test_without_an_organizer_whoever_is_on_call_is_told(
    talk: Talk, store: Store, vault: Vault
) -> None:
    await staffed(store, vault, ("rita", RESPONDER, "responder"))
    await store.commit(set_on_call("rita", on=True))
    await talk.says("my husband beats me")
    (page,) = await read_by(talk, RESPONDER)
    assert page.startswith("CRISIS Q1 (en, violence)")


async def test_nobody_is_promised_where_nobody_can_be_told(talk: Talk) -> None:
    (said,) = await heard(talk, "i want to die")
    assert "our team" not in said


async def test_a_flood_of_cries_is_one_question_and_few_pages_and_the_words_still_come(
    talk: Talk, store: Store, vault: Vault
) -> None:
    await staffed(store, vault, ("ana", ORGANIZER, "organizer"))
    for number in range(8):
        (said,) = await heard(talk, f"i want to die {number}")
        assert "988" in said
    assert len(await read_by(talk, ORGANIZER)) == 5
    assert await store.redis.zcard(keys.questions_open) == 1
    kept = await cast("Any", store.redis.hget(keys.question("1"), "text"))
    assert "i want to die 7" in kept


async def test_what_is_both_a_raid_and_a_crisis_pages_and_gets_the_words_first(talk: Talk) -> None:
    said = await heard(talk, "ICE is at my door i want to die", urgency="page")
    assert "988" in said[0]
    assert any("Where is it?" in body for body in said[1:])
    assert await talk.store.redis.zcard(keys.incidents_open) == 1


async def test_stop_alone_stays_stop(talk: Talk) -> None:
    assert await heard(talk, "STOP") == []
    assert await talk.store.redis.sismember(keys.optout("hotline"), talk.person)


async def test_a_crisis_beside_a_stop_is_answered_and_the_stop_is_kept(
    talk: Talk, store: Store, vault: Vault
) -> None:
    await staffed(store, vault, ("ana", ORGANIZER, "organizer"))
    said = await heard(talk, "i want to die. stop texting me")
    assert "988" in said[0]
    assert await store.redis.sismember(keys.optout("hotline"), talk.person)
    assert not [body for body in said if "1 =" in body]
    organizer = Talk(talk.stage, ORGANIZER)
    await organizer.says("Q1 I am with you")
    waiting = await _waiting(talk, talk.person)
    (answer,) = [key for key, body in waiting if "I am with you" in body]
    assert await cast("Any", store.redis.hget(answer, "force")) == "1", "an emergency's answer still leaves"


@pytest.mark.parametrize(
    "text", ["ya no quiero vivir, basta ya", "i dont wanna be here", "i cant go on anymore, enough"]
)
async def test_nobody_in_crisis_is_asked_whether_they_want_no_more_texts(talk: Talk, text: str) -> None:
    said = await heard(talk, text)
    assert len(said) == 1
    assert not await talk.store.redis.sismember(keys.optout("hotline"), talk.person)


async def test_who_stopped_us_and_cries_for_help_is_answered_and_may_be_texted_again(
    talk: Talk, store: Store, vault: Vault
) -> None:
    await staffed(store, vault, ("ana", ORGANIZER, "organizer"))
    await store.commit(opt_out(talk.person, "hotline"))
    await store.commit(block(talk.person, "hotline"))
    (said,) = await heard(talk, "i want to die")
    assert "988" in said
    assert not await store.redis.sismember(keys.optout("hotline"), talk.person)
    (page,) = await read_by(talk, ORGANIZER)
    assert "the phone company blocks our texts to them" in page


async def test_one_of_the_staff_in_crisis_gets_the_same_words_and_the_others_are_told(
    newcomer: Talk, store: Store, vault: Vault
) -> None:
    await staffed(store, vault, ("ana", ORGANIZER, "organizer"), ("beto", OTHER, "organizer"))
    organizer = Talk(newcomer.stage, ORGANIZER)
    (said,) = await heard(organizer, "i want to die")
    assert "988" in said
    (page,) = await read_by(organizer, OTHER)
    assert "from ana" in page
    assert await read_by(organizer, ORGANIZER) == [said]


async def test_what_a_responder_relays_about_somebody_hurt_still_reaches_the_reporter(
    talk: Talk, store: Store, vault: Vault
) -> None:
    await staffed(store, vault, ("rita", RESPONDER, "responder"))
    await talk.says("ICE is at 120 Park St", urgency="page")
    await talk.incidents.change("1", lambda one: incidents.claim(one, "rita", 1_800_000_000.0, 15))
    responder = Talk(talk.stage, RESPONDER)
    await responder.says("he is not breathing, I am with him")
    reporter = [body for _, body in await _waiting(talk, talk.person)]
    assert any("he is not breathing" in body for body in reporter)


async def test_who_took_pills_to_die_hears_of_911_first(talk: Talk) -> None:
    said = await heard(talk, "i took too many pills, i want to die")
    assert [body[:12] for body in said] == ["Call 911 now", "We are glad "]


async def test_classify_and_explain_show_the_kind_and_the_rule(talk: Talk) -> None:
    found = await classified(talk, "i want to die")
    assert (found.crisis, found.by, found.urgency) == (("suicide",), "crisis", "none")
    assert "suicide-wish" in found.reasons
    assert found.public()["crisis"] == ["suicide"]
    both = await classified(talk, "ICE is at my door i want to die")
    assert (both.topic, both.urgency, both.crisis) == ("report_raid", "page", ("suicide",))


async def test_delete_forgets_who_in_crisis(talk: Talk, store: Store, vault: Vault) -> None:
    await staffed(store, vault, ("ana", ORGANIZER, "organizer"))
    await talk.says("i want to die")
    assert await store.redis.exists(keys.crisis(talk.person))
    await talk.says("DELETE")
    await talk.says("1")
    assert not await store.redis.exists(keys.crisis(talk.person), keys.question("1"))
