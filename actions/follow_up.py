"""Goal: more about the last answer: the long text, its sources, the words of the law."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, override

from actions.goal import Goal
from actions.turn import Turn, speak, speak_answer

if TYPE_CHECKING:
    from rasa_sdk.executor import CollectingDispatcher

    from hotline.content import Answer, Part

PARTS: Final[dict[str, Part]] = {"more": "more", "source": "source", "full_law_text": "law"}


class FollowUp(Goal):
    """A further part of the card this person was answered with last."""

    rasa_name = "action_follow_up"

    @override
    def answer(self, dispatcher: CollectingDispatcher, turn: Turn) -> None:
        part = PARTS.get(turn.topic, "more")
        answer = self._part(turn, part)
        if answer is None:
            speak(dispatcher, turn, text=self.library.say(f"no_card_{part}", turn.lang), card=turn.last_card)
        else:
            speak_answer(dispatcher, turn, answer)

    def _part(self, turn: Turn, part: Part) -> Answer | None:
        card = self.library.card(turn.last_card)
        return self.library.answer(card.topic, turn.lang, part) if card else None
