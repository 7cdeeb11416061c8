"""Nothing is kept for longer than it is said to be, and a person who asks is forgotten."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from hotline.casework import questions, violations
from hotline.casework.violations import Violation
from hotline.conversation.residents import unanswered
from hotline.incidents import incident as incidents
from hotline.incidents import updates
from hotline.incidents.incident import Change
from hotline.incidents.service import IncidentService
from hotline.incidents.states import IncidentState
from hotline.messaging.asked import HappeningNow
from hotline.messaging.contacts import Person, load_person, opt_out, save_person
from hotline.messaging.inbox import Inbound, stored
from hotline.messaging.outbox import Outbound, queued
from hotline.privacy import retention
from hotline.staff import volunteers
from hotline.staff.roster import Roster, Staff
from hotline.store import DAY, KEYS, Commit, Conflict, Key, keys, registered
from hotline.subscriptions import subscribers
from tests.stage.dump import content, everything

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.store import Store

NOW: Final = 1_800_000_000.0
PHONE: Final = "+18605550111"
OTHER: Final = "+18605550112"


async def known(store: Store, vault: Vault, library: Library, phone: str) -> str:
    """A person of whom everything is kept that can be kept; answers the pseudonym."""
    person = vault.pseudonym(phone)
    commit = save_person(
        Person(person, vault.seal(phone), "es", card="hartford.b", asked=HappeningNow(words="my words"))
    )
    commit.merge(
        subscribers.added(
            Person(person, vault.seal(phone)), ("frog_hollow",), "es", shown="…", channel="text", now=NOW
        )
    )
    commit.merge(opt_out(person, "alerts"))
    service = IncidentService(store, vault, library, lambda: NOW)
    number = str(await store.redis.incr(keys.incidents_last))
    commit.merge(service.opening(number, reporter=person, text="ICE", lang="es", place="", zone="", photos=0))
    commit.merge(
        await questions.ask(
            store, vault, library, Roster([]), person=person, lang="es", text="who can help me", now=NOW
        )
    )
    commit.merge(unanswered.kept(person, unanswered.Question("who is the mayor", "es", "unknown"))[0])
    told = Violation(phone[-1], NOW, "es", "they asked for papers", contact="yes", reporter=person)
    commit.merge(violations.opened(told, Roster([]), library, vault))
    await store.commit(commit)
    await store.redis.set(keys.rasa_tracker(person), "what Rasa remembers", ex=DAY)
    await store.redis.set(keys.interview(person), "when:1", ex=DAY)
    return person


@pytest.fixture
async def forgotten(store: Store, vault: Vault, library: Library) -> tuple[Store, str, str]:
    """A store where the first of two people asked to be forgotten."""
    person, other = [await known(store, vault, library, phone) for phone in (PHONE, OTHER)]
    await store.commit(await retention.forget(store, person))
    return store, person, other


async def test_of_a_person_who_is_forgotten_only_the_stop_is_left(
    forgotten: tuple[Store, str, str],
) -> None:
    store, person, _ = forgotten
    found = await everything(store)
    named = {key for key, held in found.items() if person in key or person in held}
    assert named == {keys.optout("alerts")}


async def test_forgetting_one_person_forgets_nobody_else(forgotten: tuple[Store, str, str]) -> None:
    store, _, other = forgotten
    found = await everything(store)
    named = {key.partition(":")[0] for key, held in found.items() if other in key or other in held}
    assert named == {
        "person", "subscriber", "subscribers", "optout", "incident", "reporter", "question", "rasa", "asked",
        "interview", "violation",
    }  # fmt: skip


async def test_an_open_incident_stays_without_the_way_back_to_its_reporter(
    forgotten: tuple[Store, str, str],
) -> None:
    store, person, _ = forgotten
    assert await store.redis.zcard(keys.incidents_open) == 2
    for key in (keys.incident("1"), keys.incident_log("1"), keys.reports):
        assert person not in await content(store, key)


async def test_a_report_of_a_broken_ordinance_stays_and_a_question_without_answer_goes(
    forgotten: tuple[Store, str, str],
) -> None:
    store, _, _ = forgotten
    assert {one.id for one in await violations.load_all(store)} == {"1", "2"}
    assert len(await unanswered.load(store)) == 1


async def test_a_person_who_is_forgotten_gets_no_alert(forgotten: tuple[Store, str, str]) -> None:
    store, person, other = forgotten
    assert [one.person async for batch in subscribers.everybody(store) for one in batch] == [other]
    assert person != other


async def waits_out(store: Store, vault: Vault, person: str) -> None:
    """A text to the person waits to be sent."""
    await store.commit(queued(Outbound("r1", person, vault.seal(PHONE), "an answer"), vault, NOW))


async def waits_in(store: Store, vault: Vault, person: str) -> None:
    """A text of the person waits for its turn."""
    text = Inbound("SM1", person, "hotline", vault.seal("a question"))
    await store.commit(stored(text, vault.seal(PHONE)))


async def is_dead(store: Store, vault: Vault, person: str) -> None:
    """A text of the person failed too often."""
    text = Inbound("SM1", person, "hotline", vault.seal("a question"))
    await store.redis.xadd(keys.dead, cast("Any", {"text": text.to_json(), "reason": "tries"}))


async def in_audience(store: Store, vault: Vault, person: str) -> None:
    """The person is still to get a broadcast that goes out now."""
    row = json.dumps([person, vault.seal(PHONE), "en"])
    await cast("Any", store.redis.rpush(keys.broadcast_todo("1"), row))
    await store.redis.expire(keys.broadcast_todo("1"), DAY)


@pytest.mark.parametrize("kept", [waits_out, waits_in, is_dead, in_audience])
async def test_nothing_that_waits_for_a_person_who_is_forgotten_is_left(
    store: Store, vault: Vault, kept: Callable[[Store, Vault, str], Awaitable[None]]
) -> None:
    person = vault.pseudonym(PHONE)
    await kept(store, vault, person)
    await store.commit(await retention.forget(store, person))
    assert not {key for key, held in (await everything(store)).items() if person in key or person in held}


async def test_forgetting_somebody_nobody_knows_is_no_error(store: Store, vault: Vault) -> None:
    await store.commit(await retention.forget(store, vault.pseudonym(PHONE)))
    assert set(await everything(store)) == {"forgotten"}  # how often, nobody's name


# -- age


async def test_what_is_trimmed_by_age_is_trimmed_and_what_is_younger_stays(store: Store) -> None:
    aged = {entry.pattern for entry in KEYS if entry.lifetime == "trimmed by age"}
    assert aged == set(retention.AGED_STREAMS) | set(retention.AGED_SETS)
    ages = retention.AGED_STREAMS | retention.AGED_SETS
    for name, days in ages.items():
        for age in (days + 1, days - 1):
            at = int((NOW - age * DAY) * 1000)
            if name in retention.AGED_STREAMS:
                await store.redis.xadd(name, cast("Any", {"a": "1"}), id=f"{at}-0")
            else:
                await store.redis.zadd(name, {str(age): at})
    await retention.trim(store, NOW)
    for name in retention.AGED_STREAMS:
        assert await store.redis.xlen(name) == 1
    for name, days in retention.AGED_SETS.items():
        assert await store.redis.zrange(name, 0, -1) == [str(days - 1)]


async def test_intake_is_never_trimmed_by_age_or_length(store: Store) -> None:
    await store.redis.xadd(keys.inbox_ready, cast("Any", {"person": "p1"}), id="1-0")
    await store.redis.rpush(keys.inbox("p1"), json.dumps({"sid": "SM1"}))
    await retention.trim(store, NOW)
    assert await store.redis.xlen(keys.inbox_ready) == 1
    assert await cast("Any", store.redis.llen(keys.inbox("p1"))) == 1


async def test_a_key_that_nobody_registered_is_found(store: Store) -> None:
    mystery = Key("mystery:18605550111")
    await store.redis.set(mystery, "1", ex=60)
    assert await retention.unbounded(store) == ["mystery:…: not in the register of hotline/store/keys.py"]
    await store.redis.delete(mystery)


async def test_a_key_outside_every_city_is_found(store: Store) -> None:
    await store.redis.set("staff", "1")
    assert await retention.unbounded(store) == ["staff: without the tag of a city"]
    await store.redis.delete("staff")


@pytest.mark.parametrize(
    "key", sorted(entry.pattern.replace("*", "x") for entry in KEYS if isinstance(entry.lifetime, int))
)
async def test_a_key_that_should_end_and_does_not_is_found(store: Store, key: str) -> None:
    await store.redis.set(Key(key), "1")
    (told,) = await retention.unbounded(store)
    assert told.startswith(key.partition(":")[0])
    assert "no lifetime" in told
    await store.redis.expire(Key(key), 60)
    assert await retention.unbounded(store) == []


async def test_keys_that_stay_for_good_are_no_fault(store: Store) -> None:
    for entry in KEYS:
        if not isinstance(entry.lifetime, int):
            await store.redis.set(Key(entry.pattern.replace("*", "x")), "1")
    assert await retention.unbounded(store) == []


def test_every_key_falls_under_the_entry_that_means_it() -> None:
    """A wide pattern above a narrow one would hide it."""
    for entry in KEYS:
        assert registered(entry.pattern.replace("*", "x")) == entry


async def test_a_commit_that_says_nothing_of_a_lifetime_is_found(store: Store) -> None:
    commit = Commit()
    commit.hset(keys.person("p1"), {"lang": "es"}, None)
    await store.commit(commit)
    assert await retention.unbounded(store) == ["person:…: no lifetime, 90 days expected"]
    await store.redis.delete(keys.person("p1"))


# -- at the same moment


async def decided_before(store: Store, vault: Vault, library: Library) -> dict[str, Commit]:
    """What others decided about a person before it was forgotten, not yet done."""
    person = vault.pseudonym(PHONE)
    service = IncidentService(store, vault, library, lambda: NOW)
    one = await service.reported_by(person)
    assert one
    claim = incidents.claim(one, "ana", NOW, 15)
    assert claim
    words = updates.add_words(one, "two vans", place="", zone="", photos=0)
    silent = Change(one, "silent")
    reply = await questions.answer(store, vault, library, number="1", text="yes", cause="SMq", now=NOW)
    assert reply
    return {
        "claim": await service.written(one, claim, Roster([])),
        "words": await service.written(one, words, Roster([])),
        "silence": await service.written(one, silent, Roster([])),
        "answer": reply,
    }


@pytest.mark.parametrize("what", ["claim", "words", "silence", "answer"])
async def test_what_was_decided_before_somebody_was_forgotten_brings_nothing_of_them_back(
    store: Store, vault: Vault, library: Library, what: str
) -> None:
    person = await known(store, vault, library, PHONE)
    before = await decided_before(store, vault, library)
    await store.commit(await retention.forget(store, person))
    with pytest.raises(Conflict):
        await store.commit(before[what])
    assert await names(store, person) == {keys.optout("alerts")}


async def test_a_transition_of_a_report_whose_reporter_is_forgotten_names_nobody(
    forgotten: tuple[Store, str, str], vault: Vault, library: Library
) -> None:
    """Responders go on with it; the way to the reporter does not come back, not even an empty one."""
    store, person, _ = forgotten
    service = IncidentService(store, vault, library, lambda: NOW)
    await service.change("1", lambda one: incidents.claim(one, "ana", NOW, 15))
    ended = IncidentState.ENDED
    await service.change("1", lambda one: incidents.report_state(one, "ana", ended, NOW, 15))
    assert await names(store, person) == {keys.optout("alerts")}
    assert not await store.redis.exists(keys.reporter(""))


async def test_a_text_that_was_queued_while_forgetting_was_decided_is_not_sent(
    store: Store, vault: Vault, library: Library
) -> None:
    person = await known(store, vault, library, PHONE)
    forgetting = await retention.forget(store, person)
    await waits_out(store, vault, person)
    with pytest.raises(Conflict):
        await store.commit(forgetting)
    await store.commit(await retention.forget(store, person))
    assert await store.redis.zcard(keys.outbox("hotline")) == 0
    assert await names(store, person) == {keys.optout("alerts")}


async def test_a_text_that_comes_while_forgetting_is_decided_is_not_swallowed(
    store: Store, vault: Vault, library: Library
) -> None:
    person = await known(store, vault, library, PHONE)
    forgetting = await retention.forget(store, person)
    await waits_in(store, vault, person)
    with pytest.raises(Conflict):
        await store.commit(forgetting)


async def test_a_report_texted_after_the_wish_to_be_forgotten_is_answered_like_anybodys(
    store: Store, vault: Vault, library: Library
) -> None:
    """Who deletes everything and then sees a raid begins anew: nothing old is left, and help comes."""
    person = vault.pseudonym(PHONE)
    await store.commit(stored(Inbound("SM1", person, "hotline", vault.seal("1")), vault.seal(PHONE)))
    await known(store, vault, library, PHONE)
    service = IncidentService(store, vault, library, lambda: NOW)
    fresh = stored(
        Inbound("SM2", person, "hotline", vault.seal("ICE is here"), incident="9"), vault.seal(PHONE)
    )
    opening = service.opening(
        "9", reporter=person, text="ICE is here", lang="en", place="", zone="", photos=0,
        address=vault.seal(PHONE),
    )  # fmt: skip
    fresh.merge(opening)
    await store.commit(fresh)
    await store.commit(await retention.forget(store, person, asked_in="SM1"))
    one = await service.reported_by(person)
    assert one
    assert one.id == "9"
    assert await store.redis.zrange(keys.outbox("hotline"), 0, -1) == ["i9v1safety"]
    assert await cast("Any", store.redis.llen(keys.inbox(person))) == 2
    left = await load_person(store, person)
    assert left.address
    assert (left.lang, left.card, left.asked) == ("", "", None)
    assert await names(store, person) == {
        keys.optout("alerts"), keys.person(person), keys.inbox(person), keys.inbox_active, keys.inbox_ready,
        keys.incident("9"), keys.reporter(person), keys.out("i9v1safety"),
    }  # fmt: skip


async def test_a_candidate_who_is_forgotten_is_not_brought_back_by_who_vouches(
    store: Store, vault: Vault
) -> None:
    person = vault.pseudonym(PHONE)
    await store.commit(volunteers.asked(volunteers.Candidate("rosa", person, vault.seal(PHONE), "es")))
    roster = Roster([Staff("ana", "organizer", "p", "sealed")])
    _, vouched, _ = await volunteers.vouch(store, roster, "rosa", "ana")
    await store.commit(await retention.forget(store, person))
    with pytest.raises(Conflict):
        await store.commit(vouched)


async def names(store: Store, person: str) -> set[str]:
    """Keys that name a person."""
    return {key for key, held in (await everything(store)).items() if person in key or person in held}
