"""Redis: the connection, the register of every key with its owner and lifetime, and atomic commits."""

from __future__ import annotations

import asyncio
import fnmatch
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from pydantic_core import to_json
from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import NoScriptError, OutOfMemoryError, ReadOnlyError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from hotline.errors import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

type Value = str | int | float
type Lifetime = int | Literal["until handled", "trimmed by age", "permanent"]

MINUTE: Final = 60
DAY: Final = 24 * 60 * MINUTE
LUA = Path(__file__).parent / "lua"


@dataclass(frozen=True)
class Key:
    """One family of Redis keys: its pattern, the module that owns it, and how long it lives (seconds)."""

    pattern: str
    owner: str
    lifetime: Lifetime
    why: str


KEYS: Final = (
    Key("secret:fingerprint", "privacy.fingerprint", "permanent", "which key the pseudonyms were made with"),
    Key("seen:*", "messaging.inbox", 3 * DAY, "MessageSids already taken: a repeated webhook stores nothing"),
    Key("inbox:active", "messaging.inbox", "until handled", "people with a turn queued or under way"),
    Key("inbox:ready", "messaging.inbox", "until handled", "stream of people whose next text may be handled"),
    Key("inbox:tries", "messaging.inbox", "until handled", "how often a text was begun; bounds poison"),
    Key(
        "inbox:*", "messaging.inbox", "until handled", "mailbox of one person, oldest first, bodies encrypted"
    ),
    Key("dead", "messaging.inbox", "trimmed by age", "texts that failed too often, encrypted, for a human"),
    Key(
        "person:*",
        "messaging.contacts",
        90 * DAY,
        "number (encrypted), language and last answer of one person",
    ),
    Key("optout:*", "messaging.contacts", "permanent", "pseudonyms that must not be texted by that sender"),
    Key("forgetting", "privacy.retention", 10 * MINUTE, "who is being forgotten, and what came meanwhile"),
    Key("forgotten", "privacy.retention", "permanent", "how many were forgotten; nobody is named"),
    Key(
        "blocked:*",
        "messaging.contacts",
        "permanent",
        "of these, whom the carrier blocks until they text START",
    ),
    Key("frozen", "messaging.outbox", "permanent", "what waits by hand: alerts"),
    Key("out:*", "messaging.outbox", 7 * DAY, "one outbound text; its body goes once it is accepted"),
    Key("outbox:rate:*", "messaging.outbox", 2 * MINUTE, "when the carrier's rate allows the next segment"),
    Key("outbox:*", "messaging.outbox", "until handled", "ids waiting, waiting to be retried, or under way"),
    Key("sid:*", "messaging.outbox", 7 * DAY, "Twilio's MessageSid to our outbound id"),
    Key("rasa:tracker:*", "bot.trackers", DAY, "topics of a conversation's last turns, no words"),
    Key("alive", "worker", 15, "heartbeat of any worker"),
    Key("alive:*", "worker", 15, "heartbeat of one worker"),
    Key("lock:*", "worker", MINUTE, "one housekeeper at a time"),
    Key("reports", "incidents", "trimmed by age", "the urgent queue: one entry per event of an incident"),
    Key("incidents:last", "incidents", "permanent", "the last incident number given out"),
    Key("incidents:open", "incidents", "until handled", "incidents that are not closed"),
    Key("incidents:due", "incidents", "until handled", "when each open incident needs its next step"),
    Key("incidents:all", "incidents", "trimmed by age", "incidents by time of opening"),
    Key("incident:*", "incidents", 90 * DAY, "one incident and its append-only log"),
    Key("reporter:*", "incidents", DAY, "the open incident a resident reported"),
    Key("questions:last", "casework.questions", "permanent", "the last question number given out"),
    Key("questions:open", "casework.questions", "trimmed by age", "questions that wait for a person"),
    Key("question:*", "casework.questions", 30 * DAY, "one question for a person, masked"),
    Key(
        "crisis:*",
        "casework.crisis_pages",
        60 * MINUTE,
        "the open question of somebody in crisis, and its pages",
    ),
    Key("violations:last", "casework.violations", "permanent", "the last violation number given out"),
    Key("violations:all", "casework.violations", "trimmed by age", "violations by time of reporting"),
    Key("violation:*", "casework.violations", 180 * DAY, "one report of a broken ordinance, masked"),
    Key(
        "interview:*", "conversation.residents.violation", DAY, "which question about a violation comes next"
    ),
    Key(
        "unanswered:*", "conversation.residents.unanswered", 90 * DAY, "one masked question no card answered"
    ),
    Key(
        "asked:*",
        "conversation.residents.unanswered",
        90 * DAY,
        "which of them a person asked, to forget them too",
    ),
    Key("staff", "staff.roster", "permanent", "responders, organizers, operators by handle"),
    Key("staff:people", "staff.roster", "permanent", "pseudonym to handle"),
    Key("shifts:last", "staff.shifts", "permanent", "the last shift number given out"),
    Key("shifts:off", "staff.shifts", "until handled", "handles and days they cannot; gone when over"),
    Key("shifts:swaps", "staff.shifts", "until handled", "who takes one day of a shift; gone when over"),
    Key("shifts:down", "staff.shifts", "until handled", "who texted OFF in a shift, until it ends"),
    Key("shifts:told:*", "staff.reminders", 2 * DAY, "reminders already sent"),
    Key("swaps:last", "staff.swaps", "permanent", "the last number of a swap asked by text"),
    Key("swaps:asked:*", "staff.swaps", 61 * DAY, "numbers of the swaps that one volunteer was asked"),
    Key("swap:*", "staff.swaps", 61 * DAY, "one volunteer asked to take another's shift, by handle"),
    Key("shifts", "staff.shifts", "permanent", "weekly shifts by number"),
    Key(
        "photos:due", "incidents.photos", "until handled", "photos to be fetched, or waiting for their report"
    ),
    Key(
        "removals:due",
        "privacy.pending_removals",
        "until handled",
        "when the carrier is next asked to delete what",
    ),
    Key(
        "removals",
        "privacy.pending_removals",
        "until handled",
        "photos the carrier still has, addresses encrypted",
    ),
    Key("silences:due", "incidents.silences", "until handled", "reporters whose answer is waited for"),
    Key("photos:lease:*", "incidents.photos", MINUTE, "which photos a worker is busy with"),
    Key("photos:seen:*", "incidents.photo_links", DAY, "which reader has a link to which photo already"),
    Key("photo:link:*", "incidents.photo_links", DAY, "one reader's link to a photo"),
    Key("photo:*", "incidents.photos", 7 * DAY, "one photo, stripped and encrypted"),
    Key("drills", "incidents.drill", "trimmed by age", "numbers of the drills whose results are kept"),
    Key("drill:*", "incidents.drill", 365 * DAY, "what one drill showed: times of its stages"),
    Key("rollcall:current", "staff.rollcall", DAY, "the test page that an OK answers"),
    Key("rollcall:due", "staff.rollcall", "until handled", "test pages whose result organizers still get"),
    Key("rollcall:*", "staff.rollcall", 30 * DAY, "one test page: who answered when, by handle"),
    Key("candidate:*", "staff.volunteers", 14 * DAY, "somebody who asked to respond, until two vouch"),
    Key("staff:oncall", "staff.roster", "permanent", "handles that are on call"),
    Key(
        "subscribers:*", "subscriptions.subscribers", "permanent", "pseudonyms of people who asked for alerts"
    ),
    Key(
        "subscriber:*",
        "subscriptions.subscribers",
        "permanent",
        "consent, number (encrypted), zones, until they stop",
    ),
    Key(
        "signup:code:*",
        "subscriptions.subscribers",
        31 * DAY,
        "a word given out at a meeting that signs people up",
    ),
    Key(
        "exports",
        "subscriptions.consent_export",
        "trimmed by age",
        "who took numbers out in clear, when and why; no number",
    ),
    Key("broadcasts:last", "broadcasts", "permanent", "the last broadcast number given out"),
    Key("broadcasts:sending", "broadcasts", "until handled", "broadcasts that are being delivered"),
    Key("onetime:hour:*", "broadcasts.codes", 60 * MINUTE, "how many codes a phone asked for in an hour"),
    Key("onetime:*", "broadcasts.codes", 10 * MINUTE, "what one organizer's code is for, the code keyed"),
    Key(
        "freeze:asked",
        "conversation.organizers.holds",
        10 * MINUTE,
        "which organizer wants to hold all alerts",
    ),
    Key("canary", "broadcasts.delivery.canaries", "trimmed by age", "what phones of our own saw; no number"),
    Key("canary:*", "broadcasts.delivery.canaries", 10 * MINUTE, "strange texts that people were told of"),
    Key(
        "fake:*",
        "conversation.residents.verify",
        DAY,
        "words that were passed on as false, and how often by whom",
    ),
    Key("freezes", "broadcasts.freeze", "trimmed by age", "who held alerts back and let them go, by handle"),
    Key("broadcasts:all", "broadcasts", "trimmed by age", "broadcasts by time of drafting"),
    Key("event:*", "broadcasts.rsvp", 90 * DAY, "who comes to a meeting; goes a week after it"),
    Key("broadcast:*", "broadcasts", 90 * DAY, "one broadcast, its audience and its ledger"),
)

