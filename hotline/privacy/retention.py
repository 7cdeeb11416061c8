"""Lifetimes: forgetting one person on request, and letting aged streams go."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, cast

from hotline.store import DAY, Commit, registered

if TYPE_CHECKING:
    from hotline.store import Lifetime, Store

AGED_STREAMS: Final = {"dead": 30, "reports": 30, "exports": 365, "freezes": 365, "canary": 90}  # days
AGED_SETS: Final = {"incidents:all": 90, "questions:open": 30, "violations:all": 180, "drills": 365,
             "broadcasts:all": 90}  # days  # fmt: skip


async def forget(store: Store, person: str) -> Commit:
    """The writes that forget a person: all that is kept and all that waits. A stop stays: it protects them.

    An open incident stays too, without the way back to who reported it: responders may be on their way.
    So does a report that the ordinance was broken. Questions that nobody could answer go, words and all.
    """
    commit = Commit()
    commit.write(
        "DEL", f"person:{person}", f"subscriber:{person}", f"reporter:{person}", f"rasa:tracker:{person}",
        f"inbox:{person}", f"asked:{person}", f"interview:{person}", f"fake:{person}",
        f"onetime:{person}",
    )  # fmt: skip
    commit.write("HDEL", "inbox:active", person)
    commit.write("ZREM", "silences:due", person)
    for key in await _keys(store, "subscribers:*"):
        commit.write("SREM", key, person)
    await _forget_records(store, person, commit)
    for key in await _of(store, "out:*", "person", person):
        commit.write("DEL", key)
        for queue in await _keys(store, "outbox:*"):
            if not queue.startswith("outbox:rate:"):
                commit.write("ZREM", queue, key.removeprefix("out:"))
    await _forget_asked(store, person, commit)
    await _forget_lists(store, person, commit)
    return commit


async def _forget_records(store: Store, person: str, commit: Commit) -> None:
    """Records of the person's own go; those that others work with stay without the way back."""
    for pattern, index in (
        ("question:*", "questions:open"), ("photo:*", "photos:due"), ("candidate:*", ""),
    ):  # fmt: skip
        for key in await _of(store, pattern, "person", person):
            commit.write("DEL", key)
            if index:
                commit.write("ZREM", index, key.partition(":")[2])
    for pattern in ("incident:*[0-9]", "violation:*"):
        for key in await _of(store, pattern, "reporter", person):
            commit.write("HSET", key, "reporter", "")
            if pattern.startswith("incident"):  # who decides from an older reading must read again
                commit.write("HINCRBY", key, "version", 1)


async def _forget_asked(store: Store, person: str, commit: Commit) -> None:
    """Questions without an answer do not name the person; only a list of the person's own names them."""
    for token in await cast("Any", store.redis.smembers(f"asked:{person}")):
        commit.write("DEL", f"unanswered:{token}")


async def _forget_lists(store: Store, person: str, commit: Commit) -> None:
    """Streams and lists where the person stands in an entry among others'."""
    for stream in ("inbox:ready", "dead"):
        for entry, fields in cast("Any", await store.redis.xrange(stream)):
            if any(person in str(value) for value in fields.values()):
                commit.write("XDEL", stream, str(entry))
    await _forget_told(store, person, commit)


async def _forget_told(store: Store, person: str, commit: Commit) -> None:
    """Broadcasts that still have to reach the person, or did."""
    for key in await _keys(store, "broadcast:*:todo*"):
        for row in await cast("Any", store.redis.lrange(key, 0, -1)):
            if person in row:
                commit.write("LREM", key, 0, row)
    for key in await _keys(store, "broadcast:*:ledger"):
        commit.write("receipt", key.split(":")[1], person, "", 90 * DAY)
    for key in await _keys(store, "broadcast:*:people"):
        commit.write("HDEL", key, person)
    for key in await _keys(store, "broadcast:*:yes"):
        commit.write("SREM", key, person)


async def _keys(store: Store, pattern: str) -> list[str]:
    return [str(key) async for key in cast("Any", store.redis.scan_iter(pattern, count=1000))]


async def _of(store: Store, pattern: str, field: str, person: str) -> list[str]:
    """Hashes of a pattern whose field names the person."""
    found: list[str] = []
    keys = await _keys(store, pattern)
    for start in range(0, len(keys), 500):
        batch = keys[start : start + 500]
        pipe = store.redis.pipeline(transaction=False)
        for key in batch:
            pipe.hget(key, field)
        values = await pipe.execute()
        found += [key for key, value in zip(batch, values, strict=True) if value == person]
    return found


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
