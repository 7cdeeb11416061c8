"""Lifetimes: forgetting one person on request, and letting aged streams go."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hotline.privacy import pending_removals
from hotline.store import DAY, MINUTE, Commit, keys, registered

if TYPE_CHECKING:
    from hotline.store import Key, Lifetime, Store

AGED_STREAMS: Final = {
    keys.dead: 30, keys.reports: 30, keys.exports: 365, keys.freezes: 365, keys.canary: 90
}  # days  # fmt: skip
AGED_SETS: Final = {
    keys.incidents_all: 90, keys.questions_open: 30, keys.violations_all: 180, keys.drills: 365,
    keys.broadcasts_all: 90,
}  # days  # fmt: skip

MARKS: Final = keys.forgetting
MARKED_FOR: Final = 10 * MINUTE  # seconds; longer than the reading of everything takes
OWN: Final = (
    keys.subscriber, keys.rasa_tracker, keys.asked, keys.interview, keys.fake, keys.onetime,
    keys.onetime_hour, keys.crisis,
)  # kept of one person alone  # fmt: skip
GROUP: Final = "workers"  # of the turns that are under way, see messaging/inbox.py


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
    commit.delete(*(family(person) for family in OWN))
    commit.zrem(keys.silences_due, person)
    await _forget_phone(store, person, newer, commit)
    commit.srem(keys.subscribers, person)
    await _forget_records(store, person, newer, commit)
    await _forget_texts(store, person, newer, commit)
    await _forget_asked(store, person, commit)
    await _forget_lists(store, person, newer, commit)
    return commit


async def _marked(store: Store, person: str) -> Commit:
    """From here on every commit that names the person is counted; one that comes makes this one fail.

    What was read would not be all. Who read of the person before and writes after has guards of their own.
    """
    pipe = store.pipeline(transaction=True)
    pipe.hsetnx(MARKS, person, "0")
    pipe.expire(MARKS, MARKED_FOR)
    pipe.hget(MARKS, person)
    commit = Commit()
    commit.if_field(MARKS, person, (await pipe.execute())[-1])
    commit.hdel(MARKS, person)
    commit.hincrby(keys.forgotten, "count", 1)
    return commit


async def unforgotten(store: Store) -> Commit:
    """Fails if a person is forgotten meanwhile: for lists of people that are read, then written."""
    commit = Commit()
    commit.if_field(keys.forgotten, "count", await store.hget(keys.forgotten, "count") or "")
    return commit


async def _newer(store: Store, person: str, asked_in: str, commit: Commit) -> _Newer:
    """What came after the text that asks."""
    mailbox = keys.inbox(person)
    entries = await store.lrange(mailbox)
    texts = [json.loads(text) for text in entries]
    sids = [text["sid"] for text in texts]
    if asked_in not in sids:
        for sid in sids:
            commit.hdel(keys.inbox_tries, sid)
        return _Newer()
    since = [text for text in texts[sids.index(asked_in) + 1 :] if not text.get("aside")]
    for entry, text in zip(entries, texts, strict=True):
        if text.get("aside"):  # a question from before: nobody answers it any more
            commit.lrem(mailbox, entry)
    return _Newer(bool(since), frozenset(text["incident"] for text in since if text["incident"]))


async def _forget_phone(store: Store, person: str, newer: _Newer, commit: Commit) -> None:
    """The phone itself, unless a newer text waits for its answer: then all but its sealed number."""
    address = await store.hget(keys.person(person), "address")
    commit.delete(keys.person(person))
    if newer.texts and address:
        commit.hset(keys.person(person), {"address": address}, 90 * DAY)
    if not newer.texts:
        commit.delete(keys.inbox(person))
        commit.hdel(keys.inbox_active, person)
    if await store.get(keys.reporter(person)) not in newer.incidents:
        commit.delete(keys.reporter(person))


async def _forget_records(store: Store, person: str, newer: _Newer, commit: Commit) -> None:
    """Records of the person's own go; those that others work with stay without the way back."""
    for family, index in (
        (keys.question, keys.questions_open), (keys.photo, keys.photos_due), (keys.candidate, None),
    ):  # fmt: skip
        for key in await _of(store, family("*"), "person", person):
            commit.merge(await _at_carrier(store, key))
            commit.delete(key)
            if index:
                commit.zrem(index, family.name(key))
    for key in await _of(store, keys.incident("*[0-9]"), "reporter", person):
        if keys.incident.name(key) not in newer.incidents:
            _unsigned(commit, key, person)
            commit.hincrby(key, "version", 1)  # who decides from an older reading must read again
    for key in await _of(store, keys.violation("*"), "reporter", person):
        _unsigned(commit, key, person)


