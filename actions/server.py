"""The internal port: Rasa's action endpoint, Prometheus metrics, health."""

from __future__ import annotations

import json
import os
import zlib
from typing import TYPE_CHECKING, Any, Final

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions.answer_question import AnswerQuestion
from actions.ask_raid_status import AskRaidStatus
from actions.follow_up import FollowUp
from actions.line_control import LineControl
from actions.offer_choices import OfferChoices
from actions.report_raid import ReportRaid
from actions.small_talk import SmallTalk
from actions.talk_to_human import TalkToHuman

if TYPE_CHECKING:
    from hotline.content import Library

GOALS: Final = (
    AnswerQuestion,
    FollowUp,
    ReportRaid,
    AskRaidStatus,
    TalkToHuman,
    SmallTalk,
    OfferChoices,
    LineControl,
)
LARGEST_CALL: Final = 1 << 20  # bytes; a call carries one short tracker

log = structlog.get_logger()


def executor_for(library: Library) -> ActionExecutor:
    """The SDK's executor with our goals, and nothing it would find by itself."""
    executor = ActionExecutor()
    for goal in GOALS:
        executor.register_action(goal(library))
    return executor


def build_app(library: Library) -> FastAPI:
    """The app of the internal port."""
    app = FastAPI(title="Santuario, internal port", docs_url=None, redoc_url=None, openapi_url=None)
    executor = executor_for(library)

    async def webhook(request: Request) -> Response:
        return await _run(executor, request)

    async def health() -> dict[str, object]:
        return {"status": "ok", "actions": sorted(executor.actions)}

    app.add_api_route("/webhook", webhook, methods=["POST"], response_model=None)
    app.add_api_route("/health", health, methods=["GET"])
    app.add_api_route("/metrics", _metrics, methods=["GET"], response_model=None)
    return app


async def _run(executor: ActionExecutor, request: Request) -> Response:
    """Run one action; an error names the action, never what was in the call."""
    try:
        call = _parse(await request.body(), request.headers.get("content-encoding", ""))
    except (ValueError, zlib.error):
        return JSONResponse({"error": "The body is not an action call."}, status_code=400)
    call.setdefault("domain", {})  # Rasa 3.6 sends none to selective endpoints, and the SDK insists on one
    name = str(call.get("next_action", ""))
    try:
        result = await executor.run(call)
    except ActionExecutionRejection as error:
        return JSONResponse({"error": error.message, "action_name": error.action_name}, status_code=400)
    except ActionNotFoundException as error:
        return JSONResponse({"error": error.message, "action_name": error.action_name}, status_code=404)
    except Exception as error:  # noqa: BLE001 - the server's own report would quote the call, and with it the text
        log.error("action failed", action=name, error=type(error).__name__)
        return JSONResponse({"error": "The action failed.", "action_name": name}, status_code=500)
    return JSONResponse(result.model_dump() if result else None)


def _parse(body: bytes, encoding: str) -> dict[str, Any]:
    """Read an action call, which Rasa may have compressed.

    Raises:
        ValueError: too large, not JSON, or not an object.
        zlib.error: damaged.
    """
    if encoding == "deflate":
        inflater = zlib.decompressobj()
        body = inflater.decompress(body, LARGEST_CALL + 1)
    if len(body) > LARGEST_CALL:
        raise ValueError("too large")
    call = json.loads(body)
    if not isinstance(call, dict) or not isinstance(call.get("tracker"), dict):
        raise ValueError("no tracker")  # noqa: TRY004 - to the caller it is one kind of bad body
    return call


async def _metrics() -> Response:
    """All processes' metrics where they share a folder, this process's otherwise."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
