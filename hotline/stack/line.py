"""The whole line on this machine: what `hotline demo` and `hotline up` start."""

from __future__ import annotations

import contextlib
import shutil
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

from hotline.errors import StoreUnavailable
from hotline.stack.children import Child
from hotline.stack.embedded import EmbeddedRedis
from hotline.stack.gates import Gate, answers_http, answers_redis, refuse_taken_ports
from hotline.stack.processes import Process, arguments, environment, processes
from hotline.stack.supervisor import RestartPolicy, Screen, Supervisor
from hotline.store import Store, tagged
from hotline.store.migration import is_due, migrate

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Sequence
    from pathlib import Path

    from hotline.settings import Settings


def logs_of(settings: Settings) -> Path:
    """Folder of the children's logs."""
    return settings.data_dir.absolute() / "logs"


async def serve(
    settings: Settings,
    screen: Screen,
    when_ready: Callable[[Settings], Awaitable[None]],
    *,
    simulator: bool,
    policy: RestartPolicy | None = None,
) -> None:
    """Run the line until Ctrl-C. `when_ready` gets the settings with the address of Redis filled in.

    Raises:
        HotlineError: another line runs on this data folder, a port is in use, or a part does not start.
    """
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with embedded(settings) as (live, redis):
        table = processes(live, simulator=simulator)
        refuse_taken_ports(table)
        if redis is None and not await answers_redis(live.redis_url):
            raise StoreUnavailable("Redis does not answer at REDIS_URL: start it, or unset REDIS_URL.")
        metrics = live.data_dir.absolute() / "metrics"
        shutil.rmtree(metrics, ignore_errors=True)
        metrics.mkdir(parents=True)
        await Supervisor(children(live, table, redis), screen, policy).run(lambda: when_ready(live))


@contextlib.contextmanager
def embedded(settings: Settings) -> Generator[tuple[Settings, Child | None]]:
    """Settings that lead to a Redis, and the child that serves it unless the settings name another one.

    Raises:
        HotlineError: another server runs on this data folder, or none fits this machine.
    """
    if settings.redis_url:
        yield settings, None
        return
    redis = EmbeddedRedis(settings.data_dir)
    try:
        row = Process("redis", tuple(redis.prepare()))
        live = settings.model_copy(update={"redis_url": redis.url})
        variables = environment(row, live)
        yield live, Child(row, list(row.command), variables, logs_of(live), (redis.lock_fd,))
    finally:
        redis.close()


def children(live: Settings, table: Sequence[Process], redis: Child | None) -> list[tuple[Child, Gate]]:
    """Children with their gates. An embedded Redis comes first, because all others need it."""
    found: list[tuple[Child, Gate]] = []
    names = {row.name for row in table}
    if redis:
        found.append((redis, lambda: _serves(live)))
    for row in table:
        needs = tuple(need for need in row.needs if need in names)
        process = replace(row, needs=("redis", *needs) if redis else needs)
        variables = environment(row, live)
        child = Child(process, arguments(row.command), variables, logs_of(live))
        found.append((child, _gate(child, live)))
    return found


async def _serves(live: Settings) -> bool:
    """Whether the embedded Redis answers, and has nothing left under names of an earlier version."""
    if not await answers_redis(live.redis_url):
        return False
    store = Store(live.redis_url, live.city)
    try:
        if await is_due(store):
            await migrate(store, alone=True)  # its folder is ours alone
    finally:
        await store.close()
    return True


def _gate(child: Child, live: Settings) -> Gate:
    process = child.process
    if process.sign:
        return lambda: answers_redis(
            live.redis_url,
            tagged(live.city, process.sign.format(host=socket.gethostname(), pid=child.group)),
        )
    return lambda: answers_http(process.health_url)
