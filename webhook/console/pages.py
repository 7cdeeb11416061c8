"""What every page of the console has in common: password, forms, frame, and how it refuses."""

from __future__ import annotations

import base64
import binascii
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from hotline.broadcasts import freeze
from hotline.broadcasts.broadcast import recent
from hotline.errors import HotlineError, InputError, RecordBroken
from hotline.store import AWAY
from webhook.console.refusing import here
from webhook.forms import read_form

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from hotline.runtime import Runtime

    type Fields = dict[str, str]
    type Handler = Callable[[Request], Awaitable[Response]]

LONGEST: Final = 32 * 1024  # bytes of a form: four languages of three segments, every letter encoded
MOST_FIELDS: Final = 40
WATCHED: Final = 200  # broadcasts that are looked at for one to close
TEMPLATES: Final = Path(__file__).parent.parent / "templates"
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    # Not no-referrer: with that a browser sends "Origin: null" with our own forms too.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Stale(InputError):
    """What the page showed has changed since."""


class ProtectedPages:
    """The pages of the console: behind the password, in one frame."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._password = runtime.settings.console_password.get_secret_value()
        loader = FileSystemLoader(TEMPLATES)
        self._pages = Environment(
            loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )

    def page(self, work: Handler) -> Handler:
        """A handler behind the password."""

        async def handler(request: Request) -> Response:
            return self._refusal(request) or await self._tried(work(request))

        return handler

    def form(self, work: Callable[[Fields], Awaitable[Response]]) -> Handler:
        """The same, for a form of our own pages."""

        async def handler(request: Request) -> Response:
            refusal = self._refusal(request) or _elsewhere(request, self.runtime.settings.public_url)
            if refusal:
                return refusal
            try:
                fields = await read_form(request, most_bytes=LONGEST, most_fields=MOST_FIELDS)
            except HTTPException:
                return PlainTextResponse("That is too long: shorten the words.", 413, HEADERS)
            return await self._tried(work(dict(fields)))

        return handler

    async def _tried(self, work: Awaitable[Response]) -> Response:
        try:
            return await work
        except AWAY:
            return PlainTextResponse("Redis does not answer: see hotline doctor.", 503, HEADERS)
        except (InputError, RecordBroken) as refusal:
            return self.refused(refusal)

    def refused(self, refusal: HotlineError) -> Response:
        """The page that says in one sentence why not, and what to do."""
        status = 409 if isinstance(refusal, Stale) else 422
        return self._html("refused.html", status, said=here(self.runtime.library.messages, refusal))

    async def render(self, name: str, status: int = 200, **values: Any) -> Response:
        """A page in the frame, which also says what waits to be closed and whether alerts are frozen."""
        runtime = self.runtime
        found = await recent(runtime.store, WATCHED)
        return self._html(
            name, status,
            nags=[one for one in found if one.to_close],
            frozen=await freeze.frozen(runtime.store),
            local_time=runtime.library.city.clock(runtime.clock()),
            once=secrets.token_hex(8),
            broadcasts=found,
            **values,
        )  # fmt: skip

    def _html(self, name: str, status: int, **values: Any) -> Response:
        frame: dict[str, Any] = {"line": self.runtime.library.city.line_name}
        return HTMLResponse(self._pages.get_template(name).render(frame | values), status, HEADERS)

    def _refusal(self, request: Request) -> Response | None:
        if not self._password:
            return PlainTextResponse("The console is closed: set CONSOLE_PASSWORD.", 403)
        if secrets.compare_digest(_password(request).encode(), self._password.encode()):
            return None
        challenge = {"WWW-Authenticate": 'Basic realm="console", charset="UTF-8"'}
        return PlainTextResponse("Password needed.", 401, headers=challenge)


def _elsewhere(request: Request, public_url: str) -> Response | None:
    """A form of another site: the browser would send our password along, so the origin must be ours."""
    ours = {urlsplit(public_url).netloc, request.headers.get("Host", "")}
    if urlsplit(request.headers.get("Origin", "")).netloc in ours - {""}:
        return None
    return PlainTextResponse("Use the board's own button.", 403)


def _password(request: Request) -> str:
    """The password of HTTP Basic authentication, whatever the name; "" when there is none."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