ANY_WORKER: Final = "alive"
INCIDENT_TTL: Final = 90 * DAY
SCRIPTS: Final = {path.stem: path.read_text() for path in LUA.glob("*.lua")}
# Whatever says that Redis is away, from our own commits or from redis-py's calls.
AWAY: Final = (
    StoreUnavailable, RedisConnectionError, RedisTimeoutError, ReadOnlyError, OutOfMemoryError, OSError
)  # fmt: skip


def registered(key: str) -> Key | None:
    """The register entry a Redis key falls under, the first that fits."""
    return next((entry for entry in KEYS if fnmatch.fnmatchcase(key, entry.pattern)), None)


class Conflict(Exception):
    """A guard of a commit failed: somebody else was first, so read and decide again. Never shown to users."""


@dataclass
class Commit:
    """Guards and writes that happen together or not at all."""

    guards: list[list[Value]] = field(default_factory=list[list[Value]])
    writes: list[list[Value]] = field(default_factory=list[list[Value]])

    def guard(self, *check: Value) -> None:
        """Add a guard.

        One of ``absent key``, ``field key name expected``, ``member zset id``, ``head list value``,
        ``list key length``, ``owner stream group id consumer``.
        """
        self.guards.append(list(check))

    def write(self, *command: Value) -> None:
        """Add a Redis command, or one of the script's own.

        These are ``post``, ``finish``, ``enqueue``, ``unqueue``, ``receipt``, ``forgotten``.
        """
        self.writes.append(list(command))

    def hset(self, key: str, values: dict[str, str], ttl: int | None) -> None:
        """Set fields of a hash and, unless it is permanent, its lifetime in seconds."""
        self.write("HSET", key, *[part for pair in values.items() for part in pair])
        if ttl is not None:
            self.write("EXPIRE", key, ttl)

    def merge(self, other: Commit) -> None:
        """Take over another commit's guards and writes."""
        self.guards += other.guards
        self.writes += other.writes


