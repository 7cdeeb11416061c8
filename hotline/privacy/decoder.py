"""The program that opens one picture: bytes in, JPEG out, within limits, with nothing of ours in reach.

`python -I -m hotline.privacy.decoder`. A picture is a stranger's bytes for a large decoder: whatever it does
there ends with this process.
"""

from __future__ import annotations

import contextlib
import os
import resource
import sys
from typing import Final

from hotline.errors import BadPicture
from hotline.privacy.pictures import cleaned

MEMORY: Final = 768 * 1024 * 1024  # bytes of address space; the largest picture that is taken needs half
CPU: Final = 10  # seconds
NICE: Final = 5  # pages go first
REFUSED: Final = 3  # exit status: no picture that we show


def _limit() -> None:
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # a system may not know one of them
            resource.setrlimit(kind, (most, most))
    os.nice(NICE)


def main() -> int:
    """Open what comes in; answers the exit status."""
    _limit()
    try:
        clean = cleaned(sys.stdin.buffer.read())
    except (BadPicture, MemoryError):
        return REFUSED
    sys.stdout.buffer.write(clean)
    return 0


if __name__ == "__main__":
    sys.exit(main())
