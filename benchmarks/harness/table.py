"""One table of results, for a terminal and as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from rich.table import Table as Grid

from benchmarks.harness.figures import Spread, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

type Cell = str | float | Spread


@dataclass(frozen=True)
class Reach:
    """What a figure has to reach, and whether it did."""

    words: str
    figure: float
    met: bool


@dataclass
class Table:
    """One table.

    Attributes:
        name: as on the command line.
        title: what is compared.
        columns: their heads.
        rows: as many cells as there are columns.
        reaches: what the figures have to reach.
        notes: how it was measured, a sentence each.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]] = field(default_factory=list[tuple[Cell, ...]])
    reaches: list[Reach] = field(default_factory=list[Reach])
    notes: list[str] = field(default_factory=list[str])

    @property
    def met(self) -> bool:
        """Whether everything that has to be reached is reached."""
        return all(reach.met for reach in self.reaches)

    def as_json(self) -> dict[str, Any]:
        """The table as data; a spread is an object of median, low and high."""
        rows = [dict(zip(self.columns, map(_plain, row), strict=True)) for row in self.rows]
        reaches = [asdict(reach) for reach in self.reaches]
        return {
            "name": self.name,
            "title": self.title,
            "rows": rows,
            "reaches": reaches,
            "notes": self.notes,
        }

    def show(self, console: Console, machine: Sequence[str]) -> None:
        """Print it with the machine's facts under it."""
        grid = Grid(title=self.title, title_justify="left", title_style="bold")
        for place, head in enumerate(self.columns):
            grid.add_column(head, justify="right" if place else "left")
        for row in self.rows:
            grid.add_row(*(_words(cell) for cell in row))
        console.print(grid)
        for reach in self.reaches:
            console.print(_verdict(reach), highlight=False)
        for note in [*self.notes, f"Again: python -m benchmarks {self.name}", *machine]:
            console.print(f"  {note}", highlight=False, markup=False, soft_wrap=True)
        console.print()


def _plain(cell: Cell) -> str | float | dict[str, float]:
    return asdict(cell) if isinstance(cell, Spread) else cell


def _words(cell: Cell) -> str:
    return shown(cell) if isinstance(cell, int | float) else str(cell)


def _verdict(reach: Reach) -> str:
    word = "[green]reached[/]" if reach.met else "[bold red]NOT reached[/]"
    return f"  {word}: {reach.words}, here {shown(reach.figure)}"
