"""What is sent to staff at fixed times: reminders before a shift, the weekly test page, and its result."""

from __future__ import annotations

import contextlib
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from hotline.messaging.outbox import Outbound, queued
from hotline.staff import rollcall, shifts
from hotline.staff.roster import load_roster
from hotline.store import DAY, Commit, Conflict, keys

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.content.city import Weekly
    from hotline.incidents.service import IncidentService
    from hotline.privacy.vault import Vault
    from hotline.staff.roster import Roster
    from hotline.staff.shifts import Duty

LEAD: Final = 60 * 60.0  # seconds before a shift that its holder is reminded
GRACE: Final = 6 * 60 * 60.0  # a weekly task missed while the line was down is still done within this


async def minute(service: IncidentService, vault: Vault, library: Library, now: float) -> None:
    """Everything that is due. Called about once a minute; calling it again changes nothing."""
    store, roster = service.store, await load_roster(service.store, now)
    for duty in roster.plan.duties(now, now + LEAD):
        if duty.begins > now:
            with contextlib.suppress(Conflict):
                await store.commit(_reminder(duty, vault, library, roster, now))
    city = library.city
    name = weekly_name(city.rollcall, city.timezone, now) if city.rollcall else ""
    if name:
        with contextlib.suppress(Conflict):
            await rollcall.begin(store, vault, library, roster, name, now)
    await rollcall.report_due(store, vault, library, roster, now)
    await shifts.let_go(store, now)


def weekly_name(when: Weekly, timezone: str, now: float) -> str:
    """The name of this week's occasion, such as ``2026-W48``, from its time on until `GRACE`; else ""."""
    local = datetime.fromtimestamp(now, ZoneInfo(timezone))
    hour, minutes = map(int, when.at.split(":"))
    due = local.replace(hour=hour, minute=minutes, second=0, microsecond=0)
    if local.weekday() != shifts.DAYS.index(when.day) or not 0 <= (local - due).total_seconds() < GRACE:
        return ""
    return f"{local:%G}-W{local:%V}"


def _reminder(duty: Duty, vault: Vault, library: Library, roster: Roster, now: float) -> Commit:
    told = keys.shifts_told(f"{duty.shift}|{duty.day.isoformat()}")
    commit = Commit()
    commit.if_absent(told)
    commit.set(told, "1", 2 * DAY)
    member = roster.by_handle.get(duty.handle)
    if member:
        start, end = (library.city.clock(at) for at in (duty.begins, duty.ends))
        words = library.say("shift_soon", member.lang, start=start, end=end)
        message = Outbound(f"shift{duty.shift}{duty.day.isoformat()}", member.person, member.address, words)
        commit.merge(queued(message, vault, now))
    return commit


def local_day(at: float, library: Library) -> str:
    """A day in the city's own calendar, such as ``Tue 2026-11-24``."""
    return library.city.local(at).strftime("%a %Y-%m-%d")
