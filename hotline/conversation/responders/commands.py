"""Commands of responders and organizers, by text: take, pass, news, verdicts, answers, on and off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.casework import questions
from hotline.content.fitting import short
from hotline.conversation.responders import situation
from hotline.conversation.responders.merging import MERGING, handle_merging
from hotline.conversation.responders.open_reports import OpenReports
from hotline.conversation.responders.relay import chosen, relay
from hotline.conversation.responders.roster import handle_roster
from hotline.conversation.responders.shifts import SWAPS, handle_swaps
from hotline.conversation.responders.show import SHOW, handle_show
from hotline.incidents import incident as incidents
from hotline.incidents import records, reporters
from hotline.incidents.states import REPORTED, IncidentState
from hotline.messaging.outbox import Priority
from hotline.refusal import Reason, Refused
from hotline.staff.roster import set_on_call
from hotline.store import keys
from hotline.understanding.commands import Command, addressed, staff_command

if TYPE_CHECKING:
    from hotline.conversation.context import Context
    from hotline.incidents.incident import Change, Incident
    from hotline.staff.roster import Roster

ROSTER: Final = ("lost", "vouch")
ON_REPORT: Final = ("take", "pass", "backup")
AT_WORK: Final = ("on", "take", "backup")
SMALL_TALK: Final = ("ok", "no", "take")  # to a resident's answer, or to nobody


async def handle_staff(ctx: Context, everybody: Roster) -> bool:
    """Do what a staff member texted. False: it is no command of theirs, treat it as a resident's text."""
    command = _command(ctx.text)
    reports = OpenReports(everybody, await ctx.services.incidents.open_ones())
    meant = await situation.meant(ctx, reports, command)
    if meant == "question":
        return False
    if command is None or chosen(ctx, reports):
        return await relay(ctx, reports) or (meant == "page" and _not_understood(ctx, reports))
    ctx.change(lang=reports.roster.by_handle[ctx.handle].lang)  # a bare "1" has no language of its own
    done = await _do(ctx, reports, command)
    if done or command.kind in SMALL_TALK:
        return done
    if command.kind == "lost":
        ctx.refuse(Refused(Reason.NO_MEMBER, handle=command.argument))
        return True
    return _not_understood(ctx, reports)


async def _do(ctx: Context, reports: OpenReports, command: Command) -> bool:
    """Do a command; what only looks like one is for the reporter."""
    if command.kind in AT_WORK and not ctx.person.hears("hotline"):
        ctx.say("staff_start_first", force=True)  # no page, and no word of a reporter, would reach them
        return True
    if command.kind in SWAPS:
        return await handle_swaps(ctx, reports, command) or await relay(ctx, reports)
    for kinds, handle in ((ROSTER, handle_roster), (MERGING, handle_merging), (SHOW, handle_show)):
        if command.kind in kinds:
            return await handle(ctx, reports.roster, command) or await relay(ctx, reports)
    return await _about_reports(ctx, reports, command)


def _not_understood(ctx: Context, reports: OpenReports) -> bool:
    """Nothing was done, and what waits for them; a volunteer is never asked what a guess would ask."""
    waiting = ", ".join(f"TAKE {one.id}" for one in reports.free() if ctx.handle in one.paged)
    ctx.say("staff_unknown", ids=waiting)
    return True


async def not_understood(ctx: Context) -> None:
    """Answer a volunteer's text that is no command, no report and no question."""
    reports = OpenReports(await ctx.services.incidents.roster(), await ctx.services.incidents.open_ones())
    ctx.change(lang=reports.roster.by_handle[ctx.handle].lang)
    ctx.answered_by = "staff"
    _not_understood(ctx, reports)


def _command(text: str) -> Command | None:
    """The command of a text; `#7 ONWAY` is `ONWAY 7`."""
    number, words = addressed(text)
    command = staff_command(words)
    if number and command and not command.argument and command.kind in (*REPORTED, *ON_REPORT, *SHOW):
        return Command(command.kind, number)
    return None if number else command


async def _about_reports(ctx: Context, reports: OpenReports, command: Command) -> bool:
    if command.kind in REPORTED:
        return await _news(ctx, reports, command)
    if command.kind == "answer":
        return await _answer(ctx, command.argument)
    on_incident = {"take": _take, "pass": _pass, "backup": _backup}.get(command.kind)
    return (
        await on_incident(ctx, reports, command.argument) if on_incident else _on_call(ctx, reports, command)
    )


def _on_call(ctx: Context, reports: OpenReports, command: Command) -> bool:
    member = reports.roster.by_handle[ctx.handle]
    if command.kind in ("on", "off"):
        until = reports.roster.plan.ends_for(ctx.handle, ctx.now)
        ctx.commit.merge(set_on_call(ctx.handle, on=command.kind == "on", until=until))
        ctx.say(f"staff_{command.kind}")
    elif command.kind == "status":
        ids = ", ".join(f"#{one.id}" for one in reports.open) or "0"
        ctx.say("staff_status", on="ON" if member.oncall else "OFF", open=ids)
    elif command.kind == "help":
        ctx.say("staff_help")
        if member.role == "organizer":
            ctx.say("organizer_help")
    else:
        return False
    return True


