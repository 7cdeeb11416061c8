"""Draws the tables of moves into docs/architecture.md: `.venv/bin/python -m tests.pictures`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from hotline.broadcasts import states as broadcasts
from hotline.incidents import states as incidents
from hotline.settings import ROOT

if TYPE_CHECKING:
    from hotline.moves import Moves

PAGE: Final = ROOT / "docs/architecture.md"
TABLES: Final[dict[str, Moves[Any, Any]]] = {"incident": incidents.MOVES, "broadcast": broadcasts.MOVES}


def drawn(moves: Moves[Any, Any]) -> str:
    """A table as a diagram: states that the same moves leave from are one box."""
    known = dict.fromkeys(one for row in moves.rows.values() for side in row for one in side)
    boxes: dict[frozenset[str], list[str]] = {}
    for state in known:
        boxes.setdefault(frozenset(move for move in moves.rows if moves.may(state, move)), []).append(state)
    names = {state: group[0] for group in boxes.values() for state in group}
    lines = ["stateDiagram-v2"]
    lines += [f'  state "{", ".join(group)}" as {group[0]}' for group in boxes.values() if len(group) > 1]
    for move, (before, after) in moves.rows.items():
        for source in dict.fromkeys(names[state] for state in before):
            for target in dict.fromkeys(names[state] for state in after):
                meant = [state for state in after if names[state] == target]
                whole = len(meant) == list(names.values()).count(target)
                states = "" if whole else f" ({', '.join(meant)})"
                lines.append(f"  {source} --> {target} : {move}{states}")
    return "\n".join(lines)


def renewed(page: str) -> str:
    """The page with its pictures as the code has them."""
    for name, moves in TABLES.items():
        picture = f"<!-- moves: {name} -->\n```mermaid\n{drawn(moves)}\n```"
        shown = re.compile(rf"<!-- moves: {name} -->\n```mermaid\n.*?\n```", re.DOTALL)
        page = shown.sub(lambda _, picture=picture: picture, page)
    return page


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
