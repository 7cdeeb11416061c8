"""`/health/live`: this process answers. `/health/ready`: one entry a component, 503 without a needed one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import aiohttp
from starlette.responses import JSONResponse

from hotline.store import AWAY

if TYPE_CHECKING:
    from starlette.requests import Request

    from hotline.runtime import Runtime

PROBE = aiohttp.ClientTimeout(total=1.5)
# Without these a text is lost or nobody is paged. Without Rasa the line still answers by keyword.
NEEDED = ("redis", "worker")


class HealthRoutes:
    """The two health routes."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def live(self, _: Request) -> JSONResponse:
        """Whether this process answers at all."""
        return JSONResponse({"status": "ok"})

    async def ready(self, _: Request) -> JSONResponse:
        """Whether texts are stored, handled and answered, component by component."""
        settings = self._runtime.settings
        internal = f"http://{settings.hotline_internal_host}:{settings.hotline_internal_port}/health"
        redis, worker, rasa, actions = await asyncio.gather(
            self._runtime.store.ping(), self._worker(), _answers(f"{settings.rasa_url}/"), _answers(internal)
        )
        found = {"redis": redis, "worker": worker, "rasa": rasa, "actions": actions}
        components: dict[str, Any] = {name: "ok" if well else "down" for name, well in found.items()}
        ready = all(found[name] for name in NEEDED)
        status = "ok" if all(found.values()) else "degraded" if ready else "down"
        return JSONResponse({"status": status, "components": components}, 200 if ready else 503)

    async def _worker(self) -> bool:
        try:
            async with asyncio.timeout(1.5):
                async for _ in cast("Any", self._runtime.store.redis.scan_iter("alive:*", count=1000)):
                    return True
        except (*AWAY, TimeoutError):
            return False
        return False


async def _answers(url: str) -> bool:
    try:
        async with aiohttp.ClientSession(timeout=PROBE) as session, session.get(url) as response:
            return response.status < 500
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False
