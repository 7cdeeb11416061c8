"""Goal: be greeted, thanked and told who is speaking."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, override

from actions.goal import Goal
from actions.turn import Turn, speak

if TYPE_CHECKING:
    from rasa_sdk.executor import CollectingDispatcher

SENTENCES: Final = frozenset({"greet", "thanks", "goodbye", "who_are_you"})


class SmallTalk(Goal):
    """One sentence for each kind of small talk; its message key is the topic's name."""

    rasa_name = "action_small_talk"

    @override
    def answer(self, dispatcher: CollectingDispatcher, turn: Turn) -> None:
        key = turn.topic if turn.topic in SENTENCES else "greet"
        values = {"line_name": self.library.city.line_name}
        speak(dispatcher, turn, text=self.library.say(key, turn.lang, **values))
