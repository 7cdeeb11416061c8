"""Shifts by text: SHIFTS, SWAP 3 maria and her OK 12 or NO 12, AWAY 2026-12-24 and BACK 2026-12-24."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from hotline.messaging.outbox import Outbound, queued
from hotline.refusal import Reason, Refused
from hotline.staff import rollcall, shifts, swaps
from hotline.staff.roster import set_on_call

if TYPE_CHECKING:
    from hotline.conversation.context import Context
    from hotline.conversation.responders.open_reports import OpenReports
    from hotline.staff.roster import Staff
    from hotline.staff.shifts import Duty
    from hotline.staff.swaps import Offer
    from hotline.understanding.commands import Command

SWAPS: Final = ("shifts", "swap", "ok", "no", "away", "back")
SHOWN: Final = 3  # shifts
FARTHEST: Final = timedelta(days=366)


async def handle_swaps(ctx: Context, reports: OpenReports, command: Command) -> bool:
    """Do what a command about shifts asks for. False: it is none, as "no" or "away" to a reporter."""
    at_work = bool(reports.worked_on_by(ctx.handle))
    if command.kind == "shifts":
        _shown(ctx, reports)
        return True
    if command.kind == "swap":
        return await _ask(ctx, reports, command.argument, at_work=at_work)
    if command.kind in ("ok", "no"):
        return await _answer(ctx, reports, command, at_work=at_work)
    return _away(ctx, reports, command, at_work=at_work)


def _shown(ctx: Context, reports: OpenReports) -> None:
    mine = reports.roster.plan.coming(ctx.handle, ctx.now)[:SHOWN]
    lines = [f"{duty.shift}: {_words(ctx, duty)}" for duty in mine]
    if lines:
        ctx.say("shifts_coming", shifts="\n".join(lines), first=mine[0].shift)
    else:
        ctx.say("shifts_none")


def _words(ctx: Context, duty: Duty) -> str:
    """Such as ``mon 2026-11-30 6:00 pm-11:00 pm``: the same in every language we write to volunteers."""
    begins, ends = ctx.library.city.clock(duty.begins), ctx.library.city.clock(duty.ends)
    return f"{_day(duty.day)} {begins}-{ends}"


def _day(day: date) -> str:
    return f"{shifts.DAYS[day.weekday()]} {day.isoformat()}"


async def _ask(ctx: Context, reports: OpenReports, argument: str, *, at_work: bool) -> bool:
    number, day, handle = [*argument.split("|"), "", ""][:3]
    to = _member(reports, handle)
    if to is None and at_work:  # "swap" is a word to a reporter, too
        return False
    try:
        duty = swaps.duty_of(
            reports.roster.plan, ctx.handle, number, shifts.parse_day(day) if day else None, ctx.now
        )
    except Refused:
        duty, handle = None, ""
    if not handle:
        ctx.say("swap_how")
    elif to is None:
        ctx.refuse(Refused(Reason.NO_MEMBER, handle=handle))
    elif duty is None or to.handle == ctx.handle:
        ctx.say("swap_not_yours")
    elif swaps.clashes(reports.roster.plan, duty, to.handle):
        ctx.say("swap_busy", handle=to.handle, shift=_words(ctx, duty))
    else:
        await _sent(ctx, duty, to)
    return True


def _member(reports: OpenReports, handle: str) -> Staff | None:
    everybody = reports.roster.by_handle
    return everybody.get(handle) or everybody.get(handle.casefold())


async def _sent(ctx: Context, duty: Duty, to: Staff) -> None:
    offer, commit = await swaps.ask(ctx.services.store, duty, to, ctx.now)
    ctx.commit.merge(commit)
    _tell(ctx, to, "swap_asked", handle=ctx.handle, shift=_words(ctx, duty), id=offer.id)
    ctx.say("swap_sent", handle=to.handle, shift=_words(ctx, duty))


def _tell(ctx: Context, member: Staff, key: str, **values: str) -> None:
    words = ctx.library.say(key, member.lang, **values)
    message = Outbound(f"{ctx.inbound.sid}{member.handle}", member.person, member.address, words)
    ctx.commit.merge(queued(message, ctx.services.vault, ctx.now))


async def _answer(ctx: Context, reports: OpenReports, command: Command, *, at_work: bool) -> bool:
    store = ctx.services.store
    if not command.argument:
        return command.kind == "ok" and await _bare_ok(ctx, at_work=at_work)
    offer = await swaps.load(store, command.argument, ctx.person.id)
    if offer is None:
        if not at_work:
            ctx.say("swap_unknown", id=command.argument)
        return not at_work
    _settle(ctx, reports, offer, yes=command.kind == "ok")
    return True


async def _bare_ok(ctx: Context, *, at_work: bool) -> bool:
    """An OK alone answers the test page. It never takes a shift: that needs the swap's number."""
    noted = await rollcall.answered(ctx.services.store, ctx.handle, ctx.now)
    if noted:
        ctx.commit.merge(noted)
        ctx.say("rollcall_thanks")
        return True
    asked = [] if at_work else await swaps.waiting(ctx.services.store, ctx.person.id)
    if asked:
        ctx.say("swap_which", ids=", ".join(f"OK {offer.id}" for offer in asked))
    return bool(asked)


