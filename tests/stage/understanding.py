"""What a test says in place of the models: what a text means, and what only sounds like something."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, override

from hotline.understanding.crisis.second_look import CrisisModel
from hotline.understanding.dialogue import Say, Understood
from hotline.understanding.optout.second_look import OptOutModel
from hotline.understanding.urgent.second_look import UrgencyModel

if TYPE_CHECKING:
    from hotline.understanding.crisis.second_look import Likeness as Alarm
    from hotline.understanding.optout.second_look import Likeness
    from hotline.understanding.rules.rulebook import Urgency


@dataclass
class Dictated:
    """An assistant that understands what the test says it does, text by text."""

    understood: dict[str, Understood] = field(default_factory=dict[str, Understood])

    async def ask(self, person: str, text: str, lang: str, last_card: str = "") -> Understood:
        """Understood as dictated; else an answer that is no card's."""
        assert len(person) == 26
        assert lang
        assert not last_card or "." in last_card
        return self.understood.get(text, Understood("greet", 1.0, (), (Say(f"answer to {text}"),)))

    async def close(self) -> None:
        """Nothing is open."""


class SecondLook(UrgencyModel):
    """Raises the texts that the test says, to what it says."""

    @override
    def __init__(self) -> None:
        self.sees: dict[str, Urgency] = {}

    @override
    def raised(self, text: str, urgency: Urgency, rule: str = "") -> Urgency:
        """As dictated, else the same."""
        return self.sees.get(text, urgency)


class SecondHearing(OptOutModel):
    """Takes for a wish to stop, or doubts, the texts that the test says."""

    @override
    def __init__(self) -> None:
        self.sounds: dict[str, Likeness] = {}
        self.doubted: set[str] = set()

    @override
    def likeness(self, text: str) -> Likeness:
        return self.sounds.get(text, "none")

    @override
    def hardly_likely(self, text: str) -> bool:
        return text in self.doubted


class SecondAlarm(CrisisModel):
    """Hears a crisis in the texts that the test says."""

    @override
    def __init__(self) -> None:
        self.sounds: dict[str, Alarm] = {}

    @override
    def likeness(self, text: str) -> Alarm:
        return self.sounds.get(text, "none")

    @override
    def doubts(self, text: str) -> bool:
        return self.likeness(text) == "none"
