"""The assistant beside the one `rasa init` makes: turns per second, p50, load time, memory."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import aiohttp

from benchmarks import default_assistant
from benchmarks.default_assistant import SENTENCES
from benchmarks.harness import texts
from benchmarks.harness.figures import Spread, percentile, ratios
from benchmarks.harness.machine import memory_kind
from benchmarks.harness.stage import Stage, bench_folder, stage
from benchmarks.harness.table import Reach, Table
from hotline.errors import DialogueUnavailable
from hotline.stack.borrow import Whisper
from hotline.stack.training import train

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RATE_REACH: Final = 5.0
MEMORY_REACH: Final = 0.5
TITLE: Final = "Assistant: ours (Rasa and its actions) beside the one that rasa init makes"
TURN_SECONDS: Final = aiohttp.ClientTimeout(total=60)


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        rounds: each starts both assistants anew.
        turns: how often a round asks one and then the other.
        single: texts one by one, each time.
        residents: in flight at once, one text each.
        seconds: how long they text, each time.
    """

    rounds: int = 3
    turns: int = 4
    single: int = 30
    residents: int = 16
    seconds: float = 3.0


@dataclass
class Side:
    """One assistant and its figures, one entry a round.

    Attributes:
        processes: in the order they are started.
        ask: gives the words and metadata of the n-th text.
    """

    processes: tuple[str, ...]
    url: str
    ask: Callable[[int], dict[str, Any]]
    rate: list[float] = field(default_factory=list[float])
    single: list[float] = field(default_factory=list[float])
    busy: list[float] = field(default_factory=list[float])
    load: list[float] = field(default_factory=list[float])
    memory: list[float] = field(default_factory=list[float])
    failed: int = 0


async def run(data_dir: Path, rounds: int | None, say: Callable[[str], None]) -> Table:
    """Measure with the usual plan."""
    return await measure(data_dir, Plan(rounds=rounds or Plan.rounds), say)


async def measure(data_dir: Path, plan: Plan, say: Callable[[str], None]) -> Table:
    """Start both, ask both in turn, stop both; as often as the plan says.

    Raises:
        HotlineError: an assistant could not be trained or started.
    """
    bench = bench_folder(data_dir)
    folder = await default_assistant.prepare(bench, say)
    await asyncio.to_thread(train, bench / "train.log", Whisper())
    async with stage(data_dir) as made:
        sides = (
            Side(("actions", "rasa"), made.live.rasa_url, _question),
            Side((default_assistant.NAME,), default_assistant.add(made, folder), _sentence),
        )
        for number in range(plan.rounds):
            say(f"assistant: round {number + 1} of {plan.rounds}")
            await _round(made, sides, plan)
    return _table(plan, *sides)


def _question(number: int) -> dict[str, Any]:
    lang = "es" if number % 2 else "en"
    return {"message": texts.question(number), "metadata": {"lang": lang, "last_card": ""}}


def _sentence(number: int) -> dict[str, Any]:
    return {"message": SENTENCES[number % len(SENTENCES)]}


async def _round(made: Stage, sides: tuple[Side, Side], plan: Plan) -> None:
    for side in sides:
        side.load.append(await made.start(*side.processes))
    async with aiohttp.ClientSession(
        timeout=TURN_SECONDS, connector=aiohttp.TCPConnector(limit=plan.residents)
    ) as session:
        for side in sides:
            await one_by_one(session, side, 10)  # warm
        for _ in range(plan.turns):
            for side in sides:
                side.single.append(percentile(await one_by_one(session, side, plan.single), 0.5))
            for side in sides:
                await many(session, side, plan)
    for side in sides:
        side.memory.append(sum(made.memory(name) for name in side.processes))
        for name in side.processes:
            await made.stop(name)


async def one_by_one(session: aiohttp.ClientSession, side: Side, number: int) -> list[float]:
    """Latencies in ms with nobody else asking."""
    texting = _texts(side, f"one{len(side.load)}x{len(side.single)}")
    return [await _turn(session, side, next(texting)) for _ in range(number)]


async def many(session: aiohttp.ClientSession, side: Side, plan: Plan) -> None:
    """Turns a second, and their median latency, with all residents asking at once."""
    found: list[float] = []
    begun = time.perf_counter()

    async def resident(name: str) -> None:
        for text in _texts(side, name):
            if time.perf_counter() - begun > plan.seconds:
                return
            found.append(await _turn(session, side, text))

    await asyncio.gather(*(resident(f"many{len(side.rate)}x{number}") for number in range(plan.residents)))
    side.rate.append(len(found) / (time.perf_counter() - begun))
    side.busy.append(percentile(found, 0.5))


def _texts(side: Side, name: str) -> Iterator[dict[str, Any]]:
    """Texts of one resident after another, a few each: most people ask once or twice."""
    start = sum(name.encode()) * texts.TEXTS_EACH
    for number in count():
        yield {"sender": f"{name}y{number // texts.TEXTS_EACH}", **side.ask(start + number)}


async def _turn(session: aiohttp.ClientSession, side: Side, text: dict[str, Any]) -> float:
    """Milliseconds of one turn. An empty answer is a failed one: Rasa says `200 []` to every error."""
    begun = time.perf_counter()
    async with session.post(f"{side.url}/webhooks/rest/webhook", json=text) as response:
        answer = await response.json()
    if response.status != 200:
        raise DialogueUnavailable(f"An assistant answered {response.status}.")
    side.failed += not answer
    return (time.perf_counter() - begun) * 1000


def _table(plan: Plan, ours: Side, theirs: Side) -> Table:
    table = Table("assistant", TITLE, ("", "Santuario", "rasa init", "ratio"))

    def row(words: str, pick: Callable[[Side], list[float]]) -> float:
        ratio = ratios(pick(ours), pick(theirs))
        table.rows.append((words, Spread.of(pick(ours)), Spread.of(pick(theirs)), ratio))
        return ratio.median

    rate = row(f"turns per second, {plan.residents} residents in flight", lambda side: side.rate)
    row("p50 of those, ms", lambda side: side.busy)
    row("p50 one at a time, ms", lambda side: side.single)
    row("load time, s", lambda side: side.load)
    size = row(f"memory after that, MB ({memory_kind()})", lambda side: side.memory)
    table.rows.append(("turns without an answer", ours.failed, theirs.failed, ""))
    table.reaches = [
        Reach(f"at least {RATE_REACH} x the default's turns per second", rate, rate >= RATE_REACH),
        Reach(f"at most {MEMORY_REACH} x its memory", size, size <= MEMORY_REACH),
        Reach("no turn of ours without an answer", ours.failed, ours.failed == 0),
    ]
    table.notes = [
        f"{plan.rounds} rounds: start both, {plan.turns} times ask one and then the other, stop both.",
        f"Each time {plan.single} texts one by one, then {plan.seconds:.0f} s of all residents at once.",
        "Median (lowest to highest); a ratio is that of two measurements that followed each other.",
        f"A new resident every {texts.TEXTS_EACH} texts, on both sides.",
        "Ours: Rasa and the action server, conversations in Redis (10 MB, not counted), English and Spanish.",
        f"rasa init: as rasa {default_assistant.rasa_version()} makes and serves it, its own sentences.",
        "Load time: from process start to a health address that answers 200; our two one after the other.",
    ]
    return table
