"""The carrier's rate: reached, and never exceeded in any second, over one sender or several."""

from __future__ import annotations

import asyncio
import itertools
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.outbox import busiest, sustained
from hotline.broadcasts.freeze import freeze, unfreeze
from hotline.messaging.outbox import Outbound, Outbox, Priority, queued
from hotline.messaging.rate import KNOWN, Slot, Window, pace
from hotline.messaging.sender import Sender
from hotline.store import keys
from tests.stage.line import wait_until

if TYPE_CHECKING:
    from datetime import datetime

    from hotline.messaging.carriers.twilio import Sent
    from hotline.privacy.vault import Vault
    from hotline.store import Store

RATE = 80.0


class Timed:
    """A carrier that notes when each text arrives and takes its time, now more, now less."""

    def __init__(self) -> None:
        self.arrived: list[tuple[float, str, str]] = []
        self._numbers = itertools.count()

    async def send(self, *, to: str, sender: str, body: str, callback: str, validity: int, media: str) -> str:
        del to, callback, validity, media
        number = next(self._numbers)
        await asyncio.sleep(0.03 if number % 7 == 0 else 0.001)
        self.arrived.append((time.monotonic(), sender, body))
        return f"SM{number:032}"

    async def sent_to(self, to: str, since: datetime) -> list[Sent]:
        del to, since
        return []

    async def close(self) -> None: ...

    def times(self, sender: str = "") -> list[float]:
        return [at for at, who, body in self.arrived if body == "words" and sender in ("", who)]


async def fill(store: Store, vault: Vault, sender: str, count: int, **fields: Any) -> None:
    address = vault.seal("+18605550111")
    for number in range(count):
        text = Outbound(
            f"{sender}-{number}", f"{sender}p{number}", address, fields.pop("body", "words"), sender=sender,
            priority=Priority.ALERT, **fields,
        )  # fmt: skip
        await store.commit(queued(text, vault, time.time()))


def a_sender(store: Store, vault: Vault, carrier: Timed, name: str, **more: Any) -> Sender:
    return Sender(
        Outbox(store, name, more.get("rate", RATE), more.get("worker", "w1"), more.get("campaign", 0.0)),
        carrier, vault, number=name, callback="http://x", clock=time.time, reconcile_after=60,
    )  # fmt: skip


async def run_until(senders: list[Sender], carrier: Timed, count: int) -> None:
    """Let them send until the carrier has so many."""
    async with AsyncExitStack() as running:
        for sender in senders:
            task = asyncio.create_task(sender.run())
            running.callback(task.cancel)

        async def done() -> bool:
            return len(carrier.arrived) >= count

        await wait_until(done, 20, f"{count} texts")
    await asyncio.sleep(0)


async def test_the_rate_is_kept_in_every_second_and_used_up(store: Store, vault: Vault) -> None:
    carrier = Timed()
    await fill(store, vault, "alerts", 320)
    await run_until([a_sender(store, vault, carrier, "alerts")], carrier, 320)
    times = carrier.times()
    assert busiest(times) <= RATE
    assert sustained(times) >= 0.95 * RATE  # 98 % over a long run: benchmarks/outbox.py


async def test_a_slow_number_is_used_up_as_well(store: Store, vault: Vault) -> None:
    """A long code takes one segment a second: the next must not wait for the call before to be forgotten."""
    carrier, slow = Timed(), 1.9
    await fill(store, vault, "alerts", 8)
    await run_until([a_sender(store, vault, carrier, "alerts", rate=slow)], carrier, 8)
    times = carrier.times()
    assert busiest(times, 1 / slow) == 1
    assert sustained(times) >= 0.9 * slow


async def test_two_workers_share_the_rate_of_one_number(store: Store, vault: Vault) -> None:
    carrier = Timed()
    await fill(store, vault, "alerts", 240)
    both = [a_sender(store, vault, carrier, "alerts", worker=name) for name in ("w1", "w2")]
    await run_until(both, carrier, 240)
    # What left is even; on the way two workers' texts may come a little closer.
    assert busiest(carrier.times()) <= RATE * 1.05
    assert len(carrier.times()) == 240


async def test_several_numbers_send_at_once_each_at_its_rate(store: Store, vault: Vault) -> None:
    carrier, names = Timed(), ("alerts", "alerts2", "alerts3")
    for name in names:
        await fill(store, vault, name, 160)
    await run_until([a_sender(store, vault, carrier, name) for name in names], carrier, 480)
    for name in names:
        assert busiest(carrier.times(name)) <= RATE
    assert sustained(carrier.times()) > 2.5 * RATE


