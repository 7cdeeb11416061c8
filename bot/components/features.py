"""A text as weighted letter sequences or words: rare ones count more, and every text counts the same."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = r"[\w']+|[?$]"


def letters_of(shortest: int, longest: int) -> Callable[[str], list[str]]:
    """Splits a text into letter sequences that do not cross word borders."""
    return CountVectorizer(
        analyzer="char_wb", ngram_range=(shortest, longest), lowercase=False
    ).build_analyzer()


def words_of(shortest: int, longest: int) -> Callable[[str], list[str]]:
    """Splits a text into sequences of words."""
    return CountVectorizer(
        token_pattern=WORDS, ngram_range=(shortest, longest), lowercase=False
    ).build_analyzer()


class View:
    """One way to look at a text: its splitter, what it knows, and how telling each of these is.

    scikit-learn's TfidfVectorizer computes the same; for one text at a time its checks cost ten times
    as much as the counting.
    """

    def __init__(self, split: Callable[[str], list[str]], weight: float) -> None:
        self.split = split
        self.weight = weight
        self.places: dict[str, int] = {}
        self.telling = np.empty(0, np.float32)  # inverse document frequency, by place

    def learn(self, texts: list[str]) -> None:
        """Remember every sequence and how many of the texts have it."""
        seen = Counter(sequence for text in texts for sequence in set(self.split(text)))
        self.restore(sorted(seen), np.empty(0))
        frequency = np.array([seen[sequence] for sequence in self.places], np.float32)
        self.telling = (np.log((1 + len(texts)) / (1 + frequency)) + 1).astype(np.float32)

    def restore(self, sequences: list[str], telling: np.ndarray) -> None:
        """Take what an earlier `learn` found."""
        self.places = {sequence: place for place, sequence in enumerate(sequences)}
        self.telling = telling

    def row(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """Places and weights of what is known in a text; as a vector the weights are `weight` long."""
        found = Counter(place for one in self.split(text) if (place := self.places.get(one)) is not None)
        places = np.fromiter(found.keys(), np.int32, len(found))
        counts = np.fromiter(found.values(), np.float32, len(found))
        values = (1 + np.log(counts)) * self.telling[places]
        length = float(np.sqrt(values @ values)) or 1.0
        return places, values * (self.weight / length)

    def matrix(self, texts: list[str]) -> csr_matrix:
        """The rows of many texts."""
        rows = [self.row(text) for text in texts]
        starts = np.cumsum([0, *(len(places) for places, _ in rows)])
        places, values = (np.concatenate(parts) for parts in zip(*rows, strict=True))
        return csr_matrix((values, places, starts), shape=(len(texts), len(self.places)))
