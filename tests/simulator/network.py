"""A running simulator, an account's server beside it, and the official client in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from base64 import b64encode
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import create_server
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, override
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from urllib.request import Request, urlopen

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from simulator.settings import DEMO_SID, DEMO_TOKEN

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message
    from pathlib import Path

    from twilio.http.response import Response

RESIDENT, OTHER = "+18605550111", "+18605550112"
HOTLINE, ALERTS = "+18605550100", "+18605550199"


def wait_until[T](found: Callable[[], T], seconds: float = 10, what: str = "it") -> T:
    """The first true answer of `found`; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.01)
    raise AssertionError(f"{what} did not happen within {seconds} s")


class Hit(NamedTuple):
    """A request that the account's server got."""

    path: str
    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class Receiver:
    """The account's server: notes every form and answers as told.

    Attributes:
        answers: statuses of the next answers; 0 hangs up instead; 200 when there are none left.
    """

    hits: list[Hit] = field(default_factory=list[Hit])
    answers: list[int] = field(default_factory=list[int])
    port: int = 0
    server: ThreadingHTTPServer | None = None

    def __enter__(self) -> Self:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = dict(parse_qsl(body, keep_blank_values=True, strict_parsing=True))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.hits.append(Hit(self.path, headers, form))
                status = receiver.answers.pop(0) if receiver.answers else 200
                if not status:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", "11")
                self.end_headers()
                self.wfile.write(b"<Response/>")

            @override
            def log_message(self, format: str, *args: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            @override
            def handle_error(self, request: object, client_address: object) -> None:
                pass  # callers are killed on purpose

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.server:
            self.server.shutdown()
            self.server.server_close()

    def url(self, path: str = "/twilio/inbound") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def forms(self, count: int) -> list[dict[str, str]]:
        """The forms of all requests, once there are `count`: a page shows a text before it is handed on."""
        wait_until(lambda: len(self.hits) >= count, what=f"{count} requests")
        return [hit.form for hit in self.hits]

    def clear(self) -> None:
        self.hits.clear()
        self.answers.clear()

    def statuses(self, sid: str) -> list[str]:
        """Status callbacks of one message, in order of arrival."""
        hits = list(self.hits)
        return [hit.form["MessageStatus"] for hit in hits if hit.form.get("MessageSid") == sid]


class Rebased(TwilioHttpClient):
    """The official client's own HTTP, with another host."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=20)
        self._base = urlsplit(base)

    @override
    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        moved = urlsplit(url)._replace(scheme=self._base.scheme, netloc=self._base.netloc)
        return super().request(method, urlunsplit(moved), *args, **kwargs)


class Answer(NamedTuple):
    """An answer; names of headers in lower case."""

    status: int
    headers: dict[str, str]
    json: Any


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Network:
    """One simulator process and ways to talk to it.

    Args:
        folder: its data folder and working folder: no `.env` there.
        webhook: where it posts inbound texts.
        variables: further settings.
    """

    def __init__(self, folder: Path, webhook: str, **variables: str) -> None:
        self.folder, self.port = folder, free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.environment = kept | {
            "SIMULATOR_PORT": str(self.port),
            "SIMULATOR_WEBHOOK_URL": webhook,
            "SIMULATOR_DELIVERY_MS": "5",
            "DATA_DIR": str(folder),
            **variables,
        }
        self.sid = self.environment.get("TWILIO_ACCOUNT_SID", DEMO_SID)
        self.token = self.environment.get("TWILIO_AUTH_TOKEN", DEMO_TOKEN)
        self._http = Rebased(self.base)
        self.client = Client(self.sid, self.token, http_client=self._http)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._http.session
        self._http.session.close()
        self.stop()

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "errors.txt").open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "simulator"],
                env=self.environment,
                cwd=self.folder,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        wait_until(self._well, 30, "the simulator's start")

    def _well(self) -> bool:
        assert self._process
        assert self._process.poll() is None, (self.folder / "errors.txt").read_text()
        try:
            return self.get("/health").json == {"status": "ok"}
        except OSError:
            return False

    def kill(self) -> None:
        """Kill -9."""
        assert self._process
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        assert self._process
        self._process.terminate()
        return self._process.wait(15)

    def call(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """One request; an error answer is an answer."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = Request(self.base + path, data, headers or {}, method=method)
        try:
            with urlopen(request, timeout=30) as response:
                return Answer(response.status, _lower(response.headers), _json(response.read()))
        except HTTPError as error:
            with error:
                return Answer(error.code, _lower(error.headers), _json(error.read()))

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def text(self, phone: str, body: str, **more: Any) -> Answer:
        """A phone sends a text."""
        return self.call("POST", f"/phones/{phone}/send", {"body": body, **more})

    def phone(self, phone: str) -> list[dict[str, Any]]:
        """What a phone sent and received."""
        return self.get(f"/phones/{phone}/messages").json

    def faults(self, **faults: Any) -> dict[str, Any]:
        return self.call("POST", "/_faults", faults).json

    def create(self, **fields: str) -> Answer:
        """Create a message without the official client: the bare answer, headers and all."""
        form = {"To": RESIDENT, "From": HOTLINE, "Body": "Hello", **fields}
        credentials = b64encode(f"{self.sid}:{self.token}".encode()).decode()
        path = f"/2010-04-01/Accounts/{self.sid}/Messages.json"
        return self.call("POST", path, urlencode(form).encode(), {"Authorization": f"Basic {credentials}"})

    def send(self, body: str = "Hello", to: str = RESIDENT, sender: str = HOTLINE, **more: Any) -> str:
        """Create a message by the official client; its id."""
        return str(self.client.messages.create(to=to, from_=sender, body=body, **more).sid)

    def ends(self, sid: str) -> str:
        """Wait until a message's way is over; its last status."""
        last: Final = ("delivered", "undelivered", "failed")

        def found() -> str:
            status = str(self.client.messages(sid).fetch().status)
            return status if status in last else ""

        return wait_until(found, what="the end of a message's way")


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None
