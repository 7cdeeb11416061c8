"""The loop that hands one sender's texts to the carrier, and mends what a crash left open."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import structlog

from hotline import metrics
from hotline.errors import HotlineError, SendError
from hotline.messaging.address import Route
from hotline.messaging.carriers.twilio import NO_CHANNEL, reason
from hotline.messaging.outbox import URGENT
from hotline.messaging.rate import Window
from hotline.store import AWAY, keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.messaging.carriers.twilio import Carrier
    from hotline.messaging.outbox import Outbox, Taken
    from hotline.messaging.rate import Slot
    from hotline.privacy.vault import Vault

log = structlog.get_logger(__name__)

IN_FLIGHT: Final = 64
AT_ONCE: Final = 8  # texts taken in one step: a page waits behind no more
# The list may lag, and a page twice is better than a page late: it does not wait for the usual grace.
PAGE_GRACE: Final = 10.0
LOOKS: Final = 20  # times the grace, until what the list does not explain is left to a human
CALL_ENDS_WITHIN: Final = 15.0  # seconds: longer than the time-out of a call


class Sender:
    """Sends the texts of one outbox.

    Args:
        number: the E.164 number texts come from.
        callback: public address of the status route; our id is added as ``?intent=``.
        clock: seconds since the epoch.
        reconcile_after: seconds after which an unresolved send is looked up in the carrier's list.
    """

    def __init__(
        self,
        outbox: Outbox,
        carrier: Carrier,
        vault: Vault,
        *,
        number: str,
        callback: str,
        clock: Callable[[], float],
        reconcile_after: float,
    ) -> None:
        self.outbox = outbox
        self.wake = asyncio.Event()
        self._carrier = carrier
        self._vault = vault
        self._number = number
        self._callback = callback
        self._clock = clock
        self._after = reconcile_after
        self._window = Window(outbox.pace)
        self._segments = 1
        self._calls: set[asyncio.Task[None]] = set()
        self._last: dict[str, asyncio.Task[None]] = {}
        self._mine: set[str] = set()

    async def run(self) -> None:
        """Send until cancelled or Redis is away; calls under way are given time to end."""
        try:
            while True:
                await self._once()
        finally:
            if self._calls:
                await asyncio.wait(self._calls, timeout=CALL_ENDS_WITHIN)

    async def _once(self) -> None:
        free = IN_FLIGHT - len(self._calls)
        if free <= 0:
            await asyncio.wait(self._calls, return_when=asyncio.FIRST_COMPLETED)
            return
        most = self._window.room(self._segments, min(free, AT_ONCE))
        if not most:
            await self._until_room()
            return
        self.wake.clear()
        for taken in await self.outbox.take_some(self._clock(), most):
            if taken.id:
                self._begin(taken)
            elif taken.wait:
                await self._sleep(taken.wait)

    async def _until_room(self) -> None:
        """Until the window has room; a call that ends may show that it has it earlier."""
        seconds = self._window.wait(self._segments)
        if self._calls:
            await asyncio.wait(self._calls, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        else:
            await asyncio.sleep(seconds)

    def _begin(self, taken: Taken) -> None:
        """Call the carrier in parallel with other calls, but after the previous one to the same person."""
        person = taken.fields["person"]
        self._segments = int(taken.fields.get("segments", "1"))
        place = self._window.begin(self._segments)
        self._mine.add(taken.id)
        call = asyncio.create_task(self._send(taken, place, self._last.get(person)))
        self._calls.add(call)
        self._last[person] = call

        def ended(_: asyncio.Task[None]) -> None:
            self._calls.discard(call)
            if self._last.get(person) is call:
                del self._last[person]

        call.add_done_callback(ended)

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.wake.wait(), seconds)

    async def _send(self, taken: Taken, place: list[Slot], before: asyncio.Task[None] | None) -> None:
        try:
            if before:
                await asyncio.wait({before})
            await self._call(taken.id, taken.fields, place)
        except AWAY:
            log.warning("outcome not stored, will be reconciled", outbound=taken.id)
        except HotlineError as error:
            log.error("text could not be opened", outbound=taken.id, reason=str(error))
        finally:
            self._mine.discard(taken.id)

    async def _call(self, id_: str, fields: dict[str, str], place: list[Slot]) -> None:
        kind = fields.get("kind", "")
        now = self._clock()
        try:
            sid = await self._hand_over(id_, fields, place)
        except SendError as error:
            metrics.SENDS.labels(self.outbox.sender, kind, error.outcome).inc()
            log.info("send failed", outbound=id_, outcome=error.outcome, code=error.code, reason=str(error))
            await self.outbox.failed(id_, error, self._clock())
            return
        metrics.SENDS.labels(self.outbox.sender, kind, "accepted").inc()
        metrics.WAITED.labels(kind).observe(max(0.0, now - int(fields["created"]) / 1000))
        await self.outbox.accepted(id_, sid, fields)

    async def _hand_over(self, id_: str, fields: dict[str, str], place: list[Slot]) -> str:
        try:
            to, sender = self._ends(fields)
            return await self._carrier.send(
                to=to,
                sender=sender,
                body=self._vault.open(fields["body"]),
                callback=f"{self._callback}?intent={quote(id_, safe='')}",
                validity=_validity(fields, self._clock()),
                media=self._vault.open(fields["media"]) if fields.get("media") else "",
            )
        finally:
            self._window.end(place)

    def _ends(self, fields: dict[str, str]) -> tuple[str, str]:
        """The reader's address, and our address on the same channel."""
        route = Route.read(self._vault.open(fields["address"]))
        sender = route.sender(self._number)
        if sender is None:
            raise SendError(reason(NO_CHANNEL), outcome="refused", code=NO_CHANNEL)
        return str(route.to), str(sender)

    async def reconcile(self) -> int:
        """Settle sends whose outcome was not stored, with the carrier's own list; returns how many.

        A send is only looked at when its call must have ended and the list has had time to show it.
        """
        settled = 0
        for id_, intent in await self.outbox.unresolved(self._clock(), min(self._after, PAGE_GRACE)):
            if id_ not in self._mine and await self._settle(id_, intent):
                settled += 1
        return settled

    async def _settle(self, id_: str, intent: float) -> bool:
        fields = await self.outbox.read(id_)
        early = self._clock() - intent < self._after and fields.get("kind") not in URGENT
        if early or not await self._orphaned(fields):
            return False
        if "body" not in fields or "address" not in fields:
            await self.outbox.store.zrem(self.outbox.sending, id_)
            return True
        try:
            sid, doubt = await self._find(fields, intent)
        except SendError:
            await self.outbox.doubt(id_)
            return False  # the list cannot be read now: later, never blindly
        if sid:
            metrics.RECONCILED.labels("adopted").inc()
            await self.outbox.accepted(id_, sid)
        elif doubt:
            await self._doubt(id_, intent)
            return False
        else:
            metrics.RECONCILED.labels("requeued").inc()
            await self.outbox.requeue(id_)
        return True

    async def _doubt(self, id_: str, intent: float) -> None:
        """It stays unknown; after a while we stop looking for it, so that it does not delay others."""
        await self.outbox.doubt(id_)
        if self._clock() - intent > LOOKS * self._after:
            metrics.RECONCILED.labels("left").inc()
            await self.outbox.leave(id_)

    async def _orphaned(self, fields: dict[str, str]) -> bool:
        """Whether no live call can still settle it. A worker that lives mends its own."""
        worker = fields.get("worker", "")
        return worker == self.outbox.worker or not await self.outbox.store.exists(keys.alive_worker(worker))

    async def _find(self, fields: dict[str, str], intent: float) -> tuple[str, bool]:
        """The SID of this very text in the carrier's list, "" when it is not there; and whether that is sure.

        A text of ours that nobody knows and that reads otherwise may be this one, changed on its way: what
        goes to many waits for a human then. A page is sent again: twice is better than never.
        """
        body = self._vault.open(fields["body"])
        since = datetime.fromtimestamp(intent, UTC)
        strange = False
        to, _ = self._ends(fields)
        for row in await self._carrier.sent_to(to, since):
            # The same words to the same person may be another text of ours: its SID is known already.
            if await self.outbox.store.exists(keys.sid(row.sid)):
                continue
            if row.body == body:
                return row.sid, False
            strange = True
        return "", strange and bool(fields.get("broadcast"))


def _validity(fields: dict[str, str], now: float) -> int:
    """Seconds the carrier may keep trying: Twilio takes 1 to 36000 (error 30036 after that)."""
    left = int(fields.get("expires", "0")) / 1000 - now
    return min(36000, max(10, int(left)))
