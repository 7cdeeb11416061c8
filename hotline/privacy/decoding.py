"""Opens pictures in a separate process, so that none of them can delay the process that pages."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from typing import Final

from hotline.errors import BadPicture, HotlineError
from hotline.privacy.decoder import REFUSED

SECONDS: Final = 30.0  # a busy machine; the process's own limit of processor time comes first
# Its own doing: no picture that we show, too much processor time, a decoder that broke.
ITS_FAULT: Final = (REFUSED, -signal.SIGXCPU, -signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS)


class NotDecoded(HotlineError):
    """The machine could not do it now; the picture may be a good one."""


async def cleaned_apart(data: bytes) -> bytes:
    """`pictures.cleaned` in a process without our memory, our settings and our patience.

    Raises:
        BadPicture: it is no picture of a kind that phones send, or one that takes too much to open.
        NotDecoded: the process could not be started, or ended for another reason.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-B", "-m", "hotline.privacy.decoder",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={},
        )  # fmt: skip
    except OSError:
        raise NotDecoded("No process could be started to open a picture.") from None
    try:
        async with asyncio.timeout(SECONDS):
            clean, _ = await process.communicate(data)
    except TimeoutError:
        raise NotDecoded("A picture was not opened in time.") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode in ITS_FAULT:
        raise BadPicture("unreadable")
    if process.returncode or not clean:
        raise NotDecoded("The process that opens pictures ended early.")
    return clean
