"""The phones: a small HTTP API for scripts and for the page that plays the people."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urljoin

from pydantic import BaseModel, Field, ValidationError
from sse_starlette import EventSourceResponse
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.api.rules import LONGEST_BODY, is_person
from simulator.network.inbound import Text
from simulator.network.message import as_phone_entry
from simulator.phones.people import DEMO
from simulator.phones.pictures import PICTURES

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from simulator.log.ledger import Ledger
    from simulator.network.faults import Mischief
    from simulator.network.inbound import Inbound
    from simulator.phones.feed import Feed

type Address = Annotated[str, Field(max_length=100)]


class Draft(BaseModel, extra="forbid"):
    """What a phone is asked to send; see `POST /phones/{e164}/send` in the module's routes.

    Attributes:
        body: words, up to 1,600 characters; may be empty when there is a picture.
        to: the account's number that gets it; empty for the hotline.
        media: addresses of pictures; one without a host is the simulator's own.
        sid: "" or the MessageSid to use; a known one of this phone is posted again.
        retries: tries after the first when the webhook does not answer or answers 5xx.
    """

    body: Annotated[str, Field(max_length=LONGEST_BODY)] = ""
    to: Address = ""
    media: Annotated[list[Address], Field(max_length=10)] = []
    sid: Annotated[str, Field(pattern=r"^((SM|MM)[0-9a-f]{32})?$")] = ""
    retries: Annotated[int, Field(ge=0, le=5)] = 0


class Complaint(Exception):
    """A request that cannot be done, in one sentence."""

    def __init__(self, text: str, status: int = HTTPStatus.UNPROCESSABLE_ENTITY) -> None:
        super().__init__(text)
        self.status = status


async def complain(_: Request, complaint: Exception) -> Response:
    """Answer a complaint as JSON."""
    status = complaint.status if isinstance(complaint, Complaint) else HTTPStatus.INTERNAL_SERVER_ERROR
    return JSONResponse({"error": str(complaint)}, status)


class PhonesApi:
    """Routes that play the people, and the switch for faults."""

    def __init__(self, ledger: Ledger, inbound: Inbound, feed: Feed, mischief: Mischief) -> None:
        self._ledger, self._inbound, self._feed, self._mischief = ledger, inbound, feed, mischief

    def routes(self) -> list[Route]:
        """Routes of the phones."""
        return [
            Route("/phones", self._phones),
            Route("/phones/{phone}/messages", self._messages),
            Route("/phones/{phone}/send", self._send, methods=["POST"]),
            Route("/lines", self._lines),
            Route("/events", self._events),
            Route("/_faults", self._faults, methods=["GET", "POST", "DELETE"]),
            Route("/health", self._health),
        ]

    async def _phones(self, _: Request) -> Response:
        seen = self._ledger.book.phones()
        known = {person.number: person for person in DEMO}
        rows = [
            {
                "number": number,
                "name": known[number].name if number in known else "",
                "role": known[number].role if number in known else "resident",
                "messages": seen.get(number, 0),
            }
            for number in dict.fromkeys([*known, *seen])
        ]
        return JSONResponse(rows)

    async def _messages(self, request: Request) -> Response:
        limit = request.query_params.get("limit", "0")
        if not (limit.isascii() and limit.isdigit()):
            raise Complaint("limit is a whole number.")
        rows = self._ledger.book.at_phone(_phone(request), int(limit))
        return JSONResponse([as_phone_entry(message) for message in rows])

    async def _send(self, request: Request) -> Response:
        text = self._text(_phone(request), await _draft(request), str(request.base_url))
        message = await self._inbound.send(text)
        return JSONResponse({"sid": message.sid, "webhook_status": message.webhook})

    def _text(self, phone: str, draft: Draft, base: str) -> Text:
        if not draft.body and not draft.media:
            raise Complaint("A text needs a body or a picture.")
        earlier = self._ledger.book.get(draft.sid)
        if earlier and (earlier.direction != "inbound" or earlier.phone != phone):
            raise Complaint("This sid belongs to another message.", HTTPStatus.CONFLICT)
        if draft.to and not is_person(draft.to):
            raise Complaint("Write `to` as +18605550100.")
        return Text(
            phone=phone,
            to=draft.to or self._inbound.line(phone),
            body=draft.body,
            media=[urljoin(base, url) for url in draft.media],
            sid=draft.sid,
            retries=draft.retries,
        )

    async def _lines(self, _: Request) -> Response:
        pictures = [{"name": name, "url": f"/media/{name}"} for name in PICTURES]
        return JSONResponse({**self._inbound.lines(), "pictures": pictures})

    async def _events(self, request: Request) -> Response:
        phones = frozenset(request.query_params.getlist("phone"))
        return EventSourceResponse(self._changes(phones), ping=15)

    async def _changes(self, phones: frozenset[str]) -> AsyncIterator[dict[str, str]]:
        with self._feed.watch(phones) as queue:
            yield {"event": "ready", "data": "{}"}
            while True:
                yield {"event": "change", "data": json.dumps(await queue.get())}

    async def _faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            return JSONResponse(self._mischief.reset().model_dump())
        if request.method == "POST":
            try:
                self._mischief.change(await _object(request))
            except ValidationError as error:
                raise _first_of(error) from None
        return JSONResponse(self._mischief.faults.model_dump())

    async def _health(self, _: Request) -> Response:
        return JSONResponse({"status": "ok"})


def _phone(request: Request) -> str:
    phone = str(request.path_params["phone"])
    if not is_person(phone):
        raise Complaint("Write the phone as +18605550111, or whatsapp:+18605550111.")
    return phone


async def _draft(request: Request) -> Draft:
    try:
        return Draft.model_validate(await _object(request))
    except ValidationError as error:
        raise _first_of(error) from None


async def _object(request: Request) -> dict[str, Any]:
    try:
        given: object = await request.json()
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise Complaint("Send a JSON object.", HTTPStatus.BAD_REQUEST)
    return {str(name): value for name, value in given.items()}


def _first_of(error: ValidationError) -> Complaint:
    first = error.errors()[0]
    return Complaint(f"{'.'.join(map(str, first['loc']))}: {first['msg']}.")
