"""One program of ours in a process of its own, for as long as a block lasts."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from hotline.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

START_SECONDS = 20.0


@contextmanager
def program(command: Sequence[str], health: str, **variables: str) -> Generator[None]:
    """Start it, wait until `health` answers, and end it afterwards.

    Raises:
        AssertionError: it did not start.
    """
    process = subprocess.Popen(
        command, env=os.environ | variables, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(health):
            assert process.poll() is None, "it ended at its start"
            assert time.monotonic() < deadline, "it did not start in time"
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=1) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False
