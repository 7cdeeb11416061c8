"""Who a broadcast goes to, counted and shown before approval, with who is left out and why."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import time
from typing import TYPE_CHECKING, Any, Final

from hotline.broadcasts import texts
from hotline.broadcasts.broadcast import BROADCAST_TTL, REACHED, Broadcast
from hotline.broadcasts.states import BroadcastState
from hotline.privacy.retention import unforgotten
from hotline.store import Commit, keys
from hotline.subscriptions import subscribers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from hotline.broadcasts.texts import Cost
    from hotline.content.city import City
    from hotline.settings import Settings
    from hotline.store import Key, Store
    from hotline.subscriptions.subscribers import Subscriber

STAGED_TTL: Final = 3600  # seconds a list lives that nobody approved in the end
EVERYBODY: Final = ("notice",)  # kinds that go to all who asked for anything

type Row = tuple[str, str, str]


@dataclass(frozen=True)
class Preview:
    """What an approval would send.

    Attributes:
        people: who gets it, each once.
        by_lang: people and cost by language; a language without a text has none.
        missing: languages of the audience without a text.
        excluded: people left out by reason: zone, kind, night, stopped.
        minutes: how long sending takes at the carrier's rate.
    """

    people: int
    by_lang: dict[str, Cost]
    missing: dict[str, int]
    excluded: dict[str, int]
    minutes: float

    @property
    def segments(self) -> int:
        """Segments of everybody together."""
        return sum(one.total for one in self.by_lang.values())

    def public(self) -> dict[str, Any]:
        """What ``preview --json`` prints."""
        by_lang = {lang: one.__dict__ | {"total": one.total} for lang, one in self.by_lang.items()}
        return self.__dict__ | {"by_lang": by_lang, "segments": self.segments}


@dataclass
class _Tally:
    """The people of a broadcast as they are found."""

    langs: Counter[str] = field(default_factory=Counter[str])
    excluded: Counter[str] = field(default_factory=Counter[str])


def is_quiet(city: City, settings: Settings, now: float) -> bool:
    """Whether it is night in the city, and the night counts here."""
    hours = city.quiet_hours
    if hours is None or not settings.keeps_quiet_hours:
        return False
    clock = city.local(now).time()
    begins, ends = time.fromisoformat(hours.begins), time.fromisoformat(hours.ends)
    return begins <= clock < ends if begins < ends else clock >= begins or clock < ends


def left_out(one: Subscriber, broadcast: Broadcast, *, stopped: bool, quiet: bool) -> str:
    """Why somebody does not get a broadcast; "" when they do. Pure."""
    if stopped:
        return "stopped"
    if broadcast.kind in EVERYBODY:
        return ""
    if broadcast.kind not in one.kinds:
        return "kind"
    if subscribers.ALL not in (broadcast.zone, *one.zones) and broadcast.zone not in one.zones:
        return "zone"
    return "night" if quiet and broadcast.kind == "alert" and not one.night else ""


async def _found(
    store: Store, broadcast: Broadcast, tally: _Tally, *, quiet: bool
) -> AsyncIterator[list[Subscriber]]:
    """The people of a broadcast in batches, each once; the tally grows with them."""
    seen: set[str] = set()
    async for batch in subscribers.everybody(store):
        fresh = [one for one in {one.person: one for one in batch}.values() if one.person not in seen]
        seen.update(one.person for one in fresh)
        if not fresh:
            continue
        answers = await store.smismember(keys.optout("alerts"), [one.person for one in fresh])
        reasons = [
            left_out(one, broadcast, stopped=bool(stop), quiet=quiet)
            for one, stop in zip(fresh, answers, strict=True)
        ]
        tally.excluded.update(reason for reason in reasons if reason)
        chosen = [one for one, reason in zip(fresh, reasons, strict=True) if not reason]
        tally.langs.update(one.lang for one in chosen)
        yield chosen


async def by_language(store: Store, kind: str, zone: str) -> dict[str, int]:
    """How many people a broadcast of a kind to a zone would reach by day, by language."""
    tally = _Tally()
    one = Broadcast("", BroadcastState.DRAFT, kind, "", {}, zone, 0.0)
    async for _ in _found(store, one, tally, quiet=False):
        pass
    return dict(sorted(tally.langs.items()))


async def preview(store: Store, city: City, settings: Settings, one: Broadcast, now: float) -> Preview:
    """Count who would get a broadcast now. Nothing is kept."""
    if one.closes:
        return shown(one, await reached_by_language(store, one.closes), Counter(), settings)
    tally = _Tally()
    async for _ in _found(store, one, tally, quiet=is_quiet(city, settings, now)):
        pass
    return shown(one, tally.langs, tally.excluded, settings)


async def reached_by_language(store: Store, id_: str) -> Counter[str]:
    """How many people got a broadcast, or may have, by language; phones of our own are none."""
    own = await own_phones(store, id_)
    return Counter([lang async for person, _, lang in reached(store, id_) if person not in own])


async def own_phones(store: Store, id_: str) -> frozenset[str]:
    """Pseudonyms of our own phones in a broadcast."""
    kept = await store.hkeys(keys.broadcast_canaries(id_))
    return frozenset(str(name) for name in kept if not name.startswith("missing "))


async def reached(store: Store, id_: str) -> AsyncIterator[Row]:
    """Pseudonym, sealed number and language of everybody who got a broadcast, or may have."""
    async for rows in store.hscan(keys.broadcast_ledger(id_), subscribers.BATCH):
        people = [person for person, receipt in rows.items() if receipt in REACHED]
        for person, row in zip(people, await store.hmget(keys.broadcast_people(id_), *people), strict=True):
            if row:
                yield (person, *json.loads(row))


def shown(one: Broadcast, langs: Counter[str], excluded: Counter[str], settings: Settings) -> Preview:
    """The preview of a count."""
    by_lang = {
        lang: texts.cost(lang, text, langs[lang], settings.content_dir) for lang, text in one.texts.items()
    }
    missing = {lang: count for lang, count in sorted(langs.items()) if lang not in one.texts and count}
    every = sum(cost.total for cost in by_lang.values())
    return Preview(
        langs.total(), by_lang, missing, dict(sorted(excluded.items())), every / settings.alerts_rate / 60
    )


def minutes_left(one: Broadcast, settings: Settings) -> float:
    """Minutes of sending still ahead at the carrier's rate; 0 when nothing waits."""
    each = [texts.cost(lang, text, 1, settings.content_dir).segments for lang, text in one.texts.items()]
    return one.waiting * max(each, default=1) / settings.alerts_rate / 60


