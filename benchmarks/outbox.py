"""A broadcast to a hundred thousand: how near the rate, how even, how much memory, and a page in it."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from benchmarks.harness.audience import WORDS, approved, sign_up
from benchmarks.harness.figures import percentile
from benchmarks.harness.stage import Stage, stage
from benchmarks.harness.table import Reach, Table
from hotline.broadcasts import broadcast as broadcasts
from hotline.errors import HotlineError
from hotline.messaging.outbox import Outbound, Priority, queued
from hotline.privacy.vault import Vault
from hotline.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from hotline.broadcasts.broadcast import Broadcast

RESPONDER: Final = "+18605550101"
SHARE_REACH: Final = 0.98
PAGE_REACH_MS: Final = 250.0
GROWTH_REACH: Final = 1.1
TITLE: Final = "Broadcast: one text to everybody, through the simulator with its status callbacks"
FEWEST: Final = 1000  # people: fewer are over before anything can be seen
STUCK: Final = 60.0  # seconds without a text sent


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        people: subscribers.
        rate: segments per second that the carrier takes; each text is one.
        pages: sent one by one in the middle.
    """

    people: int = 100_000
    rate: float = 200.0
    pages: int = 30


@dataclass
class Run:
    """What was measured.

    Attributes:
        times: when each text of the broadcast came to the carrier, seconds.
        pages: ms from the decision to the carrier.
        memory: of the worker in MB, at the start, in the middle, at the end.
        twice: people with more than one text.
        ended: the broadcast when all was over.
    """

    times: list[float] = field(default_factory=list[float])
    pages: list[float] = field(default_factory=list[float])
    memory: list[float] = field(default_factory=list[float])
    reached: int = 0
    twice: int = 0
    ended: Broadcast | None = None


async def run(
    data_dir: Path, rounds: int | None, say: Callable[[str], None], people: int = Plan.people
) -> Table:
    """Measure once: it takes as long as the carrier's rate makes it take."""
    del rounds
    return await measure(data_dir, Plan(people=people), say)


async def measure(data_dir: Path, plan: Plan, say: Callable[[str], None]) -> Table:
    """Sign people up, send, page in the middle, and read the carrier's own log.

    Raises:
        HotlineError: a process did not start, or sending got stuck.
    """
    async with stage(data_dir, simulator=True, alerts_per_second=plan.rate, quiet_hours="none") as made:
        store, vault = Store(made.live.redis_url, made.live.city), Vault(made.live.secret_keys)
        say(f"outbox: {plan.people} people sign up")
        await sign_up(store, vault, plan.people)
        await made.start("simulator", "webhook", "worker")
        bench = Bench(made, store, vault, plan)
        try:
            found = await bench.send(say)
        finally:
            await store.close()
    return _table(plan, found)


class Bench:
    """One broadcast on the running line."""

    def __init__(self, made: Stage, store: Store, vault: Vault, plan: Plan) -> None:
        self._made, self._store, self._vault, self._plan = made, store, vault, plan
        self._paged: dict[str, float] = {}

    async def send(self, say: Callable[[str], None]) -> Run:
        """Until every text is settled."""
        found = Run()
        id_ = await approved(self._store, self._made.live)
        await self._until(id_, self._plan.people // 20, say)
        found.memory.append(self._made.memory("worker"))
        await self._until(id_, self._plan.people // 2, say)
        await self._page()
        found.memory.append(self._made.memory("worker"))
        found.ended = await self._until(id_, self._plan.people, say)
        found.memory.append(self._made.memory("worker"))
        self._read(found)
        return found

    async def _until(self, id_: str, count: int, say: Callable[[str], None]) -> Broadcast:
        """Until so many were given to the carrier, and all are settled when it is everybody."""
        most, since = -1, time.monotonic()
        while True:
            one = await broadcasts.load(self._store, id_)
            done = one.reached if count < self._plan.people else one.receipts.get("delivered", 0)
            if done >= count:
                return one
            if done > most:
                most, since = done, time.monotonic()
            if time.monotonic() - since > STUCK:
                raise HotlineError(f"Sending got stuck at {done} of {count}: {one.receipts}.")
            say(f"outbox: {one.reached} of {self._plan.people}")
            await asyncio.sleep(min(10.0, max(0.2, count / self._plan.rate / 20)))

    async def _page(self) -> None:
        address = self._vault.seal(RESPONDER)
        person = self._vault.pseudonym(RESPONDER)
        for number in range(self._plan.pages):
            words = f"REPORT {number} at 10 Park St"
            page = Outbound(f"page{number}", person, address, words, priority=Priority.PAGE)
            self._paged[words] = time.time()
            await self._store.commit(queued(page, self._vault, time.time()))
            await asyncio.sleep(0.3)

    def _read(self, found: Run) -> None:
        """What the simulator wrote down at the instant it took each text."""
        people: dict[str, int] = {}
        with (self._made.live.data_dir / "simulator" / "messages.jsonl").open() as lines:
            for line in lines:
                record = json.loads(line)
                body = record.get("body", "")
                if body in self._paged:
                    found.pages.append((record["created"] - self._paged[body]) * 1000)
                elif WORDS in body:
                    found.times.append(record["created"])
                    people[record["to"]] = people.get(record["to"], 0) + 1
        found.reached = len(people)
        found.twice = sum(count > 1 for count in people.values())


def busiest(times: Sequence[float], seconds: float = 1.0) -> int:
    """The most that came within any window of this length."""
    ordered, first, most = sorted(times), 0, 0
    for last, at in enumerate(ordered):
        while at - ordered[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def sustained(times: Sequence[float]) -> float:
    """Per second, from the first to the last."""
    span = max(times, default=0.0) - min(times, default=0.0)
    return (len(times) - 1) / span if span else 0.0


def _table(plan: Plan, found: Run) -> Table:
    rate, worst = sustained(found.times), busiest(found.times)
    table = Table("outbox", TITLE, ("", "figure"))
    start, middle, end = found.memory
    table.rows = [
        ("people", plan.people),
        ("configured rate, texts a second", plan.rate),
        ("sustained rate", rate),
        ("share of the configured rate", rate / plan.rate),
        ("most in any one second", worst),
        ("worker's memory at 5 %, MB", start),
        ("at half", middle),
        ("at the end", end),
        ("page to the carrier, p50, ms", percentile(found.pages, 0.5)),
        ("slowest of the pages", max(found.pages, default=0.0)),
    ]
    missing = plan.people - found.reached
    table.reaches = [
        Reach("at least 98 % of the configured rate", rate / plan.rate, rate / plan.rate >= SHARE_REACH),
        Reach(f"never over {plan.rate:.0f} in any one second", worst, worst <= plan.rate),
        Reach("each page at the carrier within 250 ms", max(found.pages), max(found.pages) <= PAGE_REACH_MS),
        Reach("memory at the end at most 1.1 x that of 5 %", end / start, end / start <= GROWTH_REACH),
        Reach("nobody without a text", missing, missing == 0),
        Reach("nobody with two", found.twice, found.twice == 0),
    ]
    table.notes = [
        f"{plan.people} subscribers in Redis, a broadcast approved by a second organizer, one segment each.",
        "Worker, webhook, simulator and embedded Redis (append-only file) as processes on the same cores.",
        "The simulator answers each create call and calls back twice for each text: sent, delivered.",
        "Times are those the simulator wrote down when it took each text; windows slide over all of them.",
        f"{plan.pages} pages one by one at half time, from the commit that queues the page.",
    ]
    return table
