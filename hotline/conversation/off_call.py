"""Somebody of the staff whom no page reaches any more: off call, and what they had goes to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.incidents import incident as incidents
from hotline.messaging.outbox import Outbound, queued
from hotline.staff import roster

if TYPE_CHECKING:
    from hotline.conversation.context import Context
    from hotline.staff.roster import Roster


async def release(ctx: Context, everybody: Roster, handle: str, *, by: str) -> list[str]:
    """Release a responder's reports so that others can take them; returns their numbers."""
    service, numbers = ctx.services.incidents, list[str]()
    for one in await service.open_ones():
        if one.held and one.claimed_by == handle:
            change = incidents.release(one, ctx.now, by=by, event="released")
            ctx.commit.merge(await service.written(one, change, everybody))
            numbers.append(one.id)
    return numbers


async def stopped(ctx: Context, *, anew: bool) -> None:
    """They stopped our texts: their reporters and the organizers know that what they had is free again.

    `anew`: they stopped just now.
    """
    everybody = await ctx.services.incidents.roster()
    until = everybody.plan.ends_for(ctx.handle, ctx.now)
    ctx.commit.merge(roster.set_on_call(ctx.handle, on=False, until=until))
    numbers = await release(ctx, everybody, ctx.handle, by=ctx.handle)
    if not anew and not numbers:
        return
    key, ids = ("staff_stopped_held", ", ".join(numbers)) if numbers else ("staff_stopped", "")
    for member in everybody.with_role("organizer"):
        if member.handle != ctx.handle:
            words = ctx.library.say(key, member.lang, handle=ctx.handle, ids=ids)
            message = Outbound(f"{ctx.inbound.sid}off{member.handle}", member.person, member.address, words)
            ctx.commit.merge(queued(message, ctx.services.vault, ctx.now))
