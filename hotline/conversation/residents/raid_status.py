"""Is ICE there? Answered from the reports of the last hours only, never from hearsay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.geography.places import same_place
from hotline.incidents.states import IncidentState
from hotline.store import keys
from hotline.understanding import report_details

if TYPE_CHECKING:
    from hotline.conversation.context import Context
    from hotline.incidents.incident import Incident
    from hotline.understanding.report_details import Details

HOURS: Final = 4


async def answer(ctx: Context, words: str = "") -> None:
    """Confirmed near there, confirmed and over, being checked, or nothing confirmed; and how to be told.

    Asked with this text, or with the earlier `words` that a digit has just explained.
    """
    asked = report_details.extract(words or ctx.text, ctx.library.city)
    recent = await ctx.services.incidents.recent(HOURS * 3600)
    near = [one for one in recent if not one.drill and about(one, asked)]
    found = _confirmed(ctx, near, asked) or _open(ctx, near, asked) or _nothing(ctx, asked)
    if not await ctx.services.store.exists(keys.subscriber(ctx.person.id)):
        found = f"{found} {ctx.library.say('status_offer', ctx.lang)}"
    ctx.write(found)


def _confirmed(ctx: Context, near: list[Incident], asked: Details) -> str:
    going_on = [one for one in near if one.live and one.confirmed_at]
    over = [one for one in near if not one.live and one.confirmed_at and one.state is IncidentState.ENDED]
    if going_on:
        return _say(ctx, "status_confirmed", going_on[-1], asked)
    return _say(ctx, "status_over", over[-1], asked) if over else ""


def _open(ctx: Context, near: list[Incident], asked: Details) -> str:
    unsure = [one for one in near if one.live]
    return _say(ctx, "status_checking", unsure[-1], asked) if unsure else ""


def _nothing(ctx: Context, asked: Details) -> str:
    if asked.place:
        return ctx.library.say("status_none", ctx.lang, place=asked.place, hours=HOURS)
    return ctx.library.say("status_anywhere_none", ctx.lang, hours=HOURS)


def _say(ctx: Context, key: str, one: Incident, asked: Details) -> str:
    place = asked.place or one.place or ctx.library.say("place_unknown", ctx.lang)
    time = ctx.library.city.clock(one.confirmed_at)
    return ctx.library.say(key, ctx.lang, place=place, time=time)


def about(one: Incident, asked: Details) -> bool:
    """Whether a report is about the place asked for; without a place every report counts."""
    same_zone = bool(one.zone) and one.zone == asked.zone
    return not asked.place or same_place(one.place, asked.place) or same_zone
