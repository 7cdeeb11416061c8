"""A broadcast: what it says, to whom, in which state, and who did what to it."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, cast

import structlog

from hotline.broadcasts.states import MOVES, UNDER_WAY, BroadcastMove, BroadcastState
from hotline.errors import RecordBroken
from hotline.incidents import incident as incidents
from hotline.refusal import Message, Numbered, Reason, Refused
from hotline.staff.roster import load_roster
from hotline.store import DAY, Commit, Conflict, keys

log = structlog.get_logger(__name__)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotline.staff.roster import Staff
    from hotline.store import Store

BROADCAST_TTL: Final = 90 * DAY
KINDS: Final = ("alert", "event", "news")
KEPT: Final = "kept"  # resumed by a person although its report is over
REACHED: Final = ("sent", "delivered", "unknown")  # receipts of people who got it, or may have
_JSON: Final = frozenset({"texts", "langs"})
_NUMBERS: Final = frozenset({"expires", "drafted_at", "approved_at", "nagged_at"})
_COUNTS: Final = frozenset({"total"})
_FLAGS: Final = frozenset({"drill", "notice"})


@dataclass(frozen=True)
class Broadcast:
    """One broadcast as it is kept. Times are seconds since the epoch.

    Attributes:
        state: where it stands; it changes by `after` alone.
        kind: alert, event, news; closing: ends an alert; notice: "ignore that message".
        by: handle of the organizer who wrote it.
        texts: words by language, as they leave (frame included).
        zone: zone id, or ``all``.
        expires: after this nothing is sent any more.
        incident: number of the report an alert is written from.
        code: what residents check it by: VERIFY 482.
        why: reason of an override.
        held: who paused it: "" a person, ``carrier``, ``sender``, ``report``; or ``kept``, see `KEPT`.
        total: people in the audience, fixed at approval.
        langs: how many of them by language.
        closes: number of the alert that a closing text belongs to.
        nagged_at: when organizers were last reminded to close it.
        notice: passes the freeze.
        receipts: how many by receipt.
    """

    id: str
    state: BroadcastState
    kind: str
    by: str
    texts: dict[str, str]
    zone: str
    expires: float
    incident: str = ""
    code: str = ""
    why: str = ""
    held: str = ""
    drafted_at: float = 0.0
    approved_by: str = ""
    approved_at: float = 0.0
    total: int = 0
    langs: dict[str, int] = field(default_factory=dict[str, int])
    closes: str = ""
    nagged_at: float = 0.0
    drill: bool = False
    notice: bool = False
    receipts: dict[str, int] = field(default_factory=dict[str, int])

    def may(self, move: BroadcastMove) -> bool:
        """Whether a move may be made in its state."""
        return MOVES.may(self.state, move)

    def after(self, move: BroadcastMove, wanted: BroadcastState | None = None) -> BroadcastState:
        """Its state after a move; see `Moves.after`."""
        return MOVES.after(self.state, move, wanted)

    @property
    def numbered(self) -> Numbered:
        """What it is called in a refusal."""
        return Numbered(self.id, self.code)

    @property
    def reached(self) -> int:
        """How many got it, or may have."""
        return sum(self.receipts.get(receipt, 0) for receipt in REACHED)

    @property
    def waiting(self) -> int:
        """How many it has not been tried for yet."""
        under_way = self.receipts.get("queued", 0) + self.receipts.get("sending", 0)
        return max(0, self.total - sum(self.receipts.values())) + under_way

    @property
    def to_close(self) -> bool:
        """Whether people were told of something and not yet that it is over."""
        told = bool(self.reached) or self.state in UNDER_WAY
        over = self.state in (BroadcastState.DRAFT, BroadcastState.CLOSED)
        return self.kind == "alert" and told and not over and not self.drill

    def public(self) -> dict[str, Any]:
        """What ``status --json`` prints."""
        drop = {"nagged_at"}
        shown = {name: value for name, value in self.__dict__.items() if name not in drop}
        return shown | {"expires_at": incidents.iso(self.expires), "waiting": self.waiting}


async def organizer(store: Store, handle: str) -> Staff:
    """Who writes and approves.

    Raises:
        Refused: there is no organizer of that handle.
    """
    member = (await load_roster(store)).by_handle.get(handle)
    if member is None or member.role != "organizer":
        raise Refused(Reason.NOT_ORGANIZER, handle=handle)
    return member


def written(one: Broadcast, *, by: str, what: str, now: float, why: str = "") -> Commit:
    """The writes that keep a broadcast as given, with what was done to it."""
    commit = Commit()
    commit.hset(keys.broadcast(one.id), to_fields(one), BROADCAST_TTL)
    commit.zadd(keys.broadcasts_all, one.drafted_at * 1000, one.id)
    commit.set(keys.broadcast_code(one.code), one.id, BROADCAST_TTL)
    commit.merge(logged(one.id, by=by, what=what, now=now, why=why))
    return commit


def logged(id_: str, *, by: str, what: str, now: float, why: str = "") -> Commit:
    """The write that notes who did what to it; nothing is ever taken out of this log."""
    commit = Commit()
    event = {"at": incidents.iso(now), "by": by or "operator", "what": what} | ({"why": why} if why else {})
    commit.rpush(keys.broadcast_log(id_), json.dumps(event, ensure_ascii=False))
    commit.expire(keys.broadcast_log(id_), BROADCAST_TTL)
    return commit


def to_fields(one: Broadcast) -> dict[str, str]:
    """Fields of the Redis hash; receipts are counted beside it."""
    values: dict[str, Any] = {name: value for name, value in one.__dict__.items() if name != "receipts"}
    for name in _JSON:
        values[name] = json.dumps(values[name], ensure_ascii=False)
    for name in _FLAGS:
        values[name] = "1" if values[name] else ""
    return {name: str(value) for name, value in values.items()}


def from_fields(kept: dict[str, str], counts: dict[str, str]) -> Broadcast:
    """A broadcast from its Redis hash and the counts of its receipts.

    Raises:
        RecordBroken: a field is not what it should be.
    """
    try:
        return _parsed(kept, counts)
    except (ValueError, TypeError):
        raise RecordBroken(f"Broadcast {kept.get('id', '')} cannot be read as it is kept.") from None


def _parsed(kept: dict[str, str], counts: dict[str, str]) -> Broadcast:
    known = {entry.name for entry in fields(Broadcast)}
    values: dict[str, Any] = {name: value for name, value in kept.items() if name in known}
    for name in values.keys() & _JSON:
        values[name] = json.loads(values[name])
    for name in values.keys() & _NUMBERS:
        values[name] = float(values[name])
    for name in values.keys() & _COUNTS:
        values[name] = int(values[name])
    for name in values.keys() & _FLAGS:
        values[name] = values[name] == "1"
    values["state"] = BroadcastState(values["state"])
    receipts = {name: int(count) for name, count in counts.items() if int(count) > 0}
    return Broadcast(**values, receipts=receipts)


async def load(store: Store, id_: str) -> Broadcast:
    """Read a broadcast with the counts of its receipts.

    Raises:
        Refused: there is none of that number.
        RecordBroken: it cannot be read.
    """
    ((kept, counts),) = await _kept(store, [id_])
    if "state" not in kept:
        raise Refused(Reason.NO_BROADCAST, code=id_)
    return from_fields(kept, counts)


async def load_many(store: Store, ids: Iterable[str]) -> list[Broadcast]:
    """The broadcasts of some numbers, in that order; left out is what is not there or cannot be read."""
    found: list[Broadcast] = []
    for kept, counts in await _kept(store, ids):
        try:
            found += [from_fields(kept, counts)] if "state" in kept else []
        except RecordBroken as error:
            _broken(str(error))
    return found


@functools.lru_cache(maxsize=256)
def _broken(sentence: str) -> None:
    """Say once that one cannot be read: lists are read many times a second."""
    log.error("broadcast left out", reason=sentence)


async def _kept(store: Store, ids: Iterable[str]) -> list[tuple[dict[str, str], dict[str, str]]]:
    """The fields of some broadcasts, each with the counts of its receipts."""
    pipe = store.pipeline()
    for id_ in ids:
        pipe.hgetall(keys.broadcast(id_))
        pipe.hgetall(keys.broadcast_counts(id_))
    answers = cast("list[dict[str, str]]", await pipe.execute())
    return list(zip(answers[::2], answers[1::2], strict=True))


async def recent(store: Store, most: int = 50) -> list[Broadcast]:
    """The broadcasts of the last 90 days, the newest first."""
    ids = await store.zrevrange(keys.broadcasts_all, 0, most - 1)
    return await load_many(store, map(str, ids))


async def history(store: Store, id_: str) -> list[dict[str, str]]:
    """Who did what to it, oldest first."""
    return [json.loads(line) for line in await store.lrange(keys.broadcast_log(id_))]


def unmovable(one: Broadcast) -> Refused:
    """Why something cannot be done to it in the state it is in."""
    return Refused(Reason.BROADCAST_IS, code=one.numbered, state=Message(f"broadcast_state_{one.state}"))


def moved(one: Broadcast, how: BroadcastMove, *, by: str, now: float, held: str = "") -> Commit:
    """The guard and writes of a pause, a resumption or a cancellation."""
    commit = Commit()
    commit.if_field(keys.broadcast(one.id), "state", one.state)
    commit.hset(keys.broadcast(one.id), {"state": one.after(how), "held": held})
    commit.merge(logged(one.id, by=by, what=how, now=now, why=held))
    commit.wake("broadcasts")
    return commit


async def move(store: Store, id_: str, how: BroadcastMove, *, now: float, by: str = "") -> Broadcast:
    """Pause, resume or cancel a broadcast; what was handed to the carrier cannot be called back.

    Raises:
        Refused: its state does not allow it.
    """
    one = await load(store, id_)
    await committed(store, moved_by_hand(one, how, by=by, now=now), one)
    return await load(store, id_)


def movable(one: Broadcast, how: BroadcastMove, now: float) -> None:
    """Refuse what a person cannot do to it now.

    Raises:
        Refused: its state does not allow it, or it should go on and is past its time.
    """
    if not one.may(how):
        raise unmovable(one)
    if how is BroadcastMove.RESUME and one.expires <= now:
        raise Refused(Reason.EXPIRED, code=one.numbered)


def moved_by_hand(one: Broadcast, how: BroadcastMove, *, by: str, now: float) -> Commit:
    """The guard and writes of what a person does to it; see `movable` for what cannot be done."""
    movable(one, how, now)
    held = KEPT if how is BroadcastMove.RESUME and one.held == "report" else ""
    return moved(one, how, by=by, now=now, held=held)


async def committed(store: Store, commit: Commit, one: Broadcast) -> None:
    """Make the writes.

    Raises:
        Refused: somebody was first.
    """
    try:
        await store.commit(commit)
    except Conflict:
        raise Refused(Reason.CHANGED, code=one.numbered) from None
