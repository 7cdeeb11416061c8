"""One resident's turn: keyword, staff command, relay, triage, then Rasa; everything decided is one commit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

import structlog

from hotline import metrics
from hotline.casework import crisis_pages
from hotline.conversation.context import Context, Services
from hotline.conversation.interpret import Situation, interpret
from hotline.conversation.interpret_models import (
    believed,
    interpret_heard,
    interpret_looked,
    is_meant,
    look,
    put_right,
)
from hotline.conversation.meanings import (
    Leaves,
    MayBeReport,
    NotUnderstood,
    StillInCrisis,
    Topic,
    Unheard,
    Unruled,
)
from hotline.conversation.residents import (
    alerts,
    asides,
    commands,
    crisis,
    emergency,
    optout,
    raid_status,
    unanswered,
    verify,
    violation,
)
from hotline.conversation.responders import news
from hotline.conversation.responders.commands import not_understood
from hotline.conversation.route import by_models, by_rules, hand_over
from hotline.errors import DialogueUnavailable
from hotline.incidents import photos
from hotline.messaging import asked
from hotline.messaging.address import SMS, Route
from hotline.messaging.asked import SureToDelete, WhichOfMenu
from hotline.messaging.contacts import load_person
from hotline.staff.roster import handle_of
from hotline.understanding.crisis.rules import crisis_rules
from hotline.understanding.intake import Rules

if TYPE_CHECKING:
    from hotline.conversation.interpret_models import Looked
    from hotline.messaging.asked import Question
    from hotline.messaging.inbox import Inbound
    from hotline.store import Commit
    from hotline.understanding.dialogue import Understood
    from hotline.understanding.rules.rulebook import Crisis, Urgency

log = structlog.get_logger(__name__)

AUTONYMS: Final = {"pt": "português", "ht": "kreyòl", "fr": "français", "pl": "polski"}
LINE_TOPICS: Final = {
    "help_menu": "menu", "change_language": "language_choose", "delete_my_data": "delete_confirm",
}  # fmt: skip
ASKS: Final[dict[str, Question]] = {"delete_my_data": SureToDelete(), "help_menu": WhichOfMenu()}
# What the assistant understood: the rest of the turn. A guess alone signs nobody up or off.
TOPICS: Final = {"subscribe_alerts": alerts.wished, "unsubscribe_alerts": optout.ask}


class Conversation:
    """Decides every turn. Holds no state of its own: all of it is in Redis, read at the turn's start."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._heard: dict[str, Understood] = {}

    async def decide(self, inbound: Inbound) -> tuple[Commit, str]:
        """What a text leads to: the writes, and what answered it (for the metrics).

        Deciding again (after a conflict or a crash) gives the same writes from the new state.
        """
        services = self._services
        person, now = await load_person(services.store, inbound.person), services.clock()
        person = replace(person, asked=asked.waiting(person.asked, now))
        if inbound.route:  # an answer leaves by the sender of ours that this text came to
            person = replace(person, address=inbound.route)
        ctx = Context(services, inbound, services.vault.open(inbound.body), person, now)
        ctx.handle = await handle_of(services.store, person.id)
        if inbound.media:
            ctx.commit.merge(photos.noted(inbound, ctx.now, by=ctx.handle))
        self._tune(ctx)
        ctx.after_crisis = await crisis_pages.recent(services.store, person.id)
        if inbound.aside:
            await asides.answer(ctx, self._heard_or_none(ctx))
            return ctx.done(), ctx.answered_by
        await self._route(ctx)
        if ctx.handle:
            await news.renew(ctx)
        return ctx.done(), ctx.answered_by or "keyword"

    async def close(self) -> None:
        """Close the connections to Rasa."""
        await self._services.dialogue.close()

    def forget_heard(self, sid: str) -> None:
        """Forget what Rasa said about a text whose turn is over."""
        self._heard.pop(sid, None)

    def _tune(self, ctx: Context) -> None:
        """The language of this text, with the person's own as prior; fixed when they chose it."""
        known, fixed = ctx.person.lang, ctx.person.lang_fixed
        lang = verify.language(ctx.text, known, fixed=fixed)
        ctx.change(lang=lang or ctx.services.guesser.answering(ctx.text, known, fixed=fixed))

    async def _route(self, ctx: Context) -> None:
        one = await ctx.services.incidents.reported_by(ctx.person.id)
        rules, situation = await self._rules(ctx), _situation(ctx, in_report=one is not None)
        for meant in interpret(ctx.text, rules, situation):
            if isinstance(meant, Unruled):
                await self._unruled(ctx, rules, situation)
            elif await by_rules(ctx, meant, one):
                return

    async def _rules(self, ctx: Context) -> Rules:
        inbound, services = ctx.inbound, ctx.services
        reading = crisis_rules(services.settings.content_dir / "triage").read(ctx.text)
        kinds = cast("tuple[Crisis, ...]", tuple(inbound.crisis))
        if not (kinds or inbound.opt_out):
            kinds = await believed(reading, ctx.text, services.crises)
        return Rules(cast("Urgency", inbound.urgency), inbound.rule, kinds, reading.laughed)

    async def _unruled(self, ctx: Context, rules: Rules, situation: Situation) -> None:
        situation = replace(situation, asked=ctx.person.asked, stopped=_stopped(ctx))
        if not situation.stopped:
            situation = replace(situation, told=await crisis.follows(ctx))
            _welcome(ctx, told=situation.told)
        looked = await look(ctx.text, rules, situation, ctx.services.models)
        if looked.urgency != rules.urgency:
            metrics.RAISED.labels(looked.urgency).inc()
        for meant in interpret_looked(ctx.text, situation, looked):
            if isinstance(meant, Unheard):
                await self._converse(ctx, situation, looked)
            elif await by_models(ctx, meant):
                return

    async def _converse(self, ctx: Context, situation: Situation, looked: Looked) -> None:
        heard = await self._heard_or_none(ctx)
        if heard is None:
            await self._without_rasa(ctx, looked)
            return
        match interpret_heard(ctx.text, situation, looked, heard):
            case NotUnderstood():
                await not_understood(ctx)
            case StillInCrisis():
                crisis.still_there(ctx)
            case MayBeReport() as meant:
                emergency.ask_if_now(ctx, or_stop=meant.or_stop)
            case Leaves():
                await optout.ask(ctx)
            case Topic() as meant:
                await self._respond(ctx, meant.heard)
                if meant.how_to_stop:
                    ctx.add("stop_how")

    async def _heard_or_none(self, ctx: Context) -> Understood | None:
        try:
            return await self._ask(ctx)
        except DialogueUnavailable:
            metrics.DIALOGUE.labels("unavailable").inc()
            return None

    async def _ask(self, ctx: Context) -> Understood:
        sid = ctx.inbound.sid
        if sid not in self._heard:
            heard = await ctx.services.dialogue.ask(ctx.person.id, ctx.text, ctx.lang, ctx.person.card)
            self._heard[sid] = put_right(heard, ctx.text)
            metrics.DIALOGUE.labels("answered").inc()
        return self._heard[sid]

    async def _without_rasa(self, ctx: Context, looked: Looked) -> None:
        """Rasa is away: an answer by keyword, else a person reads it, and the resident is told so."""
        heard = await ctx.services.keyword_dialogue.ask(ctx.person.id, ctx.text, ctx.lang, ctx.person.card)
        ctx.answered_by = "keyword"
        if is_meant(heard, looked):
            await optout.ask(ctx)
        elif heard.say:
            for said in heard.say:
                ctx.write(said.text)
                ctx.change(card=said.card or ctx.person.card, asked=None)
        elif ctx.handle:
            await not_understood(ctx)
        else:
            ctx.say("automatic_down")
            await hand_over(ctx)

    async def _respond(self, ctx: Context, heard: Understood) -> None:
        ctx.answered_by = "rasa"
        if heard.topic == "ask_raid_status":
            await raid_status.answer(ctx)
        elif heard.hand_over:
            ctx.say("human_soon")
            await hand_over(ctx)
        elif heard.topic in TOPICS:
            await TOPICS[heard.topic](ctx)
        elif heard.topic in LINE_TOPICS:
            ctx.ask(ASKS.get(heard.topic))
            ctx.say(LINE_TOPICS[heard.topic])
        elif heard.topic == violation.TOPIC and not heard.choices:
            violation.begin(ctx, ctx.text)
        elif heard.choices:
            commands.offer(ctx, heard.choices)
        else:
            _speak(ctx, heard)


