"""`hotline webhook` and `hotline worker`: the two processes of the service itself."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from hotline.settings import Settings

# Seconds an idle connection stays open. Longer than a proxy keeps its own (Caddy: 120): else it sends a text
# on one that we are just closing, and Twilio gets a 502 for it.
KEEP_ALIVE: Final = 130
app = typer.Typer()


@app.command()
def webhook() -> None:
    """Run the door: Twilio's routes, health and console, on HOTLINE_PORT."""
    import uvicorn

    from hotline.settings import load_settings
    from webhook.app import create_app

    settings = load_settings()
    asyncio.run(_prove_key(settings))
    uvicorn.run(
        create_app(settings),
        host=settings.hotline_host,
        port=settings.hotline_port,
        log_level="warning",
        access_log=False,  # an access line would carry our ids next to addresses
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=KEEP_ALIVE,
    )


@app.command()
def worker() -> None:
    """Run a worker: turns, timers, senders, housekeeping. Several may run."""
    asyncio.run(_work())


async def _prove_key(settings: Settings) -> None:
    """Another secret key than Redis was filled with: do not start. Without Redis, the first text asks."""
    from hotline.runtime import Runtime
    from hotline.store import AWAY

    runtime = Runtime.open(settings)
    try:
        with contextlib.suppress(*AWAY):
            await runtime.key.prove()
    finally:
        await runtime.close()


async def _work() -> None:
    from hotline.runtime import Runtime, set_up_logging
    from hotline.settings import load_settings
    from hotline.worker import Worker

    settings = load_settings()
    set_up_logging(settings)
    runtime = Runtime.open(settings)
    task = asyncio.create_task(Worker(runtime).run())
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await runtime.close()
