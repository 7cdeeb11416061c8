"""States and the table of moves between them; docs/architecture.md shows these tables as pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hotline.errors import MoveRefused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from enum import StrEnum


@dataclass(frozen=True)
class Moves[State: StrEnum, Move: StrEnum]:
    """Every move that is allowed.

    Attributes:
        rows: for each move the states it may be made in, and those it may lead to.
    """

    rows: Mapping[Move, tuple[tuple[State, ...], tuple[State, ...]]]

    def may(self, state: State, move: Move) -> bool:
        """Whether a move may be made in a state."""
        return state in self.rows[move][0]

    def after(self, state: State, move: Move, wanted: State | None = None) -> State:
        """The state that a move leads to: the only one there is, or the one that is wanted.

        Raises:
            MoveRefused: the table does not have it. Whoever offers a move asks `may` first.
        """
        before, found = self.rows[move]
        chosen = found[0] if wanted is None and len(found) == 1 else wanted
        if chosen is None or state not in before or chosen not in found:
            raise MoveRefused(f"{move} cannot lead from {state} to {chosen or 'any'}.")
        return chosen
