"""Messages to people on their way: queued, sent, delivered or not, with a status callback at each step."""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import TYPE_CHECKING, Final

from simulator.network.channels import is_shut
from simulator.network.forms import callback_form
from simulator.network.reserved import next_step

if TYPE_CHECKING:
    from simulator.log.ledger import Ledger
    from simulator.network.caller import Caller
    from simulator.network.canaries import Canaries
    from simulator.network.faults import Mischief
    from simulator.network.message import Message, Status
    from simulator.settings import Settings

WORKERS: Final = 32

type Callback = tuple[str, dict[str, str]]


class Delivery:
    """Moves messages by timers and makes their callbacks with bounded concurrency.

    A message's status does not wait for the account's server; the callbacks of one message are made in order,
    because they share a worker. As at Twilio, there is no callback for `queued` (the answer to the create
    request said it) and no promise after one failed retry.
    """

    def __init__(
        self, settings: Settings, ledger: Ledger, mischief: Mischief, caller: Caller, canaries: Canaries
    ) -> None:
        self._account = settings.twilio_account_sid
        self._pace = settings.simulator_delivery_ms / 1000
        self._ledger, self._mischief, self._caller = ledger, mischief, caller
        self._canaries = canaries
        self._queues: list[asyncio.Queue[Callback]] = [asyncio.Queue() for _ in range(WORKERS)]
        self._workers = [asyncio.create_task(self._work(queue)) for queue in self._queues]

    def start(self, message: Message) -> None:
        """Set a message on its way."""
        asyncio.get_running_loop().call_later(self._pace, self._step, message)

    def resume(self) -> None:
        """Set everything on its way again that a kill interrupted."""
        for message in self._ledger.book.unfinished():
            if message.direction == "inbound":
                self._ledger.change(message, status="received")
            else:
                self.start(message)
        for message in self._ledger.book.copied():
            self._canaries.post(message)

    async def close(self) -> None:
        """Stop; timers die with the loop, what is on its way resumes at the next start."""
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    def _step(self, message: Message) -> None:
        now = time.time()
        step = next_step(message.to, message.status)
        if message.status == "queued" and now - message.created > message.validity:
            step = ("failed", 30036)
        elif message.status == "queued" and is_shut(self._ledger.book, message.to, message.sender, now):
            step = ("failed", 63016)
        if step is None:
            return
        status, error = step
        sent = {"sent": now} if status == "sent" else {}
        copy = self._canaries.copy(message, status)
        self._ledger.change(message, status=status, error=error, **sent, **copy)
        if copy:
            self._canaries.post(message)
        self._announce(message, status)
        if message.moving:
            self.start(message)

    def _announce(self, message: Message, status: Status) -> None:
        faults = self._mischief.faults
        if not message.callback or self._mischief.happens(faults.lose_callbacks):
            return
        job = (message.callback, callback_form(message, status, self._account))
        queue = self._queues[message.number % WORKERS]
        for _ in range(2 if self._mischief.happens(faults.duplicate_callbacks) else 1):
            if self._mischief.happens(faults.shuffle_callbacks):
                asyncio.get_running_loop().call_later(self._mischief.pause(), queue.put_nowait, job)
            else:
                queue.put_nowait(job)

    async def _work(self, queue: asyncio.Queue[Callback]) -> None:
        while True:
            url, form = await queue.get()
            await self._caller.post(url, form, token=secrets.token_hex(16), retries=1)
