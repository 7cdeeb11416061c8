"""Outbound texts: queued once, sent in order of urgency at the carrier's rate, resolved or reconciled."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from hotline.messaging.outcomes import OPEN, accepted, again, counted, doubtful, mirrored, settled
from hotline.messaging.rate import pace
from hotline.store import DAY, Commit, Conflict, keys
from hotline.text import segments

if TYPE_CHECKING:
    from hotline.errors import SendError
    from hotline.messaging.outcomes import Consequences
    from hotline.privacy.vault import Vault
    from hotline.store import Key, Store

MESSAGE_TTL: Final = 7 * DAY
ERASED_WITHIN: Final = 3600  # seconds, if it does not leave before
BACKOFF: Final = (1.0, 2.0, 5.0, 15.0, 60.0, 180.0)
URGENT: Final = ("page", "safety")  # kinds that are tried again soon
URGENT_BACKOFF: Final = 5.0  # such a text is never put off for longer
LEAST_REST: Final = 0.004  # seconds: a fast sender wakes for a few texts at once, the pace allows it
TRIES: Final = 20  # of a step that others may overtake
# Seconds a page, safety text, reply, alert is worth sending.
LIFE: Final = (2 * 3600.0, 2 * 3600.0, 12 * 3600.0, 2 * 3600.0)
SCORE_STEP: Final = 10**13  # one step of priority outweighs any time in milliseconds


class Priority(IntEnum):
    """Who goes first when the carrier's rate makes texts wait."""

    PAGE = 0
    SAFETY = 1  # to the reporter, about their safety; pages go first
    REPLY = 2
    ALERT = 3


def family(sender: str) -> str:
    """Which opt-out counts for an outbox: every alert number has the same one."""
    return "alerts" if sender.startswith("alerts") else sender


@dataclass(frozen=True)
class Outbound:
    """One text to one person.

    Attributes:
        id: derived from what caused it, so that the same cause queues it once.
        person: pseudonym.
        address: sealed address.
        body: the words, in clear; sealed when queued.
        sender: outbox it leaves by: ``hotline``, ``alerts``, ``alerts2`` …
        expires: seconds since the epoch after which it is worthless; 0 takes the default of its kind.
        force: send even to a person who opted out: the one confirmation of the opt-out itself.
        kind: ``page``, ``safety``, ``reply``, ``alert``: what the metrics count.
        broadcast: number of the broadcast, "" when none.
        incident: number of the incident, "" when none.
        author: handle of the team member who wrote it, "" for the line's own words.
        erase: to somebody who asked to be forgotten: nothing is kept of it once it left.
    """

    id: str
    person: str
    address: str
    body: str
    sender: str = "hotline"
    priority: Priority = Priority.REPLY
    expires: float = 0.0
    force: bool = False
    broadcast: str = ""
    incident: str = ""
    media: str = ""
    author: str = ""
    erase: bool = False

    @property
    def kind(self) -> str:
        """What it is, for metrics and the freeze."""
        return self.priority.name.lower()


def queued(message: Outbound, vault: Vault, now: float) -> Commit:
    """The write that queues a text; the same id again changes nothing. None for a drill's own phone."""
    commit = Commit()
    if message.person == vault.drill:
        return commit
    score = message.priority * SCORE_STEP + int(now * 1000)
    fields: dict[str, str | int] = {
        "person": message.person,
        "address": message.address,
        "body": vault.seal(message.body),
        "segments": max(1, segments.count(message.body).count),
        "sender": message.sender,
        "kind": message.kind,
        "score": score,
        "created": int(now * 1000),
        "expires": int((message.expires or now + LIFE[message.priority]) * 1000),
        "force": int(message.force),
        "broadcast": message.broadcast,
        "incident": message.incident,
        "media": message.media,
        "author": message.author,
        "erase": int(message.erase),
    }
    ttl = ERASED_WITHIN if message.erase else MESSAGE_TTL
    commit.enqueue(message.id, message.sender, score, ttl, fields)
    return commit


@dataclass(frozen=True)
class Taken:
    """What the outbox gives a sender: a text to send with its fields, or how long to wait (seconds)."""

    id: str = ""
    fields: dict[str, str] = field(default_factory=dict[str, str])
    wait: float = 0.0
    dropped: str = ""


