"""Signed HTTP calls to the account's webhooks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final
from urllib.parse import urldefrag, urlencode, urlsplit, urlunsplit

import aiohttp
from yarl import URL

from simulator.network.signature import sign

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.settings import Settings

TIMEOUT: Final = 15.0  # Twilio's total, facts T53
# Shorter than what web servers grant an idle connection: a reused one is not closed under the request.
KEEP_ALIVE: Final = 2.0
RETRY_PAUSE: Final = 0.2


class Caller:
    """Posts forms as Twilio does. Make it inside a running event loop."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.token
        self._signed, self._real = _origin(settings.signed_url), _origin(settings.webhook_url)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE),
            timeout=aiohttp.ClientTimeout(total=TIMEOUT),
            headers={"User-Agent": "TwilioProxy/1.1"},
        )

    async def post(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        token: str,
        to: str = "",
        retries: int = 0,
        on_5xx: bool = False,
    ) -> int:
        """Post a form.

        Args:
            url: the address that is signed.
            form: its fields.
            token: one per event, the same at every retry (`I-Twilio-Idempotency-Token`).
            to: where the request goes; empty: where `url` says, or the webhook behind the signed origin.
            retries: further tries when nothing answered.
            on_5xx: also try again after a 5xx.

        Returns:
            The HTTP status; 0 when nothing answered.
        """
        url = urldefrag(url).url
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": sign(self._token, url, form),
            "I-Twilio-Idempotency-Token": token,
        }
        target, data = to or self._behind(url), urlencode(form)
        status = await self._once(target, data, headers)
        for attempt in range(retries):
            if status and not (on_5xx and status >= 500):
                break
            await asyncio.sleep(RETRY_PAUSE * 2**attempt)
            status = await self._once(target, data, headers)
        return status

    async def _once(self, target: str, data: str, headers: dict[str, str]) -> int:
        try:
            async with self._session.post(
                URL(target, encoded=True), data=data, headers=headers, allow_redirects=False
            ) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return 0

    def _behind(self, url: str) -> str:
        if _origin(url) != self._signed:
            return url
        return urlunsplit(urlsplit(url)._replace(scheme=self._real[0], netloc=self._real[1]))

    async def close(self) -> None:
        """Let connections go."""
        await self._session.close()


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
