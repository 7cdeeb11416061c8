"""Reads the form of a request within limits. What is broken or too large is refused, never mended."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from multidict import MultiDict
from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.requests import Request

TYPE: Final = "application/x-www-form-urlencoded"
UNREADABLE: Final = "The form is not percent-encoded UTF-8."
BROKEN: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")


async def read_form(request: Request, *, most_bytes: int, most_fields: int) -> MultiDict[str]:
    """The fields of a form, in order; a name may stand there several times.

    Starlette's own `request.form()` has no limit for the whole form, and replaces what is no UTF-8.

    Raises:
        HTTPException: 415 for another kind of body, 413 for too large a one, 400 for a broken one.
        ClientDisconnect: the request ended half-way.
    """
    if not request.headers.get("content-type", "").startswith(TYPE):
        raise HTTPException(415, f"Send {TYPE}.")
    body = (await _body(request, most_bytes)).decode("latin-1")
    if body.count("&") >= most_fields:
        raise HTTPException(400, "The form has too many fields.")
    if BROKEN.search(body) or not body.isascii():
        raise HTTPException(400, UNREADABLE)
    try:
        return MultiDict(parse_qsl(body, keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError:
        raise HTTPException(400, UNREADABLE) from None


async def _body(request: Request, most: int) -> bytes:
    declared = request.headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()) or int(declared) > most:
        raise HTTPException(413, f"The form is larger than {most // 1024} KiB.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise HTTPException(413, f"The form is larger than {most // 1024} KiB.")
    return body
