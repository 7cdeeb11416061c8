"""What a carrier's refusal does: to one subscription, to the rest of the broadcast, and who hears of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts.delivery.carrier_failures import CarrierFailures, verdict
from hotline.errors import SendError, SendOutcome
from hotline.messaging import status_callbacks
from hotline.messaging.carriers.twilio import reason
from hotline.staff.roster import add_staff
from hotline.store import keys

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tests.stage.office import Office

FILTERED, DEAD, NO_SUCH, STOPPED = 30007, 30005, 21211, 21610


class Carried:
    """An office whose outbox knows what refusals mean, and what the carrier answers to each text."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.failures = CarrierFailures(office.store, office.vault, office.library, lambda: office.now)
        office.box = office.outbox("alerts", consequences=self.failures)
        self._sids = 0

    async def called_back(self, id_: str, state: str, code: int = 0, sid: str = "") -> None:
        """The carrier takes the text and says later what became of it."""
        self._sids += 1
        sid = sid or f"SM{self._sids}"
        await self.office.box.accepted(id_, sid)
        await status_callbacks.status(
            self.office.store, id_=id_, sid=sid, state=state, code=str(code or ""), now=self.office.now,
            consequences=self.failures,
        )  # fmt: skip

    async def refused(self, id_: str, code: int, outcome: SendOutcome = "refused") -> None:
        """The call for a text fails."""
        error = SendError(reason(code), outcome=outcome, code=code, retry_after=30)
        await self.office.box.failed(id_, error, self.office.now)

    async def waiting(self, count: int) -> list[str]:
        """So many people, a broadcast to them, and all its texts in the carrier's hands."""
        await self.office.sign_up(count)
        await self.office.sending()
        await self.office.delivery.feed()
        return await self.office.taken()

    async def is_subscribed(self, id_: str) -> bool:
        person = id_.partition(":")[2]
        answer: Awaitable[bool] = self.office.store.redis.sismember(keys.subscribers, person)  # pyright: ignore[reportAssignmentType] - redis-py types both its clients at once
        return bool(await answer) and bool(await self.office.store.redis.exists(keys.subscriber(person)))

    async def told(self, words: str) -> int:
        """How many texts of the line's own with these words wait for staff."""
        ids = await self.office.store.redis.zrange(keys.outbox("hotline"), 0, -1)
        rows = [await cast("Any", self.office.store.redis.hget(keys.out(str(id_)), "body")) for id_ in ids]
        return sum(words in self.office.vault.open(row) for row in rows)


@pytest.fixture
def carried(office: Office) -> Carried:
    return Carried(office)


async def again(carried: Carried, code: int) -> bool:
    """One more broadcast to the one subscriber, which fails; whether they are one still."""
    office = carried.office
    await office.sending()
    await office.delivery.feed()
    (id_,) = await office.taken()
    await carried.called_back(id_, "undelivered", code)
    return await carried.is_subscribed(id_)


async def test_a_number_that_cannot_be_reached_three_times_in_a_row_is_let_go(carried: Carried) -> None:
    await carried.office.sign_up(1)
    assert [await again(carried, DEAD) for _ in range(3)] == [True, True, False]


async def test_one_text_that_arrives_is_a_new_start(carried: Carried) -> None:
    await carried.office.sign_up(1)
    assert [await again(carried, DEAD) for _ in range(2)] == [True, True]
    await carried.office.sending()
    await carried.office.delivery.feed()
    (id_,) = await carried.office.taken()
    await carried.called_back(id_, "delivered")
    assert [await again(carried, DEAD) for _ in range(3)] == [True, True, False]


async def test_the_same_callback_twice_counts_once(carried: Carried) -> None:
    (id_,) = await carried.waiting(1)
    for state in ("undelivered", "undelivered", "failed"):
        await carried.called_back(id_, state, DEAD, sid="SM1")
    person = id_.partition(":")[2]
    assert await cast("Any", carried.office.store.redis.hget(keys.subscriber(person), "dead")) == "1"


