"""A carrier's media and a stranger's host on loopback ports, which write down every request they get."""

from __future__ import annotations

import asyncio
import base64
import io
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from PIL import Image

from hotline.settings import DEMO_SID, DEMO_TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

MEDIA: Final = f"/2010-04-01/Accounts/{DEMO_SID}/Messages/MM{'a' * 32}/Media/ME{'b' * 32}"
SECRETS: Final = (
    DEMO_TOKEN.encode(),
    base64.b64encode(f"{DEMO_SID}:{DEMO_TOKEN}".encode()),
)


def a_picture() -> bytes:
    """A small JPEG."""
    out = io.BytesIO()
    Image.new("RGB", (32, 24), (200, 30, 30)).save(out, "JPEG")
    return out.getvalue()


@dataclass
class Host:
    """One listening socket.

    Attributes:
        requests: what came in, byte for byte.
        status: of every answer to GET.
        location: where a redirect leads, "" for an answer with the picture.
        deletes: statuses of the next answers to DELETE; 204 when there are none left.
    """

    requests: list[bytes] = field(default_factory=list[bytes])
    status: int = 200
    location: str = ""
    deletes: list[int] = field(default_factory=list[int])
    body: bytes = field(default_factory=a_picture)
    kind: str = "image/jpeg"
    port: int = 0

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def lines(self) -> list[str]:
        """The first line of each request, without the version."""
        return [one.split(b" HTTP/")[0].decode() for one in self.requests]

    @property
    def saw_credentials(self) -> bool:
        """Whether anything it got holds the account's token in any form, or an Authorization header."""
        got = b"".join(self.requests)
        return b"authorization" in got.lower() or any(secret in got for secret in SECRETS)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and hang up."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.requests.append(head)
        writer.write(self._said(head))
        await writer.drain()
        writer.close()

    def _said(self, head: bytes) -> bytes:
        if head.startswith(b"DELETE"):
            status, more, body = (self.deletes.pop(0) if self.deletes else 204), "", b""
        elif self.location:
            status, more, body = 307, f"Location: {self.location}\r\n", b""
        else:
            status, more, body = self.status, f"Content-Type: {self.kind}\r\n", self.body
        length = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        return f"HTTP/1.1 {status} Said\r\n{more}{length}".encode() + body


@asynccontextmanager
async def listening() -> AsyncGenerator[Host]:
    """A host of its own."""
    host = Host()
    server = await asyncio.start_server(host.answer, "127.0.0.1", 0)
    host.port = server.sockets[0].getsockname()[1]
    async with server:
        yield host
