"""Reads a form that Twilio signed; everything else is refused before anything is stored."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from starlette.datastructures import ImmutableMultiDict
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

    async def form(self, request: Request) -> ImmutableMultiDict[str, str]:
        """The signed form of a request.

        Raises:
            Refusal: 403 without a valid signature, 413 over `LIMIT`, 400 for a broken body.
        """
        signature = request.headers.get("X-Twilio-Signature", "")
        if self._validator is None:
            raise Refusal(403, "No auth token is configured, so no request can be trusted.")
        if not signature:
            raise Refusal(403, "The X-Twilio-Signature header is missing.")
        form = _parse(await _body(request))
        # The query string is part of what Twilio signs.
        query = f"?{request.url.query}" if request.url.query else ""
        if not self._validator.validate(f"{self._public_url}{request.url.path}{query}", form, signature):
            raise Refusal(403, "The signature does not fit this request and PUBLIC_BASE_URL.")
        return form


async def _body(request: Request) -> bytes:
    kind = request.headers.get("Content-Type", "")
    if not kind.startswith("application/x-www-form-urlencoded"):
        raise Refusal(415, "Send application/x-www-form-urlencoded.")
    declared = request.headers.get("Content-Length", "0")
    if not declared.isdigit() or int(declared) > LIMIT:
        raise Refusal(413, "The form is larger than 64 KiB.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LIMIT:
            raise Refusal(413, "The form is larger than 64 KiB.")
    return bytes(body)


def _parse(body: bytes) -> ImmutableMultiDict[str, str]:
    if BROKEN.search(body):
        raise Refusal(400, "The form is not percent-encoded UTF-8.")
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FIELDS
        )
    except UnicodeDecodeError:
        raise Refusal(400, "The form is not percent-encoded UTF-8.") from None
    except ValueError:
        raise Refusal(400, "The form has too many fields.") from None
    return ImmutableMultiDict(pairs)
