"""The FastAPI application. Twilio's routes are raw Starlette routes on it: milliseconds count there."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.routing import Route

from hotline.runtime import Runtime, set_up_logging
from hotline.settings import Settings, load_settings
from webhook.console import ConsoleRoutes
from webhook.health import HealthRoutes
from webhook.twilio import TwilioRoutes

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


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
        console = ConsoleRoutes(runtime)
        app.router.routes += [
            Route("/twilio/inbound", twilio.inbound, methods=["POST"]),
            Route("/twilio/status", twilio.status, methods=["POST"]),
            Route("/health/live", health.live, methods=["GET"]),
            Route("/health/ready", health.ready, methods=["GET"]),
            Route("/console", console.board, methods=["GET"]),
        ]
        app.state.runtime = runtime
        yield
        await runtime.close()

    # No schema and no documentation pages: nothing here is for a browser but the console.
    return FastAPI(lifespan=lifespan, openapi_url=None, docs_url=None, redoc_url=None)
