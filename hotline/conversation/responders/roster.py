"""Staff about each other by text: LOST maria, VOUCH maria; and VOLUNTEER maria, from a new volunteer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.conversation import off_call
from hotline.messaging.outbox import Outbound, queued
from hotline.refusal import Reason, Refused
from hotline.staff import roster
from hotline.staff import volunteers as vouching
from hotline.store import keys

if TYPE_CHECKING:
    from hotline.conversation.context import Context
    from hotline.staff.roster import Roster, Staff
    from hotline.understanding.commands import Command


async def handle_roster(ctx: Context, everybody: Roster, command: Command) -> bool:
    """Do what a command about the roster asks for. False: it is none, as "lost him" to a reporter."""
    if command.kind == "lost":
        return await _lost(ctx, everybody, command.argument)
    if command.kind == "vouch":
        return await _vouch(ctx, everybody, command.argument)
    return False


async def _lost(ctx: Context, everybody: Roster, handle: str) -> bool:
    """An organizer blocks a lost phone; the reports it held are paged again."""
    member = everybody.by_handle.get(handle.casefold()) or everybody.by_handle.get(handle)
    if member is None:
        return False
    if everybody.by_handle[ctx.handle].role != "organizer" or member.handle == ctx.handle:
        ctx.say("lost_not_allowed")
        return True
    ctx.commit.merge(roster.cut_off(member, everybody.plan))
    await off_call.release(ctx, roster.without(everybody, member), member.handle, by="line")
    ctx.say("lost_done", handle=member.handle)
    return True


async def _vouch(ctx: Context, everybody: Roster, handle: str) -> bool:
    store = ctx.services.store
    outcome, commit, candidate = await vouching.vouch(store, everybody, handle.casefold(), ctx.handle)
    ctx.commit.merge(commit)
    if outcome == "unknown":
        ctx.refuse(Refused(Reason.NO_MEMBER, handle=handle.casefold()))
    else:
        ctx.say(f"vouch_{outcome}", handle=handle.casefold())
    if outcome == "done" and candidate:
        words = ctx.library.say("volunteer_in", candidate.lang, handle=candidate.handle)
        message = Outbound(f"{ctx.inbound.sid}in", candidate.person, candidate.address, words)
        ctx.commit.merge(queued(message, ctx.services.vault, ctx.now))
    return True


async def volunteers(ctx: Context, handle: str) -> bool:
    """A resident offers to respond: kept apart until two of the staff vouch. False: it was no such offer."""
    if not vouching.HANDLE.fullmatch(handle) or not ctx.person.address:
        return False
    everybody = await ctx.services.incidents.roster()
    taken = await ctx.services.store.exists(keys.candidate(handle))
    if handle in (*everybody.by_handle, *roster.RESERVED) or taken:
        ctx.say("volunteer_taken", handle=handle)
        return True
    ctx.commit.merge(vouching.asked(vouching.Candidate(handle, ctx.person.id, ctx.person.address, ctx.lang)))
    ctx.say("volunteer_noted")
    for member in everybody.with_role("organizer"):
        _tell(ctx, member, handle)
    return True


def _tell(ctx: Context, member: Staff, handle: str) -> None:
    words = ctx.library.say("vouch_wanted", member.lang, handle=handle)
    message = Outbound(f"{ctx.inbound.sid}vouch{member.handle}", member.person, member.address, words)
    ctx.commit.merge(queued(message, ctx.services.vault, ctx.now))
