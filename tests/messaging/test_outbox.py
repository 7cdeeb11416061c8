"""Outbound texts: queued once, urgent ones first, at the carrier's rate, never to who said stop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

from hotline.errors import SendError
from hotline.messaging import status_callbacks
from hotline.messaging.contacts import opt_out
from hotline.messaging.outbox import Outbound, Outbox, Priority, queued
from hotline.messaging.sender import Sender
from hotline.store import keys

if TYPE_CHECKING:
    from hotline.messaging.carriers.twilio import Carrier, Sent
    from hotline.privacy.vault import Vault
    from hotline.store import Store

NOW = 1_800_000_000.0


def a_text(id_: str, priority: Priority = Priority.REPLY, **fields: Any) -> Outbound:
    return Outbound(id_, fields.pop("person", "p1"), "sealed", "words", priority=priority, **fields)


def an_outbox(store: Store, rate: float = 1000) -> Outbox:
    return Outbox(store, "hotline", rate, "w1")


async def taken_ids(box: Outbox, at: float) -> list[str]:
    found: list[str] = []
    while (taken := await box.take(at)).id:
        found.append(taken.id)
        at += 0.1
    return found


async def test_a_page_goes_before_a_reply_and_a_reply_before_an_alert(store: Store, vault: Vault) -> None:
    for id_, priority in (("c", Priority.ALERT), ("b", Priority.REPLY), ("a", Priority.PAGE)):
        await store.commit(queued(a_text(id_, priority), vault, NOW))
    assert await taken_ids(an_outbox(store), NOW) == ["a", "b", "c"]


async def test_the_same_cause_queues_a_text_once(store: Store, vault: Vault) -> None:
    for _ in range(3):
        await store.commit(queued(a_text("r1"), vault, NOW))
    assert await taken_ids(an_outbox(store), NOW) == ["r1"]


async def test_a_text_that_was_sent_is_not_queued_again(store: Store, vault: Vault) -> None:
    box = an_outbox(store)
    await store.commit(queued(a_text("r1"), vault, NOW))
    await box.take(NOW)
    await box.accepted("r1", "SM1")
    await store.commit(queued(a_text("r1"), vault, NOW))
    assert not (await box.take(NOW + 1)).id


async def test_segments_leave_at_the_carriers_rate(store: Store, vault: Vault) -> None:
    box = an_outbox(store, rate=2)
    for number in range(3):
        await store.commit(queued(a_text(f"r{number}"), vault, NOW))
    assert (await box.take(NOW)).id == "r0"
    early = await box.take(NOW + 0.1)
    assert not early.id
    assert 0.3 < early.wait < 0.5
    assert (await box.take(NOW + 0.5)).id == "r1"


async def test_a_long_text_costs_as_many_turns_as_it_has_segments(store: Store, vault: Vault) -> None:
    box = an_outbox(store, rate=1)
    await store.commit(queued(Outbound("long", "p1", "sealed", "x" * 300), vault, NOW))
    await store.commit(queued(a_text("next"), vault, NOW + 1))
    await box.take(NOW)
    assert 1.9 < (await box.take(NOW + 0.01)).wait < 2.1


async def test_consent_is_checked_at_the_last_instant(store: Store, vault: Vault) -> None:
    await store.commit(queued(a_text("r1"), vault, NOW))
    await store.commit(opt_out("p1", "hotline"))
    assert (await an_outbox(store).take(NOW)).dropped == "opted-out"
    assert (await cast("Any", store.redis.hget(keys.out("r1"), "state"))) == "dropped"


async def test_only_the_confirmation_of_a_stop_reaches_who_stopped(store: Store, vault: Vault) -> None:
    await store.commit(opt_out("p1", "hotline"))
    await store.commit(queued(a_text("confirmation", force=True), vault, NOW))
    assert (await an_outbox(store).take(NOW)).id == "confirmation"


async def test_a_text_that_expired_is_never_sent(store: Store, vault: Vault) -> None:
    await store.commit(queued(a_text("late", expires=NOW + 1), vault, NOW))
    assert (await an_outbox(store).take(NOW + 2)).dropped == "expired"


async def test_the_intent_is_stored_before_the_call(store: Store, vault: Vault) -> None:
    box = an_outbox(store)
    await store.commit(queued(a_text("r1"), vault, NOW))
    await box.take(NOW)
    assert await box.unresolved(NOW + 10, 5) == [("r1", NOW)]
    assert (await box.read("r1"))["state"] == "sending"


async def test_a_busy_carrier_gets_the_text_again_when_it_asked_to(store: Store, vault: Vault) -> None:
    box = an_outbox(store)
    await store.commit(queued(a_text("r1"), vault, NOW))
    await box.take(NOW)
    await box.failed("r1", SendError("busy", outcome="retry", code=20429, retry_after=3), NOW)
    assert 2.9 < (await box.take(NOW + 0.01)).wait < 3.1
    assert (await box.take(NOW + 3.1)).id == "r1"


async def test_a_refused_text_is_never_tried_again(store: Store, vault: Vault) -> None:
    box = an_outbox(store)
    await store.commit(queued(a_text("r1"), vault, NOW))
    await box.take(NOW)
    await box.failed("r1", SendError("dead number", outcome="refused", code=21211), NOW)
    assert not (await box.take(NOW + 10_000)).id
    fields = await box.read("r1")
    assert fields["state"] == "failed"
    assert "body" not in fields


async def test_an_unknown_outcome_is_not_tried_blindly(store: Store, vault: Vault) -> None:
    box = an_outbox(store)
    await store.commit(queued(a_text("r1"), vault, NOW))
    await box.take(NOW)
    await box.failed("r1", SendError("time-out", outcome="unknown"), NOW)
    assert not (await box.take(NOW + 100)).id
    assert [id_ for id_, _ in await box.unresolved(NOW + 100, 5)] == ["r1"]


async def test_a_status_only_moves_forward(store: Store, vault: Vault) -> None:
    box = an_outbox(store)
    await store.commit(queued(a_text("r1"), vault, NOW))
    await box.take(NOW)
    await box.accepted("r1", "SM1")
    for state in ("delivered", "sent", "queued", "undelivered"):
        await status_callbacks.status(store, id_="", sid="SM1", state=state, code="")
    assert (await box.read("r1"))["status"] == "delivered"


async def test_a_status_callback_proves_a_send_whose_answer_was_lost(store: Store, vault: Vault) -> None:
    box = an_outbox(store)
    await store.commit(queued(a_text("r1"), vault, NOW))
    await box.take(NOW)
    assert await status_callbacks.status(store, id_="r1", sid="SM9", state="sent", code="") == "reply"
    assert await box.unresolved(NOW + 100, 5) == []
    assert not await box.requeue("r1")
    assert (await box.read("r1"))["sid"] == "SM9"


async def test_two_texts_to_one_person_arrive_in_their_order(store: Store, vault: Vault) -> None:
    """Even when the carrier is slower with the first: an answer before its welcome confuses."""
    arrived: list[str] = []
    both = asyncio.Event()

    class Slow:
        async def send(self, *, body: str, **_: Any) -> str:
            await asyncio.sleep(0.05 if body == "first" else 0)
            arrived.append(body)
            if len(arrived) == 2:
                both.set()
            return f"SM{len(arrived)}"

        async def sent_to(self, *_: Any) -> list[Sent]:
            return []

        async def close(self) -> None: ...

    address = vault.seal("+18605550111")
    for number, body in enumerate(("first", "second")):
        await store.commit(queued(Outbound(f"r{number}", "p1", address, body), vault, NOW))
    sender = Sender(
        an_outbox(store), cast("Carrier", Slow()), vault,
        number="+18605550100", callback="http://x", clock=lambda: NOW, reconcile_after=1,
    )  # fmt: skip
    running = asyncio.create_task(sender.run())
    await asyncio.wait_for(both.wait(), 5)
    running.cancel()
    await asyncio.wait({running})
    assert arrived == ["first", "second"]
