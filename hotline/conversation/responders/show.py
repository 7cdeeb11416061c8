"""SHOW 7, SHOW Q3: everything that was reported or asked, in as many texts as it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.casework import questions
from hotline.content.fitting import parts
from hotline.incidents import records
from hotline.incidents.notices.phrasing import reported
from hotline.refusal import Reason, Refused
from hotline.text.segments import breakers, plainer

if TYPE_CHECKING:
    from hotline.conversation.context import Context
    from hotline.incidents.incident import Incident
    from hotline.staff.roster import Roster
    from hotline.understanding.commands import Command

SHOW: Final = ("show",)
AT_ONCE: Final = 4  # texts; the next ones when they are asked for


async def handle_show(ctx: Context, everybody: Roster, command: Command) -> bool:
    """Answer with the words of a report and of its witnesses, or say why not."""
    number, _, first = command.argument.partition(" ")
    if number[:1] == "Q":
        return await _question(ctx, number, first)
    one = await records.load(ctx.services.store, number) if number else await _meant(ctx)
    if one is None or not _may_read(ctx, everybody, one):
        ctx.refuse(Refused(Reason.NO_REPORT, report=number)) if number else ctx.say("page_none_open")
        return True
    ctx.drill = one.drill
    witnesses = await records.load_ids(ctx.services.store, one.children)
    text = "\n".join(_told(ctx, report) for report in (one, *witnesses))
    _in_parts(ctx, one.id, text, first)
    return True


async def _question(ctx: Context, code: str, first: str) -> bool:
    text = await questions.words_of(ctx.services.store, code[1:])
    if text:
        _in_parts(ctx, code, text, first)
    else:
        ctx.say("question_unknown", code=code)
    return True


def _in_parts(ctx: Context, code: str, text: str, first: str) -> None:
    """The parts from a number on, as many as one answer may have, and how to get the next ones.

    Without accents, where they alone would make it twice as many.
    """
    text = text if breakers(plainer(text)) else plainer(text)
    found = parts(text, lambda place, part: f"{code} ({place}) {part}")
    begin = max(1, int(first or 1)) - 1
    for words in found[begin : begin + AT_ONCE]:
        ctx.write(words)
    if len(found) > begin + AT_ONCE:
        ctx.add("show_more", id=code, next=begin + AT_ONCE + 1)
    elif begin >= len(found):
        ctx.say("show_all", id=code)


async def _meant(ctx: Context) -> Incident | None:
    """Without a number: the report they work on, else the last one they were paged for."""
    theirs = [one for one in await ctx.services.incidents.open_ones() if ctx.handle in one.readers]
    return max(theirs, key=lambda one: (one.held, one.opened_at), default=None)


def _may_read(ctx: Context, everybody: Roster, one: Incident) -> bool:
    """An open report is for everybody of the team, a closed one for who worked on it and for organizers."""
    organizer = everybody.by_handle[ctx.handle].role == "organizer"
    return one.live or organizer or ctx.handle in (*one.paged, one.claimed_by, *one.backups)


def _told(ctx: Context, one: Incident) -> str:
    place = one.place.strip() or ctx.library.say("place_unknown", ctx.lang)
    time, state = ctx.library.city.clock(one.opened_at), ctx.library.say(f"state_{one.state}", ctx.lang)
    head = ctx.library.say("show_report", ctx.lang, id=one.id, time=time, state=state, place=place)
    return "\n".join((head, *reported(ctx.library, one, ctx.lang)))