@pytest.mark.parametrize("code", [21211, 21614])
async def test_what_is_no_number_is_let_go_at_once(carried: Carried, code: int) -> None:
    gone, stays = await carried.waiting(2)
    await carried.refused(gone, code)
    await carried.called_back(stays, "delivered")
    assert (await carried.is_subscribed(gone), await carried.is_subscribed(stays)) == (False, True)


async def test_a_dead_number_that_never_subscribed_leaves_no_trace(carried: Carried) -> None:
    """A canary, or somebody who stopped in between."""
    (id_,) = await carried.waiting(1)
    person = id_.partition(":")[2]
    await carried.office.store.redis.delete(keys.subscriber(person))
    await carried.called_back(id_, "undelivered", DEAD)
    assert not await carried.office.store.redis.exists(keys.subscriber(person))


async def test_a_stop_that_only_the_carrier_knew_ends_the_subscription(carried: Carried) -> None:
    (id_,) = await carried.waiting(1)
    await carried.refused(id_, STOPPED)
    person = id_.partition(":")[2]
    assert not await carried.is_subscribed(id_)
    assert await cast("Any", carried.office.store.redis.smembers(keys.optout("alerts"))) == {person}


async def test_a_stop_said_in_a_callback_counts_as_well(carried: Carried) -> None:
    (id_,) = await carried.waiting(1)
    await carried.called_back(id_, "failed", STOPPED)
    assert not await carried.is_subscribed(id_)
    assert await cast("Any", carried.office.store.redis.scard(keys.optout("alerts"))) == 1


# -- words


async def test_words_that_carriers_filter_stop_the_rest_and_organizers_hear_of_it_once(
    carried: Carried,
) -> None:
    office = carried.office
    ids = await carried.waiting(60)
    for id_ in ids[:4]:
        await carried.called_back(id_, "undelivered", FILTERED)
    assert await office.state("1") == "sending"
    for id_ in ids[4:8]:
        await carried.called_back(id_, "undelivered", FILTERED)
    now = await broadcasts.load(office.store, "1")
    assert (now.state, now.held) == ("paused", "carrier")
    assert await carried.told("30007") == 2  # each of two organizers, once


async def test_a_few_filtered_texts_of_thousands_stop_nothing() -> None:
    assert verdict(FILTERED, {FILTERED: 9}, 1000, {}) == ""
    assert verdict(FILTERED, {FILTERED: 10}, 1000, {}) == "carrier"
    assert verdict(FILTERED, {FILTERED: 4}, 4, {}) == ""


async def test_who_resumes_it_nevertheless_is_not_stopped_by_the_same_failures(carried: Carried) -> None:
    office = carried.office
    ids = await carried.waiting(60)
    for id_ in ids[:5]:
        await carried.called_back(id_, "undelivered", FILTERED)
    await office.move("1", "resume")
    await carried.failures.judge(await broadcasts.load(office.store, "1"))
    assert await office.state("1") == "sending"
    for id_ in ids[5:10]:
        await carried.called_back(id_, "undelivered", FILTERED)
    assert await office.state("1") == "paused"


async def test_words_that_are_too_long_stop_the_rest_at_once(carried: Carried) -> None:
    ids = await carried.waiting(3)
    await carried.refused(ids[0], 21617)
    assert await carried.office.state("1") == "paused"
    assert await carried.told("21617") == 2


async def test_two_failures_that_did_not_see_each_other_are_seen_by_the_next_look(carried: Carried) -> None:
    office = carried.office
    await office.sign_up(60)
    one = await office.sending()
    await office.delivery.feed()
    await cast("Any", office.store.redis.hset(keys.broadcast_codes(one.id), "30007", 5))
    await office.store.redis.expire(keys.broadcast_codes(one.id), 60)
    await carried.failures.judge(await broadcasts.load(office.store, one.id))
    assert await office.state(one.id) == "paused"


