"""STOP and START: on either number, in any words, by a resident or one of the staff, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.broadcasts.delivery.feed import outbox_of
from hotline.conversation import off_call
from hotline.conversation.meanings import CarrierActs, Leaves, ReopensAlerts, Returns
from hotline.conversation.residents import alerts
from hotline.incidents import records, reporters
from hotline.messaging.asked import SureToStop, WayBackTold
from hotline.messaging.contacts import SENDERS, block, opt_in, opt_out, unblock
from hotline.messaging.outbox import Outbound, queued
from hotline.subscriptions import subscribers
from hotline.understanding.commands import about_alerts
from hotline.understanding.optout.rules import optout, says_only_stop

if TYPE_CHECKING:
    from hotline.conversation.context import Context

CONFIRMED_WITHIN: Final = 300.0  # seconds in which a confirmation counts as one: 47 CFR 64.1200(a)(12)


async def heed(ctx: Context, meant: CarrierActs | ReopensAlerts | Returns | Leaves) -> bool:
    """Do what a STOP or START asks for. False: it was only noted, and the text means more."""
    match meant:
        case CarrierActs():
            _mirror(ctx, meant)
            return False
        case ReopensAlerts():
            _reopen(ctx)
            return False
        case Returns():
            await start(ctx, silent=meant.silent)
        case Leaves("carrier"):
            await _stop(ctx, everything=ctx.inbound.sender == "hotline", confirm=False)
        case Leaves():
            await _leave(ctx, meant)
    return True


async def _leave(ctx: Context, meant: Leaves) -> None:
    if meant.how == "unclear" or (meant.how == "said" and await ctx.services.optouts.doubts(ctx.text)):
        await ask(ctx)
    else:
        await _stop(ctx, everything=not _only_alerts(ctx))


async def kept(ctx: Context) -> None:
    """Note a clear STOP in a text that was answered for another reason; an unclear one is not asked about."""
    sure = optout(ctx.text) == "stop"
    if sure and (says_only_stop(ctx.text) or not await ctx.services.optouts.doubts(ctx.text)):
        await _stop(ctx, everything=not _only_alerts(ctx))


def _mirror(ctx: Context, meant: CarrierActs) -> None:
    """Note what the carrier does at this word, even if the text means something else."""
    person, sender = ctx.person, ctx.inbound.sender
    if meant.on == "STOP":
        ctx.commit.merge(block(person.id, sender))
        ctx.change(blocked=person.blocked | {sender})
    else:
        ctx.commit.merge(unblock(person.id, sender))
        ctx.change(blocked=person.blocked - {sender})


def _only_alerts(ctx: Context) -> bool:
    """Whether a wish to stop leaves the help line open: it names alerts, or came to an alerts number."""
    return ctx.inbound.sender == "alerts" or about_alerts(ctx.text)


async def ask(ctx: Context) -> None:
    """Whether they want no more texts: who cries "basta" or is only misunderstood must not be cut off."""
    only_alerts = _only_alerts(ctx)
    ctx.ask(SureToStop(only_alerts=only_alerts))
    if only_alerts:
        ctx.say("stop_alerts_sure")
    else:
        in_danger = await ctx.services.incidents.reported_by(ctx.person.id)
        ctx.say("stop_in_emergency" if in_danger else "stop_sure", line_name=ctx.library.city.line_name)


def _reopen(ctx: Context) -> None:
    sender = ctx.inbound.sender
    ctx.commit.merge(opt_in(ctx.person.id, sender))
    ctx.change(stopped=ctx.person.stopped - {sender})


async def start(ctx: Context, *, silent: bool = False) -> None:
    """They may be texted again. They must sign up for alerts again: START names no zone and no kind."""
    sender = ctx.inbound.sender
    _reopen(ctx)
    if sender == "alerts" and await subscribers.one(ctx.services.store, ctx.person.id) is None:
        alerts.ask_anew(ctx)
    elif sender == "hotline" and "alerts" in ctx.person.stopped:
        ctx.say("started_help", line_name=ctx.library.city.line_name)
    elif not silent:
        ctx.say("started", line_name=ctx.library.city.line_name)
    if (
        ctx.handle
        and sender == "hotline"
        and not (await ctx.services.incidents.roster()).by_handle[ctx.handle].oncall
    ):
        ctx.add("staff_started")


async def _stop(ctx: Context, *, everything: bool, confirm: bool = True) -> None:
    """End alerts, or all our texts: who signed up for alerts was told "STOP to stop" on the help number.

    Without `confirm` the carrier has answered on this number, and nothing more may leave by it.
    """
    if not everything:
        alerts.stop_alerts(ctx, confirm=confirm)
        return
    stopped = ctx.person.stopped
    for sender in SENDERS:
        ctx.commit.merge(opt_out(ctx.person.id, sender))
    had = await subscribers.one(ctx.services.store, ctx.person.id)
    ctx.commit.merge(subscribers.removed(ctx.person.id))
    ctx.change(asked=alerts.still_told(ctx), stopped=frozenset(SENDERS))
    await _reporter_stopped(ctx)
    if ctx.handle:
        await off_call.stopped(ctx, anew="hotline" not in stopped)
    if confirm and not stopped.issuperset(SENDERS):  # one confirmation, never a second
        ctx.say("stopped_hotline", force=True)
    elif had and not confirm:
        _told_by_alerts(ctx)


async def _reporter_stopped(ctx: Context) -> None:
    """Tell those who work on the person's report that our texts no longer reach them."""
    service, store = ctx.services.incidents, ctx.services.store
    one = await service.reported_by(ctx.person.id)
    event = await records.load(store, one.same_as) if one and one.same_as else one
    if event is None or not event.held:
        return
    others = [person for person in await reporters.reached(store, event) if person.id != ctx.person.id]
    if not others:
        ctx.commit.merge(await service.written(event, reporters.muted(event), await service.roster()))


def _told_by_alerts(ctx: Context) -> None:
    """The carrier's answer says "this number". Subscribers must learn that alerts have stopped too."""
    ctx.commit.merge(
        queued(
            Outbound(
                f"{ctx.inbound.sid}ended", ctx.person.id, ctx.person.address,
                ctx.library.say("stopped_alerts_too", ctx.lang),
                sender=outbox_of(ctx.person.id, len(ctx.services.settings.alert_senders)),
                expires=ctx.now + CONFIRMED_WITHIN, force=True,
            ),
            ctx.services.vault, ctx.now,
        )
    )  # fmt: skip


def remind(ctx: Context, *, in_danger: bool) -> None:
    """Who stopped this number is told once how to come back, and each time that they may be in danger.

    Where the carrier blocks us nothing would reach them.
    """
    told = isinstance(ctx.person.asked, WayBackTold)
    if ctx.inbound.sender not in ctx.person.blocked and (in_danger or not told):
        ctx.ask(WayBackTold())
        ctx.say("stopped_notice", force=True)


def called_for_help(ctx: Context) -> None:
    """Who stopped the help line and calls for help wants to be answered, also in a report that is open."""
    if ctx.inbound.urgency == "page" and "hotline" in ctx.person.stopped:
        ctx.commit.merge(opt_in(ctx.person.id, "hotline"))
        ctx.change(stopped=ctx.person.stopped - {"hotline"})


async def decide(ctx: Context, *, leave: bool, only_alerts: bool) -> None:
    """The answer to the question whether a text is a wish to stop."""
    ctx.ask(None)
    if not leave:
        ctx.say("stop_kept")
    else:
        await _stop(ctx, everything=not only_alerts)
