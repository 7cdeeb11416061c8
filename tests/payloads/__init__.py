"""Forms as Twilio sends them, each with what must become of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Payload:
    """One request of a table in this folder.

    Attributes:
        label: the promise, in words.
        form: request body, byte for byte (latin-1 stands for raw bytes).
        status: HTTP status of the answer.
        stored: fields of what is kept, when it is accepted.
        reason: body of the answer, when it is refused.
    """

    label: str
    form: str
    status: int
    stored: dict[str, Any] = field(default_factory=dict[str, Any])
    reason: str = ""


def payloads() -> list[Payload]:
    """All rows of all tables, each under its table's name and its own.

    Raises:
        AssertionError: two rows of a table have the same label.
    """
    rows: list[Payload] = []
    for path in sorted(Path(__file__).parent.glob("*.yml")):
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
        rows += [Payload(**row | {"label": f"{path.stem}: {row['label']}"}) for row in table]
    assert len({row.label for row in rows}) == len(rows), "two payloads have the same label"
    return rows
