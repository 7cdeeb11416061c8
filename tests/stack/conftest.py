"""Fake children, real processes."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hotline.stack.children import Child
from hotline.stack.embedded import free_port
from hotline.stack.gates import Gate, answers_http
from hotline.stack.processes import Process

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

SCRIPT = Path(__file__).parent / "child.py"


class Notes:
    """A screen that remembers."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.waited_for: list[list[str]] = []

    def starting(self, names: Sequence[str]) -> None:
        self.waited_for.append(list(names))

    def say(self, sentence: str) -> None:
        self.said.append(sentence)

    def heard(self, words: str) -> bool:
        return any(words in sentence for sentence in self.said)


class Fakes:
    """Makes fake children and knows every process they ever were."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def child(
        self,
        name: str,
        *options: str,
        needs: tuple[str, ...] = (),
        vital: bool = True,
        patience: float = 20.0,
    ) -> tuple[Child, Gate]:
        port = free_port()
        command = [
            sys.executable,
            str(SCRIPT),
            "--port",
            str(port),
            "--lives",
            str(self._lives(name)),
            *options,
        ]
        process = Process(
            name, tuple(command), needs=needs, port=port, health="/", vital=vital, patience=patience
        )
        child = Child(process, command, dict(os.environ), self.folder / "logs")
        return child, lambda: answers_http(process.health_url)

    def lives(self, name: str) -> list[list[int]]:
        """Process ids of every life of a child, the child itself first."""
        try:
            return [list(map(int, line.split())) for line in self._lives(name).read_text().splitlines()]
        except FileNotFoundError:
            return []

    def running(self) -> list[int]:
        """Every process that a fake child ever was or started and that still runs."""
        names = [path.stem for path in self.folder.glob("*.lives")]
        return [pid for name in names for life in self.lives(name) for pid in life if is_running(pid)]

    def _lives(self, name: str) -> Path:
        return self.folder / f"{name}.lives"


def is_running(pid: int) -> bool:
    """Whether a process runs; a zombie that nobody reaps does not."""
    try:
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return not Path("/proc/self").exists()
    except ProcessLookupError:
        return False


async def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for something that must happen."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def fakes(tmp_path: Path) -> Fakes:
    return Fakes(tmp_path)
