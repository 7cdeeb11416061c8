"""Rasa's REST channel with the model loaded, and the two health routes; started by serve.py."""

from __future__ import annotations

import os
import sys
from functools import partial
from hmac import compare_digest
from typing import TYPE_CHECKING

from rasa.core.run import close_resources, configure_app, create_http_input_channels, load_agent_on_start
from rasa.core.utils import AvailableEndpoints
from sanic import response

from bot import faster, quiet
from bot.fingerprint import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from sanic import Sanic
    from sanic.request import Request
    from sanic.response import HTTPResponse

    from bot.beside import RestBeside


def serve(model: Path, host: str, port: int) -> int:
    """Serve until stopped; returns the exit code, 1 when the model could not be loaded."""
    quiet.while_starting()
    faster.apply()
    app = build_app(model)
    app.run(host=host, port=port, workers=1, access_log=False)
    return 0 if _ready(app) else 1


def build_app(model: Path) -> Sanic:
    """The app; its model is loaded before the first request is taken.

    Rasa's HTTP API is left out: it can load another model and read conversations.
    """
    (channel,) = create_http_input_channels(None, str(ROOT / "credentials.yml"))
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    app = configure_app([channel], enable_api=False, endpoints=endpoints)
    app.register_listener(partial(load_agent_on_start, str(model), endpoints, None), "before_server_start")
    app.register_listener(partial(_announce, model, channel), "after_server_start")
    app.register_listener(close_resources, "after_server_stop")
    app.add_route(_health, "/health")
    app.add_route(partial(_status, model), "/status", name="status")
    return app


def _ready(app: Sanic) -> bool:
    agent = getattr(app.ctx, "agent", None)
    return agent is not None and agent.is_ready()


async def _announce(model: Path, channel: RestBeside, app: Sanic, _: object) -> None:
    if not _ready(app):
        print(
            f"The assistant {model.name} could not be loaded; delete it and run `make train`.",
            file=sys.stderr,
        )
        app.stop()
        return
    channel.take(app.ctx.agent)
    quiet.while_serving()
    print(f"ready {model.name}", flush=True)


async def _health(request: Request) -> HTTPResponse:
    ready = _ready(request.app)
    return response.json({"ready": ready}, status=200 if ready else 503)


async def _status(model: Path, request: Request) -> HTTPResponse:
    token = os.environ.get("RASA_TOKEN", "")
    if not token or not compare_digest(request.args.get("token", "").encode(), token.encode()):
        return response.json({"error": "RASA_TOKEN is needed."}, status=403)
    return response.json({"model": model.name, "ready": _ready(request.app)})
