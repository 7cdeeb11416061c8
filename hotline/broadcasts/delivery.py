"""Feeds approved broadcasts to the outbox a few at a time, so that pause and cancel act at once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

from hotline.broadcasts import broadcast as broadcasts
from hotline.errors import InputError
from hotline.sms.outbox import Outbound, Priority, queued
from hotline.store import Commit, Conflict

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.privacy.phones import Vault
    from hotline.store import Store

AHEAD: Final = 50  # texts of broadcasts that wait in the outbox at most
PACE: Final = 0.25


class Delivery:
    """Moves people from a broadcast's list into the outbox; each step is one commit."""

    def __init__(self, store: Store, vault: Vault, clock: Callable[[], float]) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock

    async def feed(self) -> float:
        """Top the outbox up; answers the seconds until it is worth looking again."""
        ids = await self._store.redis.zrange("broadcasts:sending", 0, -1)
        room = AHEAD - int(await self._store.redis.zcard("outbox:alerts"))
        for id_ in ids:
            room -= await self._feed_one(str(id_), max(0, room))
        return PACE if ids else 5.0

    async def _feed_one(self, id_: str, room: int) -> int:
        try:
            one = await broadcasts.load(self._store, id_)
        except InputError:  # its lifetime is over
            await self._store.redis.zrem("broadcasts:sending", id_)
            return 0
        if one.state == "paused" or not room:
            return 0
        if one.state == "cancelled" or one.expires <= self._clock():
            await self._end(one, "cancelled" if one.state == "cancelled" else "expired")
            return 0
        rows = await cast("Any", self._store.redis.lrange(f"broadcast:{id_}:todo", 0, room - 1))
        if not rows:
            await self._end(one, "sent")
            return 0
        return await self._queue(one, rows)

    async def _queue(self, one: broadcasts.Broadcast, rows: list[str]) -> int:
        commit = Commit()
        key = f"broadcast:{one.id}"
        commit.guard("field", key, "state", "sending")
        commit.guard("head", f"{key}:todo", rows[0])  # another worker may have fed these already
        ledger = f"{key}:ledger"
        for row in rows:
            person, address, lang = json.loads(row)
            message = Outbound(
                f"b{one.id}:{person}", person, address, one.texts[lang],
                sender="alerts", priority=Priority.ALERT, expires=one.expires, broadcast=one.id,
            )  # fmt: skip
            commit.write("HSETNX", ledger, person, "queued")
            commit.merge(queued(message, self._vault, self._clock()))
        commit.write("LTRIM", f"{key}:todo", len(rows), -1)
        commit.write("EXPIRE", ledger, broadcasts.BROADCAST_TTL)
        try:
            await self._store.commit(commit)
        except Conflict:
            return 0
        return len(rows)

    async def _end(self, one: broadcasts.Broadcast, state: str) -> None:
        commit = Commit()
        commit.write("HSET", f"broadcast:{one.id}", "state", state)
        commit.write("DEL", f"broadcast:{one.id}:todo")
        commit.write("ZREM", "broadcasts:sending", one.id)
        await self._store.commit(commit)
