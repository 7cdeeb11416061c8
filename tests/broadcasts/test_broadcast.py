"""One text to many who asked for it: approved by two, to each person once, and stoppable on the way."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts.delivery.feed import AHEAD
from hotline.messaging import status_callbacks
from hotline.messaging.contacts import opt_out
from hotline.refusal import Reason, Refused
from hotline.store import keys

if TYPE_CHECKING:
    from tests.stage.office import Office


# -- approval


async def test_a_draft_reaches_nobody(office: Office) -> None:
    await office.sign_up(3)
    one = await office.draft()
    await office.delivery.feed()
    assert (one.state, await office.waiting(), await office.ledger(one.id)) == ("draft", 0, {})


@pytest.mark.parametrize("who", ["organizer1", "responder1", "nobody", ""])
async def test_only_a_second_organizer_can_approve(office: Office, who: str) -> None:
    await office.sign_up(3)
    one = await office.draft()
    with pytest.raises(Refused):
        await office.approve(one.id, who)
    await office.delivery.feed()
    assert (await office.state(one.id), await office.waiting()) == ("draft", 0)


async def test_two_approvals_at_the_same_instant_send_it_once(office: Office) -> None:
    people = await office.sign_up(20)
    one = await office.draft()
    answers = await asyncio.gather(
        *[office.approve(one.id) for _ in range(5)],
        return_exceptions=True,
    )
    assert Counter(type(answer) for answer in answers)[Refused] == 4
    assert len(await office.deliver()) == len(people)


async def test_words_leave_in_the_language_and_the_frame_of_each_person(office: Office) -> None:
    (english,) = await office.sign_up(1)
    (spanish,) = await office.sign_up(1, lang="es", first=1)
    one = await office.draft(en="Meeting at six.", es="Reunión a las seis.")
    await office.approve(one.id)
    await office.delivery.feed()
    for person, words in ((english, "Meeting at six."), (spanish, "Reunión a las seis.")):
        sealed = (await office.box.read(f"b{one.id}:{person}"))["body"]
        assert words in office.vault.open(sealed)
        assert "STOP" in office.vault.open(sealed)


async def test_a_language_without_its_text_stops_the_approval_before_anybody_gets_one(office: Office) -> None:
    await office.sign_up(3)
    await office.sign_up(1, lang="ht", first=3)
    one = await office.draft()
    with pytest.raises(Refused, match=Reason.TEXT_MISSING):
        await office.approve(one.id)
    assert (await office.state(one.id), await office.waiting()) == ("draft", 0)


async def test_an_audience_of_nobody_ends_at_once(office: Office) -> None:
    one = await office.sending()
    assert await office.deliver() == []
    assert (await office.state(one.id), (await broadcasts.load(office.store, one.id)).total) == ("sent", 0)


# -- audience


async def test_each_person_is_in_the_audience_once_however_often_they_signed_up(office: Office) -> None:
    people = await office.sign_up(2, "frog_hollow", "parkville")
    people += await office.sign_up(1, "all", first=2)
    await office.sign_up(1, "frog_hollow", "all", first=0)
    await office.sign_up(2, "downtown", first=10)
    one = await office.sending(zone="Frog Hollow")
    assert one.total == 3
    assert Counter(await office.deliver()) == Counter(f"b{one.id}:{person}" for person in people)


async def test_the_audience_is_who_had_signed_up_when_it_was_approved(office: Office) -> None:
    await office.sign_up(2)
    one = await office.sending()
    await office.sign_up(1, first=2)
    assert (one.total, len(await office.deliver())) == (2, 2)


async def test_two_workers_that_feed_at_once_queue_each_person_once(office: Office) -> None:
    people = await office.sign_up(AHEAD * 2)
    one = await office.sending()
    others = [office.worker() for _ in range(3)]
    found: list[str] = []
    while await office.store.redis.zcard(keys.broadcasts_sending):
        await asyncio.gather(*[each.feed() for each in others])
        found += await office.taken()
    assert Counter(found) == Counter(f"b{one.id}:{person}" for person in people)


# -- consent


@pytest.mark.parametrize("when", ["before approval", "before the outbox", "in the outbox"])
async def test_who_said_stop_is_never_texted_however_late(office: Office, when: str) -> None:
    first, *others = await office.sign_up(3)
    stop = opt_out(first, "alerts")
    if when == "before approval":
        await office.store.commit(stop)
    one = await office.sending()
    if when == "before the outbox":
        await office.store.commit(stop)
    await office.delivery.feed()
    if when == "in the outbox":
        await office.store.commit(stop)
    assert set(await office.deliver() + await office.taken()) == {f"b{one.id}:{person}" for person in others}
    receipt = None if when == "before approval" else "opted-out"
    assert (await office.ledger(one.id)).get(first) == receipt


async def test_a_stop_to_the_hotline_alone_is_no_stop_to_alerts(office: Office) -> None:
    (person,) = await office.sign_up(1)
    await office.store.commit(opt_out(person, "hotline"))
    await office.sending()
    assert len(await office.deliver()) == 1


# -- on the way


async def test_only_a_few_texts_wait_in_the_outbox_at_once(office: Office) -> None:
    await office.sign_up(AHEAD * 3)
    one = await office.sending()
    for _ in range(4):
        await office.delivery.feed()
    assert await office.waiting() == AHEAD
    assert len(await office.deliver()) == AHEAD * 3
    assert await office.state(one.id) == "sent"


async def test_a_broadcast_that_is_paused_goes_on_where_it_was(office: Office) -> None:
    people = await office.sign_up(AHEAD * 2)
    one = await office.sending()
    await office.delivery.feed()
    first = await office.taken()
    await office.move(one.id, "pause")
    for _ in range(3):
        await office.delivery.feed()
    assert (await office.waiting(), await office.state(one.id)) == (0, "paused")
    assert len(first) == len(await office.ledger(one.id)) == AHEAD
    await office.move(one.id, "resume")
    assert Counter(first + await office.deliver()) == Counter(f"b{one.id}:{person}" for person in people)


async def test_a_broadcast_that_is_cancelled_reaches_nobody_else(office: Office) -> None:
    await office.sign_up(AHEAD * 2)
    one = await office.sending()
    await office.delivery.feed()
    await office.taken()
    await office.move(one.id, "cancel")
    assert await office.deliver() == []
    assert (await office.state(one.id), await office.waiting()) == ("cancelled", 0)
    assert not await office.store.redis.exists(keys.broadcast_todo(one.id))


@pytest.mark.parametrize("move", ["cancel", "pause"])
async def test_what_waits_in_our_own_outbox_is_stopped_too(office: Office, move: str) -> None:
    """On one long code the fifty that wait take fifty seconds, of a text that is known to be wrong."""
    await office.sign_up(10)
    one = await office.sending()
    await office.delivery.feed()
    await office.move(one.id, move)
    found: list[str] = []
    for _ in range(12):
        found += [taken.id] if (taken := await office.box.take(office.now)).id else []
        office.now += 0.1
    assert found == []


async def test_a_broadcast_that_expired_on_the_way_reaches_nobody_else(office: Office) -> None:
    await office.sign_up(AHEAD * 2)
    one = await office.sending(lasts=60)
    await office.delivery.feed()
    office.now += 61
    assert await office.taken() == []
    assert await office.deliver() == []
    assert await office.state(one.id) == "expired"
    assert Counter((await office.ledger(one.id)).values()) == {"expired": AHEAD}


async def test_a_draft_that_expired_cannot_be_approved(office: Office) -> None:
    await office.sign_up(1)
    one = await office.draft(lasts=60)
    office.now += 61
    with pytest.raises(Refused, match=Reason.EXPIRED):
        await office.approve(one.id)
    assert await office.state(one.id) == "draft"


async def test_a_cancelled_broadcast_stays_cancelled(office: Office) -> None:
    await office.sign_up(1)
    one = await office.sending()
    await office.move(one.id, "cancel")
    for move in ("resume", "pause", "cancel"):
        with pytest.raises(Refused):
            await office.move(one.id, move)
    with pytest.raises(Refused):
        await office.approve(one.id)
    await office.delivery.feed()
    assert (await office.state(one.id), await office.waiting()) == ("cancelled", 0)


async def test_the_hotline_goes_on_while_a_broadcast_is_paused(office: Office) -> None:
    await office.sign_up(5)
    one = await office.sending()
    await office.move(one.id, "pause")
    await office.delivery.feed()
    assert await office.store.redis.zcard(keys.outbox("hotline")) == 0
    assert await office.store.redis.zcard(keys.broadcasts_sending) == 1


# -- receipts


async def test_the_receipts_add_up_to_the_audience(office: Office) -> None:
    people = await office.sign_up(4)
    one = await office.sending()
    await office.store.commit(opt_out(people[0], "alerts"))
    await office.delivery.feed()
    for place, id_ in enumerate(await office.taken()):
        await office.box.accepted(id_, f"SM{place}")
    await status_callbacks.status(office.store, id_="", sid="SM0", state="delivered", code="")
    await status_callbacks.status(office.store, id_="", sid="SM1", state="undelivered", code="30003")
    receipts = (await broadcasts.load(office.store, one.id)).receipts
    assert receipts == {"opted-out": 1, "delivered": 1, "undelivered": 1, "sent": 1}
    assert sum(receipts.values()) == one.total


async def test_a_callback_that_is_faster_than_the_answer_keeps_its_receipt(office: Office) -> None:
    """The carrier may call back before its own 201 has reached us."""
    (person,) = await office.sign_up(1)
    one = await office.sending()
    await office.delivery.feed()
    (id_,) = await office.taken()
    await status_callbacks.status(office.store, id_=id_, sid="SM1", state="delivered", code="")
    await office.box.accepted(id_, "SM1")
    assert await office.ledger(one.id) == {person: "delivered"}
