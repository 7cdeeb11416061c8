"""A carrier in this process: answers as Twilio does and notes when each create call arrived."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from aiohttp import web

if TYPE_CHECKING:
    from urllib.parse import SplitResult

API: Final = "/2010-04-01/Accounts/{account}/Messages.json"


class Arrival(NamedTuple):
    """One create call: its words, and `time.perf_counter()` when its head had come in."""

    body: str
    at: float


class Carrier:
    """Takes every text at once; in one clock with whoever posts the webhooks."""

    def __init__(self, address: SplitResult) -> None:
        app = web.Application()
        app.router.add_post(API, self._create)
        app.router.add_get(API, self._list)
        self._runner = web.AppRunner(app, access_log=None)
        self._address = address
        self._texts: defaultdict[str, list[Arrival]] = defaultdict(list)
        self._heard: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.calls = 0

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, self._address.hostname, self._address.port).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def forget(self) -> None:
        """Forget every text."""
        self._texts.clear()

    async def arrival(self, to: str, words: str, seconds: float) -> float | None:
        """When the first text to a phone that holds these words came; None if none does in this time."""
        deadline = time.perf_counter() + seconds
        while True:
            event = self._heard[to]
            event.clear()
            for text in self._texts[to]:
                if words in text.body:
                    return text.at
            try:
                async with asyncio.timeout(deadline - time.perf_counter()):
                    await event.wait()
            except TimeoutError:
                return None

    async def next_text(self, to: str, seconds: float) -> None:
        """Wait until a phone gets its next text, or until the time is over."""
        self._heard[to].clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._heard[to].wait()

    async def _create(self, request: web.Request) -> web.Response:
        at = time.perf_counter()
        form = await request.post()
        to, body = str(form["To"]), str(form["Body"])
        self._texts[to].append(Arrival(body, at))
        self._heard[to].set()
        self.calls += 1
        sid = f"SM{self.calls:032x}"
        fields = {"sid": sid, "status": "queued", "to": to, "from": str(form["From"]), "body": body}
        return web.json_response(fields, status=201)

    async def _list(self, _: web.Request) -> web.Response:
        """Nothing: no send is ever in doubt here."""
        return web.json_response({"messages": [], "next_page_uri": None, "page": 0, "page_size": 50})
