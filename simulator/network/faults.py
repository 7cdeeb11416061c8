"""Faults that can be switched on while the network runs, drawn from one seeded source."""

from __future__ import annotations

import random
from typing import Annotated, Any

from pydantic import BaseModel, Field

type Probability = Annotated[float, Field(ge=0, le=1)]


class Faults(BaseModel, extra="forbid", frozen=True):
    """How often the network misbehaves.

    Attributes:
        latency_ms: every API answer takes at least this long; a message is accepted before the wait.
        drop_after_accept: the message is accepted, then the connection breaks without an answer.
        fail_500: the API answers 500 and accepts nothing.
        fail_429: the API answers 429 with Retry-After and accepts nothing.
        lose_callbacks: a status callback is never made.
        duplicate_callbacks: a status callback is made twice.
        shuffle_callbacks: a status callback is held back, so that a later one may overtake it.
        seed: seeds the draws; the same seed and the same requests give the same faults.
    """

    latency_ms: Annotated[int, Field(ge=0, le=60_000)] = 0
    drop_after_accept: Probability = 0
    fail_500: Probability = 0
    fail_429: Probability = 0
    lose_callbacks: Probability = 0
    duplicate_callbacks: Probability = 0
    shuffle_callbacks: Probability = 0
    seed: int | None = None


class Mischief:
    """The faults in force, and the dice."""

    def __init__(self, latency_ms: int = 0) -> None:
        self._start = Faults(latency_ms=latency_ms)
        self.faults = self._start
        self._dice = random.Random()

    def change(self, given: dict[str, Any]) -> Faults:
        """Set the faults that are given and leave the others.

        Raises:
            pydantic.ValidationError: an unknown name, or a value out of its range.
        """
        self.faults = Faults(**{**self.faults.model_dump(), **given})
        if "seed" in given:
            self._dice.seed(self.faults.seed)
        return self.faults

    def reset(self) -> Faults:
        """Back to what the settings said."""
        self.faults = self._start
        return self.faults

    def happens(self, probability: float) -> bool:
        """Throw the dice once; certainties throw none, so that one fault does not shift another's draws."""
        return probability > 0 and (probability >= 1 or self._dice.random() < probability)

    def pause(self) -> float:
        """How long a shuffled callback is held back, seconds."""
        return self._dice.uniform(0.05, 1.0)
