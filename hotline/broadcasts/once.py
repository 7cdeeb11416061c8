"""One report is alerted once: the alerts it has, and the guard under which one more is drafted or sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.broadcasts.broadcast import BROADCAST_TTL, Broadcast, load_many
from hotline.broadcasts.states import UNDER_WAY, BroadcastMove
from hotline.incidents import records
from hotline.refusal import Message, Reason, Refused
from hotline.store import Commit, keys

if TYPE_CHECKING:
    from hotline.store import Key, Store


@dataclass(frozen=True)
class ReportAlerts:
    """The alerts of a report as they were read.

    Attributes:
        key: where they are listed.
        ids: their numbers, oldest first; one that was sent stands there twice.
    """

    key: Key
    ids: tuple[str, ...]

    def with_one_more(self, id_: str) -> Commit:
        """The guard and writes with which one is drafted or sent: fails when somebody else was first."""
        commit = Commit()
        commit.if_length(self.key, len(self.ids))
        commit.rpush(self.key, id_)
        commit.expire(self.key, BROADCAST_TTL)
        return commit


async def alerts_of(store: Store, report: str) -> ReportAlerts:
    """The alerts of a report, to be read before anything is decided about them."""
    key = _key(await event(store, report))
    return ReportAlerts(key, tuple(map(str, await store.lrange(key))))


async def told(store: Store, report: str, but: str = "") -> Broadcast | None:
    """The alert by which people were told of a report, or are just being told; None when there is none."""
    for one in await _alerts(store, report):
        if one.id != but and _told(one):
            return one
    return None


async def standing(store: Store, report: str, now: float) -> Broadcast | None:
    """The alert that a report has: one that people were told by, or a draft that may still be sent."""
    found = await records.load(store, await event(store, report))
    for one in await _alerts(store, report):
        founded = not found or found.backs(one.drafted_at)
        if _told(one) or (one.may(BroadcastMove.APPROVE) and one.expires > now and founded):
            return one
    return None


def refusal(report: str, one: Broadcast) -> Refused:
    """Why there is no second alert."""
    state = Message(f"broadcast_state_{one.state}")
    return Refused(Reason.ALERTED, report=report, code=one.numbered, state=state)


def _told(one: Broadcast) -> bool:
    under_way = one.state in UNDER_WAY or one.receipts.get("sending", 0)
    return bool(one.approved_at and not one.drill and (one.reached or under_way))


async def _alerts(store: Store, report: str) -> list[Broadcast]:
    """The alerts of an event, also of reports that were put together with it since; drills are none."""
    first = await event(store, report)
    found = await records.load(store, first)
    ids: dict[str, None] = {}
    for one in (first, *(found.children if found else ())):
        ids |= dict.fromkeys(map(str, await store.lrange(_key(one))))
    return [one for one in await load_many(store, ids) if not one.drill]


async def event(store: Store, report: str) -> str:
    """The first report of the event; a later witness's report has no alerts of its own."""
    one = await records.load(store, report)
    return one.same_as or one.id if one else report


def _key(report: str) -> Key:
    return keys.broadcast_report(report)
