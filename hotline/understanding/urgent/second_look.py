"""A second look at urgency, learnt from examples: it may raise what the rules said, never lower it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import zlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from hotline.text.spelling import fold

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from hotline.understanding.embedding import Embedder
    from hotline.understanding.rules.rulebook import Urgency

PLACES: Final = 1 << 15  # a letter sequence is known by its hash: no list of words has to be kept
SHORTEST: Final = 2
LONGEST: Final = 5
RULE_VALUE: Final = 0.5  # beside texts of length 1
STEP_BACK: Final = 10  # of niceness: pages and replies take the processor first
HEADS: Final = ("page", "asks")  # "page", and "page or ask"

type Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Scores:
    """Two probabilities of one text.

    Attributes:
        page: enforcement is happening here and now.
        asks: it is, or it may be.
    """

    page: float
    asks: float


@dataclass(frozen=True)
class Limits:
    """From which probabilities a text is raised; chosen by `urgency_training` on texts it did not learn from.

    Attributes:
        page: to page.
        asks: to ask whether it is happening now.
        page_if_asked: to page what the rules would ask about.
        unlikely: below this the letters alone decide that it is not urgent.
    """

    page: float
    asks: float
    page_if_asked: float
    unlikely: float


class UrgencyModel:
    """Two logistic regressions, each over letters and (where it can be had) over the embedding.

    Each also weighs which rule fired, hints included: a rule says much, but not everything, of a text.
    """

    def __init__(self, weights: dict[str, Floats], rules: list[str], embedder: Embedder | None) -> None:
        self._weights = weights
        self._rules = {rule: place for place, rule in enumerate(rules)}
        self._embedder = embedder
        # Without the embedding the letters decide alone, with limits of their own.
        self._limits = Limits(*map(float, weights["limits" if embedder else "limits_letters"]))

    @classmethod
    def load(cls, file: Path, embedder: Embedder | None) -> UrgencyModel:
        """The weights that `python -m hotline.understanding.urgent.training` wrote. No pickles."""
        with np.load(file, allow_pickle=False) as arrays:
            words = {"data", "rules"}
            weights = {name: arrays[name].astype(np.float32) for name in arrays.files if name not in words}
            return cls(weights, [str(rule) for rule in arrays["rules"]], embedder)

    async def look(self, text: str, urgency: Urgency, rule: str = "") -> Urgency:
        """`raised`, in a thread of low priority: it costs as much as a whole turn."""
        if urgency == "page":
            return urgency
        return await asyncio.get_running_loop().run_in_executor(ASIDE, self.raised, text, urgency, rule)

    def raised(self, text: str, urgency: Urgency, rule: str = "") -> Urgency:
        """The urgency of a text that the rules called `urgency`, by `rule`: the same or a higher one."""
        if urgency == "page" or not text.strip():
            return urgency
        scores, limits = self.scores(text, ruled(urgency, rule)), self._limits
        if scores.page >= (limits.page_if_asked if urgency == "ask" else limits.page):
            return "page"
        return "ask" if urgency == "ask" or scores.asks >= limits.asks else "none"

    def scores(self, text: str, rule: str = "") -> Scores:
        """How urgent a text sounds, knowing what `ruled` says of it."""
        letters = places_of(text)
        by_letters = Scores(*(self._letters(head, letters, rule) for head in HEADS))
        if self._embedder is None or by_letters.asks < self._limits.unlikely:
            return by_letters
        vector = centred(self._embedder.vector(text), self._weights["mean"])
        by_sense = Scores(*(self._sense(head, vector, rule) for head in HEADS))
        share = float(self._weights["share"])
        return Scores(
            share * by_sense.page + (1 - share) * by_letters.page,
            share * by_sense.asks + (1 - share) * by_letters.asks,
        )

    def _letters(self, head: str, letters: tuple[NDArray[np.int64], Floats], rule: str) -> float:
        places, values = letters
        weights = self._weights[f"letters_{head}"]
        return probability(float(values @ weights[places]) + self._rest(f"letters_{head}", rule))

    def _sense(self, head: str, vector: Floats, rule: str) -> float:
        weights = self._weights[f"sense_{head}"]
        return probability(float(vector @ weights) + self._rest(f"sense_{head}", rule))

    def _rest(self, name: str, rule: str) -> float:
        """What a score starts from, and what the rule adds."""
        place = self._rules.get(rule)
        extra = 0.0 if place is None else float(self._weights[f"{name}_rules"][place])
        return float(self._weights[f"{name}_start"]) + RULE_VALUE * extra


def _step_back() -> None:
    if sys.platform == "linux":  # elsewhere a thread has no niceness of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), STEP_BACK)


ASIDE: Final = ThreadPoolExecutor(
    1, "second-look", initializer=_step_back
)  # its thread starts with the first look


def ruled(urgency: Urgency, rule: str) -> str:
    """How the rules' verdict is known to the weights: the same rule asks in one text and hints in another."""
    return f"{urgency}:{rule}" if rule else ""


def places_of(text: str) -> tuple[NDArray[np.int64], Floats]:
    """Where the letter sequences of a text stand among `PLACES`, and how much each counts (length 1)."""
    counts = Counter(zlib.crc32(sequence.encode()) % PLACES for sequence in _sequences(fold(text).split()))
    places = np.fromiter(counts.keys(), np.int64, len(counts))
    values = 1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))
    return places, values / (float(np.linalg.norm(values)) or 1.0)


def _sequences(words: list[str]) -> Iterator[str]:
    """Letters within each word, and pairs of words: "they took" and "took them" are not the same."""
    for word in words:
        bounded = f" {word} "
        for size in range(SHORTEST, LONGEST + 1):
            yield from (bounded[start : start + size] for start in range(len(bounded) - size + 1))
    yield from (f"{one}|{next_one}" for one, next_one in pairwise(["", *words, ""]))


def centred(vector: Floats, mean: Floats) -> Floats:
    """The embedding less what all texts share, at length 1."""
    moved = vector - mean
    return moved / (np.linalg.norm(moved, axis=-1, keepdims=True) + 1e-9)


def probability(score: float) -> float:
    """The logistic function."""
    return float(1 / (1 + np.exp(-score)))
