"""The phones page and the pictures: static files, none of them from elsewhere."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from simulator.phones.pictures import PICTURES, picture

if TYPE_CHECKING:
    from starlette.requests import Request

STATIC: Final = Path(__file__).parent / "static"
# Texts come from anywhere: whatever they hold, the page loads and runs nothing but its own files.
POLICY: Final = (
    "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


async def _index(_: Request) -> Response:
    headers = {
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
    }
    return FileResponse(STATIC / "index.html", headers=headers)


async def _media(request: Request) -> Response:
    name = str(request.path_params["name"])
    if name not in PICTURES:
        return Response("No such picture.\n", HTTPStatus.NOT_FOUND, media_type="text/plain")
    return Response(picture(name), media_type="image/png", headers={"Cache-Control": "max-age=86400"})


def routes() -> list[BaseRoute]:
    """Routes of the page."""
    return [
        Route("/", _index),
        Route("/media/{name}", _media),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