class Outbox:
    """The queue of one of our senders.

    Args:
        sender: ``hotline``, ``alerts``, ``alerts2`` …
        rate: segments per second that the carrier takes.
        worker: name of this worker, to know whose sends are orphaned.
        campaign: segments per second of all alert senders together, 0 for no limit of its own.
        consequences: what else a refusal means, decided in the same step.
    """

    def __init__(
        self,
        store: Store,
        sender: str,
        rate: float,
        worker: str,
        campaign: float = 0.0,
        consequences: Consequences | None = None,
    ) -> None:
        self.store = store
        self.sender = sender
        self.worker = worker
        self.family = family(sender)
        self.pace = pace(rate)
        self._paces = (*self.pace.arguments, *pace(campaign).arguments)
        self._consequences = consequences

    @property
    def sending(self) -> Key:
        """Key of the sends that are under way."""
        return keys.outbox_sending(self.sender)

    async def take(self, now: float) -> Taken:
        """Take the next text; the intent to send it is stored before this returns."""
        return (await self.take_some(now, 1))[0]

    async def take_some(self, now: float, most: int) -> list[Taken]:
        """Take as many texts as may go now, `most` at most; the last one may say how long to wait."""
        rows = await self.store.take(
            self.sender, int(now * 1000), self.worker, self.family, *self._paces, most
        )
        return [_taken(*row) for row in rows]

    async def read(self, id_: str) -> dict[str, str]:
        """The fields of one outbound text."""
        return await self.store.hgetall(keys.out(id_))

    async def accepted(self, id_: str, sid: str, known: dict[str, str] | None = None) -> None:
        """The carrier accepted it: keep its SID, delete the words. A callback may have come earlier."""
        fields = known or await self.read(id_)
        for _ in range(TRIES):
            if fields.get("state") not in OPEN:
                return
            commit = accepted(id_, sid, fields)
            commit.if_field(keys.out(id_), "state", fields["state"])
            try:
                await self.store.commit(commit)
            except Conflict:
                fields = await self.read(id_)
                continue
            return

    async def failed(self, id_: str, error: SendError, now: float) -> None:
        """Resolve a failed call by what the error says; a retry ends when the text expires, not before.

        A callback that was quicker knows better: then nothing changes.
        """
        for _ in range(TRIES):
            fields = await self.read(id_)
            if fields.get("state") != "sending":
                return
            commit = self._failed(id_, fields, error, now)
            commit.if_field(keys.out(id_), "state", "sending")
            if self._consequences and error.outcome != "unknown":
                commit.merge(await self._consequences.also(id_, fields, error.outcome, error.code))
            try:
                await self.store.commit(commit)
            except Conflict:
                continue
            return

    def _failed(self, id_: str, fields: dict[str, str], error: SendError, now: float) -> Commit:
        if error.outcome == "unknown":
            return doubtful(id_, fields, error.code)
        if error.outcome == "retry":
            return again(id_, fields, int((now + _delay(fields, error)) * 1000), error.code)
        commit = settled(id_, fields, "failed", error.code)
        commit.merge(mirrored(fields, error.code, self.family))
        return commit

    async def doubt(self, id_: str) -> None:
        """The outcome is not known: it is shown as unknown and never sent again on a guess."""
        fields = await self.read(id_)
        if fields.get("state") != "sending":
            return
        commit = doubtful(id_, fields, 0)
        commit.if_field(keys.out(id_), "state", "sending")
        with contextlib.suppress(Conflict):
            await self.store.commit(commit)

    async def leave(self, id_: str) -> None:
        """Look no more for what became of it: it stays unknown until a callback or a human says."""
        await self.store.zrem(self.sending, id_)

    async def unresolved(self, now: float, after: float) -> list[tuple[str, float]]:
        """Sends without an outcome whose intent is older than `after` seconds: id and intent (seconds)."""
        found = await self.store.with_scores(self.sending, int((now - after) * 1000), 100)
        return [(id_, score / 1000) for id_, score in found]

    async def requeue(self, id_: str) -> bool:
        """Put a send that certainly did not happen back. False: it was resolved in the meantime."""
        fields = await self.read(id_)
        if not fields:  # whoever it was to is forgotten
            await self.leave(id_)
            return False
        score = fields.get("score")
        commit = Commit()
        commit.if_member(self.sending, id_)
        commit.if_field(keys.out(id_), "state", fields["state"])
        commit.zrem(self.sending, id_)
        commit.hset(keys.out(id_), {"state": "queued"})
        commit.merge(counted(id_, fields, "queued"))
        commit.zadd(keys.outbox(self.sender), float(score or Priority.REPLY * SCORE_STEP), id_)
        commit.wake(self.sender)
        try:
            await self.store.commit(commit)
        except Conflict:
            return False
        return True


def _taken(kind: str, value: Any, more: Any = None) -> Taken:
    """One row of the script's answer."""
    if kind == "id":
        return Taken(id=str(value), fields=dict(zip(more[::2], more[1::2], strict=True)))
    if kind == "drop":
        return Taken(dropped=str(more))
    seconds = float(value) / 1000
    return Taken(wait=5.0 if seconds < 0 else min(5.0, max(LEAST_REST, seconds + 0.0005)))


def _delay(fields: dict[str, str], error: SendError) -> float:
    attempts = int(fields.get("attempts", "1"))
    delay = error.retry_after or BACKOFF[min(attempts, len(BACKOFF)) - 1]
    return min(delay, URGENT_BACKOFF) if fields.get("kind") in URGENT else delay