@dataclass(frozen=True)
class Staged:
    """A list of people that waits for its approval under a key of its own.

    Attributes:
        apart: pseudonyms of our own phones in it, which are no people: no count holds them.
        unforgotten: the guard that nobody in it was forgotten since it was read.
    """

    key: Key
    langs: dict[str, int]
    excluded: dict[str, int]
    apart: tuple[str, ...] = ()
    unforgotten: Commit = field(default_factory=Commit)

    @property
    def total(self) -> int:
        """How many people."""
        return sum(self.langs.values())

    @property
    def rows(self) -> int:
        """How many lines the list has."""
        return self.total + len(self.apart)

    def taken(self, id_: str) -> Commit:
        """The writes that make it the list of an approved broadcast.

        Raises (when committed):
            Conflict: somebody was forgotten meanwhile, or the list was taken.
        """
        commit = Commit()
        commit.merge(self.unforgotten)
        if self.rows:
            commit.if_length(self.key, self.rows)
            commit.rename(self.key, keys.broadcast_todo(id_))
            commit.expire(keys.broadcast_todo(id_), BROADCAST_TTL)
        for person in self.apart:  # before the first receipt: the scripts look here
            commit.hset(keys.broadcast_canaries(id_), {person: ""})
            commit.expire(keys.broadcast_canaries(id_), BROADCAST_TTL)
        return commit


async def stage(store: Store, one: Broadcast, more: Iterable[Row], *, quiet: bool) -> Staged:
    """Write down who gets a broadcast, a few hundred at a time: Redis must have time for pages meanwhile.

    Args:
        store: where subscribers are.
        one: the broadcast.
        more: people who get it besides, if they are not in it: canaries.
        quiet: whether it is night.
    """
    tally, key = _Tally(), keys.broadcast_staged(one.id, secrets.token_hex(4))
    guard = await unforgotten(store)
    present: set[str] = set()
    extra = {row[0]: row for row in more}
    async for people in _found(store, one, tally, quiet=quiet):
        present.update(person.person for person in people if person.person in extra)
        await _keep(store, key, [(who.person, who.address, who.lang) for who in people])
    rows = [row for person, row in extra.items() if person not in present and row[2] in one.texts]
    await _keep(store, key, rows)
    return Staged(key, dict(tally.langs), dict(tally.excluded), tuple(row[0] for row in rows), guard)


async def stage_rows(
    store: Store, id_: str, people: AsyncIterator[Row], own: frozenset[str] = frozenset()
) -> Staged:
    """Write down a list that is known already; a person who is named twice is written once.

    Args:
        store: where the list goes.
        id_: number of the broadcast.
        people: whom it goes to.
        own: pseudonyms of our own phones, which are no people.
    """
    langs, key = Counter[str](), keys.broadcast_staged(id_, secrets.token_hex(4))
    guard = await unforgotten(store)
    seen: set[str] = set()
    batch: list[Row] = []
    async for row in people:
        if row[0] in seen:
            continue
        seen.add(row[0])
        langs[row[2]] += row[0] not in own
        batch.append(row)
        if len(batch) >= subscribers.BATCH:
            await _keep(store, key, batch)
            batch = []
    await _keep(store, key, batch)
    return Staged(key, dict(+langs), {}, tuple(seen & own), guard)


async def _keep(store: Store, key: Key, rows: list[Row]) -> None:
    if not rows:
        return
    commit = Commit()
    commit.rpush(key, *[json.dumps(row) for row in rows])
    commit.expire(key, STAGED_TTL)
    await store.commit(commit)
