"""Pictures at the carrier over HTTP: fetched and deleted, credentials to the carrier's own address only."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import aiohttp

from hotline.errors import BadPicture
from hotline.messaging.carriers.media_address import TWILIO, MediaAddresses
from hotline.messaging.carriers.outside import PublicResolver, is_outside

if TYPE_CHECKING:
    from hotline.messaging.carriers.media_address import Picture
    from hotline.settings import Settings

LARGEST: Final = 8 * 1024 * 1024  # bytes; carriers stay under 5 MB
TIMEOUT: Final = 20.0  # seconds
HOPS: Final = 3  # Twilio answers with one redirect, to where its pictures stand
MOVED: Final = frozenset({301, 302, 303, 307, 308})


class CarrierMedia:
    """The carrier's media resource; it connects when it is first used."""

    def __init__(self, settings: Settings) -> None:
        self.addresses = MediaAddresses.of(settings)
        self._own = settings.api_base_url or TWILIO
        token = settings.twilio_auth_token.get_secret_value()
        self._auth = {"Authorization": aiohttp.encode_basic_auth(settings.twilio_account_sid, token)}
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    async def fetch(self, picture: Picture) -> bytes:
        """The file.

        Raises:
            BadPicture: there is none, or it cannot be a picture that we show.
            aiohttp.ClientError: the carrier did not give it now.
        """
        url = self.addresses.to_fetch(picture)
        async with self._carrier.get(url, headers=self._auth, allow_redirects=False) as answer:
            if answer.status not in MOVED:
                return await _read(answer)
            url = urljoin(url, answer.headers.get("Location", ""))
        return await self._follow(url)

    async def _follow(self, url: str) -> bytes:
        """The file where the carrier says it stands; asked for as a stranger would."""
        for _ in range(HOPS):
            session = self._allowed(url)
            async with session.get(url, allow_redirects=False) as answer:
                if answer.status not in MOVED:
                    return await _read(answer)
                url = urljoin(url, answer.headers.get("Location", ""))
        raise BadPicture("elsewhere")

    def _allowed(self, url: str) -> aiohttp.ClientSession:
        """Where a redirect may lead: the simulator's own address, else a public one over https."""
        if url.startswith(f"{self._own}/"):
            return self._carrier
        if not is_outside(url):
            raise BadPicture("elsewhere")
        return self._session("outside")

    @property
    def _carrier(self) -> aiohttp.ClientSession:
        return self._session("carrier")

    def _session(self, name: str) -> aiohttp.ClientSession:
        if name not in self._sessions:
            resolver = PublicResolver() if name == "outside" else None
            self._sessions[name] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=resolver),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=TIMEOUT),
            )
        return self._sessions[name]

    async def delete(self, picture: Picture) -> bool:
        """Leave no copy with the carrier; whether there is none now.

        Raises:
            aiohttp.ClientError: the carrier did not answer.
        """
        url = self.addresses.to_delete(picture)
        async with self._carrier.delete(url, headers=self._auth, allow_redirects=False) as answer:
            return answer.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND)

    async def close(self) -> None:
        """Let the connections go."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    if answer.status == HTTPStatus.NOT_FOUND:
        raise BadPicture("gone")
    answer.raise_for_status()
    if not answer.content_type.startswith(("image/", "application/octet-stream")):
        raise BadPicture("unreadable")
    data = await answer.content.read(LARGEST + 1)
    while len(data) <= LARGEST and (more := await answer.content.read(LARGEST)):
        data += more
    if len(data) > LARGEST:
        raise BadPicture("too_large")
    return data
