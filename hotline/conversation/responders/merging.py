"""Reports put together or apart by text: MERGE 8 7, SPLIT 8; PAGE 8 pages one that nobody was paged for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.incidents import records, witnesses
from hotline.refusal import Reason, Refused

if TYPE_CHECKING:
    from hotline.conversation.context import Context
    from hotline.incidents.incident import Incident
    from hotline.staff.roster import Roster
    from hotline.understanding.commands import Command

MERGING: Final = ("merge", "split", "page")


async def handle_merging(ctx: Context, everybody: Roster, command: Command) -> bool:
    """Do it, or say why not. False: it names no report."""
    numbers = command.argument.split()
    if not numbers:  # "page" or "split" alone is a word like any other
        return False
    found = [await _live(ctx, id_) for id_ in numbers]
    if None in found:
        return True
    one, *others = [incident for incident in found if incident]
    if command.kind == "merge":
        await _merge(ctx, everybody, one, others)
    elif command.kind == "split":
        await _split(ctx, everybody, one)
    else:
        await _page(ctx, everybody, one)
    return True


async def _live(ctx: Context, id_: str) -> Incident | None:
    one = await records.load(ctx.services.store, id_)
    if one is None or not one.live:
        ctx.refuse(Refused(Reason.NO_REPORT, report=id_))
        return None
    return one


async def _merge(ctx: Context, everybody: Roster, one: Incident, others: list[Incident]) -> None:
    """The first number becomes a witness of the second; a report that somebody has is never merged away."""
    first = others[0] if others else None
    if first is None or first.id == one.id or _apart(one, first):
        ctx.say("merge_not")
        return
    changes = witnesses.link(one, first, ctx.now, by=ctx.handle)
    ctx.commit.merge(await ctx.services.incidents.both(one, first, *changes, everybody))
    ctx.say("merged", id=one.id, first=first.id)


def _apart(one: Incident, first: Incident) -> bool:
    """Whether two reports must stay two: one is held or has parts, or the other would not be paged for it."""
    return bool(
        one.held or one.children or one.same_as or first.same_as or first.tray or one.drill != first.drill
    )


async def _split(ctx: Context, everybody: Roster, one: Incident) -> None:
    if not one.same_as:
        ctx.say("split_not", id=one.id)
        return
    first = await records.load(ctx.services.store, one.same_as)
    change, its = witnesses.split(one, first, ctx.now, by=ctx.handle)
    ctx.commit.merge(await ctx.services.incidents.both(one, first or one, change, its, everybody))
    ctx.say("split_done", id=one.id)


async def _page(ctx: Context, everybody: Roster, one: Incident) -> None:
    if not one.tray:
        ctx.say("tray_not", id=one.id)
        return
    change = witnesses.taken_out(one, ctx.now, by=ctx.handle)
    ctx.commit.merge(await ctx.services.incidents.written(one, change, everybody))
    ctx.say("tray_paged", id=one.id)