async def _take(ctx: Context, reports: OpenReports, id_: str) -> bool:
    one = await _wanted(ctx, reports, id_)
    if one is None:
        return bool(ctx.replies)
    ctx.drill = one.drill
    if one.held or not one.live:
        _too_late(ctx, one)
        return True
    change = incidents.claim(one, ctx.handle, ctx.now, ctx.services.claim_minutes)
    if change:
        ctx.commit.merge(await ctx.services.incidents.written(one, change, reports.roster))
        key = "page_yours" if await _reached(ctx, one) else "page_yours_mute"
        ctx.say(key, priority=Priority.PAGE, id=one.id, place=_place(ctx, one))
    return True


async def _wanted(ctx: Context, reports: OpenReports, id_: str) -> Incident | None:
    """The incident a `1` or `TAKE 7` means; says why when there is none, or when there are several."""
    if id_:
        one = await records.load(ctx.services.store, id_)
        if one and one.same_as:  # one more witness: who takes it means the event
            one = await records.load(ctx.services.store, one.same_as)
        if one is None:
            ctx.refuse(Refused(Reason.NO_REPORT, report=id_))
        return one
    free = reports.free()
    if len(free) == 1:
        return free[0]
    if free:
        ctx.say("page_which", ids=", ".join(f"TAKE {one.id}" for one in free))
        return None
    return await _last_paged(ctx, reports)


async def _last_paged(ctx: Context, reports: OpenReports) -> Incident | None:
    """A `1` that comes too late is about the last page this phone got."""
    mine = [one for one in reports.open if not one.same_as and ctx.handle in (*one.paged, one.claimed_by)]
    if mine:
        return mine[-1]
    recent = await ctx.services.store.zrevrange(keys.incidents_all, 0, 9)
    for id_ in recent:
        one = await records.load(ctx.services.store, str(id_))
        if one and ctx.handle in one.paged and not one.same_as:
            return one
    if ctx.person.asked:
        return None  # a digit that answers a menu: the resident's side handles it
    ctx.say("page_none_open")
    return None


def _too_late(ctx: Context, one: Incident) -> None:
    if one.claimed_by == ctx.handle and one.live:
        ctx.say("page_already_yours", id=one.id)
    elif one.live:
        ctx.say("page_taken", id=one.id, handle=one.claimed_by)
    else:
        ctx.say("page_closed", id=one.id, state=ctx.library.say(f"state_{one.state}", ctx.lang))


async def _reached(ctx: Context, one: Incident) -> bool:
    """Whether anybody who reported it reads what is texted to them; a drill's own phone does."""
    return one.drill or bool(await reporters.reached(ctx.services.store, one))


def _place(ctx: Context, one: Incident) -> str:
    return short(one.place) or ctx.library.say("place_unknown", ctx.lang)


async def _mine(ctx: Context, reports: OpenReports, id_: str) -> Incident | None:
    """The incident a news word means: the named one, or the only one this responder holds."""
    held = reports.held_by(ctx.handle)
    if id_:
        held = [one for one in held if one.id == id_]
    if len(held) == 1:
        ctx.drill = held[0].drill
        return held[0]
    if held:
        ctx.say("page_which", ids=", ".join(one.id for one in held))
    elif id_:
        ctx.say("page_not_yours", id=id_)
    else:
        ctx.say("page_none_open")
    return None


async def _news(ctx: Context, reports: OpenReports, command: Command) -> bool:
    one = await _mine(ctx, reports, command.argument)
    if one is None:
        return True
    state = IncidentState(command.kind)
    change = incidents.report_state(one, ctx.handle, state, ctx.now, ctx.services.claim_minutes)
    await _commit(ctx, one, change, reports)
    ctx.say("verdict_noted", id=one.id, state=ctx.library.say(f"state_{state}", ctx.lang))
    return True


async def _pass(ctx: Context, reports: OpenReports, id_: str) -> bool:
    one = await _mine(ctx, reports, id_)
    if one:
        await _commit(ctx, one, incidents.release(one, ctx.now, by=ctx.handle, event="passed"), reports)
        ctx.say("page_passed", id=one.id)
    return True


async def _backup(ctx: Context, reports: OpenReports, id_: str) -> bool:
    """Join the incident that somebody else has: the named one, or the only one."""
    held = [one for one in reports.open if one.held and id_ in ("", one.id)]
    if len(held) != 1:
        ctx.say("page_which", ids=", ".join(one.id for one in held)) if held else ctx.say("backup_none")
        return True
    ctx.drill = held[0].drill
    change = incidents.join(held[0], ctx.handle)
    if change:
        await _commit(ctx, held[0], change, reports)
        key = "backup_yours" if await _reached(ctx, held[0]) else "backup_yours_mute"
        ctx.say(key, id=held[0].id, handle=held[0].claimed_by, place=_place(ctx, held[0]))
    else:
        ctx.say("page_already_yours", id=held[0].id)
    return True


async def _commit(ctx: Context, one: Incident, change: Change, reports: OpenReports) -> None:
    ctx.commit.merge(await ctx.services.incidents.written(one, change, reports.roster))


async def _answer(ctx: Context, argument: str) -> bool:
    code, _, words = argument.partition(" ")
    services = ctx.services
    commit = await questions.answer(
        services.store, services.vault, ctx.library,
        number=code[1:], text=words, cause=ctx.inbound.sid, now=ctx.now, by=ctx.handle,
    )  # fmt: skip
    if commit is None or not words.strip():
        ctx.say("question_unknown", code=code)
        return True
    ctx.commit.merge(commit)
    ctx.say("question_answered", code=code)
    return True
