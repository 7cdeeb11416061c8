"""What a text means that no rule knows: by what the models say, then by what the assistant heard. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hotline.conversation.meanings import (
    ForHuman,
    Leaves,
    MayBeReport,
    NotUnderstood,
    Report,
    Silenced,
    SoundsLikeCrisis,
    StillInCrisis,
    TellsViolation,
    Topic,
    Unheard,
)
from hotline.messaging.asked import ViolationDetail, WordsForHuman
from hotline.understanding.optout.rules import wants_to_stay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotline.conversation.interpret import Situation
    from hotline.conversation.meanings import ByAssistant, ByModels
    from hotline.understanding.crisis.rules import CrisisReading
    from hotline.understanding.crisis.second_look import CrisisModel
    from hotline.understanding.crisis.second_look import Likeness as CrisisLikeness
    from hotline.understanding.dialogue import Understood
    from hotline.understanding.intake import Rules
    from hotline.understanding.optout.second_look import Likeness as WishLikeness
    from hotline.understanding.optout.second_look import OptOutModel
    from hotline.understanding.rules.rulebook import Crisis, Urgency
    from hotline.understanding.urgent.second_look import UrgencyModel

HEARD: Final = ("likely", "faint")  # how much words must sound like the wish to be asked about
STOP_TOPICS: Final = frozenset({"unsubscribe_alerts", "delete_my_data"})  # their answers are about it already
SHORT_ANSWER: Final = 6  # words; "monday night on Park St"


@dataclass(frozen=True)
class Models:
    """What looks at a text that no rule knows."""

    urgency: UrgencyModel
    optouts: OptOutModel
    crises: CrisisModel


async def believed(reading: CrisisReading, text: str, model: CrisisModel) -> tuple[Crisis, ...]:
    """What the rules hear in a text; where they doubt, only if the second look does not."""
    return reading.doubted if reading.doubted and await model.believes(text) else reading.kinds


@dataclass(frozen=True)
class Looked:
    """What the models say of a text; of what nobody needs to know they are not asked."""

    urgency: Urgency
    crisis: CrisisLikeness = "none"
    wish: WishLikeness = "none"


async def look(text: str, rules: Rules, situation: Situation, models: Models) -> Looked:
    """Ask the models, each only if it matters. About words of volunteers few guesses are made."""
    raised = await models.urgency.look(text, rules.urgency, rules.rule)
    urgency = _tempered(text, rules, situation, raised)
    if urgency == "page" or situation.stopped:
        return Looked(urgency)
    guessed = not situation.staff
    crisis = await _crisis(text, rules, models) if guessed and not situation.after_crisis else "none"
    # After a crisis nobody is asked whether to stop; beside another question a digit may say so.
    calm = crisis == "none" or (crisis == "faint" and urgency == "ask")
    asked = guessed and not situation.told and calm
    return Looked(urgency, crisis, await models.optouts.hears(text) if asked else "none")


async def _crisis(text: str, rules: Rules, models: Models) -> CrisisLikeness:
    """Who laughs may mean it, and hears where help is all the same."""
    likeness = await models.crises.hears(text)
    return "faint" if likeness == "none" and rules.laughed else likeness


def _tempered(text: str, rules: Rules, situation: Situation, raised: Urgency) -> Urgency:
    """How urgent a text is, when the second look has raised what the rules said.

    It judges a text alone, and "on Park St" alone may well be an emergency. As the answer to "where was it?"
    it is none. A whole story is asked about first, whatever we had asked. Talk among volunteers sounds like
    reports: only a rule asks them.
    """
    if situation.staff and rules.urgency == "none" and raised == "ask":
        raised = "none"
    asked = situation.asked
    if not isinstance(asked, ViolationDetail) or raised == rules.urgency:
        return raised
    story = asked.about == "what" or (raised == "page" and len(text.split()) > SHORT_ANSWER)
    return "ask" if story else rules.urgency


def interpret_looked(text: str, situation: Situation, looked: Looked) -> Iterator[ByModels]:
    """What a text may mean that no rule knows, in order; the last is always borne out."""
    if looked.urgency == "page":
        yield Report()
        return
    if situation.stopped:
        yield Silenced(in_danger=looked.urgency == "ask")
        return
    if looked.crisis != "none":
        likely = looked.crisis == "likely"
        awaited = isinstance(situation.asked, WordsForHuman | ViolationDetail)
        yield SoundsLikeCrisis(likely, alone=likely and not awaited)
    if (looked.urgency == "ask" and not situation.told) or (situation.photo and not text.strip()):
        yield MayBeReport(or_stop=looked.wish in HEARD)
        return
    if isinstance(situation.asked, WordsForHuman):
        yield ForHuman()
        return
    if isinstance(situation.asked, ViolationDetail):
        yield TellsViolation()
    yield Unheard()


def interpret_heard(text: str, situation: Situation, looked: Looked, heard: Understood) -> ByAssistant:
    """What a text means that the assistant was asked about."""
    if situation.staff and _is_guess(heard, text):
        return NotUnderstood()
    if situation.told and (heard.vague or heard.urgent):
        return StillInCrisis()
    if heard.urgent:
        return MayBeReport(or_stop=looked.wish in HEARD)
    if is_meant(heard, looked):
        return Leaves("unclear")
    told = looked.wish != "none" and heard.topic not in STOP_TOPICS and not situation.staff
    return Topic(heard, how_to_stop=told)


def put_right(heard: Understood, text: str) -> Understood:
    """What the assistant heard, unless it took a wish to stay for its opposite."""
    if heard.topic == "unsubscribe_alerts" and wants_to_stay(text):
        return replace(heard, topic="subscribe_alerts", choices=(), say=())
    return heard


def is_meant(heard: Understood, looked: Looked) -> bool:
    """Whether to ask if a text means no more texts, knowing what the assistant (or no one) made of it."""
    doubt = looked.wish == "likely" or (looked.wish == "faint" and heard.vague)
    return doubt and heard.topic not in STOP_TOPICS


def _is_guess(heard: Understood, text: str) -> bool:
    """Whether what the assistant made of a volunteer's words would only lead to a question of ours."""
    return heard.urgent or heard.topic in STOP_TOPICS or (heard.vague and "?" not in text)
