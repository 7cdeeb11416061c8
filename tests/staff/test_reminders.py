"""What the roster owes by the clock, on a real Redis: reminders, the test page, its result. Each once."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import pytest

from hotline.content import Library
from hotline.content.city import Weekly
from hotline.incidents.service import IncidentService
from hotline.settings import ROOT
from hotline.staff import reminders, rollcall, shifts, volunteers
from hotline.staff.roster import Roster, add_staff, load_roster, remove_staff, set_on_call
from hotline.store import Conflict, keys

if TYPE_CHECKING:
    from hotline.privacy.vault import Vault
    from hotline.store import Store

ZONE: Final = "America/New_York"


def at(text: str) -> float:
    """Seconds since the epoch of a time in the city."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp()


@pytest.fixture(scope="module")
def library() -> Library:
    """The words, with a roll call on Wednesdays."""
    found = Library.load(ROOT / "content", "hartford")
    found.city = found.city.model_copy(update={"rollcall": Weekly(day="wed", at="18:00")})
    return found


@pytest.fixture
async def roster(store: Store, vault: Vault) -> Roster:
    """Two responders and an organizer."""
    for handle, number, role, lang in (
        ("maria", "+18605550101", "responder", "es"),
        ("juan", "+18605550102", "responder", "en"),
        ("olga", "+18605550103", "organizer", "en"),
    ):
        await add_staff(store, vault, handle=handle, number=number, role=role, languages=(lang,))
    return await load_roster(store)


async def waiting(store: Store, vault: Vault) -> list[str]:
    """Bodies of every queued text."""
    ids = await store.redis.zrange(keys.outbox("hotline"), 0, -1)
    return [vault.open(str(await store.redis.hget(keys.out(str(id_)), "body"))) for id_ in ids]  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either


async def test_a_volunteer_is_reminded_once_an_hour_before_a_shift(
    store: Store, vault: Vault, library: Library, roster: Roster
) -> None:
    """The loop comes by every minute."""
    assert roster.by_handle
    await shifts.add_shift(store, "maria", 0, (18 * 60, 23 * 60), ZONE)
    for minute in ("17:20", "17:21", "17:50", "18:05"):
        now = at(f"2026-11-23 {minute}")
        await reminders.minute(IncidentService(store, vault, library, lambda: 0.0), vault, library, now)
    [body] = await waiting(store, vault)
    assert "6:00 pm" in body


async def test_the_weekly_test_page_leaves_once_and_organizers_hear_who_was_silent(
    store: Store, vault: Vault, library: Library, roster: Roster
) -> None:
    """Wednesday at six, in whatever minute the worker comes by."""
    service = IncidentService(store, vault, library, lambda: 0.0)
    assert roster.by_handle
    for minute in ("17:59", "18:01", "18:02"):
        await reminders.minute(service, vault, library, at(f"2026-11-25 {minute}"))
    pages = await waiting(store, vault)
    assert len(pages) == 2
    assert all("OK" in body for body in pages)
    noted = await rollcall.answered(store, "maria", at("2026-11-25 18:03"))
    assert noted is not None
    await store.commit(noted)
    for minute in ("18:20", "18:32", "18:33"):
        await reminders.minute(service, vault, library, at(f"2026-11-25 {minute}"))
    fresh = [body for body in await waiting(store, vault) if body not in pages]
    assert len(fresh) == 1
    assert "1 of 2" in fresh[0]
    assert "juan" in fresh[0]


async def test_a_line_that_was_down_makes_up_for_the_test_page_the_same_evening_only(
    library: Library,
) -> None:
    """Nobody is texted a test at two in the morning."""
    when = library.city.rollcall
    assert when is not None
    assert reminders.weekly_name(when, ZONE, at("2026-11-25 21:00")) == "2026-W48"
    assert reminders.weekly_name(when, ZONE, at("2026-11-26 02:00")) == ""


async def test_an_ok_that_nobody_asked_for_notes_nothing(store: Store) -> None:
    """It is a word like any other."""
    assert await rollcall.answered(store, "maria", 1.0) is None


async def test_off_in_a_shift_holds_until_its_end_and_on_takes_it_back(store: Store, roster: Roster) -> None:
    """A volunteer who falls ill at eight is not paged at nine."""
    assert roster.by_handle
    await shifts.add_shift(store, "maria", 0, (18 * 60, 23 * 60), ZONE)
    now = at("2026-11-23 20:00")
    plan = (await load_roster(store, now)).plan
    await store.commit(set_on_call("maria", on=False, until=plan.ends_for("maria", now)))
    assert not (await load_roster(store, now + 3600)).by_handle["maria"].oncall
    await store.commit(set_on_call("maria", on=True))
    assert (await load_roster(store, now + 3600)).by_handle["maria"].oncall


async def test_who_is_cut_off_is_in_no_shift_any_more(store: Store, roster: Roster) -> None:
    """A lost phone is paged by no calendar."""
    assert roster.by_handle
    await shifts.add_shift(store, "maria", 0, (18 * 60, 23 * 60), ZONE)
    await remove_staff(store, "maria")
    assert (await shifts.load_plan(store)).shifts == ()


async def test_days_off_and_swaps_are_let_go_when_they_are_over(store: Store, roster: Roster) -> None:
    """Nothing is kept for ever."""
    assert roster.by_handle
    shift = await shifts.add_shift(store, "maria", 0, (18 * 60, 23 * 60), ZONE)
    monday = shifts.parse_day("2026-11-23")
    await store.commit(shifts.day_off("maria", monday))
    await store.commit(shifts.swapped(shift, monday, "juan"))
    await store.commit(set_on_call("juan", on=False, until=at("2026-11-23 23:00")))
    await shifts.let_go(store, at("2026-11-23 22:00"))
    assert (await shifts.load_plan(store)).off
    await shifts.let_go(store, at("2026-11-28 12:00"))
    plan = await shifts.load_plan(store)
    assert (plan.off, dict(plan.swaps), dict(plan.down)) == (frozenset(), {}, {})


async def test_two_responders_cannot_let_somebody_in_without_an_organizer(
    store: Store, vault: Vault, roster: Roster
) -> None:
    """Strangers who vouch for each other stay outside."""
    person = vault.pseudonym("+18605550199")
    eva = volunteers.Candidate("eva", person, vault.seal("+18605550199"), "es")
    await store.commit(volunteers.asked(eva))
    for by, expected in (("maria", "noted"), ("juan", "organizer"), ("olga", "done")):
        outcome, commit, _ = await volunteers.vouch(store, roster, "eva", by)
        assert outcome == expected
        await store.commit(commit)
    assert (await load_roster(store)).by_handle["eva"].role == "responder"
    assert not (await load_roster(store)).by_handle["eva"].oncall


async def test_a_candidate_cannot_take_the_name_of_somebody_on_the_roster(
    store: Store, vault: Vault, roster: Roster
) -> None:
    """Nor of another candidate."""
    assert "maria" in roster.by_handle
    maria = volunteers.Candidate("maria", "p", vault.seal("+18605550199"), "es")
    with pytest.raises(Conflict):
        await store.commit(volunteers.asked(maria))
