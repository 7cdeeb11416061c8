"""A broadcast while everything is killed: one text for each person, or an unknown for a human, never two."""

from __future__ import annotations

import asyncio
import json
import os
import random
from collections import Counter
from typing import TYPE_CHECKING, Final

import pytest

from benchmarks.harness.audience import WORDS, approved, ledger, phone, sign_up
from hotline.broadcasts import broadcast as broadcasts
from hotline.privacy.vault import Vault
from hotline.store import AWAY, Store, keys
from tests.stage.line import PROGRAMS, Line, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from hotline.broadcasts.broadcast import Broadcast

pytestmark = pytest.mark.fault

PEOPLE: Final = int(os.environ.get("SANTUARIO_FAULT_PEOPLE", "2000"))
RATE: Final = 150  # texts a second
VICTIMS: Final = ("worker", "webhook", "simulator", "redis", "worker")


async def kill_one_after_the_other(line: Line, rng: random.Random, seconds: float) -> Counter[str]:
    """Kill -9 the next one at a random moment, start it again, and so on for so long."""
    killed, loop = Counter[str](), asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end or len(killed) < len(set(VICTIMS)):
        victim = VICTIMS[killed.total() % len(VICTIMS)]
        await asyncio.sleep(rng.uniform(0.3, 1.5))  # the fault's own time, not a wait for anything
        if victim == "redis":
            line.redis.kill()
            await asyncio.sleep(rng.uniform(0.05, 0.4))
            line.redis.start()
        else:
            line.kill(victim)
            line.spawn(victim, PROGRAMS[victim])
            await line.healthy(victim)
        killed[victim] += 1
    return killed


def keep_every_write(line: Line) -> None:
    """As production's Redis does: on the disk before it is answered."""
    line.redis.kill()
    line.redis.fsync = "always"
    line.redis.start()


def texts(line: Line) -> Counter[str]:
    """How many texts of the broadcast the simulator wrote down for each number."""
    found = Counter[str]()
    with (line.folder / "simulator" / "messages.jsonl").open() as lines:
        for row in lines:
            record = json.loads(row)
            if WORDS in record.get("body", ""):
                found[record["to"]] += 1
    return found


async def test_everybody_gets_one_text_or_is_listed_as_unknown_whoever_is_killed(tmp_path: Path) -> None:
    """Worker, webhook, simulator and Redis die by turns; Redis keeps what it was told, as in production."""
    rng = random.Random(11)
    async with Line(tmp_path, ALERTS_PER_SECOND=str(RATE)) as line:
        keep_every_write(line)
        store, vault = Store(line.redis.url, "hartford"), Vault(line.settings.secret_keys)
        await store.redis.flushall()
        await sign_up(store, vault, PEOPLE)
        await line.start("simulator", "webhook", "worker")
        id_ = await approved(store, line.settings)
        killed = await kill_one_after_the_other(line, rng, PEOPLE / RATE)

        async def over() -> Broadcast | None:
            try:
                one = await broadcasts.load(store, id_)
            except AWAY:
                return None
            under_way = one.receipts.get("queued", 0) + one.receipts.get("sending", 0)
            return one if one.state == "sent" and not under_way else None

        await wait_until(over, 60 + PEOPLE / RATE * 2, "the broadcast being sent")

        async def settled() -> bool:
            waiting = [
                await store.redis.zcard(keys.outbox(key))
                for key in ("alerts", "sending:alerts", "later:alerts")
            ]
            return not any(waiting)

        await wait_until(settled, 60, "every doubt being settled")
        receipts = await ledger(store, id_)
        await store.close()
        got = texts(line)
    unknown = {person for person, receipt in receipts.items() if receipt == "unknown"}
    print(f"{PEOPLE} people, killed {dict(killed)}, unknown {len(unknown)}, {Counter(receipts.values())}")  # noqa: T201 - pytest shows it when asked
    assert set(killed) == set(VICTIMS)
    assert max(got.values()) == 1, "somebody got it twice"
    missed = {vault.pseudonym(number) for number in map(phone, range(PEOPLE)) if number not in got}
    assert missed <= unknown
    assert len(unknown) <= PEOPLE * 0.001
