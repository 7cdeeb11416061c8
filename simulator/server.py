"""The HTTP server of the simulator: uvicorn, with a way for a route to break its connection."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any, Final, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from starlette.applications import Starlette

TRANSPORT: Final = "simulator.transport"
GRACE: Final = 2  # seconds that open pages have to let go at shutdown


class OpenProtocol(HttpToolsProtocol):
    """uvicorn's own protocol, with the connection in reach of the application."""

    def on_message_begin(self) -> None:
        """Begin a request, the transport in its scope."""
        super().on_message_begin()
        cast("dict[str, Any]", self.scope)[TRANSPORT] = self.transport


def serve(app: Starlette, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM, then exit with 0. No access log: its lines would carry phone numbers."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=OpenProtocol,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=GRACE,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)  # uvicorn raises the signal once more when it is done
    uvicorn.Server(config).run()


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit(0)
