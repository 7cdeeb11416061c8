"""The dispatch under a thousand thumbs and under kill -9: one winner, every report paged once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from hotline.incidents import records
from hotline.privacy.vault import Vault
from hotline.staff.roster import add_staff, set_on_call
from hotline.store import Store, keys
from tests.faults.test_killed import SPOTS, phones, text_all
from tests.stage.line import PROGRAMS, RESIDENT, Line, wait_until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.fault

CLAIMANTS = 1000
REPORTS = 100
RESPONDERS = 50


def crew(count: int) -> list[str]:
    """Numbers of responders."""
    return [f"+1860558{number:04}" for number in range(count)]


async def enlist(store: Store, vault: Vault, numbers: list[str]) -> None:
    """Put responders on the roster, on call."""
    for place, number in enumerate(numbers):
        handle = f"r{place}"
        await add_staff(store, vault, handle=handle, number=number, role="responder", languages=("en",))
        await store.commit(set_on_call(handle, on=True))


async def in_short(line: Line, numbers: list[str], words: str) -> Counter[int]:
    """How many texts with these words each phone got."""
    received = await asyncio.gather(*[line.received(number) for number in numbers])
    return Counter(sum(words in body for body in bodies) for bodies in received)


async def test_a_thousand_claims_at_once_have_one_winner_and_no_silent_loser(tmp_path: Path) -> None:
    """Every loser is told who has it; nobody is told that it is theirs but the one."""
    numbers = crew(CLAIMANTS)
    async with Line(tmp_path, MESSAGES_PER_SECOND="5000") as line:
        store, vault = Store(line.redis.url, "hartford"), Vault(line.settings.secret_keys)
        await store.redis.flushall()
        await enlist(store, vault, numbers)
        await line.start("simulator", "webhook", "worker")
        await line.text(RESIDENT, "ICE is at 120 Park St taking people")
        await wait_until(lambda: all_have(line, numbers, "REPORT"), 60, "everybody being paged")
        await text_all(line, numbers, "1")
        await wait_until(lambda: all_have(line, numbers, "1"), 60, "every claim being answered")

        async def settled() -> bool:
            return not await store.redis.zcard(keys.outbox("hotline")) and not await store.redis.hlen(
                keys.inbox_active
            )  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either

        await wait_until(settled, 60, "everything being said")
        one = await records.load(store, "1")
        await store.close()
        assert one is not None
        assert await in_short(line, numbers, "1 is yours") == {0: CLAIMANTS - 1, 1: 1}
        losers = [number for place, number in enumerate(numbers) if f"r{place}" != one.claimed_by]
        told = await in_short(line, losers, f"{one.claimed_by} has 1")
        assert 0 not in told, "a loser was told nothing"
        assert told.total() == CLAIMANTS - 1


async def all_have(line: Line, numbers: list[str], words: str) -> bool:
    """Whether every phone got a text with these words."""
    return 0 not in await in_short(line, numbers, words)


async def test_a_hundred_reports_at_once_all_page_while_worker_and_redis_die(tmp_path: Path) -> None:
    """Each responder gets each page exactly once, whatever is killed when."""
    numbers, rng = crew(RESPONDERS), random.Random(7)
    async with Line(tmp_path, MESSAGES_PER_SECOND="5000") as line:
        store, vault = Store(line.redis.url, "hartford"), Vault(line.settings.secret_keys)
        await store.redis.flushall()
        await enlist(store, vault, numbers)
        await line.start("simulator", "webhook", "worker")
        sending = asyncio.create_task(text_all(line, phones(REPORTS), "ICE is at {} taking people"))
        for _ in range(4):
            await asyncio.sleep(rng.uniform(0.3, 1.2))  # the fault's own time, not a wait for anything
            line.kill("worker")
            line.spawn("worker", PROGRAMS["worker"])
        line.redis.kill()
        await asyncio.sleep(0.3)
        line.redis.start()
        await sending

        async def paged() -> bool:
            got = await in_short(line, numbers, "REPORT")
            return min(got) >= REPORTS

        await wait_until(paged, 90, "every report paging every responder")
        assert await in_short(line, numbers, "REPORT") == {REPORTS: RESPONDERS}
        for spot in SPOTS[:REPORTS]:
            assert await in_short(line, numbers[:3], f"Where: {spot}\n") == {1: 3}
        await store.close()
