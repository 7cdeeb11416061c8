"""`/console`: the live board, behind a password. Handles and places; no number, no pseudonym."""

from __future__ import annotations

import base64
import binascii
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from hotline.incidents import incident as incidents
from hotline.incidents import record, violations
from hotline.store import AWAY

if TYPE_CHECKING:
    from starlette.requests import Request

    from hotline.runtime import Runtime

SHOWN: Final = 50
LONGEST: Final = 1024  # bytes of a form
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class ConsoleRoutes:
    """The console's pages."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._password = runtime.settings.console_password.get_secret_value()
        loader = FileSystemLoader(Path(__file__).parent / "templates")
        self._pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)

    async def board(self, request: Request) -> Response:
        """Open incidents, who is on call, what waits in the outbox."""
        refusal = self._refusal(request)
        if refusal:
            return refusal
        try:
            page = await self._page()
        except AWAY:
            return PlainTextResponse("Redis does not answer: see hotline doctor.", 503)
        return HTMLResponse(page, headers=HEADERS)

    async def take(self, request: Request) -> Response:
        """Claim an incident for a volunteer who is on the phone, say; the same single winner as by text."""
        refusal = self._refusal(request) or _elsewhere(request, self._runtime.settings.public_url)
        if refusal:
            return refusal
        form = dict(parse_qsl((await request.body())[:LONGEST].decode("ascii", "replace")))
        id_, handle = form.get("id", ""), form.get("handle", "")
        try:
            said = await self._take(id_, handle)
        except AWAY:
            return PlainTextResponse("Redis does not answer: see hotline doctor.", 503)
        if said:
            return PlainTextResponse(said, 409, HEADERS)
        return RedirectResponse("/console", 303, HEADERS)

    async def _take(self, id_: str, handle: str) -> str:
        """Take it; else the sentence that says why not."""
        runtime = self._runtime
        if handle not in (await runtime.desk.roster()).by_handle:
            return f"There is no {handle} on the roster."
        now, minutes = runtime.clock(), runtime.settings.claim_minutes
        found = await runtime.desk.change(id_, lambda one: incidents.assigned(one, handle, now, minutes))
        if found is None:
            return f"There is no report {id_}."
        return (
            ""
            if found.claimed_by == handle
            else f"{id_} is {found.state}, with {found.claimed_by or 'nobody'}."
        )

    def _refusal(self, request: Request) -> Response | None:
        if not self._password:
            return PlainTextResponse("The console is closed: set CONSOLE_PASSWORD.", 403)
        if secrets.compare_digest(_password(request).encode(), self._password.encode()):
            return None
        challenge = {"WWW-Authenticate": 'Basic realm="console", charset="UTF-8"'}
        return PlainTextResponse("Password needed.", 401, headers=challenge)

    async def _page(self) -> str:
        runtime = self._runtime
        found = await record.load_many(runtime.store, "incidents:all")
        roster = await runtime.desk.roster()
        waiting = {
            name: int(await runtime.store.redis.zcard(f"outbox:{name}")) for name in ("hotline", "alerts")
        }
        return self._pages.get_template("board.html").render(
            line=runtime.library.city.line_name,
            incidents=[one.public() | {"words": one.words, "live": one.live} for one in found[::-1][:SHOWN]],
            staff=sorted(roster.by_handle.values(), key=lambda member: member.handle),
            waiting=waiting,
            dead=int(await runtime.store.redis.xlen("dead")),
            cards=runtime.library.standings(),
            violations=sum(one.state == "open" for one in await violations.load_all(runtime.store)),
            questions=int(await runtime.store.redis.zcard("questions:open")),
            local_time=runtime.desk.local_time(runtime.clock()),
        )


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
