"""A responder's free text goes to the reporter, without a number; with two reports, to the one they name.

Nothing is ever guessed: who works on two reports says with each text whom it is for (`#7 I am here`). A text
that names nobody is kept for ten minutes, and `#7` alone sends it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hotline.content.fitting import SPOKEN, parts
from hotline.incidents import photos, records, reporters
from hotline.messaging.asked import WhichReport
from hotline.messaging.outbox import Outbound, queued
from hotline.refusal import Reason, Refused
from hotline.store import keys
from hotline.understanding.commands import addressed

if TYPE_CHECKING:
    from hotline.conversation.context import Context
    from hotline.conversation.responders.open_reports import OpenReports
    from hotline.incidents.incident import Incident
    from hotline.messaging.contacts import Person

_NUMBER: Final = re.compile(r"\s*#?\s?(\d{1,9})\s?[:.,]?\s*")


def chosen(ctx: Context, reports: OpenReports) -> str:
    """The report that a number alone names, when we have just asked for whom a text is; else "".

    A page that waits goes first: then a bare `1` takes that one, and only `#1` is an answer.
    """
    number = _NUMBER.fullmatch(ctx.text)
    if not number or not isinstance(ctx.person.asked, WhichReport):
        return ""
    if number[1] == "1" and "#" not in ctx.text and reports.waits_for(ctx.handle):
        return ""
    return number[1] if any(one.id == number[1] for one in reports.worked_on_by(ctx.handle)) else ""


async def relay(ctx: Context, reports: OpenReports) -> bool:
    """Hand free text on to a reporter. False: this one works on no report, treat it as a resident's text."""
    mine = reports.worked_on_by(ctx.handle)
    number, words = addressed(ctx.text)
    answer, asked = chosen(ctx, reports), ctx.person.asked
    if answer and isinstance(asked, WhichReport):
        number, words = answer, asked.words
    if number and (mine or "#" in ctx.text):
        await _to(ctx, mine, number, words)
        return True
    if len(mine) > 1:
        _ask(ctx, mine, words)
        return True
    if mine and words:  # a photo alone goes its own way
        await _send(ctx, mine[0], words)
    return bool(mine)


async def _to(ctx: Context, mine: list[Incident], number: str, words: str) -> None:
    one = next((one for one in mine if one.id == number), None)
    if one is None:
        await _not_theirs(ctx, number)
        return
    waited = isinstance(ctx.person.asked, WhichReport)  # a photo, or words: both go now
    if waited:
        ctx.ask(None)
    ctx.commit.merge(await photos.addressed(ctx.services.store, ctx.handle, one.id))
    if ctx.inbound.media:
        ctx.commit.merge(photos.noted(ctx.inbound, ctx.now, by=ctx.handle, report=one.id))
    if words:
        await _send(ctx, one, words)
    elif not ctx.inbound.media and not waited:
        ctx.say("page_already_yours", id=one.id)


async def _not_theirs(ctx: Context, number: str) -> None:
    one = await records.load(ctx.services.store, number)
    if one is None:
        ctx.refuse(Refused(Reason.NO_REPORT, report=number))
    elif not one.live:
        ctx.say("page_closed", id=number, state=ctx.library.say(f"state_{one.state}", ctx.lang))
    else:
        ctx.say("page_not_yours", id=number)


def _ask(ctx: Context, mine: list[Incident], words: str) -> None:
    """Keep the text, and ask which report it is for."""
    ctx.ask(WhichReport(words=words))
    ctx.say("relay_which", ids=", ".join(f"#{one.id}" for one in mine), first=mine[0].id)


async def _send(ctx: Context, one: Incident, words: str) -> None:
    """To everybody who reported this event and can be reached."""
    reached = await reporters.reached(ctx.services.store, one)
    for place, person in enumerate(reached):
        # Who asked in this moment to be forgotten is not texted any more.
        ctx.commit.if_field(keys.person(person.id), "address", person.address)
        _queue(ctx, one, person, words, f"{ctx.inbound.sid}relay{place}")
    if not reached:
        gone = not await reporters.known(ctx.services.store, one)
        ctx.say("relay_nobody" if gone else "relay_stopped", id=one.id)


def _queue(ctx: Context, one: Incident, person: Person, words: str, id_: str) -> None:
    lang = person.lang or "en"
    said = parts(words, lambda _, part: ctx.library.say("relay_to_reporter", lang, text=part), most=SPOKEN)
    for place, body in enumerate(said):
        message = Outbound(
            f"{id_}p{place}" if place else id_, person.id, person.address, body, incident=one.id,
            author=ctx.handle,
        )  # fmt: skip
        ctx.commit.merge(queued(message, ctx.services.vault, ctx.now))
