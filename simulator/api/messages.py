"""Twilio's Messages API: create, fetch, list, redact and delete."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from simulator.api.listing import listing
from simulator.api.rules import new_message, read_form
from simulator.network.channels import Channels
from simulator.network.message import API_VERSION, Message, as_resource, media_sid
from simulator.refusal import Refusal
from simulator.server import TRANSPORT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

    from simulator.log.ledger import Ledger
    from simulator.network.delivery import Delivery
    from simulator.network.faults import Mischief
    from simulator.network.limits import RateLimit
    from simulator.settings import Settings

    type Handler = Callable[[Request], Awaitable[Response]]

ROOT: Final = f"/{API_VERSION}/Accounts/{{account}}"


class MessagesApi:
    """The routes under /2010-04-01, each behind authentication and the faults in force."""

    def __init__(
        self, settings: Settings, ledger: Ledger, delivery: Delivery, mischief: Mischief, rate: RateLimit
    ) -> None:
        self._settings, self._ledger, self._delivery = settings, ledger, delivery
        self._mischief, self._rate = mischief, rate
        self._channels = Channels(settings)
        credentials = f"{settings.twilio_account_sid}:{settings.token}"
        self._credentials = credentials.encode()

    def routes(self) -> list[Route]:
        """Routes of the API; anything else under its root is a 404 in Twilio's shape."""
        table: list[tuple[str, str, Handler]] = [
            ("POST", "/Messages.json", self._create),
            ("GET", "/Messages.json", self._list),
            ("GET", "/Messages/{sid}.json", self._fetch),
            ("POST", "/Messages/{sid}.json", self._redact),
            ("DELETE", "/Messages/{sid}.json", self._delete),
            ("GET", "/Messages/{sid}/Media/{media}", self._picture),
            ("DELETE", "/Messages/{sid}/Media/{media}.json", self._delete_picture),
        ]
        known = [Route(ROOT + path, self._guarded(handler), methods=[verb]) for verb, path, handler in table]
        everything = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        rest = Route(f"/{API_VERSION}/{{path:path}}", self._guarded(self._nothing), methods=everything)
        return [*known, rest]

    def _guarded(self, handler: Handler) -> Handler:
        async def answer(request: Request) -> Response:
            try:
                self._admit(request)
                response = await handler(request)
            except Refusal as refusal:
                response = refusal.response()
            except OSError:  # the log could not be written: nothing was accepted
                response = Refusal.broken().response()
            faults = self._mischief.faults
            if faults.latency_ms:
                await asyncio.sleep(faults.latency_ms / 1000)
            created = response.status_code == HTTPStatus.CREATED
            return Hangup() if created and self._mischief.happens(faults.drop_after_accept) else response

        return answer

    def _admit(self, request: Request) -> None:
        if not hmac.compare_digest(_basic(request.headers.get("authorization", "")), self._credentials):
            raise Refusal.unauthorized()
        if request.path_params.get("account", self._account) != self._account:
            raise Refusal.not_found(request.url.path)
        faults = self._mischief.faults
        if self._mischief.happens(faults.fail_500):
            raise Refusal.broken()
        if self._mischief.happens(faults.fail_429):
            raise Refusal.too_fast(1)

    @property
    def _account(self) -> str:
        return self._settings.twilio_account_sid

    async def _create(self, request: Request) -> Response:
        form = read_form(await request.body())
        message = new_message(form, self._ledger.book, self._channels)
        if wait := self._rate.wait(message.sender, time.monotonic()):
            raise Refusal.too_fast(wait)
        self._ledger.add(message)
        resource = as_resource(message, self._account)
        self._delivery.start(message)
        return JSONResponse(resource, HTTPStatus.CREATED)

    async def _list(self, request: Request) -> Response:
        return JSONResponse(listing(request.query_params, self._ledger.book, self._account))

    async def _fetch(self, request: Request) -> Response:
        return JSONResponse(as_resource(self._found(request), self._account))

    async def _redact(self, request: Request) -> Response:
        message = self._settled(request)
        form = read_form(await request.body())
        if form.get("Body") != [""]:
            raise Refusal(400, 20001, "A Message can only be updated with an empty 'Body', to redact it.")
        self._ledger.change(message, redacted=True)
        return JSONResponse(as_resource(message, self._account))

    async def _delete(self, request: Request) -> Response:
        self._ledger.change(self._settled(request), deleted=True)
        return Response(status_code=HTTPStatus.NO_CONTENT)

    async def _picture(self, request: Request) -> Response:
        """The picture itself stands elsewhere, as Twilio's do: a redirect, without authentication there."""
        message, place = self._found_picture(request)
        return RedirectResponse(message.media[place], HTTPStatus.TEMPORARY_REDIRECT)

    async def _delete_picture(self, request: Request) -> Response:
        message, place = self._found_picture(request)
        self._ledger.change(message, media_gone=[*message.media_gone, place])
        return Response(status_code=HTTPStatus.NO_CONTENT)

    def _found_picture(self, request: Request) -> tuple[Message, int]:
        message = self._found(request)
        for place in range(len(message.media)):
            known = media_sid(message.sid, place) == request.path_params["media"]
            if known and place not in message.media_gone:
                return message, place
        raise Refusal.not_found(request.url.path)

    async def _nothing(self, request: Request) -> Response:
        raise Refusal.not_found(request.url.path)

    def _found(self, request: Request) -> Message:
        message = self._ledger.book.get(str(request.path_params["sid"]))
        if message is None or message.deleted:
            raise Refusal.not_found(request.url.path)
        return message

    def _settled(self, request: Request) -> Message:
        message = self._found(request)
        if message.status == "queued":
            raise Refusal(409, 20009, "The Message is still in progress and cannot be changed.")
        return message


class Hangup(Response):
    """Breaks the connection without a byte of answer: the caller cannot know that it was accepted."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI's shape
        """Abort the transport, and wait until the server has seen it."""
        cast("asyncio.Transport", scope[TRANSPORT]).abort()
        while (await receive())["type"] != "http.disconnect":
            pass


def _basic(header: str) -> bytes:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        return b""
