"""Outbound texts: queued once, sent in order of urgency at the carrier's rate, resolved or reconciled."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, cast

from hotline.sms import segments
from hotline.store import DAY, Commit, Conflict

if TYPE_CHECKING:
    from hotline.errors import SendError
    from hotline.privacy.phones import Vault
    from hotline.store import Store

MESSAGE_TTL: Final = 7 * DAY
LEDGER_TTL: Final = 90 * DAY
BACKOFF: Final = (1.0, 2.0, 5.0, 15.0, 60.0, 180.0)
PAGE_BACKOFF: Final = 5.0  # a page is never put off for longer
OPEN: Final = ("sending", "unknown")  # the carrier may or may not have it
CALLBACK_TRIES: Final = 20
LIFE: Final = (2 * 3600.0, 12 * 3600.0, 2 * 3600.0)  # seconds a page, reply, alert is worth sending
SCORE_STEP: Final = 10**13  # one step of priority outweighs any time in milliseconds
# Forward only: a status of a lower or equal rank than the one we know changes nothing.
RANK: Final = {
    "accepted": 1, "queued": 1, "scheduled": 1, "sending": 2, "sent": 3,
    "undelivered": 4, "failed": 4, "canceled": 4, "delivered": 5, "read": 6,
}  # fmt: skip


class Priority(IntEnum):
    """Who goes first when the carrier's rate makes texts wait."""

    PAGE = 0
    REPLY = 1
    ALERT = 2


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
        kind: ``page``, ``reply``, ``alert``: what the metrics count.
        broadcast: number of the broadcast, "" when none.
        incident: number of the incident, "" when none.
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
    }
    flat = [part for pair in fields.items() for part in pair]
    commit.write("enqueue", message.id, message.sender, score, MESSAGE_TTL, *flat)
    return commit


@dataclass(frozen=True)
class Taken:
    """What the outbox gives a sender: a text to send, or how long to wait (seconds)."""

    id: str = ""
    person: str = ""
    wait: float = 0.0
    dropped: str = ""


class Outbox:
    """The queue of one of our senders.

    Args:
        sender: ``hotline``, ``alerts``, ``alerts2`` …
        rate: segments per second that the carrier takes.
        worker: name of this worker, to know whose sends are orphaned.
        campaign: segments per second of all alert senders together, 0 for no limit of its own.
    """

    def __init__(self, store: Store, sender: str, rate: float, worker: str, campaign: float = 0.0) -> None:
        self.store = store
        self.sender = sender
        self.worker = worker
        self.family = family(sender)
        self._cost = 1000 / rate
        self._shared = 1000 / campaign if campaign else 0.0
        # A late wake-up may be made good by this much, never by a burst.
        self._slack = min(5.0, self._cost / 2)

    @property
    def sending(self) -> str:
        """Key of the sends that are under way."""
        return f"outbox:sending:{self.sender}"

    async def take(self, now: float) -> Taken:
        """Take the next text; the intent to send it is stored before this returns."""
        kind, *rest = await self.store.take(
            self.sender, int(now * 1000), self._cost, self.worker, self._slack, self.family, self._shared
        )
        if kind == "id":
            return Taken(id=str(rest[0]), person=str(rest[1]))
        if kind == "drop":
            return Taken(dropped=str(rest[1]))
        milliseconds = float(rest[0])
        return Taken(wait=5.0 if milliseconds < 0 else min(5.0, milliseconds / 1000 + 0.0005))

    async def read(self, id_: str) -> dict[str, str]:
        """The fields of one outbound text."""
        return cast("dict[str, str]", await cast("Any", self.store.redis.hgetall(f"out:{id_}")))

    async def accepted(self, id_: str, sid: str) -> None:
        """The carrier took it: remember its SID, let the words go. A callback may have said so before."""
        fields = await self.read(id_)
        if fields.get("state") not in OPEN:
            return
        commit = accepted(id_, sid, self.sending, fields)
        commit.guard("field", f"out:{id_}", "state", fields["state"])
        with contextlib.suppress(Conflict):
            await self.store.commit(commit)

    async def failed(self, id_: str, error: SendError, now: float) -> None:
        """Resolve a failed call by what the error says; a retry ends when the text expires, not before."""
        fields = await self.read(id_)
        commit = Commit()
        if error.outcome == "unknown":
            commit.write("HSET", f"out:{id_}", "state", "unknown", "code", error.code)
            _count(commit, fields, id_, "unknown")
        elif error.outcome == "retry":
            delay = _delay(fields, error)
            commit.write("ZREM", self.sending, id_)
            commit.write("ZADD", f"outbox:later:{self.sender}", int((now + delay) * 1000), id_)
            commit.write("HSET", f"out:{id_}", "state", "queued", "code", error.code)
            _count(commit, fields, id_, "queued")
            commit.write("PUBLISH", "wake", f"outbox:{self.sender}")
        else:
            commit.write("ZREM", self.sending, id_)
            _settle(commit, id_, "failed", str(error.code))
            _count(commit, fields, id_, "failed")
        await self.store.commit(commit)

    async def unresolved(self, now: float, after: float) -> list[tuple[str, float]]:
        """Sends without an outcome whose intent is older than `after` seconds: id and intent (seconds)."""
        found = await self.store.redis.zrangebyscore(
            self.sending, "-inf", int((now - after) * 1000), start=0, num=100, withscores=True
        )
        return [(str(row[0]), float(row[1]) / 1000) for row in found]

    async def requeue(self, id_: str) -> bool:
        """Put a send that certainly did not happen back. False: it was resolved in the meantime."""
        fields = await self.read(id_)
        score = fields.get("score")
        commit = Commit()
        commit.guard("member", self.sending, id_)
        commit.write("ZREM", self.sending, id_)
        commit.write("HSET", f"out:{id_}", "state", "queued")
        _count(commit, fields, id_, "queued")
        commit.write("ZADD", f"outbox:{self.sender}", float(score or Priority.REPLY * SCORE_STEP), id_)
        commit.write("PUBLISH", "wake", f"outbox:{self.sender}")
        try:
            await self.store.commit(commit)
        except Conflict:
            return False
        return True


