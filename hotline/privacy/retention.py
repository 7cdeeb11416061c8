"""Lifetimes: forgetting one person on request, and letting aged streams go."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, cast

from hotline.store import DAY, Commit, registered

if TYPE_CHECKING:
    from hotline.store import Lifetime, Store

AGED_STREAMS: Final = {"dead": 30, "reports": 30, "unanswered": 90}  # days
AGED_SETS: Final = {"incidents:all": 90, "questions:open": 30}  # days


async def forget(store: Store, person: str) -> Commit:
    """The writes that forget a person: record, subscription, questions. A stop stays: it protects them.

    An open incident stays too, without the way back to who reported it: responders may be on their way.
    """
    commit = Commit()
    commit.write(
        "DEL", f"person:{person}", f"subscriber:{person}", f"reporter:{person}", f"rasa:tracker:{person}"
    )
    commit.write("SREM", "subscribers:everybody", person)
    async for key in cast("Any", store.redis.scan_iter("question:*", count=500)):
        if await cast("Any", store.redis.hget(key, "person")) == person:
            commit.write("DEL", str(key))
            commit.write("ZREM", "questions:open", str(key).partition(":")[2])
    async for key in cast("Any", store.redis.scan_iter("incident:*", count=500)):
        if not str(key).endswith(":log") and await cast("Any", store.redis.hget(key, "reporter")) == person:
            commit.write("HSET", str(key), "reporter", "")
    return commit


async def trim(store: Store, now: float | None = None) -> None:
    """Let streams and indexes go that are older than their age."""
    at = now or time.time()
    for stream, days in AGED_STREAMS.items():
        await store.redis.xtrim(stream, minid=str(int((at - days * DAY) * 1000)), approximate=False)
    for index, days in AGED_SETS.items():
        await store.redis.zremrangebyscore(index, "-inf", (at - days * DAY) * 1000)


async def unbounded(store: Store) -> list[str]:
    """Keys that nobody registered, or that should have a lifetime and have none; empty when all is well."""
    wrong: list[str] = []
    async for key in cast("Any", store.redis.scan_iter("*", count=1000)):
        entry = registered(str(key))
        if entry is None:
            wrong.append(f"{_family(str(key))}: not in the register of hotline/store.py")
        elif isinstance(entry.lifetime, int) and await store.redis.ttl(key) == -1:
            wrong.append(f"{_family(str(key))}: no lifetime, {_words(entry.lifetime)} expected")
    return wrong


def _family(key: str) -> str:
    """A key without what identifies somebody."""
    return key.split(":", 1)[0] + (":…" if ":" in key else "")


def _words(lifetime: Lifetime) -> str:
    return f"{lifetime / DAY:g} days" if isinstance(lifetime, int) else lifetime
