"""Health: this process, and each component it cannot do without."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hotline.settings import load_settings
from hotline.stack.embedded import free_port
from hotline.staff.roster import seed_demo, set_on_call
from hotline.store import keys
from tests.stage.door import Door
from webhook.health import KEPT

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from hotline.settings import Settings
    from hotline.stack.embedded import EmbeddedRedis
    from hotline.store import Store


@pytest.fixture(scope="module")
def beside(redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory) -> Generator[Door]:
    """A door whose Rasa and actions are expected on one port, where a test may put somebody."""
    port = free_port()
    settings = load_settings(
        _env_file=None,
        environment="test",
        redis_url=redis_server.url,
        data_dir=tmp_path_factory.mktemp("beside"),
        rasa_url=f"http://127.0.0.1:{port}",
        hotline_internal_port=port,
    )
    with Door(settings) as opened:
        yield opened


@pytest.fixture
async def neighbour(beside: Door) -> AsyncGenerator[Callable[[asyncio.Event], Any]]:
    """Puts somebody on that port who answers once an event is set."""
    servers: list[TestServer] = []

    async def start(may_answer: asyncio.Event) -> None:
        async def answer(_: web.Request) -> web.Response:
            await may_answer.wait()
            return web.Response(text="hello")

        app = web.Application()
        app.router.add_get("/{path:.*}", answer)
        servers.append(TestServer(app, port=beside.settings.hotline_internal_port))
        await servers[-1].start_server()

    yield start
    for server in servers:
        await server.close()


async def ready(door: Door) -> tuple[int, str, dict[str, str]]:
    """Status, verdict and components, from a look that was made after this was called."""
    await asyncio.sleep(KEPT)
    answer = await door.get("/health/ready")
    found = json.loads(answer.text)
    return answer.status, found["status"], found["components"]


async def test_without_redis_the_process_is_live_and_not_ready(settings: Settings) -> None:
    away = {"redis_url": f"redis://127.0.0.1:{free_port()}", "rasa_url": f"http://127.0.0.1:{free_port()}"}
    with Door(settings.model_copy(update=away)) as door:
        live = await door.get("/health/live")
        status, verdict, components = await ready(door)
    assert (live.status, json.loads(live.text)) == (200, {"status": "ok"})
    assert (status, verdict, components["redis"], components["worker"]) == (503, "down", "down", "down")


async def test_without_a_worker_it_is_not_ready(beside: Door, store: Store) -> None:
    status, verdict, components = await ready(beside)
    assert (status, verdict, components["redis"], components["worker"]) == (503, "down", "ok", "down")
    assert await store.redis.dbsize() == 0


async def test_without_rasa_it_is_degraded_because_the_line_still_answers(beside: Door, store: Store) -> None:
    await store.redis.set(keys.alive, "1", ex=15)
    await seed_demo(beside.settings)
    status, verdict, components = await ready(beside)
    assert (status, verdict) == (200, "degraded")
    assert components == {
        "redis": "ok", "worker": "ok", "roster": "ok", "rasa": "down", "actions": "down",
    }  # fmt: skip


async def test_with_everything_there_it_is_ok(
    beside: Door, store: Store, neighbour: Callable[[asyncio.Event], Any]
) -> None:
    await store.redis.set(keys.alive, "1", ex=15)
    await seed_demo(beside.settings)
    may_answer = asyncio.Event()
    may_answer.set()
    await neighbour(may_answer)
    status, verdict, components = await ready(beside)
    assert (status, verdict, set(components.values())) == (200, "ok", {"ok"})


async def test_a_component_that_hangs_does_not_hang_the_answer(
    beside: Door, store: Store, neighbour: Callable[[asyncio.Event], Any]
) -> None:
    await store.redis.set(keys.alive, "1", ex=15)
    await seed_demo(beside.settings)
    may_answer = asyncio.Event()
    await neighbour(may_answer)
    async with asyncio.timeout(4):
        status, verdict, components = await ready(beside)
    may_answer.set()
    assert (status, verdict, components["rasa"], components["actions"]) == (200, "degraded", "down", "down")


async def test_it_is_not_ready_while_a_report_would_page_nobody(beside: Door, store: Store) -> None:
    await store.redis.set(keys.alive, "1", ex=15)
    status, verdict, components = await ready(beside)
    assert (status, verdict, components["roster"]) == (503, "down", "a report would page nobody")
    await seed_demo(beside.settings)
    assert (await ready(beside))[0] == 200


async def test_nobody_on_call_is_said_while_a_report_still_pages_others(beside: Door, store: Store) -> None:
    await store.redis.set(keys.alive, "1", ex=15)
    await seed_demo(beside.settings)
    for handle in ("responder1", "responder2"):
        await store.commit(set_on_call(handle, on=False))
    status, verdict, components = await ready(beside)
    assert (status, verdict, components["roster"]) == (200, "degraded", "nobody is on call")


async def test_a_roster_whose_phones_all_said_stop_can_be_paged_by_nothing(
    beside: Door, store: Store
) -> None:
    await store.redis.set(keys.alive, "1", ex=15)
    await seed_demo(beside.settings)
    people = await cast("Any", store.redis.hkeys(keys.staff_people))
    await cast("Any", store.redis.sadd(keys.optout("hotline"), *people))
    status, _, components = await ready(beside)
    assert (status, components["roster"]) == (503, "a report would page nobody")


async def test_a_crowd_of_requests_costs_one_look_and_no_search_through_all_keys(
    beside: Door, store: Store
) -> None:
    await ready(beside)
    await asyncio.sleep(KEPT)
    await cast("Any", store.redis.config_resetstat())
    await asyncio.gather(*(beside.get("/health/ready") for _ in range(40)))
    calls = {name: told["calls"] for name, told in (await store.redis.info("commandstats")).items()}
    assert calls["cmdstat_ping"] <= 2
    assert "cmdstat_scan" not in calls
