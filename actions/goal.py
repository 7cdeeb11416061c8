"""What all goals share: a name for Rasa, and the library whose words they send."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, override

from rasa_sdk import Action

from actions.turn import Turn, read_turn

if TYPE_CHECKING:
    from rasa_sdk import Tracker
    from rasa_sdk.executor import CollectingDispatcher
    from rasa_sdk.types import DomainDict

    from hotline.content import Library


class Goal(Action):
    """A Rasa action that reads the turn, answers once, and leaves no events."""

    rasa_name: ClassVar[str]

    def __init__(self, library: Library) -> None:
        self.library = library

    @override
    def name(self) -> str:
        """The name that domain.yml and the rules use."""
        return self.rasa_name

    @override
    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict
    ) -> list[dict[str, Any]]:
        """Called by the SDK's executor."""
        self.answer(dispatcher, read_turn(tracker))
        return []

    @abstractmethod
    def answer(self, dispatcher: CollectingDispatcher, turn: Turn) -> None:
        """Send exactly one payload."""
