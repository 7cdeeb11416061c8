"""YES to an announced meeting: each person counts once, and only for a while."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hotline.broadcasts.broadcast import Broadcast, recent
from hotline.store import DAY, Commit, keys
from hotline.text.spelling import split

if TYPE_CHECKING:
    from hotline.content.city import City, Event
    from hotline.store import Key, Store

COUNTS: Final = 7 * DAY  # seconds after the text in which a YES is about it
AFTER: Final = 7 * DAY  # seconds after the meeting for which its count is kept
KEPT: Final = 30 * DAY  # of a meeting that no city pack names


@dataclass(frozen=True)
class Invitation:
    """The last meeting that a person was invited to.

    Attributes:
        broadcast: the text that told them.
        event: the meeting in the city pack, None when it names none.
        key: the set of those who said YES.
        ends: when that set goes, seconds since the epoch.
    """

    broadcast: Broadcast
    event: Event | None
    key: Key
    ends: float

    def counted(self, person: str, now: float) -> Commit:
        """The writes that count somebody in."""
        commit = Commit()
        commit.sadd(self.key, person)
        commit.expire(self.key, max(60, int(self.ends - now)))
        return commit


async def invitation(store: Store, city: City, person: str, now: float) -> Invitation | None:
    """The last meeting that a person was invited to this week; None when there was none."""
    for one in await recent(store):
        if one.kind != "event" or one.drill or now - one.approved_at > COUNTS:
            continue
        if await store.hexists(keys.broadcast_ledger(one.id), person):
            return _to(one, city, now)
    return None


def _to(one: Broadcast, city: City, now: float) -> Invitation:
    event = announced(one, city, now)
    if event is None:
        return Invitation(one, None, keys.broadcast_yes(one.id), now + KEPT)
    return Invitation(one, event, keys.event_yes(event.slug), starts(event, city) + AFTER)


def announced(one: Broadcast, city: City, now: float) -> Event | None:
    """The meeting of the city pack that a text tells of: the next whose name it holds, else whose place."""
    said = [f" {' '.join(split(words).words)} " for words in one.texts.values()]
    ahead = [event for event in city.events if starts(event, city) > now - DAY]
    ahead.sort(key=lambda event: event.starts)

    def tells(mark: str) -> bool:
        plain = " ".join(split(mark).words)
        return bool(plain) and any(f" {plain} " in words for words in said)

    named = (event for event in ahead if tells(event.name))
    placed = (event for event in ahead if tells(event.place))
    return next(named, None) or next(placed, None)


def starts(event: Event, city: City) -> float:
    """When a meeting begins, seconds since the epoch."""
    return event.starts.replace(tzinfo=city.time_zone).timestamp()


async def coming(store: Store, event: Event) -> int:
    """How many said YES to a meeting of the city pack."""
    return int(await store.scard(keys.event_yes(event.slug)))


async def count(store: Store, id_: str) -> int:
    """How many said YES to a broadcast whose meeting no city pack names."""
    return int(await store.scard(keys.broadcast_yes(id_)))
