"""What a resident may text in one word: help, more, source, law, a language, a digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.conversation.meanings import Answers, Asks, NamesZones, WordGivenOut
from hotline.conversation.residents import alerts, emergency, optout, raid_status, unanswered, violation
from hotline.messaging.asked import (
    HappeningNow,
    SureToDelete,
    SureToStop,
    TextAtNight,
    ViolationDetail,
    WhichOfMenu,
    WhichTopic,
    WordsForHuman,
)
from hotline.privacy.retention import forget
from hotline.understanding.commands import about_alerts

if TYPE_CHECKING:
    from hotline.conversation.context import Context
    from hotline.understanding.commands import Command

MENU: Final = ("rights_at_door", "rights_on_street", "detained_family", "ordinance_general", "find_lawyer")
PARTS: Final = {"more": "no_card_more", "source": "no_card_source", "law": "no_card_law"}


async def handle(
    ctx: Context, meant: NamesZones | Answers | WordGivenOut | Asks, *, in_incident: bool
) -> bool:
    """Do what a resident's word or digit asks for. False: what is stored does not bear it out."""
    match meant:
        case NamesZones():
            return await alerts.zones_named(ctx)
        case Answers():
            asked = ctx.person.asked
            night = isinstance(asked, TextAtNight)
            return await (alerts.night_answered(ctx, asked, meant) if night else _digit(ctx, meant.digit))
        case WordGivenOut():
            return await alerts.by_word(ctx)
        case Asks():
            return await _do(ctx, meant.command, in_incident=in_incident)


async def _digit(ctx: Context, digit: str) -> bool:
    match ctx.person.asked:
        case HappeningNow() as asked:
            return await _now(ctx, asked, digit)
        case ViolationDetail():
            return await violation.digit(ctx, digit)
        case SureToDelete() if digit in ("1", "2"):
            await _delete(ctx, sure=digit == "1")
        case SureToStop() as asked:
            await optout.decide(ctx, leave=digit == "1", only_alerts=asked.only_alerts)
        case WhichTopic() as asked:
            return await _chosen(ctx, asked.topics, int(digit))
        case WhichOfMenu():
            return await _chosen(ctx, MENU, int(digit))
        case _:
            return False
    return True


async def _now(ctx: Context, asked: HappeningNow, digit: str) -> bool:
    """1 = it is happening now, 2 = it is not; or, asked at once, 2 = no more texts, 3 = neither."""
    if digit == ("3" if asked.or_stop else "2") and await violation.resumed(ctx):
        return True
    if asked.or_stop and digit in ("2", "3"):
        await optout.decide(ctx, leave=digit == "2", only_alerts=about_alerts(asked.words))
        return True
    return await emergency.confirm_now(ctx, asked, digit)


async def _chosen(ctx: Context, topics: tuple[str, ...], digit: int) -> bool:
    if not 1 <= digit <= len(topics) + 1 or not topics:
        return False
    if digit == len(topics) + 1:  # the last line of every menu is a person
        ctx.ask(WordsForHuman())
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
        ctx.ask(None)
        await raid_status.answer(ctx, words)
    else:
        ctx.answer(answer, "human_offer")


def offer(ctx: Context, topics: tuple[str, ...]) -> None:
    """Ask which topic was meant, by digit, instead of guessing."""
    ctx.ask(WhichTopic(topics=topics, unanswered=unanswered.note(ctx, "choices")))
    lines = [
        ctx.library.say("choices_line", ctx.lang, digit=place, label=ctx.library.label(topic, ctx.lang))
        for place, topic in enumerate((*topics, "ask_human"), 1)
    ]
    foot = ctx.library.say("choices_foot", ctx.lang)
    ctx.write("\n".join([ctx.library.say("choices_head", ctx.lang), *lines, foot]))


async def _do(ctx: Context, command: Command, *, in_incident: bool) -> bool:
    kind = command.kind
    if kind in ("more", "source", "law"):
        card = ctx.library.card(ctx.person.card)
        part = ctx.library.answer(card.topic, ctx.lang, kind) if card else None
        ctx.answer(part, PARTS[kind])
    elif kind in ("help", "menu"):
        ctx.ask(WhichOfMenu())
        if kind == "help":
            ctx.say("help", contact=ctx.services.settings.hotline_contact)
        ctx.say("menu")
    elif kind == "language":
        _speak(ctx, command.argument)
    elif kind == "start":
        await optout.start(ctx)
    elif kind == "delete":
        await _ask_delete(ctx, in_incident=in_incident)
    elif kind == "human":
        ctx.ask(WordsForHuman())
        ctx.say("human_requested")
    else:
        return await alerts.handle(ctx, command)
    return True


def _speak(ctx: Context, lang: str) -> None:
    if not lang:
        ctx.say("language_choose")
        return
    ctx.change(lang=lang, lang_fixed=True)
    ctx.say("language_set")


async def _ask_delete(ctx: Context, *, in_incident: bool) -> None:
    """What goes and what stays, before anything goes. Who stopped us may ask for it too: that is answered."""
    if ctx.inbound.sender in ctx.person.blocked:  # no question of ours would reach them
        await _delete(ctx, sure=True)
        return
    ctx.ask(SureToDelete())
    ctx.say("delete_confirm", force=True)
    if in_incident:
        ctx.say("delete_open", force=True)


async def _delete(ctx: Context, *, sure: bool) -> None:
    if not sure:
        ctx.ask(None)
        ctx.say("delete_kept", force=True)
        return
    ctx.commit.merge(await forget(ctx.services.store, ctx.person.id, asked_in=ctx.inbound.sid))
    ctx.keep_person = False
    if ctx.inbound.sender not in ctx.person.blocked:
        ctx.say("deleted", force=True)
