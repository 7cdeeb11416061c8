"""People who text the webhook, signed as Twilio signs."""

from __future__ import annotations

import asyncio
import time
from itertools import count
from typing import TYPE_CHECKING, Final

from benchmarks.harness import texts
from hotline.errors import HotlineError

if TYPE_CHECKING:
    import aiohttp

    from benchmarks.harness.carrier import Carrier

PATIENCE: Final = 10.0  # seconds a resident waits before asking again
FIRST_PHONE: Final = 500_000


class Residents:
    """Posts texts, and plays people who ask again as soon as they are answered."""

    def __init__(self, session: aiohttp.ClientSession, carrier: Carrier, url: str) -> None:
        self._session = session
        self._carrier = carrier
        self._url = url
        self._sids = count(1)

    async def text(self, phone: str, words: str) -> float:
        """Text the line; `time.perf_counter()` from just before the POST.

        Raises:
            HotlineError: the webhook did not take it.
        """
        request = texts.signed(self._url, texts.form(next(self._sids), phone, words))
        begun = time.perf_counter()
        async with self._session.post(self._url, data=request.body, headers=request.headers) as answer:
            await answer.read()
        if answer.status != 200:
            raise HotlineError(f"The webhook answered {answer.status} to a text of the benchmark.")
        return begun

    async def trickle(self, rate: float) -> None:
        """Ordinary questions of ever new people, so many a second, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for number in count():
                phone = texts.phone(FIRST_PHONE + number)
                group.create_task(self.text(phone, texts.question(number * 37)))
                await asyncio.sleep(1 / rate)

    async def ask(self, residents: int) -> None:
        """So many people ask ordinary questions without pause, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for number in range(residents):
                group.create_task(self._ask_on(number))

    async def _ask_on(self, number: int) -> None:
        phone = texts.phone(FIRST_PHONE + number)
        for place in count():
            answered = asyncio.ensure_future(self._carrier.next_text(phone, PATIENCE))
            await self.text(phone, texts.question(number * 37 + place))
            await answered
