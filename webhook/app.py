"""The FastAPI application. Its handlers take the request as it is: Twilio signs a form, not its fields."""

from __future__ import annotations

import gc
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from fastapi import FastAPI
from starlette.routing import Route

from hotline.runtime import Runtime, set_up_logging
from hotline.settings import Settings, load_settings
from webhook.console.alerts import ALERTS, AlertRoutes
from webhook.console.board import BoardRoutes
from webhook.health import HealthRoutes
from webhook.photos import PhotoRoutes
from webhook.twilio import TwilioRoutes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from fastapi.telemetry import TelemetryConfig


# Whatever the environment says: a trace of a request or of its error may carry a number or somebody's words.
NO_TELEMETRY: Final[TelemetryConfig] = {
    "tracing": False, "metrics": False, "logs": False, "auto_configure": False,
}  # fmt: skip


def create_app(settings: Settings | None = None) -> FastAPI:
    """The public application.

    Raises (at start-up):
        SettingsError: a setting is missing or wrong.
        ContentError: a content file is malformed.
    """
    chosen = settings or load_settings()
    set_up_logging(chosen)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        runtime = Runtime.open(chosen)
        twilio, health = TwilioRoutes(runtime, runtime.intake()), HealthRoutes(runtime)
        board, alerts = BoardRoutes(runtime), AlertRoutes(runtime)
        app.router.routes += [  # the first ones are found first
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
        app.state.runtime = runtime
        # Rules and libraries stay for good: to look through them again and again costs 0.1 s each time.
        gc.collect()
        gc.freeze()
        yield
        await runtime.close()

    # No schema and no documentation pages: nothing here is for a browser but the console.
    return FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None, telemetry=NO_TELEMETRY)