class Store:
    """One Redis connection pool, its scripts, and coalesced commits.

    Commits asked for in the same turn of the event loop travel in one pipeline, over one connection:
    a pool with one command per request loses webhooks at a hundred connections (measured).
    """

    def __init__(self, url: str, *, timeout: float = 5.0) -> None:
        self.url = url
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=64,
            timeout=timeout,
            decode_responses=True,
            socket_connect_timeout=timeout,
            socket_timeout=timeout,
            # Once more on a broken connection: after a restart of Redis the pool is full of dead ones. Again
            # is safe: every commit is guarded or idempotent, and what `take` took is reconciled.
            retry=Retry(NoBackoff(), 1),
        )
        self.redis: Redis = Redis(connection_pool=pool)
        self._commit = self.redis.register_script(SCRIPTS["commit"])
        self._take = self.redis.register_script(SCRIPTS["take"])
        self._timeout = timeout
        self._waiting: list[tuple[str, asyncio.Future[str]]] = []
        self._flusher: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Close every connection."""
        if self._flusher:
            await asyncio.wait([self._flusher])
        await self.redis.aclose()
        await self.redis.connection_pool.disconnect()

    async def commit(self, commit: Commit) -> None:
        """Make all writes of a commit in one atomic step.

        Raises:
            Conflict: a guard failed; nothing was written.
            StoreUnavailable: Redis did not answer; assume nothing was written.
        """
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((to_json({"guards": commit.guards, "writes": commit.writes}).decode(), future))
        if self._flusher is None or self._flusher.done():
            self._flusher = asyncio.create_task(self._flush())
        failed = await future
        if failed:
            raise Conflict(failed)

    async def _flush(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:64], self._waiting[64:]
            try:
                answers = await asyncio.wait_for(self._send(batch), self._timeout)
            except (*AWAY, TimeoutError):
                answers = [StoreUnavailable("Redis did not answer.")] * len(batch)
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody may wait for it for ever
                answers = [error] * len(batch)
            for (_, future), answer in zip(batch, answers, strict=True):
                _settle(future, answer)

    async def _send(self, batch: Sequence[tuple[str, asyncio.Future[str]]]) -> list[object]:
        if not self._commit.sha or len(batch) == 1:
            return [await self._one(plan) for plan, _ in batch]
        pipe = self.redis.pipeline(transaction=False)
        for plan, _ in batch:
            pipe.evalsha(self._commit.sha, 0, plan)
        answers = cast("list[object]", await pipe.execute(raise_on_error=False))
        # NOSCRIPT: the server restarted and forgot the script; those plans did not run.
        return [
            await self._one(plan) if isinstance(answer, NoScriptError) else answer
            for (plan, _), answer in zip(batch, answers, strict=True)
        ]

    async def _one(self, plan: str) -> object:
        try:
            return cast("str", await self._commit(args=[plan]))
        except ResponseError as error:
            return error

    async def take(self, *args: Value) -> list[Any]:
        """Run the outbox's take script; see ``lua/take.lua``."""
        return cast("list[Any]", await self._take(args=list(args)))

    async def ping(self) -> bool:
        """Whether Redis answers now."""
        try:
            await asyncio.wait_for(cast("Any", self.redis.ping()), 1.0)
        except (*AWAY, TimeoutError):
            return False
        return True


def _settle(future: asyncio.Future[str], answer: object) -> None:
    if future.done():
        return
    if isinstance(answer, AWAY):
        future.set_exception(StoreUnavailable("Redis did not answer."))
    elif isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(str(answer))
