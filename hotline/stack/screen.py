"""What the operator sees while the stack starts: a moving line on a terminal, else plain lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Sequence


class TerminalScreen:
    """Sentences on standard output; below them one line with what is under way and for how long.

    Args:
        console: where to write; standard output unless a test says otherwise.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console()
        self._progress: Progress | None = None
        self._task: TaskID | None = None

    def say(self, sentence: str) -> None:
        """One event, on a line of its own."""
        self._console.print(sentence, highlight=False, markup=False, soft_wrap=True)

    def starting(self, names: Sequence[str]) -> None:
        """These are being waited for; none: the line goes away."""
        if names:
            self._show(f"starting {', '.join(names)}", bar=False)
        else:
            self.done()

    def stage(self, number: int, total: int, words: str) -> None:
        """A stage of something long has begun."""
        if self._console.is_terminal:
            self._show(words, bar=True, done=number - 1, total=total)
        else:
            self.say(f"{number}/{total} {words}")

    def done(self) -> None:
        """Take the moving line away."""
        if self._progress:
            self._progress.stop()
        self._progress = self._task = None

    def _show(self, words: str, *, bar: bool, done: int = 0, total: int | None = None) -> None:
        if not self._console.is_terminal:
            return
        if self._progress is None:
            columns = [BarColumn(bar_width=30)] if bar else [SpinnerColumn()]
            self._progress = Progress(
                *columns,
                TextColumn("{task.description}", markup=False),
                TimeElapsedColumn(),
                console=self._console,
                transient=True,
            )
            self._task = self._progress.add_task(words, total=total)
            self._progress.start()
        if self._task is not None:
            self._progress.update(self._task, description=words, completed=done)
