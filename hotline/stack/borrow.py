"""Some processes for the time of one command or test, on free ports, with a Redis of their own."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rich.console import Console

from hotline.errors import DialogueUnavailable
from hotline.stack.embedded import free_port
from hotline.stack.gates import answers_http
from hotline.stack.line import children, embedded, logs_of
from hotline.stack.processes import LOOPBACK, processes
from hotline.stack.screen import TerminalScreen
from hotline.stack.supervisor import Screen, Supervisor
from hotline.stack.training import train

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection

    from hotline.settings import Settings


class Whisper:
    """The moving line alone: a command that borrows has its own things to say."""

    def __init__(self) -> None:
        self._screen = TerminalScreen(Console(stderr=True))
        self.starting = self._screen.starting
        self.stage = self._screen.stage
        self.done = self._screen.done

    def say(self, sentence: str) -> None:
        """Nothing: what fails is raised."""


@contextlib.asynccontextmanager
async def borrowed_rasa(settings: Settings) -> AsyncGenerator[str]:
    """Address of the assistant: of the running stack's, else of one that runs while the block does.

    Raises:
        HotlineError: it is on another machine and does not answer, or it does not start here.
    """
    if await answers_http(f"{settings.rasa_url}/health"):
        yield settings.rasa_url
        return
    if urlsplit(settings.rasa_url).hostname not in LOOPBACK:
        raise DialogueUnavailable("Rasa does not answer at RASA_URL: start it, or unset RASA_URL.")
    screen = Whisper()
    logs = logs_of(settings)
    await asyncio.to_thread(train, logs / "train.log", screen)
    with tempfile.TemporaryDirectory(prefix="hotline-") as folder:
        alone = settings.model_copy(update={"data_dir": Path(folder), "redis_url": ""})
        async with borrowed(alone, ("actions", "rasa"), screen) as live:
            yield live.rasa_url


@contextlib.asynccontextmanager
async def borrowed(settings: Settings, names: Collection[str], screen: Screen) -> AsyncGenerator[Settings]:
    """These processes, while the block runs; the settings it yields lead to them.

    Raises:
        HotlineError: one of them does not start.
    """
    moved = {
        "hotline_port": free_port(),
        "hotline_internal_port": free_port(),
        "simulator_port": free_port(),
        "rasa_url": f"http://127.0.0.1:{free_port()}",
    }
    with embedded(settings.model_copy(update=moved)) as (live, redis):
        rows = [replace(row, vital=True) for row in processes(live, simulator=True) if row.name in names]
        supervisor = Supervisor(children(live, rows, redis), screen)
        ready = asyncio.Event()

        async def announce() -> None:
            ready.set()

        running = asyncio.create_task(supervisor.run(announce, signals=False))
        waiting = asyncio.create_task(ready.wait())
        try:
            await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                await running
            yield live
        finally:
            waiting.cancel()
            supervisor.stop()
            await asyncio.wait({running})