async def test_the_campaigns_limit_holds_over_all_numbers(store: Store, vault: Vault) -> None:
    carrier, names = Timed(), ("alerts", "alerts2")
    await store.redis.hset(keys.broadcast("7"), "state", "sending")  # pyright: ignore[reportGeneralTypeIssues] - redis-py types both its clients at once
    for name in names:
        await fill(store, vault, name, 120, broadcast="7")
    senders = [a_sender(store, vault, carrier, name, campaign=RATE) for name in names]
    await run_until(senders, carrier, 240)
    assert busiest(carrier.times()) <= RATE * 1.05
    assert all(len(carrier.times(name)) == 120 for name in names)
    await store.redis.delete(keys.broadcast("7"), keys.broadcast_ledger("7"), keys.broadcast_counts("7"))


async def test_a_reply_does_not_wait_for_the_campaign(store: Store, vault: Vault) -> None:
    now = time.time()
    await store.redis.hset(keys.broadcast("7"), "state", "sending")  # pyright: ignore[reportGeneralTypeIssues] - redis-py types both its clients at once
    box = Outbox(store, "alerts", 1000, "w1", 1.0)
    await fill(store, vault, "alerts", 3, broadcast="7")
    assert (await box.take(now)).id == "alerts-0"
    assert (await box.take(now + 0.1)).wait > 0.5
    await store.commit(queued(Outbound("reply", "p", "sealed", "yes", sender="alerts"), vault, now))
    assert (await box.take(now + 0.2)).id == "reply"
    await store.redis.delete(keys.broadcast("7"), keys.broadcast_ledger("7"), keys.broadcast_counts("7"))


async def test_a_freeze_lets_nothing_leave_and_loses_nothing(store: Store, vault: Vault) -> None:
    """Replies of the same number pass meanwhile, and so does the notice that a text was not ours."""
    now, box = time.time(), Outbox(store, "alerts", 1000, "w1")
    for number, notice in (("7", ""), ("8", "1")):
        await store.redis.hset(keys.broadcast(number), mapping={"state": "sending", "notice": notice})  # pyright: ignore[reportGeneralTypeIssues] - redis-py types both its clients at once
    await store.commit(freeze("organizer1", now))
    address = vault.seal("+18605550111")
    alert, notice = (
        Outbound(f"b{of}:p", "p", address, "words", "alerts", Priority.ALERT, broadcast=of) for of in "78"
    )
    for text in (alert, notice, Outbound("reply", "p", address, "yes", sender="alerts")):
        await store.commit(queued(text, vault, now))
    left = [taken.id for step in range(6) if (taken := await box.take(now + step / 10)).id]
    assert sorted(left) == ["b8:p", "reply"]
    await store.commit(unfreeze("organizer1", now))
    later = [taken.id for step in range(6) if (taken := await box.take(now + 2 + step)).id]
    assert later == ["b7:p"]
    for number in "78":
        await store.redis.delete(
            *(keys.broadcast(f"{number}{part}") for part in ("", ":ledger", ":counts")), "freezes"
        )


@given(
    st.floats(1, 400), st.lists(st.floats(0, 0.4), min_size=50, max_size=300),
    st.lists(st.floats(0, 0.45), min_size=50, max_size=300),
)  # fmt: skip
def test_whatever_a_call_takes_no_second_at_the_carrier_has_one_too_many(
    rate: float, outs: list[float], backs: list[float]
) -> None:
    """Each text arrives some time after it left, and its answer is back some time after that.

    What is not in the promise: a way that has become quicker than any call of the last while.
    """
    now, under_way, arrived = 0.0, list[tuple[float, Any]](), list[float]()
    window = Window(pace(rate), lambda: now)
    for _ in range(KNOWN):  # it has seen how quick a call can be
        window.end([Slot(now)])
    for out, back in zip(outs, backs, strict=False):
        while wait := window.wait(1):
            ends = min((end for end, _ in under_way), default=now + wait)
            now = min(now + wait + 1e-9, max(now, ends))
            for end, slots in [one for one in under_way if one[0] <= now]:
                window.end(slots)
                under_way.remove((end, slots))
        arrived.append(now + out)
        under_way.append((now + out + min(back, 0.5 - out), window.begin(1)))
    assert busiest(arrived, pace(rate).most / rate) <= pace(rate).most
