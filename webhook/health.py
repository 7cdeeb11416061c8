"""`/health/live`: this process answers. `/health/ready`: one entry a component, 503 without a needed one."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import aiohttp
from starlette.responses import JSONResponse

from hotline.store import AWAY, keys

if TYPE_CHECKING:
    from starlette.requests import Request

    from hotline.runtime import Runtime

PROBE: Final = aiohttp.ClientTimeout(total=1.5)
KEPT: Final = 1.0  # seconds: many requests together cost no more than one look
OK: Final = "ok"
DOWN: Final = "down"
NOBODY: Final = "a report would page nobody"
NOBODY_ON_CALL: Final = "nobody is on call"  # a report still pages others, step by step
# Without these a text is lost or nobody is paged. Without Rasa the line still answers by keyword.
NEEDED: Final = {"redis": {OK}, "worker": {OK}, "roster": {OK, NOBODY_ON_CALL}}


class HealthRoutes:
    """The two health routes."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._look: asyncio.Task[dict[str, str]] | None = None
        self._looked_at = 0.0

    async def live(self, _: Request) -> JSONResponse:
        """Whether this process answers at all."""
        return JSONResponse({"status": "ok"})

    async def ready(self, _: Request) -> JSONResponse:
        """Whether texts are stored, handled and answered and a report would page, component by component."""
        if self._look is None or time.monotonic() - self._looked_at >= KEPT:
            self._look, self._looked_at = asyncio.create_task(self._components()), time.monotonic()
        components = await asyncio.shield(self._look)
        ready = all(components[name] in enough for name, enough in NEEDED.items())
        status = "ok" if set(components.values()) == {OK} else "degraded" if ready else "down"
        return JSONResponse({"status": status, "components": components}, 200 if ready else 503)

    async def _components(self) -> dict[str, str]:
        settings = self._runtime.settings
        internal = f"http://{settings.hotline_internal_host}:{settings.hotline_internal_port}/health"
        names = ("redis", "worker", "roster", "rasa", "actions")
        found = await asyncio.gather(
            self._redis(),
            self._worker(),
            self._roster(),
            _answers(f"{settings.rasa_url}/"),
            _answers(internal),
        )
        return dict(zip(names, found, strict=True))

    async def _redis(self) -> str:
        return OK if await self._runtime.store.ping() else DOWN

    async def _worker(self) -> str:
        try:
            async with asyncio.timeout(1.5):
                return OK if await self._runtime.store.exists(keys.alive) else DOWN
        except (*AWAY, TimeoutError):
            return DOWN

    async def _roster(self) -> str:
        """Whether some step of the policy means a phone that may be texted."""
        try:
            async with asyncio.timeout(1.5):
                roster, stopped = await asyncio.gather(self._runtime.incidents.roster(), self._stopped())
        except (*AWAY, TimeoutError):
            return DOWN
        reached = {
            handle
            for step in self._runtime.library.city.policy
            for handle in roster.who(step.who, lang="", zone="")
            if roster.by_handle[handle].person not in stopped
        }
        if not reached:
            return NOBODY
        return OK if any(member.handle in reached for member in roster.on_call()) else NOBODY_ON_CALL

    async def _stopped(self) -> set[str]:
        """Staff who opted out of the help line."""
        people = await self._runtime.store.hkeys(keys.staff_people)
        flags = await self._runtime.store.smismember(keys.optout("hotline"), people)
        return {person for person, is_in in zip(people, flags, strict=True) if is_in}


async def _answers(url: str) -> str:
    try:
        async with aiohttp.ClientSession(timeout=PROBE) as session, session.get(url) as response:
            return OK if response.status < 500 else DOWN
    except (aiohttp.ClientError, TimeoutError, OSError):
        return DOWN
