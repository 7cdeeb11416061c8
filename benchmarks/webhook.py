"""The webhook beside a bare FastAPI form endpoint: acknowledgements per second, p99, and proof of no loss."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from benchmarks.harness import texts
from benchmarks.harness.figures import Spread, percentile, ratios
from benchmarks.harness.load import Tally
from benchmarks.harness.stage import stage
from benchmarks.harness.table import Reach, Table
from hotline.errors import HotlineError
from hotline.settings import ROOT
from hotline.stack.embedded import free_port
from hotline.stack.processes import Process
from hotline.store import keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from benchmarks.harness.stage import Stage

RATE_REACH: Final = 0.5
TITLE: Final = (
    "Webhook: the real one (signature, triage, stored in Redis) beside a bare FastAPI form endpoint"
)


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        rounds: each gives both sides the same requests, one side after the other.
        requests: of one round and side.
        connections: at once.
        burst: requests of the run that looks for lost webhooks.
        many: connections of that run.
        seconds: after which a run is cut off.
    """

    rounds: int = 12
    requests: int = 2500
    connections: int = 32
    burst: int = 9000
    many: int = 300
    seconds: float = 60.0


@dataclass
class Side:
    """One server: its process, its address, and what became of its requests, round by round."""

    process: str
    port: int
    tallies: list[Tally] = field(default_factory=list[Tally])
    processor: list[float] = field(default_factory=list[float])

    @property
    def url(self) -> str:
        """Where texts are posted."""
        return f"http://127.0.0.1:{self.port}{texts.PATH}"

    @property
    def lost(self) -> int:
        """Requests of all rounds without a 200."""
        return sum(tally.lost.total() for tally in self.tallies)

    def each(self, figure: Callable[[Tally], float]) -> list[float]:
        """One figure of every round."""
        return [figure(tally) for tally in self.tallies]


async def run(data_dir: Path, rounds: int | None, say: Callable[[str], None]) -> Table:
    """Measure with the usual plan."""
    return await measure(data_dir, Plan(rounds=rounds or Plan.rounds), say)


async def measure(data_dir: Path, plan: Plan, say: Callable[[str], None]) -> Table:
    """Run both in alternating rounds, then the burst.

    Raises:
        HotlineError: a process did not start.
    """
    async with stage(data_dir) as made:
        bare = Process("bare", ("bare",), port=free_port(), health="/health")
        command = [sys.executable, "-m", "benchmarks.bare", "--port", str(bare.port)]
        made.add(bare, command, os.environ)
        await asyncio.gather(made.start("webhook"), made.start("bare"))
        sides = Side("webhook", made.live.hotline_port), Side("bare", bare.port)
        say("webhook: warming up")
        warm = [await load(side.url, plan, 0, plan.requests, plan.connections) for side in sides]
        for number in range(1, plan.rounds + 1):
            say(f"webhook: round {number} of {plan.rounds}")
            for side in sides:
                await _round(made, side, plan, number * plan.requests)
        say(f"webhook: {plan.many} connections")
        burst = await load(sides[0].url, plan, (plan.rounds + 1) * plan.requests, plan.burst, plan.many)
        taken = [sid for tally in (warm[0], *sides[0].tallies, burst) for sid in tally.acknowledged]
        missing = await not_stored(made.redis, taken)
    return _table(plan, *sides, burst, missing)


async def _round(made: Stage, side: Side, plan: Plan, first: int) -> None:
    before = made.processor(side.process)
    side.tallies.append(await load(side.url, plan, first, plan.requests, plan.connections))
    side.processor.append((made.processor(side.process) - before) / plan.requests * 1e6)


async def load(url: str, plan: Plan, first: int, count: int, connections: int) -> Tally:
    """One run of the load generator, in its own process.

    Raises:
        HotlineError: the generator failed.
    """
    numbers = {"connections": connections, "first": first, "count": count, "seconds": plan.seconds}
    options = [part for name, value in numbers.items() for part in (f"--{name}", str(value))]
    with tempfile.TemporaryFile() as out:
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.harness.load", url, *options, cwd=ROOT, stdout=out
        )
        try:
            failed = await running.wait()
        except BaseException:
            running.kill()
            raise
        if failed:
            raise HotlineError("The load generator failed; its words are above.")
        out.seek(0)
        fields: dict[str, Any] = json.load(out)
    fields["lost"] = Counter(fields["lost"])
    return Tally(**fields)


async def not_stored(redis: Any, acknowledged: Iterable[str]) -> int:
    """How many acknowledged MessageSids are not in exactly one mailbox; all wait there, as no worker runs."""
    found: Counter[str] = Counter()
    async for key in redis.scan_iter(keys.inbox("*"), count=1000, _type="list"):
        found.update(str(json.loads(entry)["sid"]) for entry in await redis.lrange(key, 0, -1))
    return sum(found[sid] != 1 for sid in acknowledged)


def rate(tally: Tally) -> float:
    """Acknowledgements per second."""
    return len(tally.acknowledged) / tally.seconds


def _at(share: float) -> Callable[[Tally], float]:
    return lambda tally: percentile(tally.milliseconds, share)


def _table(plan: Plan, ours: Side, theirs: Side, burst: Tally, missing: int) -> Table:
    columns = (f"at {plan.connections} connections", "Santuario", "bare FastAPI", "ratio")
    table = Table("webhook", TITLE, columns)

    def row(words: str, mine: list[float], other: list[float]) -> float:
        ratio = ratios(mine, other)
        table.rows.append((words, Spread.of(mine), Spread.of(other), ratio))
        return ratio.median

    ratio = row("acknowledged per second", ours.each(rate), theirs.each(rate))
    row("p50, ms", ours.each(_at(0.5)), theirs.each(_at(0.5)))
    row("p99, ms", ours.each(_at(0.99)), theirs.each(_at(0.99)))
    if all(ours.processor):
        row("processor time of the server for one, µs", ours.processor, theirs.processor)
    table.rows += [
        ("lost", ours.lost, theirs.lost, ""),
        (f"at {plan.many} connections: per second", rate(burst), "", ""),
        ("p99, ms", percentile(burst.milliseconds, 0.99), "", ""),
        ("sent", burst.sent, "", ""),
        ("lost (anything but 200)", burst.lost.total(), "", ""),
        ("acknowledged in all, but not stored once", missing, "", ""),
    ]
    lost = ours.lost + burst.lost.total()
    table.reaches = [
        Reach(f"at least {RATE_REACH} x the bare endpoint's rate", ratio, ratio >= RATE_REACH),
        Reach("no lost webhook", lost, lost == 0),
        Reach("no acknowledged text that is not in Redis", missing, missing == 0),
    ]
    table.notes = [
        f"{plan.rounds} rounds of {plan.requests} requests a side, in turn, after one to warm up.",
        "Median (lowest to highest round); the ratio is that of the two halves of a round.",
        f"Twilio's twenty fields, signed by its package; two languages, 1 in {texts.URGENT_EVERY} urgent.",
        "Embedded Redis, append-only file, fsync every second; nothing reads the mailboxes meanwhile.",
        "One uvicorn process each, same options; the load generator is a process on the same cores.",
    ]
    reasons = sum((tally.lost for tally in (*ours.tallies, burst)), Counter[str]())
    if reasons:
        table.notes.append("Lost: " + ", ".join(f"{number} x {why}" for why, number in reasons.items()))
    return table
