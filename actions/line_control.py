"""Goal: change how the line treats me: alerts, language, my data, the menu, yes and no."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from actions.goal import Goal
from actions.turn import Turn, speak

if TYPE_CHECKING:
    from rasa_sdk.executor import CollectingDispatcher


class LineControl(Goal):
    """Names the wish; the worker, who may touch subscriptions and data, carries it out and confirms it."""

    rasa_name = "action_line_control"

    @override
    def answer(self, dispatcher: CollectingDispatcher, turn: Turn) -> None:
        speak(dispatcher, turn)
