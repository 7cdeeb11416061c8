"""A second look for a crisis that no rule hears, learnt from examples: it only says where help is."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

from hotline.understanding.optout.second_look import Likelihood, weights_of
from hotline.understanding.urgent.second_look import ASIDE

if TYPE_CHECKING:
    from pathlib import Path

    from hotline.understanding.embedding import Embedder
    from hotline.understanding.urgent.second_look import Floats


# How much a text that no rule knows sounds like a crisis. Of a likely one a person is told, too.
type Likeness = Literal["likely", "faint", "none"]


class CrisisModel(Likelihood):
    """Hears that somebody may die or be hurt at home, by what `crisis_training` wrote."""

    def __init__(self, weights: dict[str, Floats], embedder: Embedder | None) -> None:
        limits = map(float, weights["limits" if embedder else "limits_letters"])
        self._likely, self._faint, unlikely, self._doubted = limits
        super().__init__(weights, embedder, unlikely)

    @classmethod
    def load(cls, file: Path, embedder: Embedder | None) -> CrisisModel:
        """See `weights_of`."""
        return cls(weights_of(file), embedder)

    async def believes(self, text: str) -> bool:
        """Not `doubts`, in the same thread."""
        return not await asyncio.get_running_loop().run_in_executor(ASIDE, self.doubts, text)

    async def hears(self, text: str) -> Likeness:
        """`likeness`, in a thread of low priority."""
        return await asyncio.get_running_loop().run_in_executor(ASIDE, self.likeness, text)

    def likeness(self, text: str) -> Likeness:
        """How much a text that no rule knows sounds like a crisis."""
        score = self.score(text) if text.strip() else 0.0
        return "likely" if score >= self._likely else "faint" if score >= self._faint else "none"

    def doubts(self, text: str) -> bool:
        """Whether a text that a rule takes for a crisis sounds like something else: "my car is dead"."""
        return self.score(text) < self._doubted
