"""Trains the assistant when content or data have changed, with one progress bar."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hotline.errors import HotlineError
from hotline.settings import ROOT
from hotline.stack.processes import BOT_PYTHON
from hotline.stack.tether import signal_group, tied

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TRAIN = (BOT_PYTHON, "bot/train.py", "--log")
_STAGE = re.compile(r"stage (\d+)/(\d+) (.+)")


class Stages(Protocol):
    """Where the stages are shown."""

    def stage(self, number: int, total: int, words: str) -> None:
        """A stage has begun."""
        ...

    def done(self) -> None:
        """Nothing is under way any more."""
        ...


@dataclass(frozen=True)
class Trained:
    """What training came to; `fresh` is false when the model was up to date."""

    fresh: bool
    seconds: float


def train(log: Path, stages: Stages, command: Sequence[str] = TRAIN) -> Trained:
    """Train if needed; an up-to-date model costs a fraction of a second.

    Raises:
        HotlineError: the assistant's environment is not installed, or training failed; names the log.
    """
    program, *rest = [*command, str(log)]
    if not (ROOT / program).exists():
        raise HotlineError("The assistant's environment is not installed: run make install.")
    begun = time.monotonic()
    with subprocess.Popen(  # noqa: S603 - our own script
        [str(ROOT / program), *rest],
        cwd=ROOT,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=tied(),  # noqa: PLW1509 - one prctl call, prepared before the fork
    ) as running:
        try:
            fresh = _follow(running, stages)
            complaint = running.stderr.read().strip() if running.stderr else ""
        except BaseException:  # Ctrl-C too: nothing is left of it
            signal_group(running.pid, signal.SIGKILL)
            raise
        finally:
            stages.done()
    if running.returncode:
        raise HotlineError(complaint.splitlines()[-1] if complaint else f"Training failed; see {log}.")
    return Trained(fresh, time.monotonic() - begun)


def _follow(running: subprocess.Popen[str], stages: Stages) -> bool:
    """Show each stage as it comes; whether there was any."""
    fresh = False
    for line in running.stdout or ():
        if found := _STAGE.match(line):
            fresh = True
            stages.stage(int(found[1]), int(found[2]), found[3].strip())
    running.wait()
    return fresh
