"""Goal: talk to a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from actions.goal import Goal
from actions.turn import Turn, speak

if TYPE_CHECKING:
    from rasa_sdk.executor import CollectingDispatcher


class TalkToHuman(Goal):
    """Hands the conversation over, and says honestly that a person will read it."""

    rasa_name = "action_talk_to_human"

    @override
    def answer(self, dispatcher: CollectingDispatcher, turn: Turn) -> None:
        speak(dispatcher, turn, text=self.library.say("human_soon", turn.lang), hand_over=True)
