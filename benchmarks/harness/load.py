"""The load generator, a process of its own: `python -m benchmarks.harness.load URL` prints one JSON object.

Raw asyncio with kept connections and requests built beforehand, so that it costs the server's machine little.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast, override
from urllib.parse import urlsplit

import uvloop

from benchmarks.harness import texts

if TYPE_CHECKING:
    from collections.abc import Iterable

LOOPBACK: Final = ("127.0.0.1", "localhost")
OK: Final = 200
CLOSE: Final = b"\r\nconnection: close"
LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass
class Tally:
    """What became of the requests.

    Attributes:
        sent: how many were written to a connection.
        lost: those that did not get a 200, by status or reason.
        seconds: from the first write to the last answer.
        milliseconds: one latency for each 200.
        acknowledged: MessageSids that got a 200.
    """

    sent: int = 0
    lost: Counter[str] = field(default_factory=Counter[str])
    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list[float])
    acknowledged: list[str] = field(default_factory=list[str])


class Load:
    """A number of connections that work through a list of requests, one at a time each.

    Args:
        requests: MessageSid and raw bytes of each.
        connections: how many at once; one that breaks is opened again.
    """

    def __init__(self, requests: Iterable[tuple[str, bytes]], connections: int) -> None:
        self.tally = Tally()
        self._requests = iter(requests)
        self._working = connections
        self._open: set[Connection] = set()
        self._opening: set[asyncio.Task[None]] = set()

    async def fire(self, host: str, port: int, seconds: float) -> Tally:
        """Send everything, or as much as the time allows; what is unanswered then counts as lost."""
        self._address = host, port
        self._done = asyncio.Event()
        opened = [await self._connect() for _ in range(self._working)]
        begun = time.perf_counter()
        for connection in opened:
            self.go_on(connection) if connection else self.reopen(None)
        try:
            async with asyncio.timeout(seconds):
                await self._done.wait()
        except TimeoutError:
            self._requests = iter(())
        self.tally.seconds = time.perf_counter() - begun
        for task in self._opening:
            task.cancel()
        for connection in list(self._open):
            self._open.discard(connection)
            connection.give_up()
        return self.tally

    def go_on(self, connection: Connection) -> None:
        """Give a free connection its next request."""
        if request := self._next():
            connection.send(*request)

    def _next(self) -> tuple[str, bytes] | None:
        request = next(self._requests, None)
        if request:
            self.tally.sent += 1
            return request
        self._working -= 1
        if not self._working:
            self._done.set()
        return None

    def lose(self, reason: str) -> None:
        """A request got no 200."""
        self.tally.lost[reason] += 1

    def reopen(self, broken: Connection | None) -> None:
        """Open another connection in the place of a broken one and go on, unless all is over."""
        if broken and broken not in self._open:
            return
        self._open.discard(cast("Connection", broken))
        task = asyncio.get_running_loop().create_task(self._again())
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _again(self) -> None:
        while (connection := await self._connect()) is None:
            if self._next() is None:
                return
            self.lose("no connection")
            await asyncio.sleep(0.01)
        self.go_on(connection)

    async def _connect(self) -> Connection | None:
        try:
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: Connection(self), *self._address
            )
        except OSError:
            return None
        self._open.add(connection)
        return connection


class Connection(asyncio.Protocol):
    """One kept connection with at most one request under way."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._buffer = b""
        self._sid = ""
        self._begun = 0.0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def send(self, sid: str, data: bytes) -> None:
        """Write one request."""
        self._sid, self._begun = sid, time.perf_counter()
        self._transport.write(data)

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = LENGTH.search(head)
        if length is None:
            self._transport.abort()
        elif len(body) >= int(length[1]):
            self._buffer = b""
            self._count(int(head[9:12]))
            if CLOSE in head:
                self._transport.close()
            else:
                self._load.go_on(self)

    def _count(self, status: int) -> None:
        if status == OK:
            self._load.tally.milliseconds.append((time.perf_counter() - self._begun) * 1000)
            self._load.tally.acknowledged.append(self._sid)
        else:
            self._load.lose(str(status))
        self._sid = ""

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if self._sid:
            self._load.lose("connection broken")
            self._sid = ""
        self._load.reopen(self)

    def give_up(self) -> None:
        """The time is over."""
        if self._sid:
            self._load.lose("no answer in time")
            self._sid = ""
        self._transport.abort()


def raw(url: str, requests: Iterable[texts.Request]) -> list[tuple[str, bytes]]:
    """MessageSid and bytes of each request, as they go over the wire."""
    parts = urlsplit(url)
    start = f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
    found: list[tuple[str, bytes]] = []
    for sid, body, headers in requests:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"{start}{lines}Content-Length: {len(body)}\r\n\r\n"
        found.append((sid, head.encode() + body))
    return found


def main() -> None:
    """Build the requests, send them, print what became of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    for name in ("connections", "first", "count"):
        parser.add_argument(f"--{name}", type=int, required=True)
    parser.add_argument("--seconds", type=float, default=60.0)
    chosen = parser.parse_args()
    parts = urlsplit(chosen.url)
    if parts.hostname not in LOOPBACK:
        sys.exit("Only this machine's own servers are loaded: give a loopback URL.")
    requests = raw(chosen.url, texts.day(chosen.url, chosen.first, chosen.count))
    load = Load(requests, chosen.connections)
    tally = uvloop.run(load.fire(parts.hostname, parts.port or 80, chosen.seconds))
    print(json.dumps(vars(tally)))


if __name__ == "__main__":
    main()
