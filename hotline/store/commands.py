"""Redis's own commands on the keys of a city, with the types of what comes back.

A write that depends on what was read is a `Commit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hotline.store.register import Key

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Collection

    from redis.asyncio.client import Pipeline
    from redis.asyncio.lock import Lock

    from hotline.store.client import CityRedis
    from hotline.store.commit import Value

type Row = tuple[str, dict[str, str]]  # of a stream


class Commands:
    """The commands that the service uses."""

    redis: CityRedis

    @property
    def _any(self) -> Any:
        """The client; redis-py types both of its clients at once, and bytes too."""
        return self.redis

    def pipeline(self, *, transaction: bool = False) -> Pipeline:
        """Several commands in one trip."""
        return self.redis.pipeline(transaction=transaction)

    def lock(self, key: Key, timeout: float) -> Lock:
        """A lock that nobody waits for and that ends by itself (seconds)."""
        return self.redis.lock(key, timeout=timeout, blocking=False)

    async def scan(self, pattern: Key) -> AsyncIterator[Key]:
        """The keys that fit a pattern, in no order; one may come twice."""
        async for key in self._any.scan_iter(pattern, count=1000):
            yield Key(key.removeprefix(f"{self.redis.tag}:"))

    async def strays(self) -> AsyncIterator[str]:
        """Names without the tag of any city."""
        async for name in self._any.scan_iter("[^{]*", count=1000):
            yield str(name)

    # -- any key

    async def exists(self, *keys: Key) -> int:
        """How many of these there are."""
        return int(await self.redis.exists(*keys))

    async def delete(self, key: Key) -> None:
        """Let it go."""
        await self.redis.delete(key)

    async def ttl(self, key: Key) -> int:
        """Seconds until it goes; -1: never."""
        return int(await self.redis.ttl(key))

    # -- strings

    async def get(self, key: Key) -> str | None:
        """What is there."""
        return cast("str | None", await self.redis.get(key))

    async def mget(self, *keys: Key) -> list[str | None]:
        """What is in each."""
        return cast("list[str | None]", await self.redis.mget(keys))

    async def set(self, key: Key, value: Value, ttl: int | None, *, only_new: bool = False) -> bool:
        """Set it for so many seconds; whether that was done."""
        return bool(await self.redis.set(key, value, ex=ttl, nx=only_new))

    async def incr(self, key: Key) -> int:
        """Count one more."""
        return int(await self.redis.incr(key))

    # -- hashes

    async def hget(self, key: Key, name: str) -> str | None:
        """One field."""
        return await self._any.hget(key, name)

    async def hmget(self, key: Key, *names: str) -> list[str | None]:
        """Several fields."""
        return await self._any.hmget(key, names) if names else []

    async def hgetall(self, key: Key) -> dict[str, str]:
        """Every field."""
        return await self._any.hgetall(key)

    async def hkeys(self, key: Key) -> list[str]:
        """The fields' names."""
        return await self._any.hkeys(key)

    async def hvals(self, key: Key) -> list[str]:
        """The fields' values."""
        return await self._any.hvals(key)

    async def hlen(self, key: Key) -> int:
        """How many fields."""
        return await self._any.hlen(key)

    async def hexists(self, key: Key, name: str) -> bool:
        """Whether the field is there."""
        return bool(await self._any.hexists(key, name))

    async def hscan(self, key: Key, count: int) -> AsyncIterator[dict[str, str]]:
        """Every field, some at a time; one may come twice."""
        cursor: int | None = None
        while cursor != 0:
            cursor, rows = await self._any.hscan(key, cursor or 0, count=count)
            yield rows

    async def hincrby(self, key: Key, name: str, by: int) -> int:
        """Count a field up."""
        return await self._any.hincrby(key, name, by)

    async def hdel(self, key: Key, name: str) -> None:
        """Let a field go."""
        await self._any.hdel(key, name)

    # -- lists

    async def lindex(self, key: Key, place: int) -> str | None:
        """One entry of the list."""
        return await self._any.lindex(key, place)

    async def lrange(self, key: Key, start: int = 0, stop: int = -1) -> list[str]:
        """A part of the list."""
        return await self._any.lrange(key, start, stop)

    # -- sets

    async def smembers(self, key: Key) -> set[str]:
        """Everybody in it."""
        return await self._any.smembers(key)

    async def sismember(self, key: Key, member: str) -> bool:
        """Whether somebody is in it."""
        return bool(await self._any.sismember(key, member))

    async def smismember(self, key: Key, members: Collection[str]) -> list[bool]:
        """Whether each is in it."""
        return [bool(one) for one in await self._any.smismember(key, list(members))] if members else []

    async def scard(self, key: Key) -> int:
        """How many are in it."""
        return await self._any.scard(key)

    async def sscan_iter(self, key: Key, count: int) -> AsyncIterator[str]:
        """Everybody in it, some at a time; one may come twice."""
        async for member in self._any.sscan_iter(key, count=count):
            yield member

    # -- sorted sets

    async def zrange(self, key: Key, start: int = 0, stop: int = -1) -> list[str]:
        """A part of it, lowest score first."""
        return await self._any.zrange(key, start, stop)

    async def zrevrange(self, key: Key, start: int = 0, stop: int = -1) -> list[str]:
        """A part of it, highest score first."""
        return await self._any.zrevrange(key, start, stop)

    async def zrangebyscore(
        self, key: Key, low: float | str, high: float | str, most: int | None = None
    ) -> list[str]:
        """Whoever has a score from `low` to `high`, lowest first."""
        start = None if most is None else 0
        return await self._any.zrangebyscore(key, low, high, start=start, num=most)

    async def with_scores(self, key: Key, high: float, most: int) -> list[tuple[str, float]]:
        """Whoever has a score of `high` at most, with it."""
        found = await self._any.zrangebyscore(key, "-inf", high, start=0, num=most, withscores=True)
        return [(str(member), float(score)) for member, score in found]

    async def lowest(self, key: Key) -> float | None:
        """The lowest score there is."""
        rows = await self._any.zrange(key, 0, 0, withscores=True)
        return float(rows[0][1]) if rows else None

    async def zscore(self, key: Key, member: str) -> float | None:
        """The score of one."""
        return await self._any.zscore(key, member)

    async def zcard(self, key: Key) -> int:
        """How many are in it."""
        return await self._any.zcard(key)

    async def reschedule(self, key: Key, member: str, score: float) -> None:
        """Change the score of one that is in it."""
        await self._any.zadd(key, {member: score}, xx=True)

    async def zrem(self, key: Key, member: str) -> None:
        """Take one out."""
        await self._any.zrem(key, member)

    async def zremrangebyscore(self, key: Key, high: float) -> None:
        """Take out who has a score of `high` at most."""
        await self._any.zremrangebyscore(key, "-inf", high)

    # -- streams

    async def xrange(self, key: Key) -> list[Row]:
        """Every entry, oldest first."""
        return await self._any.xrange(key)

    async def xrevrange(self, key: Key, count: int) -> list[Row]:
        """The newest entries, newest first."""
        return await self._any.xrevrange(key, count=count)

    async def xlen(self, key: Key) -> int:
        """How many entries."""
        return await self._any.xlen(key)

    async def xread(self, key: Key, after: str, block: int) -> list[Row]:
        """What came after an entry; waits so long for it (milliseconds)."""
        return _entries(await self._any.xread({key: after}, block=block))

    async def forget_before(self, key: Key, at: float) -> None:
        """Let entries go that are older (seconds since the epoch)."""
        await self._any.xtrim(key, minid=str(int(at * 1000)), approximate=False)

    # -- groups of a stream

    async def xgroup_create(self, key: Key, group: str) -> None:
        """Make a group that begins with the first entry; an error when there is one."""
        await self._any.xgroup_create(key, group, id="0", mkstream=True)

    async def xreadgroup(self, key: Key, group: str, consumer: str, count: int, block: int) -> list[Row]:
        """Take new entries; waits so long for them (milliseconds)."""
        return _entries(await self._any.xreadgroup(group, consumer, {key: ">"}, count=count, block=block))

    async def xautoclaim(self, key: Key, group: str, consumer: str, idle: int, count: int) -> list[Row]:
        """Take over entries that nobody touched so long (milliseconds)."""
        return (await self._any.xautoclaim(key, group, consumer, idle, count=count))[1]

    async def xclaim(self, key: Key, group: str, consumer: str, entries: Collection[str]) -> None:
        """Keep entries that are ours."""
        await self._any.xclaim(key, group, consumer, 0, list(entries), idle=0, justid=True)

    # -- a channel

    async def woken(self) -> AsyncGenerator[str]:
        """The loops that `Commit.wake` names, as it does; first "": something may have been missed."""
        async with self._any.pubsub() as pubsub:
            await pubsub.subscribe(f"{self.redis.tag}:wake")
            yield ""
            while True:
                message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=1.0)
                if message:
                    yield str(message["data"])


def _entries(answer: Any) -> list[Row]:
    """Entries of a one-stream read, whichever protocol Redis spoke."""
    if not answer:
        return []
    listed = next(iter(answer.values())) if isinstance(answer, dict) else answer[0][1]
    # RESP3 wraps the list of one stream once more.
    return listed[0] if listed and isinstance(listed[0], list) else listed
