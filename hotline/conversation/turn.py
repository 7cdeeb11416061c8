"""One resident's turn: keyword, staff command, relay, triage, then Rasa; everything decided is one commit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, cast

import structlog

from hotline import metrics
from hotline.casework import crisis_pages, questions
from hotline.conversation.context import Context, Services
from hotline.conversation.organizers.commands import handle_organizer
from hotline.conversation.residents import (  # fmt: skip
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
from hotline.conversation.responders import news, roster  # fmt: skip
from hotline.conversation.responders.commands import handle_staff, not_understood
from hotline.errors import DialogueUnavailable
from hotline.incidents import photos
from hotline.messaging import asked
from hotline.messaging.asked import SureToDelete, ViolationDetail, WhichOfMenu, WordsForHuman
from hotline.messaging.contacts import load_person
from hotline.staff.roster import handle_of
from hotline.understanding import bulletins  # fmt: skip

if TYPE_CHECKING:
    from hotline.messaging.asked import Question
    from hotline.messaging.inbox import Inbound
    from hotline.store import Commit
    from hotline.understanding.dialogue import Understood
    from hotline.understanding.optout.second_look import Likeness
    from hotline.understanding.rules.rulebook import Urgency

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
        if await crisis.handled(ctx) or await self._leaves(ctx):
            return
        if await verify.handle(ctx) or await self._by_staff(ctx):
            return
        one = await ctx.services.desk.reported_by(ctx.person.id)
        if ctx.inbound.incident:
            await emergency.opened(ctx, one.place if one else "")
        elif await commands.handle(ctx, in_incident=one is not None):
            return
        elif one:
            optout.called_for_help(ctx)
            await emergency.detail(ctx, one)
            if "?" in ctx.text:
                asides.follow(ctx)
        elif ctx.inbound.sender in ctx.person.stopped:
            await self._stopped(ctx)
        else:
            await self._quiet(ctx)

    async def _stopped(self, ctx: Context) -> None:
        """A person who stopped this number is not answered; an urgent text pages all the same."""
        urgency = violation.tempered(ctx, await self._second_look(ctx))
        if urgency == "page":
            await emergency.open_now(ctx, ctx.text)
        else:
            optout.remind(ctx, in_danger=urgency == "ask")

    async def _leaves(self, ctx: Context) -> bool:
        """Whether this is a STOP, or quotes another text; "NEWS EN: to leave, text STOP" is for others."""
        if await verify.quoted(ctx):
            return True
        return not (ctx.handle and bulletins.read(ctx.text)) and await optout.stopping(ctx)

    async def _by_staff(self, ctx: Context) -> bool:
        if not ctx.handle:
            return await roster.volunteers(ctx)
        everybody = await ctx.services.desk.roster()
        if not (await handle_organizer(ctx, everybody) or await handle_staff(ctx, everybody)):
            return False
        ctx.answered_by = "staff"
        return True

    async def _quiet(self, ctx: Context) -> None:
        told = await crisis.follows(ctx)
        if not ctx.person.welcomed and not told:
            ctx.change(welcomed=True)
            ctx.say("welcome", line_name=ctx.library.city.line_name)
            if ctx.lang not in ctx.library.city.languages:
                ctx.say("other_language", language=AUTONYMS.get(ctx.lang, ctx.lang))
        urgency = violation.tempered(ctx, await self._second_look(ctx))
        if urgency == "page":
            await emergency.open_now(ctx, ctx.text)
            return
        crisis_like = await crisis.unsure(ctx)
        if crisis_like == "likely" and not _is_answer(ctx):
            return
        wish = "none" if told or crisis_like != "none" else await optout.likeness(ctx)
        if (urgency == "ask" and not told) or (ctx.inbound.media and not ctx.text.strip()):
            await violation.interrupted(ctx)
            emergency.ask_if_now(ctx, or_stop=wish in optout.HEARD)
        elif isinstance(ctx.person.asked, WordsForHuman):
            ctx.ask(None)
            ctx.say("human_soon")
            await hand_over(ctx)
        elif not await violation.answered(ctx):
            await self._converse(ctx, wish, told=told)

    async def _second_look(self, ctx: Context) -> Urgency:
        """What the rules in the webhook said, or more."""
        ruled = cast("Urgency", ctx.inbound.urgency)
        raised = await ctx.services.urgency.look(ctx.text, ruled, ctx.inbound.rule)
        if ctx.handle and ruled == "none" and raised == "ask":
            return ruled  # talk among volunteers sounds like it: only a rule asks them
        if raised != ruled:
            metrics.RAISED.labels(raised).inc()
        return raised

    async def _converse(self, ctx: Context, wish: Likeness, *, told: bool) -> None:
        heard = await self._heard_or_none(ctx)
        if heard is None:
            await self._without_rasa(ctx, wish)
        elif ctx.handle and _is_guess(heard, ctx.text):
            await not_understood(ctx)
        elif told and (heard.vague or heard.urgent):
            crisis.still_there(ctx)
        elif heard.urgent:
            emergency.ask_if_now(ctx, or_stop=wish in optout.HEARD)
        elif optout.is_meant(heard, wish):
            await optout.ask(ctx)
        else:
            await self._respond(ctx, heard)
            if wish != "none" and heard.topic not in optout.TOPICS and not ctx.handle:
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
            self._heard[sid] = optout.put_right(heard, ctx.text)
            metrics.DIALOGUE.labels("answered").inc()
        return self._heard[sid]

    async def _without_rasa(self, ctx: Context, wish: Likeness) -> None:
        """Rasa is away: an answer by keyword, else a person reads it, and the resident is told so."""
        heard = await ctx.services.keyword_dialogue.ask(ctx.person.id, ctx.text, ctx.lang, ctx.person.card)
        ctx.answered_by = "keyword"
        if optout.is_meant(heard, wish):
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


def _is_guess(heard: Understood, text: str) -> bool:
    """Whether what the assistant made of a volunteer's words would only lead to a question of ours."""
    return heard.urgent or heard.topic in optout.TOPICS or (heard.vague and "?" not in text)


def _is_answer(ctx: Context) -> bool:
    """Whether a person or an interview waits for these words: then no guess may take them."""
    return isinstance(ctx.person.asked, WordsForHuman | ViolationDetail)


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


async def hand_over(ctx: Context) -> None:
    """Give the words to people under a number; the promise that somebody reads it is kept here."""
    services = ctx.services
    ctx.commit.merge(
        await questions.ask(
            services.store, services.vault, ctx.library, await services.desk.roster(),
            person=ctx.person.id, lang=ctx.lang, text=ctx.text, now=ctx.now,
        )
    )  # fmt: skip
