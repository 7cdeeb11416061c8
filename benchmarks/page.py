"""Text to page: from an urgent text at the webhook to the responder's page at the carrier, in one clock."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import aiohttp

from benchmarks.harness import texts
from benchmarks.harness.carrier import Carrier
from benchmarks.harness.figures import Spread, percentile
from benchmarks.harness.residents import Residents
from benchmarks.harness.stage import HIGHEST_RATE, Stage, bench_folder, stage
from benchmarks.harness.table import Reach, Table
from hotline.errors import HotlineError
from hotline.stack.borrow import Whisper
from hotline.stack.training import train
from hotline.staff.roster import seed_demo
from hotline.store import keys

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from pathlib import Path

ON_CALL: Final = ("+18605550101", "+18605550102")
IDLE, BUSY, SATURATED, STOPPED = "Rasa idle", "50 texts a second", "Rasa saturated", "Rasa stopped"
BUSY_RATE: Final = 50.0  # ordinary texts a second
REACH_MS: Final = 250.0
PAUSE: Final = (0.02, 0.15)  # seconds between two reports, uneven so that no loop of ours falls in step
WAIT: Final = 20.0  # seconds after which a page counts as lost
SETTLE: Final = 15.0
TITLE: Final = "Page: from an urgent text at the webhook to the pages of both responders at the carrier"


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        rounds: each goes through all states.
        reports: urgent texts of one round and state, one at a time, each from a new phone.
        states: what Rasa is doing meanwhile.
        residents: who ask without pause while it is saturated; the worker asks Rasa for 16 at once.
    """

    rounds: int = 3
    reports: int = 60
    states: tuple[str, ...] = (IDLE, BUSY, SATURATED, STOPPED)
    residents: int = 64


@dataclass
class State:
    """What was measured in one state; latencies in ms."""

    first: list[float] = field(default_factory=list[float])
    both: list[float] = field(default_factory=list[float])
    rounds: list[float] = field(default_factory=list[float])
    waiting: list[float] = field(default_factory=list[float])
    answered: list[float] = field(default_factory=list[float])
    lost: int = 0


class Bench:
    """The running line with its carrier, and the texts that go in."""

    def __init__(self, made: Stage, carrier: Carrier, session: aiohttp.ClientSession, plan: Plan) -> None:
        self.made = made
        self.plan = plan
        self._carrier = carrier
        self._residents = Residents(session, carrier, f"{made.live.public_url}{texts.PATH}")
        self._reports = 0
        self._rasa_runs = False

    async def measure(self, name: str, state: State) -> None:
        """One round of one state."""
        await self._rasa(on=name != STOPPED)
        await self._empty()
        meanwhile = {SATURATED: self._saturated, BUSY: self._busy}.get(name)
        async with meanwhile(state) if meanwhile else contextlib.nullcontext():
            await self._report()  # warm
            begun = len(state.both)
            for _ in range(self.plan.reports):
                await asyncio.sleep(random.uniform(*PAUSE))
                found = await self._report()
                if found is None:
                    state.lost += 1
                else:
                    state.first.append(min(found))
                    state.both.append(max(found))
        state.rounds.append(percentile(state.both[begun:], 0.5))

    async def _report(self) -> list[float] | None:
        """Text one urgent report; milliseconds until each responder's page, None if one did not come."""
        self._reports += 1
        words = texts.urgent(self._reports)
        begun = await self._residents.text(texts.phone(900_000 + self._reports), words)
        mark = texts.spot(self._reports)
        found = [await self._carrier.arrival(number, mark, WAIT) for number in ON_CALL]
        arrived = [(at - begun) * 1000 for at in found if at is not None]
        return arrived if len(arrived) == len(ON_CALL) else None

    @contextlib.asynccontextmanager
    async def _busy(self, _: State) -> AsyncGenerator[None]:
        """Ordinary questions at an even rate, whether answered or not."""
        asking = asyncio.create_task(self._residents.trickle(BUSY_RATE))
        try:
            yield
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    @contextlib.asynccontextmanager
    async def _saturated(self, state: State) -> AsyncGenerator[None]:
        """Ordinary questions all the time, more than Rasa takes at once."""
        asking = asyncio.create_task(self._residents.ask(self.plan.residents))
        watching = asyncio.create_task(self._watch(state))
        try:
            await self._until("the queue filling", self._queue_is_full)
            calls, begun = self._carrier.calls, time.perf_counter()
            yield
            state.answered.append((self._carrier.calls - calls) / (time.perf_counter() - begun))
        finally:
            for task in (asking, watching):
                task.cancel()
            await asyncio.gather(asking, watching, return_exceptions=True)

    async def _watch(self, state: State) -> None:
        while True:
            state.waiting.append(float(await self.made.redis.xlen(keys.inbox_ready)))
            await asyncio.sleep(0.1)

    async def _queue_is_full(self) -> bool:
        return int(await self.made.redis.xlen(keys.inbox_ready)) > self.plan.residents / 2

    async def _rasa(self, *, on: bool) -> None:
        if on == self._rasa_runs:
            return
        if on:
            await self.made.start("actions", "rasa")
        else:
            await self.made.stop("rasa")
            await self.made.stop("actions")
        self._rasa_runs = on

    async def _empty(self) -> None:
        """Begin each round with no open report: unclaimed ones would page more people after two minutes."""
        await self._until("every turn ending", self._quiet)
        await self.made.redis.flushdb()
        self._carrier.forget()
        await seed_demo(self.made.live)
        await self._until("the worker being ready", self._listening)

    async def _quiet(self) -> bool:
        return not await self.made.redis.exists(
            keys.inbox_active, keys.outbox("hotline"), keys.outbox_sending("hotline")
        )

    async def _listening(self) -> bool:
        return bool(await self.made.redis.exists(keys.inbox_ready)) and bool(
            await self.made.redis.keys(keys.alive_worker("*"))
        )

    async def _until(self, what: str, happened: Callable[[], Awaitable[bool]]) -> None:
        deadline = time.perf_counter() + SETTLE
        while not await happened():
            if time.perf_counter() > deadline:
                raise HotlineError(f"The page benchmark waited in vain for {what}.")
            await asyncio.sleep(0.05)


