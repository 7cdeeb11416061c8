"""How a text is understood, from end to end: what `hotline classify` and `hotline explain` print.

The same parts in the same order as a live text: the webhook's rules, keywords, the second look, then Rasa.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from hotline.conversation.interpret import Situation, interpret, opens
from hotline.conversation.interpret_models import (
    STOP_TOPICS,
    believed,
    interpret_heard,
    interpret_looked,
    look,
    put_right,
)
from hotline.conversation.meanings import (
    Asks,
    InCrisis,
    Leaves,
    MayBeReport,
    Opened,
    Report,
    SoundsLikeCrisis,
    Topic,
)
from hotline.conversation.residents.crisis import UNSURE

if TYPE_CHECKING:
    from hotline.conversation.interpret_models import Models
    from hotline.conversation.meanings import ByAssistant, ByRules
    from hotline.understanding.dialogue import Dialogue, Understood
    from hotline.understanding.intake import Intake, Reading
    from hotline.understanding.language import LanguageGuesser

LEAVES: Final = "unsubscribe_alerts"
COMMAND_TOPICS: Final = {
    "stop": LEAVES, "start": "subscribe_alerts", "alerts": "subscribe_alerts",
    "help": "help_menu", "menu": "help_menu", "more": "more", "source": "source", "law": "full_law_text",
    "language": "change_language", "delete": "delete_my_data", "human": "ask_human",
}  # fmt: skip

# The wish for no more texts is done, asked about, or answered with the way to stop besides something else.
type Stop = Literal["done", "asked", "told", ""]


@dataclass(frozen=True)
class Understanding:
    """One text, understood.

    Attributes:
        topic: one of the topics, "" when nothing was understood.
        confidence: 0 to 1.
        choices: topics that would be offered by digit, best first.
        urgency: ``page``, ``ask`` or ``none``.
        lang: ISO code.
        masked: the text as it would be kept.
        reasons: ids of the triage rules that fired.
        answer: what would be answered, "" when something else happens.
        stop: what is done about a wish for no more texts: see `Stop`.
        crisis: what is answered before everything else: see `crisis_rules`.
        by: ``triage``, ``keyword``, ``second look`` or ``rasa``.
    """

    topic: str
    confidence: float
    choices: tuple[str, ...]
    urgency: str
    lang: str
    masked: str
    reasons: tuple[str, ...] = ()
    answer: str = ""
    stop: Stop = ""
    by: str = "rasa"
    crisis: tuple[str, ...] = ()

    def public(self) -> dict[str, object]:
        """The fields `hotline classify` adds to a line."""
        return {
            "topic": self.topic,
            "confidence": round(self.confidence, 4),
            "choices": list(self.choices),
            "urgency": self.urgency,
            "lang": self.lang,
            "stop": self.stop,
            "crisis": list(self.crisis),
        }


async def understand(
    text: str,
    *,
    intake: Intake,
    guesser: LanguageGuesser,
    models: Models,
    dialogue: Dialogue,
    person: str,
    media: int = 0,
) -> Understanding:
    """Understand one text of a person without history.

    Raises:
        DialogueUnavailable: Rasa gave no answer.
    """
    reading = intake.read(text, media=media)
    text, situation = reading.text, Situation(photo=media > 0)
    rules = replace(reading.rules, crisis=await believed(reading.crisis, text, models.crises))
    situation = replace(situation, opened=opens(text, rules, situation))
    lang = guesser.guess(text).lang
    known = Understanding("", 0.0, (), rules.urgency, lang, text, reading.verdict.reasons)
    for meant in interpret(text, rules, situation):
        if found := await _by_rules(meant, known, reading, models):
            return found
    looked = await look(text, rules, situation, models)
    known = replace(known, urgency=looked.urgency)
    for by_models in interpret_looked(text, situation, looked):
        match by_models:
            case Report():
                return replace(known, topic="report_raid", confidence=1.0, by="second look")
            case SoundsLikeCrisis():
                known = replace(known, crisis=UNSURE)
            case MayBeReport(or_stop=True):
                return replace(known, topic=LEAVES, confidence=1.0, stop="asked", by="second look")
            case _:
                pass
    heard = put_right(await dialogue.ask(person, text, lang), text)
    return _heard(known, interpret_heard(text, situation, looked, heard), heard)


async def _by_rules(
    meant: ByRules, known: Understanding, reading: Reading, models: Models
) -> Understanding | None:
    """What is understood at once. None: something that only a person with history means, or nothing."""
    match meant:
        case InCrisis():
            topic = "report_raid" if known.urgency == "page" else "out_of_scope"
            reasons = (*reading.crisis.rules, *known.reasons)
            return replace(
                known, topic=topic, confidence=1.0, reasons=reasons, by="crisis", crisis=meant.kinds
            )
        case Opened():
            return replace(known, topic="report_raid", confidence=1.0, by="triage")
        case Leaves():
            doubted = meant.how == "said" and await models.optouts.doubts(reading.text)
            stop = "asked" if doubted or meant.how == "unclear" else "done"
            return replace(known, topic=LEAVES, confidence=1.0, stop=stop, by="keyword")
        case Asks() if meant.command.kind in COMMAND_TOPICS:
            return replace(known, topic=COMMAND_TOPICS[meant.command.kind], confidence=1.0, by="keyword")
        case _:
            return None


def _heard(known: Understanding, meant: ByAssistant, heard: Understood) -> Understanding:
    """What the assistant made of it; the slower reading may raise what the rules said, never lower it."""
    if isinstance(meant, MayBeReport):
        known = replace(known, urgency="ask")
    if isinstance(meant, Leaves) or (isinstance(meant, MayBeReport) and meant.or_stop):
        return replace(known, topic=LEAVES, confidence=1.0, stop="asked", by="second look")
    stop: Stop = ""
    if isinstance(meant, Topic) and known.urgency == "none":  # else it is asked first whether it happens now
        stop = "asked" if heard.topic in STOP_TOPICS else "told" if meant.how_to_stop else ""
    answer = "\n".join(said.text for said in heard.say)
    return replace(
        known, topic=heard.topic, confidence=heard.confidence, choices=heard.choices, answer=answer, stop=stop
    )
