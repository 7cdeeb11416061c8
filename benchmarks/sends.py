"""Sends a second: our outbox beside a plain loop over the `twilio` client and a general job queue."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from taskiq.receiver import Receiver
from taskiq_redis import RedisStreamBroker
from twilio.rest import Client

from benchmarks.harness.audience import WORDS, approved, phone, sign_up
from benchmarks.harness.figures import Spread, ratios
from benchmarks.harness.stage import HIGHEST_RATE, Stage, stage
from benchmarks.harness.table import Reach, Table
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts.delivery.feed import Delivery
from hotline.content import Library
from hotline.errors import HotlineError
from hotline.messaging.carriers.twilio import TwilioCarrier
from hotline.messaging.outbox import Outbox
from hotline.messaging.sender import IN_FLIGHT, Sender
from hotline.privacy.vault import Vault
from hotline.settings import DEMO_SID, DEMO_TOKEN
from hotline.stack.processes import Process
from hotline.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TITLE: Final = "Sends a second: a broadcast by our outbox, by a job queue, by a plain loop"
PATIENCE: Final = 300.0  # seconds a round may take
CALLBACK: Final = "http://127.0.0.1:9/twilio/status?intent="


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        rounds: each lets the three send one after the other.
        people: texts of our outbox and of the job queue, each round.
        loop: texts of the plain loop, which is slower, each round.
        ms: what the carrier takes to answer.
    """

    rounds: int = 3
    people: int = 2000
    loop: int = 60
    ms: float = 50.0


@dataclass
class Rates:
    """Sends a second, one entry a round."""

    ours: list[float] = field(default_factory=list[float])
    queue: list[float] = field(default_factory=list[float])
    loop: list[float] = field(default_factory=list[float])


async def run(data_dir: Path, rounds: int | None, say: Callable[[str], None]) -> Table:
    """Measure with the usual plan."""
    return await measure(data_dir, Plan(rounds=rounds or Plan.rounds), say)


async def measure(data_dir: Path, plan: Plan, say: Callable[[str], None]) -> Table:
    """Let the three send in turn, as often as the plan says.

    Raises:
        HotlineError: a process did not start.
    """
    rates = Rates()
    async with stage(data_dir, quiet_hours="none", broadcasts_per_day=1000) as made:
        port = int(made.live.twilio_api_base_url.rpartition(":")[2])
        command = [sys.executable, "-m", "benchmarks.harness.stub", "--port", str(port), "--ms", str(plan.ms)]
        made.add(Process("stub", ("stub",), port=port, health="/health"), command, os.environ)
        await made.start("stub")
        async with contextlib.AsyncExitStack() as open_ones:
            ours, queue = Ours(made, plan), Queue(made, plan)
            open_ones.push_async_callback(ours.close)
            open_ones.push_async_callback(queue.close)
            await ours.prepare()
            await queue.prepare()
            for number in range(plan.rounds):
                say(f"sends: round {number + 1} of {plan.rounds}")
                rates.ours.append(await ours.send())
                rates.queue.append(await queue.send(number))
                rates.loop.append(await asyncio.to_thread(loop, made.live.twilio_api_base_url, plan.loop))
    return _table(plan, rates)


class Ours:
    """Ledger, feed, outbox and sender, as the worker runs them, in this process."""

    def __init__(self, made: Stage, plan: Plan) -> None:
        self._live, self._plan = made.live, plan
        self._store, self._vault = Store(made.live.redis_url, made.live.city), Vault(made.live.secret_keys)
        self._carrier = TwilioCarrier(made.live)
        library = Library.load(made.live.content_dir, made.live.city)
        self._delivery = Delivery(self._store, self._vault, library, made.live, time.time)

    async def prepare(self) -> None:
        """Sign everybody up."""
        await sign_up(self._store, self._vault, self._plan.people)

    async def send(self) -> float:
        """One broadcast, from its approval until the carrier has every text; sends a second."""
        sender = Sender(
            Outbox(self._store, "alerts", HIGHEST_RATE, "bench"), self._carrier, self._vault,
            number=self._live.alerts_sender, callback=CALLBACK, clock=time.time, reconcile_after=60,
        )  # fmt: skip
        id_ = await approved(self._store, self._live)
        begun = time.perf_counter()
        sending = asyncio.create_task(sender.run())
        while (await broadcasts.load(self._store, id_)).reached < self._plan.people:
            if time.perf_counter() - begun > PATIENCE:
                raise HotlineError("The sends benchmark waited in vain for our outbox.")
            await self._delivery.feed()
            sender.wake.set()
            await asyncio.sleep(0.05)
        took = time.perf_counter() - begun
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        return self._plan.people / took

    async def close(self) -> None:
        """Let the connections go."""
        await self._carrier.close()
        await self._store.close()


