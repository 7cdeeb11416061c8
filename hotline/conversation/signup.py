"""Signing up by text: zones, the question about nights, which kinds, words given out at a meeting, YES."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

from hotline import subscribers
from hotline.broadcasts import answers
from hotline.conversation.keywords import agrees
from hotline.sms.people import opt_in

if TYPE_CHECKING:
    from hotline.conversation.context import Context
    from hotline.conversation.keywords import Command

PENDING_ZONE: Final = "alerts"
PENDING_NIGHT: Final = "night"
KINDS: Final = {"only_alerts": ("alert",), "only_events": ("event",), "all_kinds": subscribers.KINDS}
_WORD: Final = re.compile(r"\W*([A-Za-z0-9]{4,12})\W*")


async def handle(ctx: Context, command: Command) -> bool:
    """Do what a word about alerts asks for. False: it is none."""
    if command.kind == "alerts":
        subscribe(ctx, command.argument)
    elif command.kind == "night":
        await ask_night(ctx)
    elif command.kind in KINDS:
        await choose_kinds(ctx, command.kind)
    else:
        return False
    return True


def subscribe(ctx: Context, words: str, *, strict: bool = True) -> bool:
    """Sign up for the zones named. Not strict: words that name none are left to the conversation."""
    zones = subscribers.zones_in(words, ctx.library.city)
    if zones:
        signed_up(ctx, zones, channel="text")
        return True
    if not strict:
        ctx.change(pending="")
        return False
    ctx.change(pending=PENDING_ZONE)
    ctx.say("alerts_zone_unknown" if words.strip() else "alerts_ask")
    return True


def signed_up(
    ctx: Context, zones: tuple[str, ...], *, channel: str, kinds: tuple[str, ...] = subscribers.KINDS
) -> None:
    """Keep the consent in the words they are shown; ask about nights in a text of its own."""
    names = ", ".join(subscribers.zone_name(zone, ctx.library.city) for zone in zones)
    shown = ctx.library.say("subscribed", ctx.lang, zones=names)
    ctx.commit.merge(
        subscribers.added(ctx.person, zones, ctx.lang, shown=shown, channel=channel, now=ctx.now, kinds=kinds)
    )
    ctx.commit.merge(opt_in(ctx.person.id, "alerts"))
    ctx.change(pending=PENDING_NIGHT)
    ctx.write(shown)
    ctx.say("night_ask")


async def by_word(ctx: Context) -> bool:
    """A word given out at a meeting signs up, YES counts somebody in. False: it is neither."""
    if await yes(ctx):
        return True
    match = _WORD.fullmatch(ctx.text)
    if not match:
        return False
    found = await subscribers.code(ctx.services.store, match[1])
    if found is None:
        return False
    signed_up(ctx, found.zones, channel=f"code {found.word}", kinds=found.kinds)
    return True


async def night(ctx: Context, digit: str) -> bool:
    """The answer to the question about nights. False: it was none."""
    if digit not in ("1", "2"):
        return False
    ctx.change(pending="")
    if not await _is_in(ctx):
        ctx.say("alerts_ask")
        return True
    shown = ctx.library.say("night_ask", ctx.lang) if digit == "1" else ""
    ctx.commit.merge(subscribers.at_night(ctx.person.id, shown, ctx.lang, channel="text", now=ctx.now))
    ctx.say("night_yes" if digit == "1" else "night_no")
    return True


async def ask_night(ctx: Context) -> None:
    """NIGHT: the question again."""
    if await _is_in(ctx):
        ctx.change(pending=PENDING_NIGHT)
        ctx.say("night_ask")
    else:
        ctx.change(pending=PENDING_ZONE)
        ctx.say("alerts_ask")


async def choose_kinds(ctx: Context, which: str) -> None:
    """ONLY ALERTS, ONLY MEETINGS, ALL KINDS."""
    if await _is_in(ctx):
        ctx.commit.merge(subscribers.wanting(ctx.person.id, KINDS[which]))
        ctx.say(f"kinds_{which}")
    else:
        ctx.change(pending=PENDING_ZONE)
        ctx.say("alerts_ask")


async def yes(ctx: Context) -> bool:
    """YES to the last meeting that was announced to this person. False: none was."""
    if not agrees(ctx.text):
        return False
    counted = await answers.yes(ctx.services.store, ctx.person.id, ctx.now)
    if counted is None:
        return False
    ctx.commit.merge(counted)
    ctx.say("event_yes")
    return True


async def _is_in(ctx: Context) -> bool:
    return bool(await cast("Any", ctx.services.store.redis.exists(f"subscriber:{ctx.person.id}")))
