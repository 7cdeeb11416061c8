"""The sender on a real Redis: each text goes once, the urgent ones first, a stop is a stop."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.errors import SendError
from hotline.messaging.outbox import Outbox, Priority
from hotline.store import keys
from tests.stage.line import wait_until
from tests.stage.sending import GRACE, NOW, PHONE, Call, Sending

if TYPE_CHECKING:
    from hotline.privacy.vault import Vault
    from hotline.store import Store


@pytest.fixture
def sending(store: Store, vault: Vault) -> Sending:
    return Sending(store, vault)


async def test_a_text_is_handed_over_whole_and_its_words_are_let_go(sending: Sending) -> None:
    await sending.queue(
        "a:1/x", "¿Qué?", expires=NOW + 50_000, media=sending.vault.seal("https://x.example/p.jpg")
    )
    async with sending.running():
        await sending.called(1)
    assert sending.carrier.calls == [
        Call(
            PHONE, "+18605550100", "¿Qué?",
            "https://line.example.org/twilio/status?intent=a%3A1%2Fx", 36000, "https://x.example/p.jpg",
        )
    ]  # fmt: skip
    fields = await sending.outbox.read("a:1/x")
    assert (fields["state"], fields["sid"]) == ("sent", "SM" + "1".zfill(32))
    assert "body" not in fields


async def test_a_page_overtakes_a_hundred_waiting_alerts(store: Store, vault: Vault) -> None:
    sending = Sending(store, vault, rate=200)
    for number in range(100):
        await sending.queue(f"alert{number}", "an alert", priority=Priority.ALERT)
    async with sending.running():
        await wait_until(lambda: sending.is_called(5), 5, "alerts leaving")
        await sending.queue("page", "a page", priority=Priority.PAGE)
        seen = len(sending.carrier.calls)
        await wait_until(lambda: sending.is_called(seen + 3), 5, "the page leaving")
    position = [call.body for call in sending.carrier.calls].index("a page")
    assert position <= seen + 4  # what was in hand already


async def test_two_workers_hand_each_text_over_once(store: Store, vault: Vault) -> None:
    one, two = Sending(store, vault, "w1"), Sending(store, vault, "w2")
    for number in range(60):
        await one.queue(f"r{number}", f"text {number}")
    async with one.running(), two.running():
        await wait_until(lambda: _both(one, two, 60), 8, "all texts leaving")
    bodies = [call.body for sending in (one, two) for call in sending.carrier.calls]
    assert sorted(bodies) == sorted(f"text {number}" for number in range(60))


async def _both(one: Sending, two: Sending, count: int) -> bool:
    sent = len(one.carrier.calls) + len(two.carrier.calls)
    return sent >= count and not await one.store.redis.zcard(one.outbox.sending)


async def test_a_sender_that_is_stopped_lets_its_calls_end(sending: Sending) -> None:
    sending.carrier.hold = asyncio.Event()
    await sending.queue("r1")
    task = asyncio.create_task(sending.sender.run())
    await wait_until(lambda: sending.is_called(1), 5, "the call")
    task.cancel()
    sending.carrier.hold.set()
    with suppress(asyncio.CancelledError):
        await task
    assert await sending.state("r1") == "sent"


async def test_one_slow_call_does_not_hold_up_the_others(sending: Sending) -> None:
    sending.carrier.hold = asyncio.Event()
    for number in range(10):
        await sending.queue(f"r{number}", person=f"p{number}")
    async with sending.running():
        await wait_until(lambda: sending.is_called(10), 5, "ten calls under way at once")
        sending.carrier.hold.set()
        await sending.called(10)


@pytest.mark.parametrize("code", [21610, 63014])
async def test_a_stop_that_only_the_carrier_knew_becomes_ours(sending: Sending, code: int) -> None:
    sending.carrier.errors.append(SendError("The person opted out.", outcome="refused", code=code))
    await sending.queue("r1")
    async with sending.running():
        await sending.called(1)
        await sending.queue("r2")
        await wait_until(lambda: sending.has("r2", "dropped"), 5, "the next text being dropped")
    assert await sending.state("r1") == "failed"
    assert await cast("Any", sending.store.redis.smembers(keys.optout("hotline"))) == {"p1"}
    assert len(sending.carrier.calls) == 1


async def test_another_refusal_is_no_stop(sending: Sending) -> None:
    sending.carrier.errors.append(SendError("The number cannot take texts.", outcome="refused", code=21211))
    await sending.queue("r1")
    async with sending.running():
        await sending.called(1)
    assert await sending.state("r1") == "failed"
    assert not await sending.store.redis.exists(keys.optout("hotline"))


async def test_what_may_be_tried_again_is_tried_until_it_goes(sending: Sending) -> None:
    busy = SendError("The carrier is busy.", outcome="retry", code=20429, retry_after=3)
    sending.carrier.errors += [busy, busy]
    await sending.queue("r1")
    async with sending.running():
        for calls in (1, 2, 3):
            await sending.called(calls)
            sending.now += 4
            sending.sender.wake.set()
    assert await sending.state("r1") == "sent"
    assert len(sending.carrier.calls) == 3


@pytest.mark.parametrize(
    ("to", "sender"),
    [
        (PHONE, "+18605550100"),
        (f"whatsapp:{PHONE}\nwhatsapp:+18605550177", "whatsapp:+18605550177"),
        (f"whatsapp:{PHONE}", "whatsapp:+18605550100"),
        ("messenger:24180000000000017\nmessenger:111000000000222", "messenger:111000000000222"),
        ("rcs:+18605550111\nrcs:santuario_agent", "rcs:santuario_agent"),
    ],
)
async def test_a_text_leaves_by_the_channel_and_the_sender_its_reader_wrote_to(
    sending: Sending, to: str, sender: str
) -> None:
    await sending.queue("a", to=to)
    async with sending.running():
        await sending.called(1)
    [call] = sending.carrier.calls
    assert (call.to, call.sender) == (to.partition("\n")[0], sender)


async def test_a_text_to_a_channel_where_we_have_no_sender_is_refused_before_the_carrier_is_asked(
    sending: Sending,
) -> None:
    """It would leave from a bare number, which Twilio refuses (21910)."""
    await sending.queue("a", to="messenger:24180000000000017")
    async with sending.running():
        await wait_until(lambda: sending.has("a", "failed"), 5, "the refusal")
    assert sending.carrier.calls == []
    assert (await sending.outbox.read("a"))["code"] == "63007"


async def test_a_text_on_a_channel_is_looked_up_by_its_readers_address_alone(sending: Sending) -> None:
    await sending.queue("a", to=f"whatsapp:{PHONE}\nwhatsapp:+18605550177")
    dead = Outbox(sending.store, "hotline", 1000, "dead-worker")
    assert (await dead.take(sending.now)).id == "a"
    sending.lists("SM" + "7" * 32)
    sending.now += GRACE + 1
    assert await sending.sender.reconcile() == 1
    assert await sending.state("a") == "sent"
