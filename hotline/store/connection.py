"""The connection to Redis, and commits made on it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from pydantic_core import to_json
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, OutOfMemoryError, ReadOnlyError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from hotline.errors import StoreUnavailable
from hotline.store.client import CityRedis
from hotline.store.commands import Commands
from hotline.store.commit import Conflict
from hotline.store.register import DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.store.commit import Commit, Value

INCIDENT_TTL: Final = 90 * DAY
SCRIPTS: Final = {path.stem: path.read_text() for path in (Path(__file__).parent / "scripts").glob("*.lua")}
# Whatever says that Redis is away, from our own commits or from redis-py's calls.
AWAY: Final = (
    StoreUnavailable, RedisConnectionError, RedisTimeoutError, ReadOnlyError, OutOfMemoryError, OSError
)  # fmt: skip


class Store(Commands):
    """The keys of one city: a connection pool, the scripts, and coalesced commits.

    Commits asked for in the same turn of the event loop travel in one pipeline, over one connection:
    a pool with one command per request loses webhooks at a hundred connections (measured).
    """

    def __init__(self, url: str, city: str, *, timeout: float = 5.0) -> None:
        self.url, self.city = url, city
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=64,
            timeout=timeout,
            decode_responses=True,
            socket_connect_timeout=timeout,
            socket_timeout=timeout,
            # Once more on a broken connection: after a restart of Redis the pool is full of dead ones. Again
            # is safe: every commit is guarded or idempotent, and what `take` took is reconciled.
            retry=Retry(NoBackoff(), 1),
        )
        self.redis = CityRedis(pool, city)
        self._commit = self.redis.register_script(SCRIPTS["commit"])
        self._take = self.redis.register_script(SCRIPTS["take"])
        self._timeout = timeout
        self._waiting: list[tuple[str, asyncio.Future[str]]] = []
        self._flusher: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Close every connection."""
        if self._flusher:
            await asyncio.wait([self._flusher])
        await self.redis.aclose()
        await self.redis.connection_pool.disconnect()

    async def commit(self, commit: Commit) -> None:
        """Make all writes of a commit in one atomic step.

        Raises:
            Conflict: a guard failed; nothing was written.
            StoreUnavailable: Redis did not answer; assume nothing was written.
        """
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((to_json({"guards": commit.guards, "writes": commit.writes}).decode(), future))
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.create_task(self._flush())
        failed = await future
        if failed:
            raise Conflict(failed)

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:64], self._waiting[64:]
            try:
                answers = await asyncio.wait_for(self._send(batch), self._timeout)
            except (*AWAY, TimeoutError):
                answers = [StoreUnavailable("Redis did not answer.")] * len(batch)
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for it for ever
                answers = [error] * len(batch)
            for (_, future), answer in zip(batch, answers, strict=True):
                _settle(future, answer)

    async def _send(self, batch: Sequence[tuple[str, asyncio.Future[str]]]) -> list[object]:
        if not self._commit.sha or len(batch) == 1:
            return [await self._one(plan) for plan, _ in batch]
        pipe = self.redis.pipeline(transaction=False)
        for plan, _ in batch:
            pipe.evalsha(self._commit.sha, 1, self.redis.tag, plan)
        answers = cast("list[object]", await pipe.execute(raise_on_error=False))
        # NOSCRIPT: the server restarted and forgot the script; those plans did not run.
        return [
            await self._one(plan) if isinstance(answer, NoScriptError) else answer
            for (plan, _), answer in zip(batch, answers, strict=True)
        ]

    async def _one(self, plan: str) -> object:
        try:
            return cast("str", await self._commit(keys=[self.redis.tag], args=[plan]))
        except ResponseError as error:
            return error

    async def take(self, *args: Value) -> list[Any]:
        """Run the outbox's take script; see ``scripts/take.lua``."""
        return cast("list[Any]", await self._take(keys=[self.redis.tag], args=list(args)))

    async def ping(self) -> bool:
        """Whether Redis answers now."""
        try:
            await asyncio.wait_for(cast("Any", self.redis.ping()), 1.0)
        except (*AWAY, TimeoutError):
            return False
        return True


def _settle(future: asyncio.Future[str], answer: object) -> None:
    if future.done():
        return
    if isinstance(answer, AWAY):
        future.set_exception(StoreUnavailable("Redis did not answer."))
    elif isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(str(answer))
