"""Goal: find out whether a rumour is true."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from actions.goal import Goal
from actions.turn import Turn, speak

if TYPE_CHECKING:
    from rasa_sdk.executor import CollectingDispatcher


class AskRaidStatus(Goal):
    """Leaves the answer to the worker: only the live board knows it."""

    rasa_name = "action_ask_raid_status"

    @override
    def answer(self, dispatcher: CollectingDispatcher, turn: Turn) -> None:
        speak(dispatcher, turn)
