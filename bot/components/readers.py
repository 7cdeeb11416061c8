"""Ways to read the topic out of a text, cheapest first: counts of letters and words, and the encoders."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import hstack
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from bot.components.encoders import encoder, unit
from bot.components.features import View, letters_of, words_of
from bot.components.normalise import normalise
from bot.components.remembered import Remembered
from bot.components.wording import for_encoders

Arrays = dict[str, np.ndarray]
MARGIN = 4.0  # turns distances from a separating plane into the logarithm of odds
ENOUGH = 60  # steps of learning; twice as many change nothing on texts held out


class Counts:
    """A linear support vector machine over weighted letter and word sequences; forgives misspelling.

    Counts and embeddings do not share one classifier: there the many counts drown the few embeddings.
    """

    name = "counts"

    def __init__(self, letters: list[int], words: list[int]) -> None:
        self._views = [View(letters_of(*letters), 1.0), View(words_of(*words), 1.0)]
        self._weights = np.empty((0, 0), np.float32)  # one row for each feature, one column for each topic
        self._bias = np.empty(0, np.float32)

    def learn(self, texts: list[str], topics: list[str]) -> None:
        """Learn from examples; the columns are the topics in alphabetical order."""
        bare = [normalise(text) for text in texts]
        for view in self._views:
            view.learn(bare)
        model = LinearSVC(C=1.0, class_weight="balanced", tol=0.1, random_state=0)
        model.fit(hstack([view.matrix(bare) for view in self._views], format="csr"), topics)
        self._weights, self._bias = columns(model, MARGIN)

    def scores(self, text: str) -> np.ndarray:
        """The logarithm of each topic's probability."""
        bare = normalise(text)
        scores, offset = self._bias.copy(), 0
        for view in self._views:
            places, values = view.row(bare)
            scores += values @ self._weights[places + offset]
            offset += len(view.places)
        return log_shares(scores)

    def stored(self) -> tuple[Arrays, Any]:
        """Arrays, and what JSON keeps better."""
        telling = {f"telling{number}": view.telling for number, view in enumerate(self._views)}
        known = [list(view.places) for view in self._views]
        return {"weights": self._weights, "bias": self._bias, **telling}, known

    def restore(self, arrays: Arrays, known: Any) -> None:
        """Take what `stored` gave."""
        self._weights, self._bias = arrays["weights"], arrays["bias"]
        for number, view in enumerate(self._views):
            view.restore(known[number], arrays[f"telling{number}"])


class Sense:
    """Logistic regression over an encoder's vectors, less what all texts share."""

    def __init__(self, name: str, strength: float) -> None:
        """Use the encoder of this name; `strength` is how closely the examples are followed."""
        self.name = name
        self._strength = strength
        self._encoder = encoder(name)
        self._mean = np.empty(0, np.float32)
        self._weights = np.empty((0, 0), np.float32)
        self._bias = np.empty(0, np.float32)

    @property
    def there(self) -> bool:
        """Whether the encoder is installed here, and was when this was trained."""
        return self._encoder is not None and bool(self._bias.size)

    def learn(self, texts: list[str], topics: list[str]) -> None:
        """Learn from examples, where the encoder is installed."""
        if self._encoder is None:
            return
        source = Remembered(self._encoder) if self.name == "e5" else self._encoder
        rows = source.vectors([for_encoders(text) for text in texts])
        self._mean = rows.mean(axis=0)
        model = LogisticRegression(C=self._strength, class_weight="balanced", max_iter=ENOUGH)
        model.fit(unit(rows - self._mean), topics)
        self._weights, self._bias = columns(model)

    def scores(self, text: str) -> np.ndarray:
        """The logarithm of each topic's probability."""
        assert self._encoder is not None  # noqa: S101 - the caller has asked `there`
        row = self._encoder.vectors([for_encoders(text)])[0]
        return log_shares(unit(row - self._mean) @ self._weights + self._bias)

    def stored(self) -> tuple[Arrays, Any]:
        """Arrays, and nothing for JSON."""
        return {"mean": self._mean, "weights": self._weights, "bias": self._bias}, None

    def restore(self, arrays: Arrays, _: Any) -> None:
        """Take what `stored` gave."""
        self._mean, self._weights, self._bias = arrays["mean"], arrays["weights"], arrays["bias"]


Reader = Counts | Sense


def columns(model: LinearSVC | LogisticRegression, scale: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Weights with one column for each topic, and the bias; scikit-learn keeps one column for two topics."""
    weights, bias = model.coef_.T * scale, model.intercept_ * scale
    if len(model.classes_) == 2:
        weights, bias = np.hstack([-weights, weights]), np.array([-bias[0], bias[0]])
    return np.ascontiguousarray(weights, np.float32), bias.astype(np.float32)


def log_shares(scores: np.ndarray) -> np.ndarray:
    """Scores as logarithms of shares that sum to one."""
    moved = scores - scores.max()
    return moved - np.log(np.exp(moved).sum())
