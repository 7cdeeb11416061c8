"""A second look for the wish to get no more texts, learnt from examples: it asks or tells how, never acts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from hotline.understanding.optout.rules import means_something_else
from hotline.understanding.urgent.second_look import ASIDE, centred, places_of, probability

if TYPE_CHECKING:
    from pathlib import Path

    from hotline.understanding.embedding import Embedder
    from hotline.understanding.urgent.second_look import Floats


# How much a text that no rule knows sounds like the wish. A likely one is asked about, a faint one if nobody
# knows what else it may mean; else the answer also says how to stop, and so it does to a hint.
type Likeness = Literal["likely", "faint", "hint", "none"]


LAYERS: Final = ("sense_1", "sense_2", "sense")  # of the networks, each of shape (network, in, out)


@dataclass(frozen=True)
class Limits:
    """Probabilities of a wish, chosen by `wish_training` on texts it did not learn from.

    Attributes:
        likely: from here on, and so are the next two, a `Likeness`.
        faint: lower.
        hint: lower still.
        doubts: below this we ask before we do what the rules say.
        unlikely: below this the letters alone decide.
    """

    likely: float
    faint: float
    hint: float
    doubts: float
    unlikely: float


class Likelihood:
    """A logistic regression over letters and (where it can be had) small networks over the embedding."""

    def __init__(self, weights: dict[str, Floats], embedder: Embedder | None, unlikely: float) -> None:
        """Remember the weights; below `unlikely` the letters alone decide."""
        self._weights = weights
        self._embedder = embedder
        self._unlikely = unlikely

    def score(self, text: str) -> float:
        """How much a text sounds like what was learnt, 0 to 1."""
        places, values = places_of(text)
        start = float(self._weights["letters_start"])
        by_letters = probability(start + float(values @ self._weights["letters"][places]))
        if self._embedder is None or by_letters < self._unlikely:
            return by_letters
        by_sense = self._by_sense(centred(self._embedder.vector(text), self._weights["mean"]))
        share = float(self._weights["share"])
        return share * by_sense + (1 - share) * by_letters

    def _by_sense(self, vector: Floats) -> float:
        """What the networks say on average of an embedding."""
        inside, weights = vector[None], self._weights
        for layer in LAYERS[:-1]:
            inside = np.maximum(inside @ weights[layer] + weights[f"{layer}_start"], 0)
        last = (inside @ weights[LAYERS[-1]] + weights[f"{LAYERS[-1]}_start"]).ravel()
        return sum(probability(float(score)) for score in last) / len(last)


def weights_of(file: Path) -> dict[str, Floats]:
    """The weights that a training wrote. No pickles."""
    with np.load(file, allow_pickle=False) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files if name != "data"}


class OptOutModel(Likelihood):
    """Hears the wish to get no more texts, by what `training` wrote."""

    def __init__(self, weights: dict[str, Floats], embedder: Embedder | None) -> None:
        # Without the embedding the letters decide alone, with limits of their own.
        self._limits = Limits(*map(float, weights["limits" if embedder else "limits_letters"]))
        super().__init__(weights, embedder, self._limits.unlikely)

    @classmethod
    def load(cls, file: Path, embedder: Embedder | None) -> OptOutModel:
        """See `weights_of`."""
        return cls(weights_of(file), embedder)

    async def hears(self, text: str) -> Likeness:
        """`likeness`, in a thread of low priority."""
        return await asyncio.get_running_loop().run_in_executor(ASIDE, self.likeness, text)

    async def doubts(self, text: str) -> bool:
        """`hardly_likely`, in the same thread."""
        return await asyncio.get_running_loop().run_in_executor(ASIDE, self.hardly_likely, text)

    def likeness(self, text: str) -> Likeness:
        """How much a text that no rule knows sounds like the wish."""
        if not text.strip() or means_something_else(text):
            return "none"
        score, limits = self.score(text), self._limits
        if score >= limits.faint:
            return "likely" if score >= limits.likely else "faint"
        return "hint" if score >= limits.hint else "none"

    def hardly_likely(self, text: str) -> bool:
        """Whether a text that a rule takes for a wish sounds like something else: "basta ya de redadas"."""
        return self.score(text) < self._limits.doubts