# -- our number, our account


async def test_a_refused_sender_holds_the_broadcast_and_loses_no_text(carried: Carried) -> None:
    office = carried.office
    await add_staff(
        office.store, office.vault, handle="op", number="+18605550105", role="operator", languages=("en",)
    )
    ids = await carried.waiting(6)
    for id_ in ids:
        await carried.refused(id_, 20003, outcome="retry")
    one = await broadcasts.load(office.store, "1")
    assert (one.state, one.held, one.receipts) == ("paused", "sender", {"queued": 6})
    assert await carried.told("20003") == 1
    await office.move("1", "resume")
    office.now += 31
    assert sorted(await office.deliver()) == sorted(ids)


async def test_a_sender_refused_after_it_was_sent_sends_again_once_mended(carried: Carried) -> None:
    """The carrier took it and then did not send it, because the number is not registered."""
    office = carried.office
    ids = await carried.waiting(2)
    await carried.called_back(ids[0], "delivered")
    await office.delivery.feed()
    await carried.called_back(ids[1], "undelivered", 30034, sid="SMold")
    one = await broadcasts.load(office.store, "1")
    assert (one.state, one.held, one.receipts) == ("paused", "sender", {"delivered": 1, "queued": 1})
    await carried.office.move("1", "resume")
    office.now += 16
    assert await office.taken() == [ids[1]]
    await office.box.accepted(ids[1], "SMnew")
    for late in ("undelivered", "failed"):  # what is still said of the first try changes nothing
        await status_callbacks.status(office.store, id_=ids[1], sid="SMold", state=late, code="30034")
    assert (await office.ledger("1"))[ids[1].partition(":")[2]] == "sent"
    await status_callbacks.status(office.store, id_=ids[1], sid="SMnew", state="delivered", code="")
    assert (await broadcasts.load(office.store, "1")).receipts == {"delivered": 2}


async def test_a_throttled_text_goes_again_a_few_times_and_no_more(carried: Carried) -> None:
    office = carried.office
    (id_,) = await carried.waiting(1)
    for number in range(2):
        await carried.called_back(id_, "undelivered", 30022, sid=f"SM{number}")
        office.now += 16
        assert await office.taken() == [id_]
    await carried.called_back(id_, "undelivered", 30022, sid="SM9")
    office.now += 60
    assert await office.taken() == []
    assert (await broadcasts.load(office.store, "1")).receipts == {"undelivered": 1}


@pytest.mark.parametrize("code", [30003, 30008, 30005])
async def test_what_may_have_arrived_never_goes_again(carried: Carried, code: int) -> None:
    office = carried.office
    (id_,) = await carried.waiting(1)
    await carried.called_back(id_, "undelivered", code)
    office.now += 60
    assert await office.taken() == []
    assert (await broadcasts.load(office.store, "1")).receipts == {"undelivered": 1}


async def test_a_few_foreign_numbers_do_not_hold_an_alert_back(carried: Carried) -> None:
    """Somebody could sign up numbers of a country we do not text to, to silence the line."""
    office = carried.office
    ids = await carried.waiting(60)
    for id_ in ids[:4]:
        await carried.refused(id_, 21408)
    assert await office.state("1") == "sending"
    await carried.refused(ids[4], 21408)
    held = await broadcasts.load(office.store, "1")
    assert (held.state, held.held) == ("paused", "sender")


async def test_how_many_failed_is_known_by_reason(carried: Carried) -> None:
    ids = await carried.waiting(4)
    await carried.refused(ids[0], NO_SUCH)
    for id_ in ids[1:3]:
        await carried.called_back(id_, "undelivered", DEAD)
    await carried.called_back(ids[3], "delivered")
    codes = await cast("Any", carried.office.store.redis.hgetall(keys.broadcast_codes("1")))
    assert codes == {"21211": "1", "30005": "2"}
