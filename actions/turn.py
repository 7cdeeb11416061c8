"""One turn as an action sees it, and the one payload an action answers with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher

    from hotline.content import Answer

UNSURE: Final = "nlu_fallback"  # the name Rasa's FallbackClassifier gives to "I do not know"
OUT_OF_SCOPE: Final = "out_of_scope"


@dataclass(frozen=True)
class Turn:
    """What came in.

    Attributes:
        topic: the likeliest topic, also when the assistant is unsure.
        ranking: topics with their probability, likeliest first.
        unsure: whether the assistant would rather ask.
        last_card: id of the card this person was answered with last, or empty.
    """

    topic: str
    ranking: tuple[tuple[str, float], ...]
    unsure: bool
    lang: str
    last_card: str

    @property
    def confidence(self) -> float:
        """Probability of `topic`, 0 to 1."""
        return dict(self.ranking).get(self.topic, 0.0)


def read_turn(tracker: Tracker) -> Turn:
    """Take the turn out of Rasa's tracker; whatever is missing there reads as English and unsure."""
    message: dict[str, Any] = tracker.latest_message or {}
    metadata: dict[str, Any] = message.get("metadata") or {}
    intent: dict[str, Any] = message.get("intent") or {}
    ranked = [_pair(entry) for entry in message.get("intent_ranking") or []]
    unsure = intent.get("name") in (None, UNSURE)
    ranking = tuple((topic, value) for topic, value in ranked if topic != UNSURE)
    if not ranking and not unsure:
        ranking = (_pair(intent),)
    topic = ranking[0][0] if ranking else OUT_OF_SCOPE
    return Turn(
        topic, ranking, unsure, str(metadata.get("lang") or "en"), str(metadata.get("last_card") or "")
    )


def _pair(entry: dict[str, Any]) -> tuple[str, float]:
    return str(entry.get("name") or ""), float(entry.get("confidence") or 0.0)


def speak(
    dispatcher: CollectingDispatcher,
    turn: Turn,
    *,
    text: str = "",
    topic: str = "",
    choices: tuple[str, ...] = (),
    hand_over: bool = False,
    urgent: bool = False,
    card: str = "",
) -> None:
    """Answer the turn: exactly one payload, which the worker reads.

    An empty `text` leaves the words to the worker, who knows what the assistant does not: open
    reports, alerts, which digit means which choice.
    """
    payload = {
        "topic": topic or turn.topic,
        "confidence": round(turn.confidence, 4),
        "choices": list(choices),
        "text": text,
        "card": card,
        "hand_over": hand_over,
        "urgent": urgent,
    }
    dispatcher.utter_message(json_message=payload)


def speak_answer(dispatcher: CollectingDispatcher, turn: Turn, answer: Answer) -> None:
    """Answer with the words of a card."""
    speak(dispatcher, turn, text=answer.text, card=answer.card)
