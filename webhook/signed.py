"""Reads a form that Twilio signed; everything else is refused before anything is stored."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_plus

from multidict import MultiDict
from starlette.requests import ClientDisconnect
from twilio.request_validator import RequestValidator

if TYPE_CHECKING:
    from starlette.requests import Request

LIMIT: Final = 64 * 1024  # bytes; Twilio's own forms stay far below
FIELDS: Final = 500
BROKEN: Final = re.compile(rb"%(?![0-9A-Fa-f]{2})")


@dataclass(frozen=True)
class Refusal(Exception):
    """An HTTP answer in place of a form.

    Attributes:
        status: HTTP status.
        reason: one sentence, without what was sent.
    """

    status: int
    reason: str


class Gate:
    """Checks size, encoding and signature of a form.

    Args:
        token: Twilio's auth token; empty refuses everything.
        public_url: scheme, host and path prefix as Twilio calls us, whatever a proxy makes of it.
    """

    def __init__(self, token: str, public_url: str) -> None:
        self._validator = RequestValidator(token) if token else None
        self._public_url = public_url

    async def form(self, request: Request) -> MultiDict[str]:
        """The signed form of a request.

        Raises:
            Refusal: 403 without a valid signature, 413 over `LIMIT`, 400 for a broken body.
        """
        headers = dict(request.scope["headers"])  # ASGI: names are lower case
        signature = headers.get(b"x-twilio-signature", b"").decode("latin-1")
        if self._validator is None:
            raise Refusal(403, "No auth token is configured, so no request can be trusted.")
        if not signature:
            raise Refusal(403, "The X-Twilio-Signature header is missing.")
        form = _parse(await _body(request, headers))
        # The query string is part of what Twilio signs.
        query = request.scope["query_string"].decode("latin-1")
        url = f"{self._public_url}{request.scope['path']}{'?' if query else ''}{query}"
        if not self._fits(url, form, signature):
            raise Refusal(403, "The signature does not fit this request and PUBLIC_BASE_URL.")
        return form

    def _fits(self, url: str, form: MultiDict[str], signature: str) -> bool:
        """Whether Twilio signed this: for the address as configured, else with and without its port."""
        if self._validator is None:
            return False
        expected = self._validator.compute_signature(url, form).encode()
        if hmac.compare_digest(expected, signature.encode()):
            return True
        return self._validator.validate(url, form, signature)


async def _body(request: Request, headers: dict[bytes, bytes]) -> bytes:
    if not headers.get(b"content-type", b"").startswith(b"application/x-www-form-urlencoded"):
        raise Refusal(415, "Send application/x-www-form-urlencoded.")
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit() or int(declared) > LIMIT:
        raise Refusal(413, "The form is larger than 64 KiB.")
    body, more = b"", True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LIMIT:
            raise Refusal(413, "The form is larger than 64 KiB.")
    return body


def _parse(body: bytes) -> MultiDict[str]:
    """The fields of a form, as `urllib.parse.parse_qsl` reads them, which takes twice as long."""
    parts = body.split(b"&")
    if len(parts) > FIELDS:
        raise Refusal(400, "The form has too many fields.")
    try:
        if BROKEN.search(body):
            raise Refusal(400, "The form is not percent-encoded UTF-8.")
        pairs = (part.decode("ascii").partition("=") for part in parts if part)
        return MultiDict([(_plain(name), _plain(value)) for name, _, value in pairs])
    except UnicodeDecodeError:
        raise Refusal(400, "The form is not percent-encoded UTF-8.") from None


def _plain(text: str) -> str:
    return unquote_plus(text, errors="strict") if "%" in text or "+" in text else text
