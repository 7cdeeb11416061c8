"""kill -9 anywhere: what was accepted is handled, no text is answered twice, no page is lost."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from hotline.content.city import read_city
from hotline.settings import ROOT
from tests.stage.line import PROGRAMS, RESPONDER1, RESPONDER2, Line, wait_until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.fault

TEXTS = 200
QUESTION = "MENU"
# Far enough from each other to be events of their own: a second report of one event pages nobody again.
STREETS = [one for one in read_city(ROOT / "content", "hartford")[0].streets if one.kind == "street"]
SPOTS = [f"{number} {street.name}" for number in range(100, 2100, 100) for street in STREETS]
AT_ONCE = 20


def phones(count: int = TEXTS) -> list[str]:
    return [f"+1860556{number:04}" for number in range(count)]


def dying(point: str, count: int) -> tuple[str, ...]:
    return (sys.executable, "-m", "tests.faults.dying", point, str(count))


async def text_all(line: Line, numbers: list[str], body: str) -> list[str]:
    """Text from every phone as Twilio would: the same MessageSid again until it is accepted."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(number: str) -> str:
        async with slots:
            words = body.format(SPOTS[numbers.index(number) % len(SPOTS)])
            answer: dict[str, Any] = await line.text(number, words)
            while answer["webhook_status"] != 200:
                await asyncio.sleep(0.1)
                answer = await line.text(number, words, sid=answer["sid"])
            return str(answer["sid"])

    return await asyncio.gather(*[one(number) for number in numbers])


async def answered(line: Line, numbers: list[str], seconds: float = 60) -> Counter[int]:
    """How many texts each phone received, once every phone has one and nothing moves any more."""

    async def counts() -> list[int]:
        return [len(await line.received(number)) for number in numbers]

    await wait_until(lambda: _all_positive(counts), seconds, "every phone being answered")
    quiet = 0
    before = await counts()
    while quiet < 3:
        await asyncio.sleep(0.5)
        now = await counts()
        quiet = quiet + 1 if now == before else 0
        before = now
    return Counter(before)


async def _all_positive(counts: Any) -> bool:
    return min(await counts()) > 0


async def keep_alive(line: Line, name: str, command: tuple[str, ...], deaths: int) -> int:
    """Start the process again each time it dies, `deaths` times in its dying form, then as it is."""
    seen = 0
    while seen < deaths:
        await wait_until(lambda: _dead(line, name), 60, f"death {seen + 1} of the {name}")
        line.kill(name)
        seen += 1
        line.spawn(name, command if seen < deaths else PROGRAMS[name])
        await line.healthy(name)
    return seen


async def _dead(line: Line, name: str) -> bool:
    return not line.alive(name)


@pytest.mark.parametrize("point", ["mid_turn", "after_turn", "before_call", "after_call"])
async def test_a_worker_killed_at_this_instant_loses_nothing_and_doubles_nothing(
    tmp_path: Path, point: str
) -> None:
    async with Line(tmp_path) as line:
        await line.start("simulator", "webhook")
        line.spawn("worker", dying(point, 60))
        keeper = asyncio.create_task(keep_alive(line, "worker", dying(point, 60), deaths=2))
        await text_all(line, phones(), QUESTION)
        assert await keeper == 2
        assert await answered(line, phones()) == {1: TEXTS}


async def test_a_webhook_killed_between_append_and_200_takes_each_text_once(tmp_path: Path) -> None:
    async with Line(tmp_path) as line:
        await line.start("simulator", "worker")
        command = dying("after_append", 40)
        line.spawn("webhook", command)
        await line.healthy("webhook")
        keeper = asyncio.create_task(keep_alive(line, "webhook", command, deaths=3))
        await text_all(line, phones(), QUESTION)
        assert await keeper == 3
        assert await answered(line, phones()) == {1: TEXTS}


async def test_redis_killed_and_restarted_from_its_file_loses_nothing(tmp_path: Path) -> None:
    async with Line(tmp_path) as line:
        await line.start("simulator", "webhook", "worker")
        sending = asyncio.create_task(text_all(line, phones(), QUESTION))
        for _ in range(2):
            await asyncio.sleep(0.4)  # the fault's own time, not a wait for anything
            line.redis.kill()
            await asyncio.sleep(0.3)
            line.redis.start()
        await sending
        assert await answered(line, phones()) == {1: TEXTS}


async def test_with_rasa_stopped_every_urgent_report_pages(tmp_path: Path) -> None:
    """And with the worker killed on the way: each responder gets each page exactly once."""
    async with Line(tmp_path) as line:
        await line.start("simulator", "webhook")
        line.spawn("worker", dying("before_call", 100))
        keeper = asyncio.create_task(keep_alive(line, "worker", dying("before_call", 100), deaths=2))
        await text_all(line, phones(), "ICE is at {} taking people")
        assert await keeper == 2

        async def paged() -> bool:
            return min([len(await pages(line, who)) for who in (RESPONDER1, RESPONDER2)]) >= TEXTS

        await wait_until(paged, 60, "every report being paged")
        for who in (RESPONDER1, RESPONDER2):
            numbers = Counter(await pages(line, who))
            assert len(numbers) == TEXTS
            assert set(numbers.values()) == {1}


async def pages(line: Line, phone: str) -> list[str]:
    """The report numbers of the pages a phone got."""
    found = [
        body.split()[1].strip(",")
        for body in await line.received(phone)
        if body.startswith(("REPORT", "AVISO"))
    ]
    return [number for number in found if number.isdigit()]


@pytest.mark.parametrize("point", ["mid_turn", "after_turn"])
async def test_a_question_inside_a_report_is_passed_on_once_whenever_the_worker_is_killed(
    tmp_path: Path, point: str
) -> None:
    """The question and its answer are two turns; each of them may be the one that is cut off."""
    callers = phones(12)
    async with Line(tmp_path) as line:
        await line.start("simulator", "webhook", "worker")
        await text_all(line, callers, "ICE is at {} taking people")
        await answered(line, callers)
        line.stop("worker")
        line.spawn("worker", dying(point, 5))
        keeper = asyncio.create_task(keep_alive(line, "worker", dying(point, 5), deaths=2))
        await text_all(line, callers, "should I open, they say {} is on the paper?")
        assert await keeper == 2
        for number in range(len(callers)):
            await line.hears(RESPONDER1, f"they say {SPOTS[number]} is on the paper", 30)
        bodies = await line.received(RESPONDER1)
        assert sum("is on the paper" in body for body in bodies) == len(callers)
