"""A second look for the wish to get no more texts, learnt from examples: it only ever asks."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hotline.conversation.urgency import ASIDE, centred, places_of, probability

if TYPE_CHECKING:
    from pathlib import Path

    from hotline.conversation.embedding import Embedder
    from hotline.conversation.urgency import Floats


@dataclass(frozen=True)
class Limits:
    """Probabilities of a wish, chosen by `wish_training` on texts it did not learn from.

    Attributes:
        asks: from here on we ask, though the rules say nothing.
        asks_unsure: from here on we ask when nobody knows what else the text may mean.
        doubts: below this we ask before we do what the rules say.
        unlikely: below this the letters alone decide.
    """

    asks: float
    asks_unsure: float
    doubts: float
    unlikely: float


class WishModel:
    """A logistic regression over letters and (where it can be had) one over the embedding."""

    def __init__(self, weights: dict[str, Floats], embedder: Embedder | None) -> None:
        self._weights = weights
        self._embedder = embedder
        # Without the embedding the letters decide alone, with limits of their own.
        self._limits = Limits(*map(float, weights["limits" if embedder else "limits_letters"]))

    @classmethod
    def load(cls, file: Path, embedder: Embedder | None) -> WishModel:
        """The weights that `python -m hotline.conversation.wish_training` wrote. No pickles."""
        with np.load(file, allow_pickle=False) as arrays:
            weights = {name: arrays[name].astype(np.float32) for name in arrays.files if name != "data"}
        return cls(weights, embedder)

    async def suspects(self, text: str, *, unsure: bool = False) -> bool:
        """`may_wish`, in a thread that steps back for everything else."""
        return await asyncio.get_running_loop().run_in_executor(ASIDE, self.may_wish, text, unsure)

    async def doubts(self, text: str) -> bool:
        """`hardly_wishes`, in the same thread."""
        return await asyncio.get_running_loop().run_in_executor(ASIDE, self.hardly_wishes, text)

    def may_wish(self, text: str, unsure: bool = False) -> bool:  # noqa: FBT001, FBT002 - executors take places
        """Whether a text that no rule knows may ask for no more texts; `unsure`: nor does the assistant."""
        limit = self._limits.asks_unsure if unsure else self._limits.asks
        return bool(text.strip()) and self.score(text) >= limit

    def hardly_wishes(self, text: str) -> bool:
        """Whether a text that a rule takes for a wish sounds like something else: "basta ya de redadas"."""
        return self.score(text) < self._limits.doubts

    def score(self, text: str) -> float:
        """How much a text sounds like the wish, 0 to 1."""
        places, values = places_of(text)
        by_letters = self._probability("letters", float(values @ self._weights["letters"][places]))
        if self._embedder is None or by_letters < self._limits.unlikely:
            return by_letters
        vector = centred(self._embedder.vector(text), self._weights["mean"])
        share = float(self._weights["share"])
        by_sense = self._probability("sense", float(vector @ self._weights["sense"]))
        return share * by_sense + (1 - share) * by_letters

    def _probability(self, kind: str, score: float) -> float:
        return probability(score + float(self._weights[f"{kind}_start"]))
