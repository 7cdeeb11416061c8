"""The sender on a real Redis: each text goes once, the urgent ones first, and crashes are mended."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from hotline.errors import SendError
from hotline.sms.outbox import Outbound, Outbox, Priority, queued
from hotline.sms.sender import CALL_ENDS_WITHIN, Sender
from hotline.sms.twilio import Sent
from tests.line import wait_until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hotline.privacy.phones import Vault
    from hotline.store import Store

NOW: Final = 1_800_000_000.0
PHONE: Final = "+18605550111"
GRACE: Final = 5.0


@dataclass
class Call:
    """What was handed over."""

    to: str
    sender: str
    body: str
    callback: str
    validity: int
    media: str


@dataclass
class ScriptedCarrier:
    """The carrier port as a script: takes everything, unless an error is next.

    Attributes:
        calls: what was handed over, in order.
        errors: raised one by one, for the next calls.
        listed: what its own list shows.
        hold: a call waits for this before it is answered.
        unreadable: its list cannot be read.
    """

    calls: list[Call] = field(default_factory=list[Call])
    errors: list[SendError] = field(default_factory=list[SendError])
    listed: list[Sent] = field(default_factory=list[Sent])
    hold: asyncio.Event | None = None
    unreadable: bool = False

    async def send(self, *, to: str, sender: str, body: str, callback: str, validity: int, media: str) -> str:
        self.calls.append(Call(to, sender, body, callback, validity, media))
        if self.hold:
            await self.hold.wait()
        if self.errors:
            raise self.errors.pop(0)
        return f"SM{len(self.calls):032}"

    async def sent_to(self, to: str, since: datetime) -> list[Sent]:
        assert to == PHONE
        if self.unreadable:
            raise SendError("The carrier's list could not be read.", outcome="retry")
        return [one for one in self.listed if one.created >= since]

    async def close(self) -> None:
        """Nothing to let go."""


class Stage:
    """One worker's sender, with a clock that runs as ours does and that a test may move on."""

    def __init__(self, store: Store, vault: Vault, worker: str = "w1", rate: float = 1000) -> None:
        self.store, self.vault = store, vault
        self.now, self._began = NOW, time.monotonic()
        self.carrier = ScriptedCarrier()
        self.outbox = Outbox(store, "hotline", rate, worker)
        self.sender = Sender(
            self.outbox, self.carrier, vault, number="+18605550100",
            callback="https://line.example.org/twilio/status", clock=self.clock, reconcile_after=GRACE,
        )  # fmt: skip

    def clock(self) -> float:
        return self.now + time.monotonic() - self._began

    async def queue(self, id_: str, body: str = "words", **fields: Any) -> None:
        message = Outbound(id_, fields.pop("person", "p1"), self.vault.seal(PHONE), body, **fields)
        await self.store.commit(queued(message, self.vault, self.now))
        self.sender.wake.set()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        task = asyncio.create_task(self.sender.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def called(self, count: int) -> None:
        """Wait until the carrier was called so often and every call is resolved."""

        async def done() -> bool:
            return len(self.carrier.calls) >= count and not await self.store.redis.zcard(self.outbox.sending)

        await wait_until(done, 5, f"{count} calls")

    async def state(self, id_: str) -> str:
        return (await self.outbox.read(id_)).get("state", "")

    async def orphan(self, id_: str, body: str = "words") -> None:
        """A text whose worker died between writing its intent and hearing of the outcome."""
        await self.queue(id_, body)
        dead = Outbox(self.store, "hotline", 1000, "dead-worker")
        assert (await dead.take(self.now)).id == id_

    def lists(self, sid: str, body: str = "words", after: float = 0.5) -> None:
        self.carrier.listed.append(Sent(sid, body, datetime.fromtimestamp(self.now + after, UTC)))


@pytest.fixture
def stage(store: Store, vault: Vault) -> Stage:
    return Stage(store, vault)


async def test_a_text_is_handed_over_whole_and_its_words_are_let_go(stage: Stage) -> None:
    await stage.queue(
        "a:1/x", "¿Qué?", expires=NOW + 50_000, media=stage.vault.seal("https://x.example/p.jpg")
    )
    async with stage.running():
        await stage.called(1)
    assert stage.carrier.calls == [
        Call(
            PHONE, "+18605550100", "¿Qué?",
            "https://line.example.org/twilio/status?intent=a%3A1%2Fx", 36000, "https://x.example/p.jpg",
        )
    ]  # fmt: skip
    fields = await stage.outbox.read("a:1/x")
    assert (fields["state"], fields["sid"]) == ("sent", "SM" + "1".zfill(32))
    assert "body" not in fields


async def test_a_page_overtakes_a_hundred_waiting_alerts(store: Store, vault: Vault) -> None:
    stage = Stage(store, vault, rate=200)
    for number in range(100):
        await stage.queue(f"alert{number}", "an alert", priority=Priority.ALERT)
    async with stage.running():
        await wait_until(lambda: _calls(stage, 5), 5, "alerts leaving")
        await stage.queue("page", "a page", priority=Priority.PAGE)
        seen = len(stage.carrier.calls)
        await wait_until(lambda: _calls(stage, seen + 3), 5, "the page leaving")
    position = [call.body for call in stage.carrier.calls].index("a page")
    assert position <= seen + 1


async def _calls(stage: Stage, count: int) -> bool:
    return len(stage.carrier.calls) >= count


async def test_two_workers_hand_each_text_over_once(store: Store, vault: Vault) -> None:
    one, two = Stage(store, vault, "w1"), Stage(store, vault, "w2")
    for number in range(60):
        await one.queue(f"r{number}", f"text {number}")
    async with one.running(), two.running():
        await wait_until(lambda: _both(one, two, 60), 8, "all texts leaving")
    bodies = [call.body for stage in (one, two) for call in stage.carrier.calls]
    assert sorted(bodies) == sorted(f"text {number}" for number in range(60))


async def _both(one: Stage, two: Stage, count: int) -> bool:
    sent = len(one.carrier.calls) + len(two.carrier.calls)
    return sent >= count and not await one.store.redis.zcard(one.outbox.sending)


async def test_a_sender_that_is_stopped_lets_its_calls_end(stage: Stage) -> None:
    stage.carrier.hold = asyncio.Event()
    await stage.queue("r1")
    task = asyncio.create_task(stage.sender.run())
    await wait_until(lambda: _calls(stage, 1), 5, "the call")
    task.cancel()
    stage.carrier.hold.set()
    with suppress(asyncio.CancelledError):
        await task
    assert await stage.state("r1") == "sent"


async def test_one_slow_call_does_not_hold_up_the_others(stage: Stage) -> None:
    stage.carrier.hold = asyncio.Event()
    for number in range(10):
        await stage.queue(f"r{number}", person=f"p{number}")
    async with stage.running():
        await wait_until(lambda: _calls(stage, 10), 5, "ten calls under way at once")
        stage.carrier.hold.set()
        await stage.called(10)


@pytest.mark.parametrize("code", [21610, 63014])
async def test_a_stop_that_only_the_carrier_knew_becomes_ours(stage: Stage, code: int) -> None:
    stage.carrier.errors.append(SendError("The person opted out.", outcome="refused", code=code))
    await stage.queue("r1")
    async with stage.running():
        await stage.called(1)
        await stage.queue("r2")
        await wait_until(lambda: _is(stage, "r2", "dropped"), 5, "the next text being dropped")
    assert await stage.state("r1") == "failed"
    assert await cast("Any", stage.store.redis.smembers("optout:hotline")) == {"p1"}
    assert len(stage.carrier.calls) == 1


async def _is(stage: Stage, id_: str, state: str) -> bool:
    return await stage.state(id_) == state


async def test_another_refusal_is_no_stop(stage: Stage) -> None:
    stage.carrier.errors.append(SendError("The number cannot take texts.", outcome="refused", code=21211))
    await stage.queue("r1")
    async with stage.running():
        await stage.called(1)
    assert await stage.state("r1") == "failed"
    assert not await stage.store.redis.exists("optout:hotline")


async def test_what_may_be_tried_again_is_tried_until_it_goes(stage: Stage) -> None:
    busy = SendError("The carrier is busy.", outcome="retry", code=20429, retry_after=3)
    stage.carrier.errors += [busy, busy]
    await stage.queue("r1")
    async with stage.running():
        for calls in (1, 2, 3):
            await stage.called(calls)
            stage.now += 4
            stage.sender.wake.set()
    assert await stage.state("r1") == "sent"
    assert len(stage.carrier.calls) == 3


# -- after a crash


async def test_a_send_that_the_carrier_lists_is_adopted_and_not_repeated(stage: Stage) -> None:
    await stage.orphan("r1")
    stage.lists("SM" + "7" * 32)
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 1
    fields = await stage.outbox.read("r1")
    assert (fields["state"], fields["sid"]) == ("sent", "SM" + "7" * 32)
    assert not (await stage.outbox.take(stage.now)).id


async def test_a_send_that_the_carrier_does_not_list_is_queued_again(stage: Stage) -> None:
    await stage.orphan("r1")
    stage.lists("SM" + "7" * 32, body="other words")
    stage.lists("SM" + "8" * 32, after=-3600)
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 1
    async with stage.running():
        await stage.called(1)
    assert [call.body for call in stage.carrier.calls] == ["words"]
    assert await stage.state("r1") == "sent"


async def test_the_same_words_to_the_same_person_are_never_taken_for_one_another(stage: Stage) -> None:
    """Two texts of the same words: one was sent and is known, the other never left."""
    await stage.queue("known")
    await stage.outbox.take(stage.now)
    await stage.outbox.accepted("known", "SM" + "7" * 32)
    await stage.orphan("lost")
    stage.lists("SM" + "7" * 32)
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 1
    assert await stage.state("lost") == "queued"
    assert (await stage.outbox.read("known"))["sid"] == "SM" + "7" * 32


async def test_two_lost_sends_of_the_same_words_are_not_settled_by_one_listed_text(stage: Stage) -> None:
    await stage.orphan("one")
    await stage.orphan("two")
    stage.lists("SM" + "7" * 32)
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 2
    assert sorted([await stage.state("one"), await stage.state("two")]) == ["queued", "sent"]


async def test_a_call_that_is_under_way_here_is_left_alone(stage: Stage) -> None:
    stage.carrier.hold = asyncio.Event()
    await stage.queue("r1")
    async with stage.running():
        await wait_until(lambda: _calls(stage, 1), 5, "the call")
        stage.now += 10 * CALL_ENDS_WITHIN
        assert await stage.sender.reconcile() == 0
        stage.carrier.hold.set()
        await stage.called(1)
    assert len(stage.carrier.calls) == 1


async def test_what_a_live_worker_is_sending_is_left_to_it(stage: Stage) -> None:
    await stage.orphan("r1")
    await stage.store.redis.set("alive:dead-worker", "1", ex=15)
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 0
    assert await stage.state("r1") == "sending"


async def test_a_worker_that_lives_mends_its_own(stage: Stage) -> None:
    """However long it takes: the text may still wait for the one before it to the same person."""
    await stage.orphan("r1")
    await stage.store.redis.set("alive:dead-worker", "1", ex=15)
    stage.now += CALL_ENDS_WITHIN + 1
    assert await stage.sender.reconcile() == 0
    await stage.store.redis.delete("alive:dead-worker")
    assert await stage.sender.reconcile() == 1


async def test_a_send_is_not_judged_before_the_list_can_show_it(stage: Stage) -> None:
    await stage.orphan("r1")
    stage.now += GRACE - 1
    assert await stage.sender.reconcile() == 0


async def test_a_list_that_cannot_be_read_settles_nothing(stage: Stage) -> None:
    await stage.orphan("r1")
    stage.carrier.unreadable = True
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 0
    assert await stage.state("r1") == "sending"
    assert await stage.outbox.unresolved(stage.now, GRACE) == [("r1", NOW)]


async def test_an_unknown_outcome_is_settled_by_the_list_and_never_repeated_blindly(stage: Stage) -> None:
    stage.carrier.errors.append(SendError("The carrier did not answer in time.", outcome="unknown"))
    await stage.queue("r1")
    async with stage.running():
        await wait_until(lambda: _is(stage, "r1", "unknown"), 5, "the unknown outcome")
        assert len(stage.carrier.calls) == 1
    stage.lists("SM" + "7" * 32)
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 1
    assert (await stage.outbox.read("r1"))["sid"] == "SM" + "7" * 32
    assert len(stage.carrier.calls) == 1


async def test_a_person_who_stopped_meanwhile_does_not_get_the_text_again(stage: Stage) -> None:
    await stage.orphan("r1")
    await cast("Any", stage.store.redis.sadd("optout:hotline", "p1"))
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 1
    assert (await stage.outbox.take(stage.now)).dropped == "opted-out"
