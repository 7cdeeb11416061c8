"""Reads a form that Twilio signed; everything else is refused before anything is stored."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from twilio.request_validator import RequestValidator

from webhook.forms import read_form

if TYPE_CHECKING:
    from multidict import MultiDict
    from starlette.requests import Request

LIMIT: Final = 64 * 1024  # bytes; Twilio's own forms stay far below
FIELDS: Final = 500


class SignedForms:
    """Checks size, encoding and signature of a form.

    Args:
        token: Twilio's auth token; empty refuses everything.
        public_url: scheme, host and path prefix as Twilio calls us; a proxy may change them on the way.
    """

    def __init__(self, token: str, public_url: str) -> None:
        self._validator = RequestValidator(token) if token else None
        self._public_url = public_url

    async def read(self, request: Request) -> MultiDict[str]:
        """The signed form of a request.

        Raises:
            HTTPException: 403 without a valid signature, else what `read_form` raises.
        """
        signature = request.headers.get("x-twilio-signature", "")
        if self._validator is None:
            raise HTTPException(403, "No auth token is configured, so no request can be trusted.")
        if not signature:
            raise HTTPException(403, "The X-Twilio-Signature header is missing.")
        form = await read_form(request, most_bytes=LIMIT, most_fields=FIELDS)
        # The query string is part of what Twilio signs.
        query = request.scope["query_string"].decode("latin-1")
        url = f"{self._public_url}{request.scope['path']}{'?' if query else ''}{query}"
        if not _fits(self._validator, url, form, signature):
            raise HTTPException(403, "The signature does not fit this request and PUBLIC_BASE_URL.")
        return form


def _fits(validator: RequestValidator, url: str, form: MultiDict[str], signature: str) -> bool:
    """Whether Twilio signed this: for the address as configured, else with and without its port."""
    expected = validator.compute_signature(url, form).encode()
    return hmac.compare_digest(expected, signature.encode()) or validator.validate(url, form, signature)
