"""Health gates: how the supervisor sees that a process can do its work."""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

import aiohttp
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from hotline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from hotline.stack.processes import Process

type Gate = Callable[[], Awaitable[bool]]

ANSWER_SECONDS = 2.0
FIRST_PAUSE = 0.05
LONGEST_PAUSE = 0.5


async def answers_http(url: str) -> bool:
    """Whether a process answers 200 on its health address."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS)) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            return answer.status == 200
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False


async def answers_redis(url: str, sign: str = "") -> bool:
    """Whether Redis answers with its data loaded and, if a sign is given, has a key of that pattern."""
    client: Any = Redis.from_url(
        url, socket_timeout=ANSWER_SECONDS, socket_connect_timeout=ANSWER_SECONDS, retry=Retry(NoBackoff(), 0)
    )
    try:
        await client.ping()
        if not sign:
            return True
        return any([True async for _ in client.scan_iter(match=sign, count=1000)])
    except (RedisError, OSError):
        return False
    finally:
        await client.aclose()


async def passed(gate: Gate, seconds: float) -> bool:
    """Ask a gate again and again, at growing pauses, until it opens or the time is over."""
    pause = FIRST_PAUSE
    try:
        async with asyncio.timeout(seconds):
            while not await gate():
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, LONGEST_PAUSE)
    except TimeoutError:
        return False
    return True


def port_is_free(host: str, port: int) -> bool:
    """Whether we could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def refuse_taken_ports(table: Iterable[Process]) -> None:
    """Look at every port before anything starts.

    Raises:
        InputError: somebody else listens on one; names the port and the setting that moves it.
    """
    for process in table:
        if process.port and not port_is_free(process.host, process.port):
            raise InputError(
                f"Port {process.port} of {process.name} is in use: stop what listens there, "
                f"or set {process.setting} to another one."
            )
