"""Feeds approved broadcasts to the outboxes a little at a time, so that pause and cancel act at once."""

from __future__ import annotations

import json
import zlib
from typing import TYPE_CHECKING, Final

from hotline.broadcasts import audience, freeze
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts.broadcast import BROADCAST_TTL, Broadcast, logged
from hotline.broadcasts.delivery.failures import Troubles
from hotline.broadcasts.states import BroadcastMove, BroadcastState
from hotline.messaging.outbox import Outbound, Priority, queued
from hotline.messaging.outcomes import LEDGER_TTL
from hotline.privacy.retention import unforgotten
from hotline.refusal import Refused
from hotline.store import AWAY, Commit, Conflict, keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.broadcasts.delivery.carrier_failures import CarrierFailures
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store

AHEAD: Final = 50  # texts of broadcasts that wait in the outboxes at most, or a second's worth
PUT_OFF: Final = 20  # times as many of one broadcast may wait to be tried again; then nobody else is tried
BATCH: Final = 100  # of one commit: pages must not wait for a long one
PACE: Final = 0.25
BY_DAY: Final = ("event", "news")


def _words(one: Broadcast, lang: str) -> str:
    """Its words in a language; for a phone of our own that reads another, those that there are."""
    return one.texts.get(lang) or one.texts.get("en") or next(iter(one.texts.values()))


def outbox_of(person: str, senders: int) -> str:
    """The outbox that a person's alerts always leave by."""
    place = zlib.crc32(person.encode()) % senders
    return "alerts" if place == 0 else f"alerts{place + 1}"


