"""The FastAPI application. Twilio's routes are raw Starlette routes on it: milliseconds count there."""

from __future__ import annotations

import gc
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, override

from fastapi import FastAPI
from starlette.requests import Request
from starlette.routing import Route

from hotline.runtime import Runtime, set_up_logging
from hotline.settings import Settings, load_settings
from webhook.console.alerts import ALERTS, AlertRoutes
from webhook.console.board import BoardRoutes
from webhook.health import HealthRoutes
from webhook.photos import PhotoRoutes
from webhook.twilio import TwilioRoutes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    type Handler = Callable[[Request], Awaitable[Response]]


class Door(FastAPI):
    """FastAPI, with Twilio's routes in front of its middlewares and router, which would cost them a tenth."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.direct: dict[str, Handler] = {}

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = self.direct.get(scope["path"]) if scope["type"] == "http" else None
        if handler is None or scope["method"] != "POST":
            await super().__call__(scope, receive, send)
            return
        response = await handler(Request(scope, receive))
        await response(scope, receive, send)


def create_app(settings: Settings | None = None) -> FastAPI:
    """The public application.

    Raises (at start-up):
        SettingsError: a setting is missing or wrong.
        ContentError: a content file is malformed.
    """
    chosen = settings or load_settings()
    set_up_logging(chosen)

    @asynccontextmanager
    async def lifespan(app: Door) -> AsyncGenerator[None]:
        runtime = Runtime.open(chosen)
        twilio, health = TwilioRoutes(runtime, runtime.intake()), HealthRoutes(runtime)
        board, alerts = BoardRoutes(runtime), AlertRoutes(runtime)
        app.router.routes += [  # Twilio's two once more: other methods get their 405
            Route("/twilio/inbound", twilio.inbound, methods=["POST"]),
            Route("/twilio/status", twilio.status, methods=["POST"]),
            Route("/health/live", health.live, methods=["GET"]),
            Route("/health/ready", health.ready, methods=["GET"]),
            Route("/photos/{token}", PhotoRoutes(runtime).show, methods=["GET"]),
            Route("/console", board.page(board.board), methods=["GET"]),
            Route("/console/take", board.form(board.take), methods=["POST"]),
            Route("/console/live.js", alerts.page(alerts.script), methods=["GET"]),
            Route(ALERTS, alerts.page(alerts.all), methods=["GET"]),
            Route(f"{ALERTS}/new", alerts.page(alerts.new), methods=["GET"]),
            Route(f"{ALERTS}/confirm", alerts.form(alerts.confirm), methods=["POST"]),
            Route(f"{ALERTS}/code", alerts.form(alerts.code), methods=["POST"]),
            Route(f"{ALERTS}/do", alerts.form(alerts.do), methods=["POST"]),
            Route(ALERTS + "/{id}", alerts.page(alerts.one), methods=["GET"]),
            Route(ALERTS + "/{id}/drill", alerts.page(alerts.drilled), methods=["GET"]),
        ]
        app.direct = {"/twilio/inbound": twilio.inbound, "/twilio/status": twilio.status}
        app.state.runtime = runtime
        # Rules and libraries stay for good: to look through them again and again costs 0.1 s each time.
        gc.collect()
        gc.freeze()
        yield
        await runtime.close()

    # No schema and no documentation pages: nothing here is for a browser but the console.
    return Door(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
