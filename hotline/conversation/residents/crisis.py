"""Crisis before everything: the words that may save a life are sent first, and organizers are paged.

A text that also asks to stop is answered once all the same, and the stop is kept. Only a person's answer to
it may follow: 47 U.S.C. 227(b)(1)(A) asks no consent for what is sent in an emergency.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline import metrics
from hotline.casework import crisis_pages
from hotline.casework.crisis_pages import CrisisText
from hotline.conversation.residents import emergency, optout
from hotline.messaging.asked import WordsForHuman
from hotline.messaging.contacts import opt_in
from hotline.messaging.outbox import Outbound, Priority, family, queued

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hotline.content import Library
    from hotline.conversation.context import Context
    from hotline.conversation.meanings import InCrisis, SoundsLikeCrisis
    from hotline.privacy.vault import Vault
    from hotline.staff.roster import Roster
    from hotline.store import Commit, Store
    from hotline.understanding.rules.rulebook import Crisis


UNSURE: Final = ("unsure",)  # what a second look hears: of which kind, people see


async def answered(
    store: Store, vault: Vault, library: Library, roster: Roster, crisis_text: CrisisText, *, through: str
) -> Commit:
    """The writes that answer somebody in crisis and tell people; the same for the webhook and the worker.

    They leave in the lane of pages, and reach who stopped us: their text asks for help.
    """
    commit, people = await crisis_pages.paged(store, vault, library, roster, crisis_text)
    if "hotline" in crisis_text.person.stopped:
        commit.merge(opt_in(crisis_text.person.id, "hotline"))
    blocked = crisis_text.person.blocked
    open_to = [name for name in (through, "hotline", "alerts") if family(name) not in blocked]
    sender = open_to[0] if open_to else through  # the carrier blocks a number, not the person
    for place, kind in enumerate(crisis_text.kinds):
        last = place == len(crisis_text.kinds) - 1
        team = library.say("crisis_team", crisis_text.lang) if last and people else ""
        words = library.say(f"crisis_{kind}", crisis_text.lang, team=team)
        message = Outbound(
            f"{crisis_text.sid}c{place:02}", crisis_text.person.id, crisis_text.person.address, words,
            sender=sender, priority=Priority.PAGE, force=True,
        )  # fmt: skip
        commit.merge(queued(message, vault, crisis_text.now))
        metrics.CRISES.labels(kind).inc()
    return commit


async def handle(ctx: Context, meant: InCrisis) -> bool:
    """Answer a crisis. False: what one of the staff relays is looked at further."""
    ctx.answered_by = "crisis"
    if not ctx.inbound.crisis:  # the webhook has not answered it
        await _answer(ctx, meant.kinds)
    if ctx.handle and _relays(ctx, meant.kinds):
        return False
    await _besides(ctx)
    return True


async def follows(ctx: Context) -> bool:
    """What somebody in crisis texts next goes to those who were told. False: there was no crisis lately."""
    if not ctx.after_crisis or ctx.handle:
        return False
    services = ctx.services
    next_words = CrisisText(ctx.inbound.sid, ctx.person, ctx.lang, ctx.text, ctx.after_crisis, ctx.now)
    roster = await services.incidents.roster()
    commit, people = await crisis_pages.paged(services.store, services.vault, ctx.library, roster, next_words)
    ctx.commit.merge(commit)
    return people


def still_there(ctx: Context) -> None:
    """Words after a crisis that nothing else answers: where help is, again, and that the team has them."""
    ctx.say("crisis_unsure", priority=Priority.PAGE, team=ctx.library.say("crisis_team", ctx.lang))


async def unsure(ctx: Context, meant: SoundsLikeCrisis) -> bool:
    """Where no rule heard a crisis: say first where help is, and tell a person if it is likely."""
    if meant.likely:
        ctx.answered_by = "crisis"
        await _answer(ctx, UNSURE)
    else:
        ctx.say("crisis_unsure", priority=Priority.PAGE, team="")
    return meant.alone


def _relays(ctx: Context, kinds: Sequence[Crisis]) -> bool:
    """Whether a staff member's text is also handled as usual: "he cannot breathe" may be for a reporter."""
    return "suicide" not in kinds or "?" in ctx.text


async def _answer(ctx: Context, kinds: Sequence[str]) -> None:
    services = ctx.services
    crisis_text = CrisisText(ctx.inbound.sid, ctx.person, ctx.lang, ctx.text, kinds, ctx.now, ctx.handle)
    ctx.commit.merge(
        await answered(
            services.store, services.vault, ctx.library, await services.incidents.roster(), crisis_text,
            through=ctx.inbound.through or ctx.inbound.sender,
        )
    )  # fmt: skip
    ctx.change(stopped=ctx.person.stopped - {"hotline"})


async def _besides(ctx: Context) -> None:
    """Do what else the text asks for, without a question: open or update a report, or note a STOP."""
    one = await ctx.services.incidents.reported_by(ctx.person.id)
    if ctx.inbound.incident:
        await emergency.opened(ctx, one.place if one else "")
    elif one:
        await emergency.passed_on(ctx, one)
    elif ctx.inbound.urgency == "page":
        await emergency.open_now(ctx, ctx.text)
    else:
        await optout.kept(ctx)
    if isinstance(ctx.person.asked, WordsForHuman):  # a person has these words now
        ctx.ask(None)
