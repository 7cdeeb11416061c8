"""The benchmarks measure something, and say so when a webhook, a stored text or a page is missing."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import pytest
import uvicorn
from aiohttp import web
from aiohttp.test_utils import TestServer
from twilio.request_validator import RequestValidator

import benchmarks.__main__ as command
from benchmarks import assistant, bare, outbox, page, webhook
from benchmarks.harness import texts
from benchmarks.harness.carrier import Carrier
from benchmarks.harness.figures import Spread, percentile, ratios
from benchmarks.harness.load import Load, raw
from benchmarks.harness.machine import memory, processor_seconds
from benchmarks.harness.table import Reach, Table
from hotline.cli import run
from hotline.settings import DEMO_TOKEN, ROOT
from hotline.stack.embedded import free_port
from hotline.store import keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hotline.stack.embedded import EmbeddedRedis
    from hotline.store import Store

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\n\r\nbusy"


def said(table: Table, words: str) -> list[Any]:
    """The cells of a row after its head."""
    return next(list(row[1:]) for row in table.rows if words in str(row[0]))


def _same(words: str, _: int) -> dict[str, Any]:
    return {"message": words}


async def fired(
    answer: Callable[[int], bytes], count: int, connections: int = 4, seconds: float = 5.0
) -> Load:
    """Load a server that gives its n-th request this answer; empty breaks the connection instead."""
    asked = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                await reader.readexactly(length)
                asked += 1
                if not (reply := answer(asked)):
                    break
                writer.write(reply)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}{texts.PATH}"
    load = Load(raw(url, texts.day(url, 0, count)), connections)
    await load.fire("127.0.0.1", port, seconds)
    server.close()
    return load


async def test_a_webhook_that_is_refused_or_cut_off_counts_as_lost() -> None:
    tally = (await fired(lambda number: (OK, BUSY, b"")[number % 3], 60)).tally
    assert tally.sent == 60
    assert len(tally.acknowledged) == len(tally.milliseconds) == 20
    assert tally.lost == {"503": 20, "connection broken": 20}


async def test_a_webhook_that_is_never_answered_counts_as_lost() -> None:
    tally = (await fired(lambda number: OK if number <= 10 else b"HTTP/1.1 200", 60, seconds=0.5)).tally
    assert tally.lost == {"no answer in time": 4}
    assert len(tally.acknowledged) == 10


async def test_without_a_server_every_webhook_counts_as_lost() -> None:
    port = free_port()
    tally = await Load([(str(number), b"") for number in range(9)], 3).fire("127.0.0.1", port, 5.0)
    assert tally.lost == {"no connection": 9}


async def test_an_acknowledged_text_that_is_in_no_mailbox_is_found_out(store: Store) -> None:
    for person, sid in (("a", "SM1"), ("a", "SM2"), ("b", "SM2")):
        await store.redis.rpush(keys.inbox(person), json.dumps({"sid": sid}))  # pyright: ignore[reportGeneralTypeIssues] - redis-py types both its clients at once
    assert await webhook.not_stored(store.redis, ["SM1"]) == 0
    assert await webhook.not_stored(store.redis, ["SM1", "SM2", "SM3"]) == 2


async def test_the_webhook_table_has_figures_of_both_sides(tmp_path: Path) -> None:
    plan = webhook.Plan(rounds=1, requests=50, connections=8, burst=60, many=60, seconds=20)
    table = await webhook.measure(tmp_path, plan, lambda _: None)
    for words in ("acknowledged per second", "p99"):
        assert all(cell.low > 0 for cell in said(table, words))
    assert said(table, "sent") == [60, "", ""]
    assert [reach.figure for reach in table.reaches[1:]] == [0, 0]
    assert not list((tmp_path / "bench").iterdir())


async def test_the_page_table_times_every_page(tmp_path: Path) -> None:
    plan = page.Plan(rounds=1, reports=3, states=(page.STOPPED,))
    table = await page.measure(tmp_path, plan, lambda _: None)
    *latencies, reports, lost = said(table, page.STOPPED)
    assert all(0 < (cell.low if isinstance(cell, Spread) else cell) < 5000 for cell in latencies)
    assert (reports, lost) == (3, 0)
    assert table.met


async def test_an_assistant_that_answers_nothing_is_found_out() -> None:
    """Rasa says `200 []` to every error."""

    async def answer(request: web.Request) -> web.Response:
        text = await request.json()
        return web.json_response([] if "fail" in text["message"] else [{"text": "hello"}])

    app = web.Application()
    app.router.add_post("/webhooks/rest/webhook", answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        for words, failed in (("hello", 0), ("fail", 1)):
            side = assistant.Side((), str(server.make_url("")).rstrip("/"), partial(_same, words))
            plan = assistant.Plan(single=4, residents=2, seconds=0.1)
            assert min(await assistant.one_by_one(session, side, plan.single)) > 0
            assert side.failed == 4 * failed
            await assistant.many(session, side, plan)
            assert min(side.rate + side.busy) > 0
            assert bool(side.failed) is bool(failed)


def test_memory_and_processor_time_of_a_process_group_are_read() -> None:
    assert memory(os.getpgid(0)) > 10
    assert processor_seconds(os.getpgid(0)) > 0


async def test_a_page_that_never_comes_is_noticed() -> None:
    async with Carrier(urlsplit(f"http://127.0.0.1:{free_port()}")) as carrier:
        assert await carrier.arrival("+18605550101", "1000 Park", 0.05) is None


def test_texts_are_signed_as_twilio_signs_and_never_the_same() -> None:
    url = f"https://example.org{texts.PATH}"
    fields = [texts.form(number, texts.phone(number), texts.mixed(number)) for number in range(50)]
    for form in fields:
        headers = texts.signed(url, form).headers
        assert RequestValidator(DEMO_TOKEN).validate(url, form, headers["X-Twilio-Signature"])
    assert len({form["MessageSid"] for form in fields}) == len({form["Body"] for form in fields}) == 50


def test_the_bare_endpoint_is_served_with_the_webhooks_own_options(
    monkeypatch: pytest.MonkeyPatch, redis_server: EmbeddedRedis
) -> None:
    served: list[dict[str, Any]] = []

    def serve(_: object, **options: Any) -> None:
        served.append(options)

    monkeypatch.setattr(uvicorn, "run", serve)
    monkeypatch.setenv("REDIS_URL", redis_server.url)
    monkeypatch.setenv("HOTLINE_PORT", "8123")
    run.webhook()
    bare.main(["--port", "8123"])
    assert served[0] == served[1]
    assert served[0]["timeout_keep_alive"] > 120, "a proxy's own idle connections end first"


def test_a_figure_out_of_reach_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def missed(*_: object) -> Table:
        await asyncio.sleep(0)
        table = Table("webhook", "t", ("a", "b"), [("rate", Spread.of([1.0, 3.0, 2.0]))])
        table.reaches.append(Reach("more", 0.4, met=False))
        return table

    monkeypatch.setitem(command.BENCHES, "webhook", missed)
    assert command.main(["webhook", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)[0]
    assert found["rows"] == [{"a": "rate", "b": {"median": 2.0, "low": 1.0, "high": 3.0}}]
    assert command.main(["webhook"]) == 1
    assert "NOT reached: more, here 0.40" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["webhook", "--rounds", "0"], ["outbox", "--people", "5"]]
)
def test_a_wrong_argument_gets_one_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(arguments) == 1
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_figures() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.99) == 4.0
    assert percentile([], 0.5) == 0.0
    assert ratios([2.0, 9.0], [1.0, 3.0]) == Spread(2.5, 2.0, 3.0)


async def test_the_outbox_table_reads_the_carriers_own_log(tmp_path: Path) -> None:
    """Small, so its rate proves nothing; that everybody has one text and each page is timed does."""
    plan = outbox.Plan(people=1000, rate=250, pages=3)
    table = await outbox.measure(tmp_path, plan, lambda _: None)
    assert 0 < said(table, "sustained rate")[0] <= 260
    assert said(table, "most in any one second")[0] > 0
    assert said(table, "slowest of the pages")[0] > 0
    assert [reach.figure for reach in table.reaches if reach.words.startswith("nobody")] == [0, 0]


SENDS = """
import asyncio, json, pathlib, sys
from benchmarks import sends
plan = sends.Plan(rounds=1, people=100, loop=5, ms=5)
print(json.dumps(asyncio.run(sends.measure(pathlib.Path(sys.argv[1]), plan, lambda _: None)).as_json()))
"""


def test_the_sends_table_has_a_figure_of_each_of_the_three(tmp_path: Path) -> None:
    """In a process of its own: taskiq and the client warn there, and only warn."""
    done = subprocess.run(
        [sys.executable, "-c", SENDS, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    first = json.loads(done.stdout)["rows"][0]
    assert [cell["low"] > 0 for cell in list(first.values())[1:]] == [True, True, True]


def test_the_busiest_second_slides() -> None:
    assert outbox.busiest([]) == 0
    assert outbox.busiest([0.9, 0.0, 0.95, 1.0, 1.1]) == 4  # 0.9 to 1.1, over the second's edge
    assert outbox.busiest([0.0, 1.0, 2.0]) == 1
    assert outbox.sustained([1.0, 3.0, 2.0]) == 1.0
    assert outbox.sustained([1.0]) == 0.0
