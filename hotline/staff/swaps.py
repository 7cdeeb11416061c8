"""Swaps by text: one volunteer asks another to take one day of a shift; the other's word makes it stand."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from hotline.store import DAY, MINUTE, Commit, keys

if TYPE_CHECKING:
    from hotline.staff.roster import Staff
    from hotline.staff.shifts import Duty, Plan
    from hotline.store import Key, Store

AHEAD: Final = 60  # days in which a shift can be given away
ASKED: Final = 61 * DAY  # as long as the last of them may wait


@dataclass(frozen=True)
class Offer:
    """What somebody was asked.

    Attributes:
        id: its number, as in ``OK 12``.
        shift: number of the weekly shift.
        day: the day it begins on, as 2026-12-24.
        by: handle of who has it and asks.
        to: handle of who is asked.
        person: pseudonym of who is asked: the phone that may say OK.
    """

    id: str
    shift: str
    day: str
    by: str
    to: str
    person: str

    @property
    def slot(self) -> str:
        """Field of `shifts:swaps`."""
        return f"{self.shift}|{self.day}"


def duty_of(plan: Plan, handle: str, shift: str, day: date | None, now: float) -> Duty | None:
    """The duty somebody means who names a shift and perhaps a day; without a day the next one.

    A day they are off counts: that is the one they look for somebody to take.
    """
    there = replace(plan, off=frozenset(entry for entry in plan.off if entry[0] != handle))
    mine = [duty for duty in there.coming(handle, now, AHEAD) if duty.shift == shift]
    return next((duty for duty in mine if day in (None, duty.day)), None)


def clashes(plan: Plan, duty: Duty, handle: str) -> bool:
    """Whether somebody is off that day, or on duty at that time already."""
    busy = any(other.handle == handle for other in plan.duties(duty.begins, duty.ends))
    return busy or (handle, duty.day) in plan.off


async def ask(store: Store, duty: Duty, to: Staff, now: float) -> tuple[Offer, Commit]:
    """An offer, and the writes that keep it until the shift is over."""
    number = str(await store.incr(keys.swaps_last))
    offer = Offer(number, duty.shift, duty.day.isoformat(), duty.handle, to.handle, to.person)
    commit = Commit()
    life = max(MINUTE, int(duty.ends - now))
    commit.hset(keys.swap(number), asdict(offer), life)
    commit.sadd(_asked(to.person), number)
    commit.expire(_asked(to.person), ASKED)
    return offer, commit


def _asked(person: str) -> Key:
    """Key of the numbers that a phone was asked by; some may be over."""
    return keys.swaps_asked(person)


async def load(store: Store, number: str, person: str) -> Offer | None:
    """An offer that waits for the answer of this phone."""
    fields = await store.hgetall(keys.swap(number))
    offer = Offer(**fields) if fields else None
    return offer if offer and offer.person == person else None


async def waiting(store: Store, person: str) -> list[Offer]:
    """All of them for one phone, the oldest first."""
    numbers = await store.smembers(_asked(person))
    found = [await load(store, str(number), person) for number in numbers]
    return sorted((offer for offer in found if offer), key=lambda offer: int(offer.id))


def answered(offer: Offer, plan: Plan, now: float, *, yes: bool) -> tuple[Duty | None, Commit]:
    """The duty an answer is about, with the writes it leads to; None when there is nothing to swap any more.

    Raises (when committed):
        Conflict: it was answered, or somebody else took that day.
    """
    commit = Commit()
    commit.if_field(keys.swap(offer.id), "person", offer.person)
    commit.delete(keys.swap(offer.id))
    commit.srem(_asked(offer.person), offer.id)
    day = date.fromisoformat(offer.day)
    duty = duty_of(plan, offer.by, offer.shift, day, now)
    if duty and yes:
        before = plan.swaps.get((offer.shift, day), "")
        commit.if_field(keys.shifts_swaps, offer.slot, before)
        commit.hset(keys.shifts_swaps, {offer.slot: offer.to})
    return duty, commit


def back(handle: str, day: date) -> Commit:
    """The write that takes a day off back."""
    commit = Commit()
    commit.srem(keys.shifts_off, f"{handle}|{day.isoformat()}")
    return commit