def _delay(fields: dict[str, str], error: SendError) -> float:
    attempts = int(fields.get("attempts", "1"))
    delay = error.retry_after or BACKOFF[min(attempts, len(BACKOFF)) - 1]
    return min(delay, PAGE_BACKOFF) if fields.get("kind") == "page" else delay


def accepted(id_: str, sid: str, sending: str, fields: dict[str, str]) -> Commit:
    """The writes for a text that the carrier took."""
    commit = Commit()
    commit.write("ZREM", sending, id_)
    commit.write("SET", f"sid:{sid}", id_, "EX", MESSAGE_TTL)
    commit.write("HSET", f"out:{id_}", "state", "sent", "sid", sid, "sent_at", int(time.time() * 1000))
    commit.write("HDEL", f"out:{id_}", "body")
    _count(commit, fields, id_, "sent")
    return commit


def _settle(commit: Commit, id_: str, state: str, code: str) -> None:
    commit.write("HSET", f"out:{id_}", "state", state, "code", code)
    commit.write("HDEL", f"out:{id_}", "body", "address")


def _count(commit: Commit, fields: dict[str, str], id_: str, state: str) -> None:
    """Write the outcome into the ledger of the broadcast that the text belongs to."""
    if number := fields.get("broadcast"):
        person = fields.get("person", id_)
        commit.write("receipt", number, person, state, LEDGER_TTL)


async def status(store: Store, *, id_: str, sid: str, state: str, code: str) -> str:
    """Take a status callback in; states only move forward.

    Args:
        store: where the texts are.
        id_: our id from the callback's query string, "" when absent.
        sid: Twilio's MessageSid: a callback proves that the carrier took the text.
        state: Twilio's MessageStatus.
        code: Twilio's ErrorCode, "" when none.

    Returns:
        The kind of text it was about ("page", "reply", "alert"), "" when unknown or nothing changed.
    """
    id_ = id_ or str(await store.redis.get(f"sid:{sid}") or "")
    for _ in range(CALLBACK_TRIES if id_ else 0):
        fields = cast("dict[str, str]", await cast("Any", store.redis.hgetall(f"out:{id_}")))
        if not fields or RANK.get(state, 0) <= RANK.get(fields.get("status", ""), 0):
            return ""
        try:
            await store.commit(_moved(id_, sid, state, code, fields))
        except Conflict:  # another callback was first: look again whether this one still moves it forward
            continue
        return fields["kind"]
    return ""


def _moved(id_: str, sid: str, state: str, code: str, fields: dict[str, str]) -> Commit:
    commit = Commit()
    commit.guard("field", f"out:{id_}", "status", fields.get("status", ""))
    if fields.get("state") in OPEN:
        commit.merge(accepted(id_, sid, f"outbox:sending:{fields['sender']}", fields))
    commit.write("HSET", f"out:{id_}", "status", state, "code", code)
    if RANK[state] >= RANK["undelivered"]:
        commit.write("HDEL", f"out:{id_}", "address")
        _count(commit, fields, id_, state)
    return commit
