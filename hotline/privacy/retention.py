"""Lifetimes: forgetting one person on request, and letting aged streams go."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from hotline.privacy import pending_removals
from hotline.store import DAY, MINUTE, Commit, registered

if TYPE_CHECKING:
    from hotline.store import Lifetime, Store

AGED_STREAMS: Final = {"dead": 30, "reports": 30, "exports": 365, "freezes": 365, "canary": 90}  # days
AGED_SETS: Final = {"incidents:all": 90, "questions:open": 30, "violations:all": 180, "drills": 365,
             "broadcasts:all": 90}  # days  # fmt: skip

MARKS: Final = "forgetting"
MARKED_FOR: Final = 10 * MINUTE  # seconds; longer than the reading of everything takes
GROUP: Final = "workers"  # of the turns that are under way, see messaging/inbox.py
_LIST: Final = 2  # colons in the name of an approved broadcast's list; one that waits for approval has more


@dataclass(frozen=True)
class _Newer:
    """What a person texted after the text that asks to be forgotten: it begins anew, and is answered.

    Attributes:
        texts: whether there is any.
        incidents: reports they opened by it.
    """

    texts: bool = False
    incidents: frozenset[str] = frozenset()


async def forget(store: Store, person: str, *, asked_in: str = "") -> Commit:
    """The writes that forget a person: all that is kept and all that waits. A stop stays: it protects them.

    An open incident stays too, without the way back to who reported it: responders may be on their way.
    So does a report that the ordinance was broken. Questions that nobody could answer go, words and all.
    Whatever was decided about the person before fails on these writes and is decided anew, of nobody.

    Args:
        store: where it is kept.
        person: pseudonym.
        asked_in: MessageSid of the text that asks for it; what they texted since stays.

    Raises (when committed):
        Conflict: something of them came meanwhile.
    """
    commit = await _marked(store, person)
    newer = await _newer(store, person, asked_in, commit)
    commit.write(
        "DEL", f"subscriber:{person}", f"rasa:tracker:{person}", f"asked:{person}", f"interview:{person}",
        f"fake:{person}", f"onetime:{person}", f"onetime:hour:{person}", f"crisis:{person}",
    )  # fmt: skip
    commit.write("ZREM", "silences:due", person)
    await _forget_phone(store, person, newer, commit)
    for key in {"subscribers:everybody", *await _keys(store, "subscribers:*")}:
        commit.write("SREM", key, person)
    await _forget_records(store, person, newer, commit)
    await _forget_texts(store, person, newer, commit)
    await _forget_asked(store, person, commit)
    await _forget_lists(store, person, newer, commit)
    return commit


async def _marked(store: Store, person: str) -> Commit:
    """From here on every commit that names the person is counted; one that comes makes this one fail.

    What was read would not be all. Who read of the person before and writes after has guards of their own.
    """
    pipe = store.redis.pipeline(transaction=True)
    pipe.hsetnx(MARKS, person, "0")
    pipe.expire(MARKS, MARKED_FOR)
    pipe.hget(MARKS, person)
    commit = Commit()
    commit.guard("field", MARKS, person, (await pipe.execute())[-1])
    commit.write("HDEL", MARKS, person)
    commit.write("HINCRBY", "forgotten", "count", 1)
    return commit


async def unforgotten(store: Store) -> Commit:
    """The guard that nobody is forgotten from now on: for lists of people that are read, then written."""
    commit = Commit()
    commit.guard(
        "field", "forgotten", "count", await cast("Any", store.redis.hget("forgotten", "count")) or ""
    )
    return commit


async def _newer(store: Store, person: str, asked_in: str, commit: Commit) -> _Newer:
    """What came after the text that asks."""
    mailbox = f"inbox:{person}"
    entries = cast("list[str]", await cast("Any", store.redis.lrange(mailbox, 0, -1)))
    texts = [json.loads(text) for text in entries]
    sids = [text["sid"] for text in texts]
    if asked_in not in sids:
        for sid in sids:
            commit.write("HDEL", "inbox:tries", sid)
        return _Newer()
    since = [text for text in texts[sids.index(asked_in) + 1 :] if not text.get("aside")]
    for entry, text in zip(entries, texts, strict=True):
        if text.get("aside"):  # a question from before: nobody answers it any more
            commit.write("LREM", mailbox, 0, entry)
    return _Newer(bool(since), frozenset(text["incident"] for text in since if text["incident"]))


async def _forget_phone(store: Store, person: str, newer: _Newer, commit: Commit) -> None:
    """The phone itself, unless a newer text waits for its answer: then all but its sealed number."""
    address = await cast("Any", store.redis.hget(f"person:{person}", "address"))
    commit.write("DEL", f"person:{person}")
    if newer.texts and address:
        commit.hset(f"person:{person}", {"address": address}, 90 * DAY)
    if not newer.texts:
        commit.write("DEL", f"inbox:{person}")
        commit.write("HDEL", "inbox:active", person)
    if await store.redis.get(f"reporter:{person}") not in newer.incidents:
        commit.write("DEL", f"reporter:{person}")


async def _forget_records(store: Store, person: str, newer: _Newer, commit: Commit) -> None:
    """Records of the person's own go; those that others work with stay without the way back."""
    for pattern, index in (
        ("question:*", "questions:open"), ("photo:*", "photos:due"), ("candidate:*", ""),
    ):  # fmt: skip
        for key in await _of(store, pattern, "person", person):
            commit.merge(await _at_carrier(store, key))
            commit.write("DEL", key)
            if index:
                commit.write("ZREM", index, key.partition(":")[2])
    for pattern in ("incident:*[0-9]", "violation:*"):
        for key in await _of(store, pattern, "reporter", person):
            if key.removeprefix("incident:") in newer.incidents:
                continue
            commit.guard("field", key, "reporter", person)
            commit.write("HSET", key, "reporter", "")
            if pattern.startswith("incident"):  # who decides from an older reading must read again
                commit.write("HINCRBY", key, "version", 1)