def _settle(ctx: Context, reports: OpenReports, offer: Offer, *, yes: bool) -> None:
    plan, asker = reports.roster.plan, reports.roster.by_handle.get(offer.by)
    duty, commit = swaps.answered(offer, plan, ctx.now, yes=yes)
    if duty and yes and swaps.clashes(plan, duty, ctx.handle):
        ctx.say("swap_busy_self", shift=_words(ctx, duty))
        return
    ctx.commit.merge(commit)
    if duty is None or asker is None:
        ctx.say("swap_over")
        return
    shift = _words(ctx, duty)
    ctx.say("swap_taken" if yes else "swap_declined", shift=shift, handle=offer.by)
    _tell(ctx, asker, "swap_stands" if yes else "swap_refused", handle=ctx.handle, shift=shift)


def _away(ctx: Context, reports: OpenReports, command: Command, *, at_work: bool) -> bool:
    if at_work and not command.argument:
        return False
    today = ctx.library.city.local(ctx.now).date()
    day = _read_day(command.argument)
    if day is None or not today <= day <= today + FARTHEST:
        ctx.say("away_how")
        return True
    if command.kind == "back":
        ctx.commit.merge(swaps.back(ctx.handle, day))
        ctx.say("away_back", day=_day(day))
        return True
    ctx.commit.merge(shifts.day_off(ctx.handle, day))
    if day == today:  # who is away today is not on call today, by shift or by hand
        until = reports.roster.plan.ends_for(ctx.handle, ctx.now)
        ctx.commit.merge(set_on_call(ctx.handle, on=False, until=until))
    ctx.say("away_done", day=_day(day), date=day.isoformat())
    _tell_of_holes(ctx, reports, day)
    return True


def _read_day(text: str) -> date | None:
    try:
        return shifts.parse_day(text)
    except Refused:
        return None


def _tell_of_holes(ctx: Context, reports: OpenReports, day: date) -> None:
    """Organizers look for somebody else; SWAP by the volunteer is still the quickest way."""
    coming = reports.roster.plan.coming(ctx.handle, ctx.now, FARTHEST.days + 1)
    missed = ", ".join(f"{duty.shift}: {_words(ctx, duty)}" for duty in coming if duty.day == day)
    if not missed:
        return
    ctx.say("away_hole_self", shifts=missed)
    for member in reports.roster.with_role("organizer"):
        if member.handle != ctx.handle:
            _tell(ctx, member, "away_hole", handle=ctx.handle, shifts=missed)
