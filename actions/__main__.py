"""`python -m actions`: the internal port of this installation."""

from __future__ import annotations

import os
import sys

import uvicorn

from actions.server import build_app
from hotline.content import Library
from hotline.errors import HotlineError
from hotline.settings import load_settings

STEP_BACK = 10  # of niceness: the urgent path, which needs no assistant, takes the processor first


def main() -> int:
    """Serve until stopped; returns the exit code."""
    try:
        settings = load_settings()
        library = Library.load(settings.content_dir, settings.city)
    except HotlineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    os.nice(STEP_BACK)
    uvicorn.run(
        build_app(library),
        host=settings.hotline_internal_host,
        port=settings.hotline_internal_port,
        access_log=False,
        log_level="warning",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
