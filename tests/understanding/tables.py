"""The tables of texts beside these tests, and what is counted on them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

from hotline.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DATA = Path(__file__).parent / "data"

type Row = dict[str, str]


def table(name: str) -> list[Row]:
    """The rows of one table, beside these tests or under `nlu_data/optout`."""
    learnt = ROOT / "nlu_data" / name
    lines = (learnt if learnt.exists() else DATA / name).read_text(encoding="utf-8").splitlines()
    return [cast("Row", json.loads(line)) for line in lines]


def share(rows: Iterable[Row], holds: Callable[[Row], bool]) -> float:
    """The part of the rows for which something holds; an empty table proves nothing and is an error."""
    found = [holds(row) for row in rows]
    assert found
    return sum(found) / len(found)