def _situation(ctx: Context, *, in_report: bool) -> Situation:
    address = ctx.person.address
    return Situation(
        asked=ctx.person.asked,
        in_report=in_report,
        opened=bool(ctx.inbound.incident),
        answered=bool(ctx.inbound.crisis),
        after_crisis=bool(ctx.after_crisis),
        staff=bool(ctx.handle),
        alerts=ctx.inbound.sender == "alerts",
        stopped=_stopped(ctx),
        carrier=ctx.inbound.opt_out,
        acts=not address or Route.read(ctx.services.vault.open(address)).to.channel == SMS,
        photo=bool(ctx.inbound.media),
    )


def _stopped(ctx: Context) -> bool:
    return ctx.inbound.sender in ctx.person.stopped


def _welcome(ctx: Context, *, told: bool) -> None:
    if ctx.person.welcomed or told:
        return
    ctx.change(welcomed=True)
    ctx.say("welcome", line_name=ctx.library.city.line_name)
    if ctx.lang not in ctx.library.city.languages:
        ctx.say("other_language", language=AUTONYMS.get(ctx.lang, ctx.lang))


def _speak(ctx: Context, heard: Understood) -> None:
    for said in heard.say:
        ctx.write(said.text)
        ctx.change(card=said.card or ctx.person.card, asked=None)
    if heard.topic == "out_of_scope" or not heard.say:
        said = heard.say[0].text if heard.say else ""
        unsure = said in ("", ctx.library.say("unknown", ctx.lang))
        unanswered.note(ctx, "unknown" if unsure else "out_of_scope")
    if not heard.say:
        ctx.say("unknown")