def _unsigned(commit: Commit, key: Key, person: str) -> None:
    """A record without the way back to who made it."""
    commit.if_field(key, "reporter", person)
    commit.hset(key, {"reporter": ""})


async def _at_carrier(store: Store, key: Key) -> Commit:
    """The writes by which the carrier's copy of a photo has to go; none for any other record."""
    url = await store.hget(key, "url")
    return pending_removals.owed(keys.photo.name(key), url, time.time()) if url else Commit()


async def _forget_texts(store: Store, person: str, newer: _Newer, commit: Commit) -> None:
    """Texts to the person: what waits, also if queued a moment ago, what is under way, what was sent."""
    known = {key.rpartition(":")[2] for key in await _keys(store, keys.outbox("*")) if ":rate:" not in key}
    for sender in sorted(known | {"hotline", "alerts"}):
        for queue in (
            keys.outbox,
            keys.outbox_later,
            keys.outbox_sending,
        ):  # it may go from one to another now
            commit.unqueue(person, queue(sender), *sorted(newer.incidents))
    for key in await _of(store, keys.out("*"), "person", person):
        incident, sid = await store.hmget(key, "incident", "sid")
        if incident not in newer.incidents:
            commit.delete(key, *([keys.sid(sid)] if sid else []))


async def _forget_asked(store: Store, person: str, commit: Commit) -> None:
    """Questions without an answer do not name the person; only a list of the person's own names them."""
    for token in await store.smembers(keys.asked(person)):
        commit.delete(keys.unanswered(token))


async def _forget_lists(store: Store, person: str, newer: _Newer, commit: Commit) -> None:
    """Streams and lists where the person stands in an entry among others'."""
    for stream in (keys.dead,) if newer.texts else (keys.inbox_ready, keys.dead):
        for entry, fields in await store.xrange(stream):
            if any(person in str(value) for value in fields.values()):
                commit.xdel(stream, GROUP, str(entry))  # a turn under way is nobody's any more
    await _forget_told(store, person, commit)


async def _forget_told(store: Store, person: str, commit: Commit) -> None:
    """Broadcasts that still have to reach the person, or did."""
    told: set[str] = set()
    for family in (keys.broadcast_ledger, keys.broadcast_people, keys.broadcast_todo):
        told |= {family.name(key) for key in await _keys(store, family("*"))}
    for key in await _keys(store, keys.broadcast_staged("*", "*")):
        told.add(keys.broadcast_staged.names(key)[0])  # one that waits for its approval may have it by then
        for row in await store.lrange(key):
            if person in row:
                commit.lrem(key, row)
    for number in sorted(told):
        commit.forgotten(number, person)
    for pattern in (keys.broadcast_yes("*"), keys.event_yes("*")):
        for key in await _keys(store, pattern):
            commit.srem(key, person)


async def _keys(store: Store, pattern: Key) -> list[Key]:
    return [key async for key in store.scan(pattern)]


async def _of(store: Store, pattern: Key, field: str, person: str) -> list[Key]:
    """Hashes of a pattern whose field names the person."""
    found: list[Key] = []
    kept = await _keys(store, pattern)
    for start in range(0, len(kept), 500):
        batch = kept[start : start + 500]
        pipe = store.pipeline()
        for key in batch:
            pipe.hget(key, field)
        values = await pipe.execute()
        found += [key for key, value in zip(batch, values, strict=True) if value == person]
    return found


async def trim(store: Store, now: float | None = None) -> None:
    """Let streams and indexes go that are older than their age."""
    at = now or time.time()
    for stream, days in AGED_STREAMS.items():
        await store.forget_before(stream, at - days * DAY)
    for index, days in AGED_SETS.items():
        await store.zremrangebyscore(index, (at - days * DAY) * 1000)


async def unbounded(store: Store) -> list[str]:
    """Keys that nobody registered, or that should have a lifetime and have none; empty when all is well."""
    wrong = [f"{_family(name)}: without the tag of a city" async for name in store.strays()]
    async for key in store.scan(keys.everything):
        entry = registered(key)
        if entry is None:
            wrong.append(f"{_family(key)}: not in the register of hotline/store/keys.py")
        elif isinstance(entry.lifetime, int) and await store.ttl(key) == -1:
            wrong.append(f"{_family(key)}: no lifetime, {_words(entry.lifetime)} expected")
    return wrong


def _family(key: str) -> str:
    """A key without what identifies somebody."""
    return key.split(":", 1)[0] + (":…" if ":" in key else "")


def _words(lifetime: Lifetime) -> str:
    return f"{lifetime / DAY:g} days" if isinstance(lifetime, int) else lifetime
