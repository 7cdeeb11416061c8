"""Goal: an answer to a question the cards know."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from actions.goal import Goal
from actions.turn import Turn, speak, speak_answer

if TYPE_CHECKING:
    from rasa_sdk.executor import CollectingDispatcher


class AnswerQuestion(Goal):
    """The short text of the topic's card; without a card, the offer of a person."""

    rasa_name = "action_answer_question"

    @override
    def answer(self, dispatcher: CollectingDispatcher, turn: Turn) -> None:
        answer = self.library.answer(turn.topic, turn.lang)
        if answer is None:
            speak(dispatcher, turn, text=self.library.say("human_offer", turn.lang))
        else:
            speak_answer(dispatcher, turn, answer)
