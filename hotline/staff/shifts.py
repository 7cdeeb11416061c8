"""Shifts: who is on call when, week after week, with days off and swaps; and which hours nobody covers."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from hotline.refusal import Reason, Refused
from hotline.store import Commit, keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from hotline.store import Store

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOUR: Final = 3600


@dataclass(frozen=True)
class Shift:
    """A weekly stretch of time on call.

    Attributes:
        id: its number, never used again.
        day: 0 for Monday.
        start: minutes after midnight, in the city's own clock.
        end: the same; not after `start` means the next day.
        timezone: of the city, by its IANA name.
    """

    id: str
    handle: str
    day: int
    start: int
    end: int
    timezone: str

    def words(self) -> str:
        """Such as ``mon 18:00-23:00``: the same in every language we write to volunteers."""
        return f"{DAYS[self.day]} {_clock(self.start)}-{_clock(self.end)}"


@dataclass(frozen=True)
class Duty:
    """One shift on one day.

    Attributes:
        begins: seconds since the epoch.
        ends: the same.
    """

    shift: str
    day: date
    handle: str
    begins: float
    ends: float


@dataclass(frozen=True)
class Plan:
    """All shifts with what differs from them on single days.

    Attributes:
        off: handles and days they cannot.
        swaps: (shift, day) to the handle that takes it.
        down: handles that texted OFF during a shift, and when that shift ends (seconds since the epoch).
    """

    shifts: tuple[Shift, ...] = ()
    off: frozenset[tuple[str, date]] = frozenset()
    swaps: Mapping[tuple[str, date], str] = field(default_factory=dict[tuple[str, date], str])
    down: Mapping[str, float] = field(default_factory=dict[str, float])

    def duties(self, first: float, last: float) -> Iterator[Duty]:
        """Every duty that touches the time between two moments (seconds since the epoch)."""
        for shift in self.shifts:
            zone = ZoneInfo(shift.timezone)
            day = datetime.fromtimestamp(first, zone).date() - timedelta(days=1)
            while day <= datetime.fromtimestamp(last, zone).date():
                if day.weekday() == shift.day:
                    duty = self._duty(shift, day, zone)
                    if duty and duty.begins < last and duty.ends > first:
                        yield duty
                day += timedelta(days=1)

    def _duty(self, shift: Shift, day: date, zone: ZoneInfo) -> Duty | None:
        handle = self.swaps.get((shift.id, day), shift.handle)
        if (handle, day) in self.off:
            return None
        begins = datetime.combine(day, time(), zone) + timedelta(minutes=shift.start)
        over = shift.end + (24 * 60 if shift.end <= shift.start else 0)
        ends = datetime.combine(day, time(), zone) + timedelta(minutes=over)
        return Duty(shift.id, day, handle, begins.timestamp(), ends.timestamp())

    def on_now(self, now: float) -> frozenset[str]:
        """Handles whose shift runs and who did not text OFF during it."""
        return frozenset(
            duty.handle for duty in self.duties(now, now + 1) if self.down.get(duty.handle, 0.0) <= now
        )

    def ends_for(self, handle: str, now: float) -> float:
        """When the shift that somebody is in ends; 0 when there is none."""
        return max((duty.ends for duty in self.duties(now, now + 1) if duty.handle == handle), default=0.0)

    def coming(self, handle: str, now: float, days: int = 14) -> list[Duty]:
        """The next duties of somebody, the earliest first."""
        found = [d for d in self.duties(now, now + days * 24 * HOUR) if d.handle == handle]
        return sorted(found, key=lambda duty: duty.begins)


@dataclass(frozen=True)
class Gap:
    """Hours in which nobody who speaks a language is on shift (seconds since the epoch)."""

    lang: str
    begins: float
    ends: float


def gaps(
    plan: Plan, languages: Mapping[str, Iterable[str]], needed: Iterable[str], now: float, days: int
) -> list[Gap]:
    """Uncovered hours of the coming days, for each needed language; `languages` are those of each handle."""
    first, last = now - now % HOUR, now + days * 24 * HOUR
    spoken: dict[str, list[Duty]] = defaultdict(list)
    for duty in plan.duties(first, last):
        for lang in languages.get(duty.handle, ()):
            spoken[lang].append(duty)
    return [gap for lang in needed for gap in _holes(lang, spoken[lang], first, last)]


def _holes(lang: str, duties: list[Duty], first: float, last: float) -> Iterator[Gap]:
    covered = first
    for duty in sorted(duties, key=lambda one: one.begins):
        if duty.begins > covered:
            yield Gap(lang, covered, duty.begins)
        covered = max(covered, duty.ends)
    if covered < last:
        yield Gap(lang, covered, last)


def parse_hours(text: str) -> tuple[int, int]:
    """Minutes after midnight of ``18:00-23:00``.

    Raises:
        Refused: it is no such thing.
    """
    try:
        start, end = (datetime.strptime(part.strip(), "%H:%M").time() for part in text.split("-"))  # noqa: DTZ007 - a time of day
    except ValueError:
        raise Refused(Reason.BAD_HOURS) from None
    if start == end:
        raise Refused(Reason.BAD_HOURS)
    return start.hour * 60 + start.minute, end.hour * 60 + end.minute


def parse_weekday(text: str) -> int:
    """0 for ``mon`` or ``Monday``.

    Raises:
        Refused: it is no such thing.
    """
    short = text.strip().casefold()[:3]
    if short not in DAYS:
        raise Refused(Reason.BAD_WEEKDAY, days=DAYS)
    return DAYS.index(short)


def parse_day(text: str) -> date:
    """A day as 2026-12-24.

    Raises:
        Refused: it is no such thing.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refused(Reason.BAD_DAY) from None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


