"""Every conversation of tests/conversations, through the simulator's front door, in real processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.staff.roster import seed_demo
from tests.conversations.runner import Play, Talk, talks
from tests.stage.line import Line

if TYPE_CHECKING:
    from pathlib import Path

TALKS = talks()


def named(talk: Talk) -> str:
    return talk.promise.replace(" ", "_")


async def reset(line: Line) -> None:
    """Nothing of an earlier conversation is left; the worker makes its consumer group again by itself."""
    from hotline.store import Store  # noqa: PLC0415 - keeps the collection of tests light

    store = Store(line.redis.url, "hartford")
    await store.redis.flushall()
    await store.close()
    await seed_demo(line.settings)


@pytest.fixture(scope="module")
def without_rasa() -> list[Talk]:
    return [talk for talk in TALKS if not talk.rasa]


async def test_conversations_that_need_no_assistant(
    tmp_path: Path, without_rasa: list[Talk], subtests: pytest.Subtests
) -> None:
    """All of them hold with Rasa stopped."""
    async with Line(tmp_path) as line:
        await line.start("simulator", "webhook", "worker")
        for number, talk in enumerate(without_rasa):
            with subtests.test(talk.promise):
                await reset(line)
                await Play(line, talk, number).run()


@pytest.mark.rasa
async def test_conversations_with_the_assistant(
    tmp_path: Path, rasa_url: str, subtests: pytest.Subtests
) -> None:
    async with Line(tmp_path, rasa_url) as line:
        await line.start("simulator", "webhook", "worker")
        for number, talk in enumerate(one for one in TALKS if one.rasa):
            with subtests.test(talk.promise):
                await reset(line)
                await Play(line, talk, number + 100).run()
