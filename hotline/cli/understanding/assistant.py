"""The line's understanding for commands that read files: the running stack's, or one of their own."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import time
from typing import TYPE_CHECKING, Any, Final, Self, TextIO

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)

from hotline.cli.terminal import err
from hotline.errors import DialogueUnavailable, InputError

if TYPE_CHECKING:
    from pathlib import Path

    from hotline.conversation.understanding import Understanding

AT_ONCE: Final = 4
TRIES: Final = 3
PATIENCE: Final = 20.0  # seconds a line of a file may wait for Rasa; a resident waits 2.5


def read_rows(file: Path) -> list[tuple[int, dict[str, Any]]]:
    """The lines of a JSONL file ("-" for standard input), each with its number; blank ones are skipped.

    Raises:
        InputError: a line is not JSON, or has no "text"; names the line.
    """
    if str(file) == "-":
        return _rows(sys.stdin)
    with file.open(encoding="utf-8") as lines:
        return _rows(lines)


def _rows(lines: TextIO) -> list[tuple[int, dict[str, Any]]]:
    rows: list[tuple[int, dict[str, Any]]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            raise InputError(f"Line {number} is not JSON.") from None
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise InputError(f'Line {number} has no "text".')
        rows.append((number, row))
    return rows


def progress() -> Progress:
    """A moving bar on a terminal, nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)


class Assistant:
    """The understanding of a running stack, or of one that it starts for the occasion."""

    async def __aenter__(self) -> Self:
        from hotline.content import Library
        from hotline.conversation.interpret_models import Models
        from hotline.settings import load_settings
        from hotline.stack.borrow import borrowed_rasa
        from hotline.understanding.crisis.second_look import CrisisModel
        from hotline.understanding.dialogue import RasaDialogue
        from hotline.understanding.embedding import Embedder
        from hotline.understanding.intake import Intake
        from hotline.understanding.language import LanguageGuesser
        from hotline.understanding.optout.second_look import OptOutModel
        from hotline.understanding.urgent.second_look import UrgencyModel

        settings = load_settings()
        library = Library.load(settings.content_dir, settings.city)
        self._intake = Intake(settings.content_dir / "triage", library.city)
        self._guesser = LanguageGuesser()
        learnt, embedder = settings.content_dir / "triage", Embedder.load()
        self._models = Models(
            UrgencyModel.load(learnt / "urgency.npz", embedder),
            OptOutModel.load(learnt / "wishes.npz", embedder),
            CrisisModel.load(learnt / "crisis.npz", embedder),
        )
        self._rasa = borrowed_rasa(settings)
        self._dialogue = RasaDialogue(await self._rasa.__aenter__(), PATIENCE)
        self._slots = asyncio.Semaphore(AT_ONCE)
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self._dialogue.close()
        await self._rasa.__aexit__(None, None, None)

    async def understand(self, words: str) -> Understanding:
        """Understand one text, with a person of its own: no history leaks from line to line."""
        from hotline.conversation.understanding import understand

        async with self._slots:
            for attempt in range(1, TRIES + 1):
                try:
                    return await understand(
                        words,
                        intake=self._intake,
                        guesser=self._guesser,
                        models=self._models,
                        dialogue=self._dialogue,
                        person=_nobody(),
                    )
                except DialogueUnavailable:
                    if attempt == TRIES:
                        raise
                    await asyncio.sleep(attempt)
        raise AssertionError

    def rules(self, words: str) -> float:
        """Milliseconds that the webhook's part of the reading takes: mask, triage, place."""
        begun = time.perf_counter()
        self._intake.read(words)
        return (time.perf_counter() - begun) * 1000


def _nobody() -> str:
    return "classify" + secrets.token_hex(9)
