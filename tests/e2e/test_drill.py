"""A drill goes the way of a real report: marked in every text, measured, kept."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import TYPE_CHECKING

from hotline.privacy.vault import Vault
from hotline.settings import ROOT
from hotline.store import Store, keys
from tests.stage.line import RESPONDER1, RESPONDER2, Line

if TYPE_CHECKING:
    from pathlib import Path

MARK = "DRILL, not real."
MARK_ES = "SIMULACRO"


async def hotline(line: Line, *arguments: str) -> asyncio.subprocess.Process:
    """One command beside the running line."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hotline", *arguments, env=line.env, cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def sent_to_the_drill_phone(line: Line) -> list[str]:
    """Texts that were queued for the phone that no one holds."""
    store, drill = Store(line.redis.url, "hartford"), Vault(line.settings.secret_keys).drill
    ids = [str(key) async for key in store.redis.scan_iter(keys.out("*"))]
    people = [await store.redis.hget(id_, "person") for id_ in ids]  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either
    await store.close()
    return [id_ for id_, person in zip(ids, people, strict=True) if person == drill]


async def test_a_drill_measures_every_stage_on_the_true_path(tmp_path: Path) -> None:
    """From the text at the webhook to a responder's verdict."""
    async with Line(tmp_path) as line:
        await line.start("simulator", "webhook", "worker")
        running = await hotline(line, "drill", "--wait", "30", "--json")
        page = await line.hears(RESPONDER1, "REPORT")
        await line.text(RESPONDER1, "1")
        await line.hears(RESPONDER1, "is yours")
        await line.text(RESPONDER1, "FALSE")
        stdout, stderr = await running.communicate()
        assert running.returncode == 0, stderr.decode()
        [found] = json.loads(stdout)
        assert page.startswith(MARK)
        assert 0 < found["text_to_page"] < 10
        assert found["page_to_claim"] is not None
        assert found["claim_to_verdict"] is not None
        assert (found["paged"], found["claimed_by"]) == (2, "responder1")
        assert all(body.startswith(MARK) for body in await line.received(RESPONDER1))
        assert all(body.startswith(MARK_ES) for body in await line.received(RESPONDER2))
        past = await hotline(line, "drill", "--past", "--json")
        assert json.loads((await past.communicate())[0]) == [found]
        assert await sent_to_the_drill_phone(line) == []


async def test_a_drill_that_nobody_takes_says_so_and_ends(tmp_path: Path) -> None:
    """The exit code tells a script; no made-up raid stays on the board."""
    async with Line(tmp_path) as line:
        await line.start("simulator", "webhook", "worker")
        running = await hotline(line, "drill", "--wait", "1.5", "--json")
        stdout, stderr = await running.communicate()
        assert running.returncode == 1
        assert b"did not reach every stage" in stderr
        assert json.loads(stdout)[0]["page_to_claim"] is None
        board = await hotline(line, "reports", "list", "--json")
        assert [one["state"] for one in json.loads((await board.communicate())[0])] == ["ended"]


async def test_words_that_would_page_nobody_are_no_drill(tmp_path: Path) -> None:
    """One sentence, exit code 1."""
    async with Line(tmp_path) as line:
        await line.start("simulator", "webhook")
        running = await hotline(line, "drill", "what are my rights")
        _, stderr = await running.communicate()
        assert running.returncode == 1
        assert b"Those words page nobody" in stderr
