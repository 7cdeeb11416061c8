"""What a resident may text in one word: stop, start, help, more, source, law, a language, a digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline import subscribers
from hotline.conversation import emergency, rumour, signup, unanswered, violation
from hotline.conversation.keywords import Command, resident_command
from hotline.conversation.optout import optout
from hotline.incidents.roster import set_on_call
from hotline.privacy.retention import forget
from hotline.sms.outbox import Outbound, queued
from hotline.sms.people import opt_in, opt_out

if TYPE_CHECKING:
    from hotline.conversation.context import Context

# Twilio answers these itself and blocks the number (docs: advanced opt-out): a second confirmation from us
# would fail with 21610.
CARRIER_STOPS: Final = frozenset(
    {"stop", "unsubscribe", "end", "quit", "stopall", "revoke", "optout", "cancel"}
)
MENU: Final = ("rights_at_door", "rights_on_street", "detained_family", "ordinance_general", "find_lawyer")
PARTS: Final = {"more": "no_card_more", "source": "no_card_source", "law": "no_card_law"}


async def stopping(ctx: Context) -> bool:
    """Opt-out and opt-in come before everything else. True: the turn is over."""
    if ctx.inbound.opt_out == "START":
        ctx.commit.merge(opt_in(ctx.person.id, ctx.inbound.sender))
        return True
    if ctx.inbound.opt_out == "STOP" or ctx.text.strip().casefold() in CARRIER_STOPS:
        await _stop(ctx, confirm=False)
        return True
    wish = optout(ctx.text)
    if wish == "stop" and not ctx.inbound.incident:
        await _stop(ctx, confirm=True)
        return True
    if wish == "ambiguous" and not ctx.inbound.incident:
        ctx.change(pending="stop")
        in_danger = await ctx.services.desk.reported_by(ctx.person.id)
        ctx.say("stop_in_emergency" if in_danger else "stop_sure", line_name=ctx.library.city.line_name)
        return True
    return False


async def _staff_stopped(ctx: Context) -> None:
    """Pages cannot reach them any more: they are off call, and organizers know."""
    ctx.commit.merge(set_on_call(ctx.handle, on=False))
    for member in (await ctx.services.desk.roster()).with_role("organizer"):
        if member.handle != ctx.handle:
            words = ctx.library.say("staff_stopped", member.lang, handle=ctx.handle)
            message = Outbound(f"{ctx.inbound.sid}off{member.handle}", member.person, member.address, words)
            ctx.commit.merge(queued(message, ctx.services.vault, ctx.now))


async def _stop(ctx: Context, *, confirm: bool) -> None:
    sender = ctx.inbound.sender
    ctx.commit.merge(opt_out(ctx.person.id, sender))
    ctx.change(pending="", choices=())
    if sender == "alerts":
        ctx.commit.merge(subscribers.removed(ctx.person.id))
    elif ctx.handle and sender not in ctx.person.stopped:
        await _staff_stopped(ctx)
    if confirm and sender not in ctx.person.stopped:  # one confirmation, never a second
        ctx.say("stopped_alerts" if sender == "alerts" else "stopped_hotline", force=True)


def stop_alerts(ctx: Context) -> None:
    """No more alerts; the hotline stays open."""
    ctx.commit.merge(opt_out(ctx.person.id, "alerts"))
    ctx.commit.merge(subscribers.removed(ctx.person.id))
    ctx.say("stopped_alerts")


def blocked(ctx: Context) -> bool:
    """Whether the person stopped this number and has not come back: they are told how, once."""
    if ctx.inbound.sender not in ctx.person.stopped:
        return False
    if ctx.person.pending != "stopped":
        ctx.change(pending="stopped")
        ctx.say("stopped_notice", force=True)
    return True


async def handle(ctx: Context, *, in_incident: bool) -> bool:
    """Do what a keyword or an awaited digit asks for. False: it is neither."""
    command = resident_command(ctx.text)
    pending = ctx.person.pending
    if await _awaited(ctx, pending, command):
        return True
    if command is None and not in_incident and not ctx.person.pending and await signup.by_word(ctx):
        return True
    if command is None or (in_incident and command.kind in ("choice", "menu", "human")):
        return False
    if ctx.inbound.sender in ctx.person.stopped and command.kind != "start":
        return False
    return await _do(ctx, command)


async def _awaited(ctx: Context, pending: str, command: Command | None) -> bool:
    digit = command.argument if command and command.kind == "choice" else ""
    if pending == "alerts" and command is None:
        return signup.subscribe(ctx, ctx.text, strict=False)
    return await _digit(ctx, pending, digit) if digit else False


async def _digit(ctx: Context, pending: str, digit: str) -> bool:
    if pending == "raid_ask":
        return (digit == "2" and await violation.resumed(ctx)) or await emergency.confirm_now(ctx, digit)
    if pending.startswith(violation.PREFIX):
        return await violation.digit(ctx, digit)
    if pending == signup.PENDING_NIGHT:
        return await signup.night(ctx, digit)
    if (pending, digit) == ("delete", "1"):
        await _delete(ctx)
    elif pending == "stop":
        await _decide_stop(ctx, digit)
    else:
        return await _chosen(ctx, pending, int(digit))
    return True


async def _decide_stop(ctx: Context, digit: str) -> None:
    ctx.change(pending="")
    if digit == "1":
        await _stop(ctx, confirm=True)
    else:
        ctx.say("stop_kept")


async def _chosen(ctx: Context, pending: str, digit: int) -> bool:
    topics = ctx.person.choices or (MENU if pending == "menu" else ())
    if not 1 <= digit <= len(topics) + 1 or not topics:
        return False
    if digit == len(topics) + 1:  # the last line of every menu is a person
        ctx.change(pending="human", choices=())
        ctx.say("human_requested")
        return True
    await _about(ctx, topics[digit - 1])
    return True


async def _about(ctx: Context, topic: str) -> None:
    """Go on with the topic that was chosen, and with the words that were first asked with."""
    answer = ctx.library.answer(topic, ctx.lang)
    acted = topic in (violation.TOPIC, "report_raid", "ask_raid_status")
    words = await unanswered.settle(ctx) if answer or acted else ""
    if topic == violation.TOPIC:
        violation.begin(ctx, words)
    elif topic == "report_raid":  # who picks "ICE is here now" has said yes to the question we would ask
        await emergency.open_now(ctx, words)
    elif topic == "ask_raid_status":
        ctx.change(pending="", choices=())
        await rumour.answer(ctx, words)
    else:
        ctx.answer(answer, "human_offer")


def offer(ctx: Context, topics: tuple[str, ...]) -> None:
    """Ask which topic was meant, by digit, instead of guessing."""
    ctx.change(choices=topics, pending="choices")
    lines = [
        ctx.library.say("choices_line", ctx.lang, digit=place, label=ctx.library.label(topic, ctx.lang))
        for place, topic in enumerate((*topics, "ask_human"), 1)
    ]
    foot = ctx.library.say("choices_foot", ctx.lang)
    ctx.write("\n".join([ctx.library.say("choices_head", ctx.lang), *lines, foot]))


async def _do(ctx: Context, command: Command) -> bool:
    kind = command.kind
    if kind in ("more", "source", "law"):
        card = ctx.library.card(ctx.person.card)
        part = ctx.library.answer(card.topic, ctx.lang, kind) if card else None
        ctx.answer(part, PARTS[kind])
    elif kind in ("help", "menu"):
        ctx.change(pending="menu", choices=())
        if kind == "help":
            ctx.say("help")
        ctx.say("menu")
    elif kind == "language":
        _speak(ctx, command.argument)
    elif kind == "start":
        ctx.commit.merge(opt_in(ctx.person.id, ctx.inbound.sender))
        ctx.say("started", line_name=ctx.library.city.line_name)
    elif kind == "delete":
        ctx.change(pending="delete")
        ctx.say("delete_confirm")
    elif kind == "human":
        ctx.change(pending="human")
        ctx.say("human_requested")
    else:
        return await signup.handle(ctx, command)
    return True


def _speak(ctx: Context, lang: str) -> None:
    if not lang:
        ctx.say("language_choose")
        return
    ctx.change(lang=lang, lang_fixed=True)
    ctx.say("language_set")


async def _delete(ctx: Context) -> None:
    ctx.commit.merge(await forget(ctx.services.store, ctx.person.id))
    ctx.keep_person = False
    ctx.say("deleted")