async def run(data_dir: Path, rounds: int | None, say: Callable[[str], None]) -> Table:
    """Measure with the usual plan."""
    return await measure(data_dir, Plan(rounds=rounds or Plan.rounds), say)


async def measure(data_dir: Path, plan: Plan, say: Callable[[str], None]) -> Table:
    """Go through all states, as often as the plan says.

    Raises:
        HotlineError: a process did not start, or the line got stuck.
    """
    if plan.states != (STOPPED,):
        await asyncio.to_thread(train, bench_folder(data_dir) / "train.log", Whisper())
    states = {name: State() for name in plan.states}
    async with (
        stage(data_dir) as made,
        Carrier(urlsplit(made.live.twilio_api_base_url)) as carrier,
        aiohttp.ClientSession() as session,
    ):
        await asyncio.gather(made.start("webhook"), made.start("worker"))
        bench = Bench(made, carrier, session, plan)
        for number in range(plan.rounds):
            for name, state in states.items():
                say(f"page: round {number + 1} of {plan.rounds}, {name}")
                await bench.measure(name, state)
    return _table(plan, states)


def _table(plan: Plan, states: dict[str, State]) -> Table:
    columns = (
        "ms",
        "first page p50",
        "both pages p50",
        "p50 by round",
        "both p99",
        "slowest",
        "reports",
        "lost",
    )
    table = Table("page", TITLE, columns)
    for name, state in states.items():
        table.rows.append(
            (
                name,
                percentile(state.first, 0.5),
                percentile(state.both, 0.5),
                Spread.of(state.rounds),
                percentile(state.both, 0.99),
                max(state.both, default=0.0),
                len(state.both) + state.lost,
                state.lost,
            )
        )
    lost = sum(state.lost for state in states.values())
    table.reaches = [Reach("no urgent report without its two pages", lost, lost == 0)]
    for name in {IDLE, BUSY} & states.keys():
        p99 = percentile(states[name].both, 0.99)
        table.reaches.append(
            Reach(f"{name}: both pages at the carrier, p99 of at most 250 ms", p99, p99 <= REACH_MS)
        )
    table.notes = [
        f"{plan.rounds} rounds of {plan.reports} reports a state, the states in turn, one report at a time.",
        "Each report from a new phone; two responders on call.",
        "From just before the POST to the webhook until the carrier has read the head of the create call.",
        "The carrier runs in the benchmark's own process (one clock) and answers 201 at once.",
        f"MESSAGES_PER_SECOND={HIGHEST_RATE:.0f}: a real carrier's rate comes on top; pages go first.",
    ]
    if SATURATED in states:
        state = states[SATURATED]
        waiting, answered = percentile(state.waiting, 0.5), percentile(state.answered, 0.5)
        table.notes += [
            f"Saturated: {plan.residents} residents ask without pause and get {answered:.0f} texts a second;",
            f"{waiting:.0f} turns wait or are under way (median), of which Rasa is given 16 at once.",
        ]
    return table