class Queue:
    """A job for each text, on a stream of the same Redis, as many at once as we have calls in flight."""

    def __init__(self, made: Stage, plan: Plan) -> None:
        self._live, self._plan = made.live, plan
        self._broker: Any = RedisStreamBroker(made.live.redis_url, queue_name="bench", consumer_id="0")
        self._carrier = TwilioCarrier(made.live)
        self._done, self._all = 0, asyncio.Event()

        async def text(to: str, intent: str) -> None:  # taskiq takes functions, no methods
            await self._text(to, intent)

        self._job: Any = self._broker.register_task(text, task_name="text")
        self._stop = asyncio.Event()
        self._working: asyncio.Task[None] | None = None

    async def _text(self, to: str, intent: str) -> None:
        await self._carrier.send(
            to=to, sender=self._live.alerts_sender, body=WORDS, callback=CALLBACK + intent, validity=3600,
            media="",
        )  # fmt: skip
        self._done += 1
        if self._done == self._plan.people:
            self._all.set()

    async def prepare(self) -> None:
        """Start its worker."""
        self._broker.is_worker_process = True
        await self._broker.startup()
        receiver = Receiver(self._broker, max_async_tasks=IN_FLIGHT, run_startup=False)
        self._working = asyncio.create_task(receiver.listen(self._stop))

    async def send(self, number: int) -> float:
        """One job for each person, until all are done; sends a second."""
        self._done = 0
        self._all.clear()
        begun = time.perf_counter()
        for start in range(0, self._plan.people, 100):
            end = min(self._plan.people, start + 100)
            await asyncio.gather(*(self._job.kiq(phone(one), f"{number}-{one}") for one in range(start, end)))
        await asyncio.wait_for(self._all.wait(), PATIENCE)
        return self._plan.people / (time.perf_counter() - begun)

    async def close(self) -> None:
        """Stop its worker and let the connections go."""
        self._stop.set()
        if self._working:
            await asyncio.wait({self._working}, timeout=5)
        await self._broker.shutdown()
        await self._carrier.close()


def loop(url: str, count: int) -> float:
    """The plainest way: one call after the other with the client as it comes; sends a second."""
    client: Any = Client(DEMO_SID, DEMO_TOKEN)
    client.api.base_url = url
    begun = time.perf_counter()
    for number in range(count):
        client.messages.create(to=phone(number), from_="+18605550199", body=WORDS, status_callback=CALLBACK)
    return count / (time.perf_counter() - begun)


def _table(plan: Plan, rates: Rates) -> Table:
    table = Table("sends", TITLE, ("", "Santuario", "taskiq", "plain loop"))
    per_second = (Spread.of(rates.ours), Spread.of(rates.queue), Spread.of(rates.loop))
    to_queue, to_loop = ratios(rates.ours, rates.queue), ratios(rates.ours, rates.loop)
    table.rows = [("sends a second", *per_second), ("ours to it", "", to_queue, to_loop)]
    table.reaches = [
        Reach("more than the plain loop", to_loop.median, to_loop.median > 1),
    ]
    table.notes = [
        f"{plan.rounds} rounds, the three in turn; a stub process answers each call after {plan.ms:.0f} ms.",
        f"Ours, taskiq: {plan.people} texts a round, {IN_FLIGHT} calls in flight, the same async client.",
        "Ours: from approval to the last receipt, with ledger, sealed numbers, a commit before and after.",
        f"taskiq {version('taskiq')}: a job each on a Redis stream, acknowledged; no ledger, rate or pause.",
        f"Plain loop: {plan.loop} texts, one call after the other, the client as it comes; no store.",
        f"Median (lowest to highest). Our rate is set to {HIGHEST_RATE:.0f} a second, out of the way.",
    ]
    return table
