"""Embeddings of the training texts, kept in a file, so that training does not compute them again."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bot.components.encoders import unit

if TYPE_CHECKING:
    from bot.components.encoders import Encoder

FILE = Path(__file__).resolve().parents[1] / "embeddings.npz"
STEPS = 127  # a number is kept in one byte; what that loses is less than the engine's own four bits


class Remembered:
    """An encoder that computes only what is not in its file."""

    def __init__(self, encoder: Encoder, file: Path = FILE) -> None:
        self._encoder = encoder
        self._rows: dict[int, np.ndarray] = {}
        self.computed = 0
        if file.exists():
            with np.load(file, allow_pickle=False) as kept:
                self._rows = dict(zip(kept["keys"].tolist(), kept["rows"], strict=True))

    def vectors(self, texts: list[str]) -> np.ndarray:
        """One row for each text, as a file would give it back: the same text always gets the same row."""
        for text in self.missing(texts):
            self._rows[key(text)] = to_bytes(self._encoder.vectors([text])[0])
            self.computed += 1
        return unit(np.stack([self._rows[key(text)] for text in texts]).astype(np.float32))

    def missing(self, texts: list[str]) -> list[str]:
        """The texts that would have to be computed."""
        return sorted({text for text in texts if key(text) not in self._rows})

    def save(self, texts: list[str], file: Path = FILE) -> None:
        """Keep the rows of these texts and no others."""
        self.vectors(texts)
        keys = sorted({key(text) for text in texts})
        np.savez(file, keys=np.array(keys, np.uint64), rows=np.stack([self._rows[one] for one in keys]))


def key(text: str) -> int:
    """64 bits that stand for a text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def to_bytes(row: np.ndarray) -> np.ndarray:
    """One byte for each number; the length is lost, the direction stays."""
    return np.round(row * (STEPS / np.abs(row).max())).astype(np.int8)
