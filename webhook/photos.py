"""`GET /photos/{token}`: one photo of a report, for everybody who has the link, for one day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from redis.exceptions import RedisError
from starlette.responses import PlainTextResponse, Response

from hotline.incidents.photo_links import behind
from hotline.store import AWAY

if TYPE_CHECKING:
    from starlette.requests import Request

    from hotline.runtime import Runtime

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


class PhotoRoutes:
    """The link is the key: 128 random bits, one reader's, over after a day or with that reader's phone."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    async def show(self, request: Request) -> Response:
        """The photo, or 404 without saying why."""
        try:
            shown = await behind(self._runtime.store, self._runtime.vault, request.path_params["token"])
        except (*AWAY, RedisError):
            return PlainTextResponse("Try again in a moment.", 503, HEADERS)
        if shown is None:
            return PlainTextResponse("This link is over.", 404, HEADERS)
        return Response(shown.data, media_type="image/jpeg", headers=HEADERS)
