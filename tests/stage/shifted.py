"""The webhook by a clock that a test moves on: `python -m tests.stage.shifted FILE`, seconds in a file."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

from hotline.cli import run
from hotline.runtime import Runtime


def ahead(file: Path) -> float:
    """Now, and as many seconds more as the file says."""
    return time.time() + float(file.read_text())


if __name__ == "__main__":
    Runtime.open = partial(Runtime.open, clock=partial(ahead, Path(sys.argv[1])))
    run.webhook()
