"""One sender on a real Redis, with a carrier that follows a script and a clock that a test may move on."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from hotline.errors import SendError
from hotline.messaging.carriers.twilio import Sent
from hotline.messaging.outbox import Outbound, Outbox, queued
from hotline.messaging.sender import Sender
from tests.stage.line import wait_until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hotline.privacy.vault import Vault
    from hotline.store import Store

NOW: Final = 1_800_000_000.0
PHONE: Final = "+18605550111"
GRACE: Final = 5.0


@dataclass
class Call:
    """What was handed over."""

    to: str
    sender: str
    body: str
    callback: str
    validity: int
    media: str


@dataclass
class ScriptedCarrier:
    """The carrier port as a script: takes everything, unless an error is next.

    Attributes:
        calls: what was handed over, in order.
        errors: raised one by one, for the next calls.
        listed: what its own list shows.
        hold: a call waits for this before it is answered.
        unreadable: its list cannot be read.
    """

    calls: list[Call] = field(default_factory=list[Call])
    errors: list[SendError] = field(default_factory=list[SendError])
    listed: list[Sent] = field(default_factory=list[Sent])
    hold: asyncio.Event | None = None
    unreadable: bool = False

    async def send(self, *, to: str, sender: str, body: str, callback: str, validity: int, media: str) -> str:
        self.calls.append(Call(to, sender, body, callback, validity, media))
        if self.hold:
            await self.hold.wait()
        if self.errors:
            raise self.errors.pop(0)
        return f"SM{len(self.calls):032}"

    async def sent_to(self, to: str, since: datetime) -> list[Sent]:
        assert to in (PHONE, f"whatsapp:{PHONE}")
        if self.unreadable:
            raise SendError("The carrier's list could not be read.", outcome="retry")
        return [one for one in self.listed if one.created >= since]

    async def close(self) -> None:
        """Nothing to let go."""


class Sending:
    """One worker's sender, with a clock that runs as ours does and that a test may move on."""

    def __init__(self, store: Store, vault: Vault, worker: str = "w1", rate: float = 1000) -> None:
        self.store, self.vault = store, vault
        self.now, self._began = NOW, time.monotonic()
        self.carrier = ScriptedCarrier()
        self.outbox = Outbox(store, "hotline", rate, worker)
        self.sender = Sender(
            self.outbox, self.carrier, vault, number="+18605550100",
            callback="https://line.example.org/twilio/status", clock=self.clock, reconcile_after=GRACE,
        )  # fmt: skip

    def clock(self) -> float:
        return self.now + time.monotonic() - self._began

    async def queue(self, id_: str, body: str = "words", *, to: str = PHONE, **fields: Any) -> None:
        message = Outbound(id_, fields.pop("person", "p1"), self.vault.seal(to), body, **fields)
        await self.store.commit(queued(message, self.vault, self.now))
        self.sender.wake.set()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        task = asyncio.create_task(self.sender.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def called(self, count: int) -> None:
        """Wait until the carrier was called so often and every call is resolved."""

        async def done() -> bool:
            return len(self.carrier.calls) >= count and not await self.store.redis.zcard(self.outbox.sending)

        await wait_until(done, 5, f"{count} calls")

    async def state(self, id_: str) -> str:
        return (await self.outbox.read(id_)).get("state", "")

    async def orphan(self, id_: str, body: str = "words") -> None:
        """A text whose worker died between writing its intent and hearing of the outcome."""
        await self.queue(id_, body)
        dead = Outbox(self.store, "hotline", 1000, "dead-worker")
        assert (await dead.take(self.now)).id == id_

    def lists(self, sid: str, body: str = "words", after: float = 0.5) -> None:
        self.carrier.listed.append(Sent(sid, body, datetime.fromtimestamp(self.now + after, UTC)))

    async def is_called(self, count: int) -> bool:
        """Whether the carrier was called so often."""
        return len(self.carrier.calls) >= count

    async def has(self, id_: str, state: str) -> bool:
        """Whether a text is in that state."""
        return await self.state(id_) == state
