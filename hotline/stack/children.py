"""One child process of the stack: its own process group, its log, its end."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from hotline.settings import ROOT
from hotline.stack import tether

if TYPE_CHECKING:
    from hotline.stack.processes import Process

LOG_BYTES = 10_000_000
AFTER_KILL_SECONDS = 0.5  # a zombie process never ends: do not wait for it
TETHER = Path(tether.__file__)


def rotate(log: Path, limit: int = LOG_BYTES) -> None:
    """Keep one older part of a log that has grown over the limit; its writer goes on in the same file."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > limit:
            shutil.copyfile(log, log.with_suffix(".log.1"))
            with log.open("r+b") as file:  # the writer's descriptor appends, so it continues at the new end
                file.truncate(0)


class Tether:
    """Our end of the watcher that ends all groups should this process be killed; see `tether`."""

    def __init__(self, grace: float) -> None:
        self._watcher = subprocess.Popen(  # noqa: S603 - our own file
            [sys.executable, "-I", "-S", str(TETHER), str(grace)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._watcher as watcher:
            if watcher.stdin:
                with contextlib.suppress(OSError):
                    watcher.stdin.close()

    def watch(self, group: int) -> None:
        """End this group when we are gone."""
        self._tell(group)

    def forget(self, group: int) -> None:
        """This group has ended; its number may be given to others."""
        self._tell(-group)

    def _tell(self, number: int) -> None:
        with contextlib.suppress(OSError):  # the watcher was killed: children still have their death signal
            if self._watcher.stdin:
                self._watcher.stdin.write(b"%d\n" % number)
                self._watcher.stdin.flush()


class Child:
    """A process of the table, started any number of times.

    Attributes:
        ready: whether it passed its gate in this life.
        settled: set once it was ready, or once nobody shall wait for it any longer.

    Args:
        process: its row of the table.
        command: how this machine runs it.
        environment: all of its variables.
        logs: folder of the logs.
        inherit: file descriptors that stay open in it.
    """

    def __init__(
        self,
        process: Process,
        command: list[str],
        environment: dict[str, str],
        logs: Path,
        inherit: tuple[int, ...] = (),
    ) -> None:
        self.process = process
        self.log = logs / f"{process.name}.log"
        self.ready = False
        self.settled = asyncio.Event()
        self._command = command
        self._environment = environment
        self._inherit = inherit
        self._running: asyncio.subprocess.Process | None = None

    @property
    def group(self) -> int:
        """Its process group, which is the first process's id; 0 before the first start."""
        return self._running.pid if self._running else 0

    @property
    def is_running(self) -> bool:
        """Whether its first process has not ended."""
        return self._running is not None and self._running.returncode is None

    async def start(self, tie: Tether) -> None:
        """Start it.

        Raises:
            OSError: the program is not there or may not run.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        rotate(self.log)
        with self.log.open("ab") as log:
            log.write(f"-- started {time.strftime('%Y-%m-%dT%H:%M:%S%z')}\n".encode())
            log.flush()
            self._running = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=self._inherit,
                preexec_fn=tether.tied(),
            )
        tie.watch(self.group)

    async def ended(self) -> str:
        """Wait for its end and say it in words."""
        if self._running is None:
            return "never ran"
        code = await self._running.wait()
        if code < 0:
            return f"was killed ({signal.Signals(-code).name})"
        return f"ended with code {code}"

    async def end(self, tie: Tether, grace: float) -> None:
        """End it and everything it started: SIGTERM, then SIGKILL when the grace (seconds) is over."""
        if not self.group:
            return
        tether.signal_group(self.group, signal.SIGTERM)
        if not await self._gone(grace):
            tether.signal_group(self.group, signal.SIGKILL)
            await self._gone(AFTER_KILL_SECONDS)
        tie.forget(self.group)

    def kill(self) -> None:
        """End it and everything it started at once."""
        if self.group:
            tether.signal_group(self.group, signal.SIGKILL)

    async def _gone(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self.is_running or tether.group_lives(self.group):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.02)
        return True
