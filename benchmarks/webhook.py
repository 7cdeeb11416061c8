"""The webhook beside a bare FastAPI form endpoint: acknowledgements per second, p99, and proof of no loss."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from benchmarks import texts
from benchmarks.figures import Spread, percentile, ratios
from benchmarks.load import Tally
from benchmarks.stage import stage
from benchmarks.table import Reach, Table
from hotline.errors import HotlineError
from hotline.settings import ROOT
from hotline.stack.embedded import free_port
from hotline.stack.processes import Process

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from benchmarks.stage import Stage

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

    rounds: int = 5
    requests: int = 6000
    connections: int = 32
    burst: int = 9000
    many: int = 300
    seconds: float = 60.0


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
        await made.start("webhook", "bare")
        urls = [f"http://127.0.0.1:{port}{texts.PATH}" for port in (made.live.hotline_port, bare.port)]
        ours: list[Tally] = []
        theirs: list[Tally] = []
        for number in range(plan.rounds + 1):
            say(f"webhook: round {number} of {plan.rounds}" if number else "webhook: warming up")
            for url, tallies in zip(urls, (ours, theirs), strict=True):
                tallies.append(await load(url, plan, number * plan.requests, plan.requests, plan.connections))
        say(f"webhook: {plan.many} connections")
        first = (plan.rounds + 1) * plan.requests
        burst = await load(urls[0], plan, first, plan.burst, plan.many)
        missing = await not_stored(made, [sid for tally in (*ours, burst) for sid in tally.acknowledged])
    return _table(plan, ours[1:], theirs[1:], burst, missing)


async def load(url: str, plan: Plan, first: int, count: int, connections: int) -> Tally:
    """One run of the load generator, in its own process.

    Raises:
        HotlineError: the generator failed.
    """
    numbers = {"connections": connections, "first": first, "count": count, "seconds": plan.seconds}
    options = [part for name, value in numbers.items() for part in (f"--{name}", str(value))]
    with tempfile.TemporaryFile() as out:
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.load", url, *options, cwd=ROOT, stdout=out
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
    return Tally(**fields | {"lost": Counter(fields["lost"])})


async def not_stored(made: Stage, acknowledged: Iterable[str]) -> int:
    """How many acknowledged MessageSids are not in exactly one mailbox. No worker runs: all must wait there."""
    found: Counter[str] = Counter()
    async for key in made.redis.scan_iter("inbox:*", count=1000, _type="list"):
        found.update(str(json.loads(entry)["sid"]) for entry in await made.redis.lrange(key, 0, -1))
    return sum(found[sid] != 1 for sid in acknowledged)


def rate(tally: Tally) -> float:
    """Acknowledgements per second."""
    return len(tally.acknowledged) / tally.seconds


def _table(plan: Plan, ours: list[Tally], theirs: list[Tally], burst: Tally, missing: int) -> Table:
    rates = [[rate(one) for one in side] for side in (ours, theirs)]
    p50, p99 = (
        [[percentile(one.milliseconds, share) for one in side] for side in (ours, theirs)]
        for share in (0.5, 0.99)
    )
    lost = [sum(one.lost.total() for one in side) for side in (ours, theirs)]
    ratio = ratios(*rates)
    table = Table(
        "webhook", TITLE, (f"at {plan.connections} connections", "Santuario", "bare FastAPI", "ratio")
    )
    table.rows = [
        ("acknowledged per second", Spread.of(rates[0]), Spread.of(rates[1]), ratio),
        ("p50, ms", Spread.of(p50[0]), Spread.of(p50[1]), ratios(*p50)),
        ("p99, ms", Spread.of(p99[0]), Spread.of(p99[1]), ratios(*p99)),
        ("lost", lost[0], lost[1], ""),
        (f"at {plan.many} connections: per second", rate(burst), "", ""),
        ("p99, ms", percentile(burst.milliseconds, 0.99), "", ""),
        ("sent", burst.sent, "", ""),
        ("lost (anything but 200)", burst.lost.total(), "", ""),
        ("acknowledged in all, but not stored once", missing, "", ""),
    ]
    table.reaches = [
        Reach(f"at least {RATE_REACH} x the bare endpoint's rate", ratio.median, ratio.median >= RATE_REACH),
        Reach("no lost webhook", lost[0] + burst.lost.total(), lost[0] + burst.lost.total() == 0),
        Reach("no acknowledged text that is not in Redis", missing, missing == 0),
    ]
    table.notes = [
        f"{plan.rounds} rounds of {plan.requests} requests a side, taken in turn, after one round to warm up: "
        "median (lowest to highest round).",
        "Twenty form fields, signed by the twilio package; English and Spanish texts, one in "
        f"{texts.URGENT_EVERY} urgent; embedded Redis, append-only file, fsync every second.",
        "One uvicorn process each, same options; the load generator is a process of its own on the same cores.",
    ]
    if burst.lost:
        table.notes.append(
            "Lost: " + ", ".join(f"{number} {reason}" for reason, number in burst.lost.items())
        )
    return table
