"""Who is on call when: weekly shifts, days off, swaps, OFF in a shift, and the hours nobody covers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.refusal import Reason, Refused
from hotline.staff.shifts import Plan, Shift, gaps, parse_day, parse_hours, parse_weekday, plan_from, swapped

ZONE: Final = ZoneInfo("America/New_York")
MONDAY_EVENING: Final = Shift("1", "maria", 0, 18 * 60, 23 * 60, "America/New_York")
SUNDAY_NIGHT: Final = Shift("2", "juan", 6, 22 * 60, 6 * 60, "America/New_York")
MONDAY: Final = date(2026, 11, 23)


def at(text: str) -> float:
    """Seconds since the epoch of a time in the city."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


@pytest.mark.parametrize(
    ("now", "on"),
    [("2026-11-23 17:59", set[str]()), ("2026-11-23 18:00", {"maria"}), ("2026-11-23 22:59", {"maria"}),
     ("2026-11-23 23:00", set[str]()), ("2026-11-23 05:59", {"juan"}), ("2026-11-22 22:00", {"juan"}),
     ("2026-11-24 18:30", set[str]())],
)  # fmt: skip
def test_a_shift_puts_on_call_from_its_first_minute_to_its_last_past_midnight_too(
    now: str, on: set[str]
) -> None:
    """In the city's own clock."""
    assert Plan((MONDAY_EVENING, SUNDAY_NIGHT)).on_now(at(now)) == on


def test_a_day_off_takes_the_shift_of_that_day_only() -> None:
    """Next week it runs again."""
    plan = Plan((MONDAY_EVENING,), off=frozenset({("maria", MONDAY)}))
    assert plan.on_now(at("2026-11-23 19:00")) == set()
    assert plan.on_now(at("2026-11-30 19:00")) == {"maria"}


def test_a_swap_puts_the_other_on_call_that_day_only() -> None:
    """And nobody twice."""
    plan = Plan((MONDAY_EVENING,), swaps={("1", MONDAY): "ana"})
    assert plan.on_now(at("2026-11-23 19:00")) == {"ana"}
    assert plan.on_now(at("2026-11-30 19:00")) == {"maria"}


def test_who_takes_a_swap_and_has_that_day_off_is_not_on_call() -> None:
    """A day off wins: nobody who cannot is counted on."""
    plan = Plan((MONDAY_EVENING,), off=frozenset({("ana", MONDAY)}), swaps={("1", MONDAY): "ana"})
    assert plan.on_now(at("2026-11-23 19:00")) == set()


def test_off_by_text_ends_a_shift_and_not_the_next_one() -> None:
    """Until the shift would have ended."""
    down = {"maria": at("2026-11-23 23:00")}
    plan = Plan((MONDAY_EVENING,), down=down)
    assert plan.on_now(at("2026-11-23 20:00")) == set()
    assert plan.on_now(at("2026-11-30 20:00")) == {"maria"}


def test_a_shift_keeps_its_clock_time_when_the_clocks_change() -> None:
    """2026-11-01 is the end of summer time."""
    sunday = Shift("3", "eva", 6, 8 * 60, 10 * 60, "America/New_York")
    assert Plan((sunday,)).on_now(at("2026-11-01 08:00")) == {"eva"}
    assert Plan((sunday,)).on_now(at("2026-10-25 08:00")) == {"eva"}


def test_the_forecast_names_each_uncovered_hour_by_language() -> None:
    """A shift of somebody who speaks only Spanish leaves English open."""
    now = at("2026-11-23 17:00")
    found = gaps(Plan((MONDAY_EVENING,)), {"maria": ("es",)}, ("en", "es"), now, 1)
    assert [(gap.lang, gap.begins, gap.ends) for gap in found] == [
        ("en", now, now + 24 * 3600),
        ("es", now, at("2026-11-23 18:00")),
        ("es", at("2026-11-23 23:00"), now + 24 * 3600),
    ]


@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(0, 1439), st.integers(0, 1439)).filter(
            lambda s: s[1] != s[2]
        ),
        max_size=6,
    ),
    st.integers(0, 6 * 24 * 60),
)
def test_an_hour_is_a_gap_exactly_when_nobody_is_on_call(
    spans: list[tuple[int, int, int]], minute: int
) -> None:
    """Forecast and roster never contradict each other."""
    plan = Plan(tuple(Shift(str(n), f"h{n}", *span, "America/New_York") for n, span in enumerate(spans)))
    start = at("2026-11-23 00:00")
    moment = start + minute * 60
    speaks = {f"h{n}": ("en",) for n in range(len(spans))}
    open_then = any(gap.begins <= moment < gap.ends for gap in gaps(plan, speaks, ("en",), start, 7))
    assert open_then == (not plan.on_now(moment))


@pytest.mark.parametrize("wrong", ["", "18-23", "25:00-26:00", "18:00", "18:00-18:00", "a-b"])
def test_wrong_hours_are_refused(wrong: str) -> None:
    with pytest.raises(Refused, match=Reason.BAD_HOURS):
        parse_hours(wrong)


@pytest.mark.parametrize("wrong", ["", "24/12", "2026-13-01", "tomorrow"])
def test_a_wrong_day_is_refused(wrong: str) -> None:
    with pytest.raises(Refused, match=Reason.BAD_DAY):
        parse_day(wrong)


def test_a_swap_on_a_day_without_the_shift_is_refused() -> None:
    """A Tuesday has no Monday shift."""
    with pytest.raises(Refused, match=Reason.SHIFT_ELSEWHEN):
        swapped(MONDAY_EVENING, date(2026, 11, 24), "ana")


def test_days_may_be_written_long() -> None:
    """Monday and mon are the same."""
    assert parse_weekday("Monday") == parse_weekday(" mon ") == 0


def test_what_redis_keeps_is_read_back_as_it_was() -> None:
    """Handles may hold a hyphen or an underscore."""
    stored = '{"id":"1","handle":"ana-2","day":0,"start":60,"end":120,"timezone":"America/New_York"}'
    plan = plan_from([stored], {"ana-2|2026-11-23"}, {"1|2026-11-23": "eva_1"}, {"ana-2": "5.5"})
    assert plan.shifts[0].words() == "mon 01:00-02:00"
    assert plan.off == {("ana-2", MONDAY)}
    assert plan.swaps == {("1", MONDAY): "eva_1"}
    assert plan.down == {"ana-2": 5.5}