async def load_plan(store: Store) -> Plan:
    """Read everything about shifts."""
    pipe = store.pipeline()
    pipe.hvals(keys.shifts)
    pipe.smembers(keys.shifts_off)
    pipe.hgetall(keys.shifts_swaps)
    pipe.hgetall(keys.shifts_down)
    return plan_from(*await pipe.execute())


def plan_from(shifts: Any, off: Any, swaps: Any, down: Any) -> Plan:
    """The plan from what Redis keeps."""
    return Plan(
        tuple(sorted((Shift(**json.loads(text)) for text in shifts), key=lambda one: int(one.id))),
        frozenset(
            (handle, date.fromisoformat(day)) for handle, _, day in (one.rpartition("|") for one in off)
        ),
        {_swap_key(name): handle for name, handle in swaps.items()},
        {handle: float(until) for handle, until in down.items()},
    )


def _swap_key(name: str) -> tuple[str, date]:
    shift, _, day = name.partition("|")
    return shift, date.fromisoformat(day)


async def add_shift(store: Store, handle: str, day: int, hours: tuple[int, int], timezone: str) -> Shift:
    """Add a weekly shift."""
    shift = Shift(str(await store.incr(keys.shifts_last)), handle, day, *hours, timezone)
    commit = Commit()
    commit.hset(keys.shifts, {shift.id: json.dumps(asdict(shift))})
    await store.commit(commit)
    return shift


async def find_shift(store: Store, id_: str) -> Shift:
    """One shift.

    Raises:
        Refused: there is none of that number.
    """
    text = await store.hget(keys.shifts, id_)
    if text is None:
        raise Refused(Reason.NO_SHIFT, id=id_)
    return Shift(**json.loads(text))


def dropped(ids: Iterable[str]) -> Commit:
    """The write that ends weekly shifts."""
    commit = Commit()
    for id_ in ids:
        commit.hdel(keys.shifts, id_)
    return commit


def day_off(handle: str, day: date) -> Commit:
    """The write that takes a volunteer off all their shifts of one day."""
    commit = Commit()
    commit.sadd(keys.shifts_off, f"{handle}|{day.isoformat()}")
    return commit


def swapped(shift: Shift, day: date, handle: str) -> Commit:
    """The write that gives one day of a shift to somebody else.

    Raises:
        Refused: that shift is not on that day.
    """
    if day.weekday() != shift.day:
        raise Refused(Reason.SHIFT_ELSEWHEN, id=shift.id, wanted=DAYS[shift.day], day=day.isoformat())
    commit = Commit()
    commit.hset(keys.shifts_swaps, {f"{shift.id}|{day.isoformat()}": handle})
    return commit


async def let_go(store: Store, now: float) -> None:
    """Forget days off, swaps and stand-downs that are over."""
    yesterday = datetime.fromtimestamp(now - 2 * 24 * HOUR).date()  # noqa: DTZ006 - two days cover every zone
    plan = await load_plan(store)
    commit = Commit()
    for handle, day in plan.off:
        if day < yesterday:
            commit.srem(keys.shifts_off, f"{handle}|{day.isoformat()}")
    for shift, day in plan.swaps:
        if day < yesterday:
            commit.hdel(keys.shifts_swaps, f"{shift}|{day.isoformat()}")
    for handle, until in plan.down.items():
        if until < now:
            commit.hdel(keys.shifts_down, handle)
    if commit.writes:
        await store.commit(commit)
