"""What the readers make of one text, asked one after the other until the answer is beyond doubt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bot.components.readers import log_shares

if TYPE_CHECKING:
    from bot.components.readers import Reader

# How much each reader's opinion weighs, whichever of them are here; a sum above or below one sharpens or
# calms the blend, so that a probability of 0.8 is right four times in five. Chosen by likelihood on the
# development set and on parts of the examples held out in turn; figures in bot/README.md.
WEIGHTS = {
    ("counts",): (1.6,),
    ("counts", "use"): (0.7, 1.0),
    ("counts", "e5"): (0.6, 1.0),
    ("counts", "use", "e5"): (0.45, 0.6, 0.7),
}
SLOW = ("e5",)  # not asked by `first_look`


class Opinion:
    """Grows with every reader that is asked."""

    def __init__(self, readers: list[Reader], leaning: np.ndarray, settled: dict[str, float]) -> None:
        self._readers = readers
        self._leaning = leaning
        self._settled = settled
        self._heard: list[np.ndarray] = []

    @property
    def final(self) -> bool:
        """Whether nobody has to be asked any more."""
        asked = len(self._heard)
        if asked in (0, len(self._readers)):
            return asked > 0
        return float(self.likely().max()) >= self._settled[self._readers[asked - 1].name]

    def first_look(self, text: str) -> None:
        """Ask the quick readers, as long as there is doubt."""
        self._ask(text, [one for one in self._readers if one.name not in SLOW])

    def finish(self, text: str) -> np.ndarray:
        """Ask whoever is needed; returns the probability of each topic."""
        self._ask(text, self._readers)
        return self.likely()

    def likely(self) -> np.ndarray:
        """The probability of each topic, as far as it has been read."""
        asked = tuple(one.name for one in self._readers[: len(self._heard)])
        blend = sum(weight * said for weight, said in zip(WEIGHTS[asked], self._heard, strict=True))
        return np.exp(log_shares(blend + self._leaning))

    def _ask(self, text: str, readers: list[Reader]) -> None:
        while not self.final and len(self._heard) < len(readers):
            self._heard.append(readers[len(self._heard)].scores(text))
