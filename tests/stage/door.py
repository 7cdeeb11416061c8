"""The real door on a real port: a web server in a thread of its own, and requests signed as Twilio signs."""

from __future__ import annotations

import itertools
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self, cast
from urllib.parse import parse_qsl, urlencode

import aiohttp
import uvicorn
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator
from yarl import URL

from hotline.messaging.inbox import Inbound
from hotline.settings import DEMO_TOKEN
from hotline.stack.embedded import free_port
from hotline.store import keys
from webhook.app import create_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Mapping

    from fastapi import FastAPI

    from hotline.runtime import Runtime
    from hotline.settings import Settings
    from hotline.store import Store

PUBLIC: Final = "https://line.example.org"
INBOUND, STATUS = "/twilio/inbound", "/twilio/status"
FORM: Final = "application/x-www-form-urlencoded; charset=UTF-8"
PHONE: Final = "+18605550111"
_TAKEN_TIME: Final = 20.0
_numbers = itertools.count(1)


def a_form(sid: str = "", body: str = "What are my rights?", sender: str = PHONE, **more: str) -> str:
    """An inbound form as Twilio encodes it; a MessageSid of its own unless one is given."""
    chosen = sid or f"SM{next(_numbers):032x}"
    fields = {
        "MessageSid": chosen,
        "SmsSid": chosen,
        "AccountSid": "AC" + "0" * 32,
        "From": sender,
        "To": "+18605550100",
        "Body": body,
        "NumMedia": "0",
        "NumSegments": "1",
        "ApiVersion": "2010-04-01",
    }
    return urlencode(fields | more)


def sign(form: str | bytes, url: str = PUBLIC + INBOUND, token: str = DEMO_TOKEN) -> str:
    """X-Twilio-Signature by Twilio's own package, over all parameters and the public address."""
    text = form if isinstance(form, str) else form.decode("latin-1")
    fields = ImmutableMultiDict(parse_qsl(text, keep_blank_values=True))
    return str(RequestValidator(token).compute_signature(url, fields))


@dataclass(frozen=True)
class Answer:
    """What the door said."""

    status: int
    text: str
    headers: Mapping[str, str]


class Door:
    """The application under uvicorn.

    Args:
        settings: its settings; `port` below replaces nothing in them, so they may name a proxy's address.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.port = free_port()
        self.app: FastAPI = create_app(settings)
        config = uvicorn.Config(self.app, port=self.port, log_config=None, access_log=False, lifespan="on")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="door")

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + _TAKEN_TIME
        while not self._server.started:
            assert self._thread.is_alive(), "the door did not start"
            assert time.monotonic() < deadline, "the door did not start in time"
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(_TAKEN_TIME)
        assert not self._thread.is_alive(), "the door did not stop"

    @property
    def runtime(self) -> Runtime:
        """What the application works with."""
        return self.app.state.runtime

    def url(self, path: str) -> str:
        """Where a path really is."""
        return f"http://127.0.0.1:{self.port}{path}"

    async def get(self, path: str, **headers: str) -> Answer:
        """GET, without a signature."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(self.url(path), headers=headers) as answer,
        ):
            return Answer(answer.status, await answer.text(), answer.headers)

    async def post(
        self, form: str | bytes | AsyncIterable[bytes], path: str = INBOUND, **headers: str | None
    ) -> Answer:
        """POST a form as it is, with exactly these headers (underscores stand for dashes)."""
        sent = {"Content-Type": FORM} | {name.replace("_", "-"): value for name, value in headers.items()}
        body = form.encode("latin-1") if isinstance(form, str) else form
        async with (
            aiohttp.ClientSession(skip_auto_headers=["Content-Type"]) as session,
            session.post(URL(self.url(path), encoded=True), data=body, headers=_given(sent)) as answer,
        ):
            return Answer(answer.status, await answer.text(), answer.headers)

    async def text(self, form: str, path: str = INBOUND) -> Answer:
        """POST a form with the signature it should have."""
        signed = sign(
            form, self.settings.public_url + path, self.settings.twilio_auth_token.get_secret_value()
        )
        return await self.post(form, path, X_Twilio_Signature=signed)


def _given(headers: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if value}


async def mailbox(store: Store, person: str) -> list[Inbound]:
    """Texts that wait in a person's mailbox, oldest first."""
    rows = await cast("Any", store.redis.lrange(keys.inbox(person), 0, -1))
    return [Inbound.from_json(str(row)) for row in rows]
