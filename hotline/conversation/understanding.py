"""How a text is understood, from end to end: what `hotline classify` and `hotline explain` print.

The same parts in the same order as a live text: the webhook's rules, keywords, the second look, then Rasa.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from hotline.conversation.residents.crisis import UNSURE, believed
from hotline.conversation.residents.optout import CARRIER_STOPS, HEARD, TOPICS, is_meant, put_right
from hotline.understanding.commands import resident_command
from hotline.understanding.optout.rules import optout, says_only_stop

if TYPE_CHECKING:
    from hotline.understanding.crisis.second_look import CrisisModel
    from hotline.understanding.dialogue import Dialogue, Understood
    from hotline.understanding.intake import Intake, Reading
    from hotline.understanding.language import LanguageGuesser
    from hotline.understanding.optout.second_look import Likeness, WishModel
    from hotline.understanding.rules.rulebook import Crisis, Urgency
    from hotline.understanding.urgent.second_look import UrgencyModel

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
    urgency_model: UrgencyModel,
    wish_model: WishModel,
    crisis_model: CrisisModel,
    dialogue: Dialogue,
    person: str,
    media: int = 0,
) -> Understanding:
    """Understand one text of a person without history.

    Raises:
        DialogueUnavailable: Rasa gave no answer.
    """
    reading = intake.read(text, media=media)
    lang = guesser.guess(reading.text).lang
    reasons = reading.verdict.reasons
    urgency: Urgency = reading.verdict.urgency
    kinds = await believed(reading.crisis, reading.text, crisis_model)
    if at_once := _at_once(reading, kinds, lang):
        return at_once
    if stop := await _stopping(reading.text, wish_model):
        return Understanding(LEAVES, 1.0, (), urgency, lang, reading.text, reasons, stop=stop, by="keyword")
    if topic := _keyword(reading.text):
        return Understanding(topic, 1.0, (), urgency, lang, reading.text, reasons, by="keyword")
    urgency = await urgency_model.look(reading.text, urgency, reading.verdict.rule)
    if urgency == "page":
        return Understanding("report_raid", 1.0, (), urgency, lang, reading.text, reasons, by="second look")
    unsure = reading.crisis.laughed or await crisis_model.hears(reading.text) != "none"
    crisis = UNSURE if unsure else ()
    wish = "none" if crisis else await wish_model.hears(reading.text)
    heard = put_right(await dialogue.ask(person, reading.text, lang), reading.text)
    if heard.urgent and urgency == "none":  # the slower reading may raise what the rules said, never lower it
        urgency = "ask"
    both = urgency == "ask" and wish in HEARD  # asked at once, whether it is happening and whether to stop
    if both or is_meant(heard, wish):
        return Understanding(
            LEAVES, 1.0, (), urgency, lang, reading.text, reasons, stop="asked", by="second look"
        )
    return Understanding(
        heard.topic, heard.confidence, heard.choices, urgency, lang, reading.text, reasons,
        "\n".join(said.text for said in heard.say), _answered(heard, wish, urgency),
        crisis=crisis,
    )  # fmt: skip


def _at_once(reading: Reading, kinds: tuple[Crisis, ...], lang: str) -> Understanding | None:
    """What is answered before all else: a crisis, a report, or both in one text."""
    verdict = reading.verdict
    topic = "report_raid" if verdict.urgency == "page" else "out_of_scope"
    if kinds:
        rules = (*reading.crisis.rules, *verdict.reasons)
        return Understanding(
            topic, 1.0, (), verdict.urgency, lang, reading.text, rules, by="crisis", crisis=kinds
        )
    if verdict.urgency != "page":
        return None
    return Understanding(topic, 1.0, (), "page", lang, reading.text, verdict.reasons, by="triage")


async def _stopping(text: str, wish_model: WishModel) -> Stop:
    """What the rules do about it, as in `leaving.stopping`."""
    if text.strip().casefold() in CARRIER_STOPS:
        return "done"
    wish = optout(text)
    if wish is None:
        return ""
    doubted = wish == "ambiguous" or (not says_only_stop(text) and await wish_model.doubts(text))
    return "asked" if doubted else "done"


def _answered(heard: Understood, wish: Likeness, urgency: Urgency) -> Stop:
    """What the answer to something else says of it."""
    if heard.topic in TOPICS:
        return "asked"
    return "told" if wish != "none" and urgency == "none" else ""


def _keyword(text: str) -> str:
    command = resident_command(text)
    return COMMAND_TOPICS.get(command.kind, "") if command else ""
