"""Signing up by text: zones, kinds, the question about nights, words given out at a meeting, YES."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from hotline.broadcasts import rsvp
from hotline.broadcasts.delivery.feed import outbox_of
from hotline.content.library import EVENTS
from hotline.geography.zones import ALL, named, zone_name
from hotline.messaging.address import UNASKED
from hotline.messaging.asked import TextAtNight, WayBackTold, WhichZones
from hotline.messaging.contacts import opt_in, opt_out
from hotline.subscriptions import subscribers
from hotline.understanding.commands import agrees

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotline.conversation.context import Context
    from hotline.conversation.meanings import Answers
    from hotline.messaging.asked import Question
    from hotline.subscriptions.subscribers import Subscriber
    from hotline.understanding.commands import Command

SHOWN: Final = 4  # zones named in a text; of more only how many
# What a word about kinds leaves of those that somebody has.
ONLY: Final = {"only_alerts": ("alert",), "only_events": ("event",), "all_kinds": subscribers.KINDS}
MORE: Final = {"events": "event", "news": "news"}
LESS: Final = {"no_events": "event", "no_news": "news"}
_WORD: Final = re.compile(r"\W*([A-Za-z0-9]{4,12})\W*")


async def handle(ctx: Context, command: Command) -> bool:
    """Do what a word about alerts asks for. False: it is none."""
    if command.kind == "alerts":
        await subscribe(ctx, command.argument)
    elif command.kind == "night":
        await _ask_night(ctx)
    elif command.kind == "no_alerts":
        stop_alerts(ctx)
    elif command.kind in (*ONLY, *MORE, *LESS):
        await _choose(ctx, command)
    else:
        return False
    return True


async def night_answered(ctx: Context, asked: TextAtNight, meant: Answers) -> bool:
    """1 or 2 to the question about nights. False: a yes or no to a meeting that was announced since."""
    if meant.digit not in ("1", "2"):
        return False
    if meant.in_words:
        told = await rsvp.invitation(ctx.services.store, ctx.library.city, ctx.person.id, ctx.now)
        if told and told.broadcast.approved_at >= asked.at:  # the last question is the one that is meant
            return False
    return await _night(ctx, meant.digit)


async def by_word(ctx: Context) -> bool:
    """A word given out at a meeting signs up, YES counts somebody in. False: it is neither."""
    if not _yes_is_ours(ctx.person.asked) and await yes(ctx):
        return True
    match = _WORD.fullmatch(ctx.text)
    found = await subscribers.code(ctx.services.store, match[1]) if match else None
    if found is None:
        return False
    if found.until <= ctx.now:
        ctx.ask(WhichZones())
        ctx.say("signup_over", word=found.word)
        return True
    have = await _mine(ctx)
    zones = _joined(found.zones, have.zones if have else ())
    kinds = {*found.kinds, *(have.kinds if have else ())}
    _signed_up(ctx, have, zones, kinds, channel=f"event:{found.word}")
    return True


def _yes_is_ours(asked: Question | None) -> bool:
    """Whether a bare YES may answer a question of ours instead. That about nights was looked at already."""
    return bool(asked and not isinstance(asked, TextAtNight) and asked.answers & {"yes", "words"})


async def yes(ctx: Context) -> bool:
    """YES to the last meeting that was announced to this person. False: none was."""
    if not agrees(ctx.text):
        return False
    told = await rsvp.invitation(ctx.services.store, ctx.library.city, ctx.person.id, ctx.now)
    if told is None:
        return False
    ctx.commit.merge(told.counted(ctx.person.id, ctx.now))
    if told.event:
        ctx.say("event_yes_at", event=ctx.library.event(told.event, ctx.lang))
    else:
        ctx.say("event_yes")
    return True


def stop_alerts(ctx: Context, *, confirm: bool = True) -> None:
    """End all alerts; the hotline stays as it is."""
    stopped = ctx.person.stopped
    ctx.commit.merge(opt_out(ctx.person.id, "alerts"))
    ctx.commit.merge(subscribers.removed(ctx.person.id))
    ctx.change(asked=still_told(ctx), stopped=stopped | {"alerts"})
    if confirm and not stopped.issuperset({"alerts", ctx.inbound.sender}):  # one confirmation, never a second
        ctx.say("stopped_hotline" if "hotline" in stopped else "stopped_alerts", force=True)


def still_told(ctx: Context) -> WayBackTold | None:
    """What stays after a stop: that they were told how to come back is never said a second time."""
    return ctx.person.asked if isinstance(ctx.person.asked, WayBackTold) else None


def ask_anew(ctx: Context) -> None:
    """After START to the alerts number: they may be texted, and are signed up for nothing unasked."""
    ctx.ask(WhichZones())
    ctx.say("started_alerts")


async def subscribe(ctx: Context, words: str) -> None:
    """ALERTS: sign up for the zones named; without words what they have, or the question which zone."""
    have = await _mine(ctx)
    found = named(words, ctx.library.city)
    if found.zones:
        _signed_up(ctx, have, found.zones, have.kinds if have else subscribers.KINDS)
    elif have and not words.strip():
        ctx.ask(WhichZones())
        _show(ctx, have.zones, have.kinds, night=have.night)
    else:
        _ask_zone(ctx, words)


def _in_vain(ctx: Context) -> bool:
    """Whether they write by an app that does not let us write first: no alert would come. Then it is said."""
    if ctx.inbound.channel in UNASKED:
        return False
    ctx.ask(None)
    ctx.say("alerts_by_sms", number=ctx.services.settings.hotline_sender)
    return True


def _ask_zone(ctx: Context, words: str = "", kind: str = "") -> None:
    if _in_vain(ctx):
        return
    ctx.ask(WhichZones(alerts=kind))
    ctx.say("alerts_zone_unknown" if words.strip() else "alerts_ask")


async def zones_named(ctx: Context) -> bool:
    """Only a text that names nothing but zones is an answer; any other goes to the conversation."""
    found, asked = named(ctx.text, ctx.library.city), ctx.person.asked
    if found.rest or not found.zones:
        ctx.ask(None)
        return False
    kind = asked.alerts if isinstance(asked, WhichZones) else ""
    have = await _mine(ctx)
    kinds = (kind,) if kind else have.kinds if have else subscribers.KINDS
    _signed_up(ctx, have, found.zones, kinds)
    return True


def _signed_up(
    ctx: Context, have: Subscriber | None, zones: tuple[str, ...], kinds: Iterable[str], *,
    channel: str = "text",
) -> None:  # fmt: skip
    """Keep the consent in the words they are shown; ask about nights in a text of its own."""
    if _in_vain(ctx):
        return
    wanted = tuple(kind for kind in subscribers.KINDS if kind in set(kinds))
    shown = ctx.library.say("subscribed", ctx.lang, zones=_places(ctx, zones), kinds=_kinds(ctx, wanted))
    keeps = have is not None and have.night
    ctx.commit.merge(
        subscribers.added(
            ctx.person, zones, ctx.lang, shown=shown, channel=channel, now=ctx.now, kinds=wanted,
            night=None if keeps else "",
        )
    )  # fmt: skip
    ctx.commit.merge(opt_in(ctx.person.id, "alerts"))
    ctx.ask(None)
    ctx.write(shown)
    if (
        "alerts" in ctx.person.stopped and ctx.inbound.sender != "alerts"
    ):  # the carrier's block is theirs to lift
        senders = ctx.services.settings.alert_senders
        number = senders[int(outbox_of(ctx.person.id, len(senders)).removeprefix("alerts") or 1) - 1]
        ctx.say("start_needed", number=number)
    if "alert" in wanted and not keeps:
        ctx.ask(TextAtNight())
        ctx.say("night_ask")


async def _night(ctx: Context, digit: str) -> bool:
    """Keep the answer to the question about nights."""
    ctx.ask(None)
    if not await _mine(ctx):
        _ask_zone(ctx)
        return True
    shown = ctx.library.say("night_ask", ctx.lang) if digit == "1" else ""
    ctx.commit.merge(subscribers.at_night(ctx.person.id, shown, ctx.lang, channel="text", now=ctx.now))
    ctx.say("night_yes" if digit == "1" else "night_no")
    return True


async def _ask_night(ctx: Context) -> None:
    """NIGHT: the question again."""
    if await _mine(ctx):
        ctx.ask(TextAtNight())
        ctx.say("night_ask")
    else:
        _ask_zone(ctx)


async def _choose(ctx: Context, command: Command) -> None:
    """ONLY ALERTS, EVENTS, NO NEWS …: what somebody has, changed; without any, the question which zone."""
    have, kind = await _mine(ctx), MORE.get(command.kind, "")
    if kind == "event" and not command.argument:  # whoever asks for meetings hears of the next
        ctx.answer(ctx.library.answer(EVENTS, ctx.lang), "events_none")
    zones = named(command.argument, ctx.library.city).zones
    kinds = _changed(have.kinds if have else frozenset(), command.kind)
    if kind and zones:
        _signed_up(ctx, have, zones, kinds)
    elif not kinds:
        ctx.commit.merge(subscribers.removed(ctx.person.id))
        ctx.say("kinds_none")
    elif have is None:
        _ask_zone(ctx, command.argument, next(iter(kinds)) if len(kinds) == 1 else "")
    else:
        ctx.commit.merge(subscribers.wanting(ctx.person.id, kinds))
        _show(ctx, have.zones, kinds, night=have.night)


def _changed(have: frozenset[str], word: str) -> frozenset[str]:
    if word in ONLY:
        return frozenset(ONLY[word])
    return have | {MORE[word]} if word in MORE else have - {LESS[word]}


def _show(ctx: Context, zones: tuple[str, ...], kinds: Iterable[str], *, night: bool) -> None:
    """What somebody gets, and the words that change it."""
    said = ctx.library.say("night_is_on" if night else "night_is_off", ctx.lang)
    ctx.say("alerts_yours", zones=_places(ctx, zones), kinds=_kinds(ctx, kinds), night=said)


def _places(ctx: Context, zones: tuple[str, ...]) -> str:
    names = [zone_name(zone, ctx.library.city) for zone in zones]
    more = f" +{len(names) - SHOWN}" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _kinds(ctx: Context, kinds: Iterable[str]) -> str:
    have = set(kinds)
    return ", ".join(ctx.library.say(f"kind_{kind}", ctx.lang) for kind in subscribers.KINDS if kind in have)


def _joined(zones: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    every = tuple(dict.fromkeys((*zones, *more)))
    return (ALL,) if ALL in every else every


async def _mine(ctx: Context) -> Subscriber | None:
    return await subscribers.one(ctx.services.store, ctx.person.id)


async def wished(ctx: Context) -> None:
    """What the assistant took for the wish to get alerts: what they have, or the question which zone."""
    await subscribe(ctx, "")
