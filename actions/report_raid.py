"""Goal: tell that immigration enforcement is here now."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from actions.goal import Goal
from actions.turn import Turn, speak

if TYPE_CHECKING:
    from rasa_sdk.executor import CollectingDispatcher


class ReportRaid(Goal):
    """Says "urgent" to the worker, who opens or updates the incident and finds the words."""

    rasa_name = "action_report_raid"

    @override
    def answer(self, dispatcher: CollectingDispatcher, turn: Turn) -> None:
        speak(dispatcher, turn, urgent=True)