class Delivery:
    """Moves people from a broadcast's list into the outboxes; each step is one commit."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        library: Library,
        settings: Settings,
        clock: Callable[[], float],
        failures: CarrierFailures | None = None,
    ) -> None:
        self._store = store
        self._vault = vault
        self._city = library.city
        self._settings = settings
        self._clock = clock
        self._failures = failures
        self._troubles = Troubles(store, vault, library, clock)
        self._senders = len(settings.alert_senders)
        self._ahead = max(AHEAD, int(settings.alerts_rate))

    async def feed(self) -> float:
        """Top the outboxes up; answers the seconds until it is worth looking again."""
        ids = await self._store.zrange(keys.broadcasts_sending)
        room = self._ahead - await self._waiting() if ids else 0
        frozen = bool(ids) and await freeze.frozen(self._store)
        for id_ in map(str, ids):
            if not self._troubles.rests(id_):
                room -= await self._feed_apart(id_, max(0, room), frozen=frozen)
        return PACE if ids else 5.0

    async def _feed_apart(self, id_: str, room: int, *, frozen: bool) -> int:
        """Feed one broadcast; if it fails, the others continue."""
        try:
            fed = await self._feed_one(id_, room, frozen=frozen)
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - one that fails must not starve those behind it
            await self._troubles.met(id_, error)
            return 0
        self._troubles.over(id_)
        return fed

    async def _waiting(self) -> int:
        pipe = self._store.pipeline()
        for place in range(self._senders):
            pipe.zcard(keys.outbox("alerts") if place == 0 else keys.outbox(f"alerts{place + 1}"))
        return sum(await pipe.execute())

    async def _feed_one(self, id_: str, room: int, *, frozen: bool) -> int:
        """Feed up to `room` people of one broadcast; answers how many."""
        try:
            one = await broadcasts.load(self._store, id_)
        except Refused:  # its lifetime is over
            await self._store.zrem(keys.broadcasts_sending, id_)
            return 0
        ended = self._ended(one)
        if ended:
            await self._end(one, ended)
        elif one.may(BroadcastMove.BEGIN):
            await self._begin_closing(one)
        elif one.state is BroadcastState.SENDING:
            if self._failures:
                await self._failures.judge(one)
            if not self._waits(one, frozen=frozen):
                room = min(room, PUT_OFF * self._ahead - one.receipts.get("queued", 0))
                return await self._fill(one, room)
        return 0

    def _waits(self, one: Broadcast, *, frozen: bool) -> bool:
        """Whether nothing of it is fed now: alerts are frozen, or it is for the day."""
        return (frozen and not one.notice) or (one.kind in BY_DAY and self._quiet())

    def _ended(self, one: Broadcast) -> BroadcastState | None:
        """The state in which nothing of it is sent any more; None before."""
        if not one.may(BroadcastMove.EXPIRE):  # cancelled, or closed
            return one.state
        return one.after(BroadcastMove.EXPIRE) if one.expires <= self._clock() else None

    def _quiet(self) -> bool:
        return audience.is_quiet(self._city, self._settings, self._clock())

    async def _fill(self, one: Broadcast, room: int) -> int:
        fed = 0
        while fed < room:
            key = keys.broadcast_todo(one.id)
            guard = await unforgotten(self._store)
            rows = await self._store.lrange(key, 0, min(BATCH, room - fed) - 1)
            if not rows:
                await self._settle(one)
                return fed
            count = await self._queue(one, rows, guard)
            if not count:
                return fed
            fed += count
        return fed

    async def _settle(self, one: Broadcast) -> None:
        """Everybody was fed: it is sent once none of its texts can be stopped any more."""
        now = await broadcasts.load(self._store, one.id)
        if now.may(BroadcastMove.SETTLE) and not now.receipts.get("queued"):
            await self._end(now, now.after(BroadcastMove.SETTLE))

    async def _queue(self, one: Broadcast, rows: list[str], unforgotten: Commit) -> int:
        commit, now = Commit(), self._clock()
        commit.merge(unforgotten)  # else somebody is texted who is forgotten, and another is left out
        commit.if_field(keys.broadcast(one.id), "state", one.state)
        commit.if_head(keys.broadcast_todo(one.id), rows[0])  # another worker may have fed these already
        for row in rows:
            person, address, lang = json.loads(row)
            message = Outbound(
                f"b{one.id}:{person}", person, address, _words(one, lang),
                sender=outbox_of(person, self._senders), priority=Priority.ALERT, expires=one.expires,
                broadcast=one.id,
            )  # fmt: skip
            commit.receipt(one.id, person, "queued", LEDGER_TTL)
            commit.hset(keys.broadcast_people(one.id), {person: json.dumps([address, lang])})
            commit.merge(queued(message, self._vault, now))
        commit.ltrim(keys.broadcast_todo(one.id), len(rows), -1)
        commit.expire(keys.broadcast_people(one.id), BROADCAST_TTL)  # as long as it may be closed
        try:
            await self._store.commit(commit)
        except Conflict:
            return 0
        return len(rows)

    async def _begin_closing(self, one: Broadcast) -> None:
        """When no text of the alert waits any more, tell those whom it reached, and only them."""
        alert = await broadcasts.load(self._store, one.closes)
        if alert.receipts.get("queued") or alert.receipts.get("sending"):
            return
        phones = await audience.own_phones(self._store, alert.id)
        people = audience.reached(self._store, alert.id)
        staged = await audience.stage_rows(self._store, one.id, people, phones)
        commit = Commit()
        commit.if_field(keys.broadcast(one.id), "state", one.state)
        commit.merge(staged.taken(one.id))
        state = one.after(BroadcastMove.BEGIN)
        fields = {"state": state, "total": staged.total, "langs": json.dumps(staged.langs)}
        commit.hset(keys.broadcast(one.id), fields)
        try:
            await self._store.commit(commit)
        except Conflict:
            await self._store.delete(staged.key)

    async def _end(self, one: Broadcast, state: BroadcastState) -> None:
        commit = Commit()
        commit.if_field(keys.broadcast(one.id), "state", one.state)
        if state != one.state:
            commit.hset(keys.broadcast(one.id), {"state": state})
            commit.merge(logged(one.id, by="line", what=state, now=self._clock()))
        commit.delete(keys.broadcast_todo(one.id))
        commit.zrem(keys.broadcasts_sending, one.id)
        try:
            await self._store.commit(commit)
        except Conflict:  # somebody paused it at this moment: look again
            return
