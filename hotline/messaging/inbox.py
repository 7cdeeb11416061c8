"""Inbound texts: stored before the 200, then handled one resident at a time and in order."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic_core import to_json
from redis.exceptions import ResponseError

from hotline.store import DAY, Commit, Conflict, keys

if TYPE_CHECKING:
    from hotline.store import Store

GROUP = "workers"
READY = keys.inbox_ready
SEEN_TTL = 3 * DAY
DEAD_DAYS = 30


@dataclass(frozen=True)
class Inbound:
    """One text as it waits in a mailbox.

    Attributes:
        sid: Twilio's MessageSid.
        person: pseudonym of the sender.
        sender: which of our numbers it came to, ``hotline`` or ``alerts``.
        through: outbox that answers leave by, when it is not the sender's first.
        body: sealed body, already masked.
        media: sealed addresses of photos, "" for one that does not stand at the carrier.
        rule: id of the triage rule that decided or hinted, "" when none fired.
        urgency: what triage said in the webhook: ``page``, ``ask`` or ``none``.
        incident: number of the incident this text opened, "" when none.
        at: when it was stored, seconds since the epoch.
        crisis: kinds of crisis that the webhook has answered already.
        opt_out: Twilio's OptOutType when Twilio handled the word itself.
        aside: only its question still waits for an answer; its words were passed on.
        channel: what it came by: "" for a plain text, ``whatsapp``, ``messenger``, ``rcs``.
        route: sealed way back on that channel, "" for a plain text.
    """

    sid: str
    person: str
    sender: str
    body: str
    media: tuple[str, ...] = ()
    urgency: str = "none"
    rule: str = ""
    incident: str = ""
    at: float = 0.0
    opt_out: str = ""
    through: str = ""
    crisis: tuple[str, ...] = ()
    aside: bool = False
    channel: str = ""
    route: str = ""

    def to_json(self) -> str:
        """The mailbox entry."""
        return to_json(vars(self)).decode()

    @classmethod
    def from_json(cls, text: str) -> Inbound:
        """Read a mailbox entry."""
        fields = json.loads(text)
        fields["media"], fields["crisis"] = tuple(fields["media"]), tuple(fields.get("crisis", ()))
        return cls(**fields)


@dataclass(frozen=True)
class Turn:
    """A text that this worker holds: the entry id proves it, `tries` counts beginnings."""

    entry: str
    consumer: str
    inbound: Inbound
    tries: int


def stored(inbound: Inbound, address: str) -> Commit:
    """The guard and writes that take one text in, once.

    Args:
        inbound: the text.
        address: the sender's sealed address.
    """
    commit = Commit()
    commit.if_absent(keys.seen(inbound.sid))
    commit.set(keys.seen(inbound.sid), "1", SEEN_TTL)
    commit.hsetnx(keys.person(inbound.person), "address", address)
    commit.expire(keys.person(inbound.person), 90 * DAY)
    commit.post(inbound.person, inbound.to_json())
    return commit


async def accept(store: Store, commit: Commit) -> bool:
    """Store a text (made by `stored`). False: this MessageSid is already in.

    Raises:
        Conflict: another guard failed; nothing was stored.
        StoreUnavailable: Redis did not answer: answer 503, never 200.
    """
    try:
        await store.commit(commit)
    except Conflict as conflict:
        if str(conflict) == "1 absent":
            return False
        raise
    return True


async def prepare(store: Store) -> None:
    """Make the consumer group, from the first entry on."""
    try:
        await store.xgroup_create(READY, GROUP)
    except ResponseError as error:
        if "BUSYGROUP" not in str(error):
            raise


async def next_turns(store: Store, consumer: str, count: int, block_ms: int) -> list[Turn]:
    """Wait up to `block_ms` for at most `count` people whose next text may be handled."""
    rows = await store.xreadgroup(READY, GROUP, consumer, count=count, block=block_ms)
    return [turn for entry, fields in rows if (turn := await _begin(store, consumer, entry, fields))]


async def take_over(store: Store, consumer: str, lease: float, count: int) -> list[Turn]:
    """Take the turns of workers that have not renewed their lease (seconds)."""
    rows = await store.xautoclaim(READY, GROUP, consumer, int(lease * 1000), count=count)
    return [turn for entry, fields in rows if (turn := await _begin(store, consumer, entry, fields))]


async def _begin(store: Store, consumer: str, entry: str, fields: dict[str, str]) -> Turn | None:
    person = fields["person"]
    text = await store.lindex(keys.inbox(person), 0)
    if text is None:  # the entry outlived its mailbox: end it, so that the person is not stuck
        await store.commit(_finished(entry, consumer, person, sid=""))
        return None
    inbound = Inbound.from_json(text)
    tries = await store.hincrby(keys.inbox_tries, inbound.sid, 1)
    return Turn(entry, consumer, inbound, tries)


async def renew(store: Store, consumer: str, entries: list[str]) -> None:
    """Keep the lease on turns that are under way."""
    if entries:
        await store.xclaim(READY, GROUP, consumer, entries)


def _finished(entry: str, consumer: str, person: str, sid: str) -> Commit:
    commit = Commit()
    commit.if_owner(READY, GROUP, entry, consumer)
    commit.finish(GROUP, entry, person, sid)
    return commit


def finished(turn: Turn) -> Commit:
    """The guard and writes that end a turn: only its present holder can, and only once."""
    return _finished(turn.entry, turn.consumer, turn.inbound.person, turn.inbound.sid)


def dead_letter(turn: Turn, reason: str) -> Commit:
    """End a turn that failed too often: the text goes to a human, never away."""
    commit = finished(turn)
    commit.xadd(keys.dead, {"text": turn.inbound.to_json(), "reason": reason})
    return commit


async def trim_dead(store: Store, now: float | None = None) -> None:
    """Let dead letters go when they are `DEAD_DAYS` old."""
    await store.forget_before(keys.dead, (now or time.time()) - DEAD_DAYS * DAY)
