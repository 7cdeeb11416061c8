"""What the doctor found: one line each."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final, Literal

type State = Literal["ok", "note", "wrong"]

MARKS: Final = {"ok": "✓", "note": "·", "wrong": "✗"}


@dataclass(frozen=True)
class Diagnosis:
    """One line of the examination.

    Attributes:
        part: what was looked at.
        state: ``wrong`` is needed and broken; ``note`` may stay as it is.
        words: what was found.
        remedy: what to do, empty when nothing is.
    """

    part: str
    state: State
    words: str
    remedy: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether something needed does not work."""
        return self.state == "wrong"

    def line(self) -> str:
        """For people."""
        remedy = f" → {self.remedy}" if self.remedy else ""
        return f"{MARKS[self.state]} {self.part}: {self.words}{remedy}"

    def public(self) -> dict[str, str]:
        """For programs."""
        return asdict(self)