async def _at_carrier(store: Store, key: str) -> Commit:
    """The writes by which the carrier's copy of a photo has to go; none for any other record."""
    url = await cast("Any", store.redis.hget(key, "url"))
    return pending_removals.owed(key.partition(":")[2], url, time.time()) if url else Commit()


async def _forget_texts(store: Store, person: str, newer: _Newer, commit: Commit) -> None:
    """Texts to the person: what waits, also if queued a moment ago, what is under way, what was sent."""
    known = {key.rpartition(":")[2] for key in await _keys(store, "outbox:*") if ":rate:" not in key}
    for sender in sorted(known | {"hotline", "alerts"}):
        for queue in ("outbox:", "outbox:later:", "outbox:sending:"):  # it may go from one to another now
            commit.write("unqueue", person, f"{queue}{sender}", *sorted(newer.incidents))
    for key in await _of(store, "out:*", "person", person):
        incident, sid = await cast("Any", store.redis.hmget(key, "incident", "sid"))
        if incident not in newer.incidents:
            commit.write("DEL", key, f"sid:{sid}")


async def _forget_asked(store: Store, person: str, commit: Commit) -> None:
    """Questions without an answer do not name the person; only a list of the person's own names them."""
    for token in await cast("Any", store.redis.smembers(f"asked:{person}")):
        commit.write("DEL", f"unanswered:{token}")


async def _forget_lists(store: Store, person: str, newer: _Newer, commit: Commit) -> None:
    """Streams and lists where the person stands in an entry among others'."""
    for stream in ("dead",) if newer.texts else ("inbox:ready", "dead"):
        for entry, fields in cast("Any", await store.redis.xrange(stream)):
            if any(person in str(value) for value in fields.values()):
                commit.write("XACK", stream, GROUP, str(entry))  # a turn under way is nobody's any more
                commit.write("XDEL", stream, str(entry))
    await _forget_told(store, person, commit)


async def _forget_told(store: Store, person: str, commit: Commit) -> None:
    """Broadcasts that still have to reach the person, or did."""
    told = [*await _keys(store, "broadcast:*:ledger"), *await _keys(store, "broadcast:*:people")]
    for key in await _keys(store, "broadcast:*:todo*"):
        told.append(key)  # one that waits for its approval may have it by then
        for row in await cast("Any", store.redis.lrange(key, 0, -1)) if key.count(":") > _LIST else ():
            if person in row:
                commit.write("LREM", key, 0, row)
    for number in sorted({key.split(":")[1] for key in told}):
        commit.write("forgotten", number, person)
    for pattern in ("broadcast:*:yes", "event:*:yes"):
        for key in await _keys(store, pattern):
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
            wrong.append(f"{_family(str(key))}: not in the register of hotline/store/keys.py")
        elif isinstance(entry.lifetime, int) and await store.redis.ttl(key) == -1:
            wrong.append(f"{_family(str(key))}: no lifetime, {_words(entry.lifetime)} expected")
    return wrong


def _family(key: str) -> str:
    """A key without what identifies somebody."""
    return key.split(":", 1)[0] + (":…" if ":" in key else "")


def _words(lifetime: Lifetime) -> str:
    return f"{lifetime / DAY:g} days" if isinstance(lifetime, int) else lifetime
