"""Who does what a text means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.casework import questions
from hotline.conversation.meanings import (
    Answers,
    Asks,
    CarrierActs,
    Checks,
    Detail,
    ForDesk,
    ForHuman,
    InCrisis,
    Leaves,
    MayBeReport,
    NamesZones,
    Offers,
    ReopensAlerts,
    Report,
    Returns,
    Silenced,
    SoundsLikeCrisis,
    WordGivenOut,
)
from hotline.conversation.organizers.commands import handle_organizer
from hotline.conversation.residents import asides, commands, crisis, emergency, optout, verify, violation
from hotline.conversation.responders import roster
from hotline.conversation.responders.commands import handle_staff

if TYPE_CHECKING:
    from hotline.conversation.context import Context
    from hotline.conversation.meanings import ByModels, ByRules
    from hotline.incidents.incident import Incident


async def by_rules(ctx: Context, meant: ByRules, one: Incident | None) -> bool:
    """Do what a text means by the rules. False: what is stored does not bear it out."""
    match meant:
        case InCrisis():
            return await crisis.handle(ctx, meant)
        case CarrierActs() | ReopensAlerts() | Returns() | Leaves():
            return await optout.heed(ctx, meant)
        case Checks():
            return await verify.handle(ctx, meant)
        case ForDesk() | Offers():
            return await _by_staff(ctx, meant)
        case NamesZones() | Answers() | WordGivenOut() | Asks():
            return await commands.handle(ctx, meant, in_incident=one is not None)
        case _:
            await _reported(ctx, meant, one)
            return True


async def _by_staff(ctx: Context, meant: ForDesk | Offers) -> bool:
    if isinstance(meant, Offers):
        return await roster.volunteers(ctx, meant.handle)
    everybody = await ctx.services.incidents.roster()
    if not (await handle_organizer(ctx, everybody) or await handle_staff(ctx, everybody)):
        return False
    ctx.answered_by = "staff"
    return True


async def _reported(ctx: Context, meant: ByRules, one: Incident | None) -> None:
    """A report that was opened just now, or more about one."""
    if isinstance(meant, Detail) and one:
        optout.called_for_help(ctx)
        await emergency.detail(ctx, one)
        if meant.asks:
            asides.follow(ctx)
    else:
        await emergency.opened(ctx, one.place if one else "")


async def by_models(ctx: Context, meant: ByModels) -> bool:
    """Do what a text means by the models. False: it is not borne out, or more has to be said."""
    match meant:
        case Report():
            await emergency.open_now(ctx, ctx.text)
        case Silenced():
            optout.remind(ctx, in_danger=meant.in_danger)
        case SoundsLikeCrisis():
            return await crisis.unsure(ctx, meant)
        case MayBeReport():
            await violation.interrupted(ctx)
            emergency.ask_if_now(ctx, or_stop=meant.or_stop)
        case ForHuman():
            ctx.ask(None)
            ctx.say("human_soon")
            await hand_over(ctx)
        case _:
            return await violation.answered(ctx)
    return True


async def hand_over(ctx: Context) -> None:
    """Give the words to people under a number; the promise that somebody reads it is kept here."""
    services = ctx.services
    ctx.commit.merge(
        await questions.ask(
            services.store, services.vault, ctx.library, await services.incidents.roster(),
            person=ctx.person.id, lang=ctx.lang, text=ctx.text, now=ctx.now,
        )
    )  # fmt: skip
