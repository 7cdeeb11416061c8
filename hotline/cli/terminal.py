"""What every command has: where it prints, and the service it works with."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hotline.runtime import Runtime

out = Console()
err = Console(stderr=True)


def with_runtime[T](work: Callable[[Runtime], Awaitable[T]]) -> T:
    """Connect, do one piece of work, disconnect.

    Raises:
        HotlineError: as one sentence.
    """
    from hotline.runtime import Runtime

    async def run() -> T:
        runtime = Runtime.open()
        try:
            await runtime.key.compare()
            return await work(runtime)
        finally:
            await runtime.close()

    return asyncio.run(run())
