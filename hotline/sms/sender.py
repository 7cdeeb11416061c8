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
from hotline.sms.people import opt_out
from hotline.sms.twilio import OPTED_OUT
from hotline.store import AWAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.privacy.phones import Vault
    from hotline.sms.outbox import Outbox
    from hotline.sms.twilio import Carrier

log = structlog.get_logger(__name__)

IN_FLIGHT: Final = 64
# The list may lag, and a page twice is better than a page late: it does not wait for the usual grace.
PAGE_GRACE: Final = 10.0
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
        self._slots = asyncio.Semaphore(IN_FLIGHT)
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
        await self._slots.acquire()
        self.wake.clear()
        try:
            taken = await self.outbox.take(self._clock())
        except BaseException:
            self._slots.release()
            raise
        if taken.id:
            self._begin(taken.id, taken.person)
            return
        self._slots.release()
        if taken.wait:
            await self._sleep(taken.wait)

    def _begin(self, id_: str, person: str) -> None:
        """Call the carrier beside other calls, but after the one before to the same person."""
        self._mine.add(id_)
        call = asyncio.create_task(self._send(id_, self._last.get(person)))
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

    async def _send(self, id_: str, before: asyncio.Task[None] | None) -> None:
        try:
            if before:
                await asyncio.wait({before})
            await self._call(id_)
        except AWAY:
            log.warning("outcome not stored, will be reconciled", outbound=id_)
        except HotlineError as error:
            log.error("text could not be opened", outbound=id_, reason=str(error))
        finally:
            self._mine.discard(id_)
            self._slots.release()

    async def _call(self, id_: str) -> None:
        fields = await self.outbox.read(id_)
        kind = fields.get("kind", "")
        now = self._clock()
        try:
            sid = await self._carrier.send(
                to=self._vault.open(fields["address"]),
                sender=self._number,
                body=self._vault.open(fields["body"]),
                callback=f"{self._callback}?intent={quote(id_, safe='')}",
                validity=_validity(fields, now),
                media=self._vault.open(fields["media"]) if fields.get("media") else "",
            )
        except SendError as error:
            metrics.SENDS.labels(self.outbox.sender, kind, error.outcome).inc()
            log.info("send failed", outbound=id_, outcome=error.outcome, code=error.code, reason=str(error))
            await self.outbox.failed(id_, error, self._clock())
            if error.code in OPTED_OUT:  # the carrier knows a stop that we do not: mirror it
                await self.outbox.store.commit(opt_out(fields["person"], self.outbox.family))
            return
        metrics.SENDS.labels(self.outbox.sender, kind, "accepted").inc()
        metrics.WAITED.labels(kind).observe(max(0.0, now - int(fields["created"]) / 1000))
        await self.outbox.accepted(id_, sid)

    async def reconcile(self) -> int:
        """Settle sends whose outcome nobody stored, by the carrier's own list; answers how many.

        A send is only looked at when its call must have ended and the list has had time to show it.
        """
        settled = 0
        for id_, intent in await self.outbox.unresolved(self._clock(), min(self._after, PAGE_GRACE)):
            if id_ not in self._mine and await self._settle(id_, intent):
                settled += 1
        return settled

    async def _settle(self, id_: str, intent: float) -> bool:
        fields = await self.outbox.read(id_)
        early = self._clock() - intent < self._after and fields.get("kind") != "page"
        if early or not await self._orphaned(fields):
            return False
        if "body" not in fields or "address" not in fields:
            await self.outbox.store.redis.zrem(self.outbox.sending, id_)
            return True
        try:
            sid = await self._find(fields, intent)
        except SendError:
            return False  # the list cannot be read now: later, never blindly
        if sid:
            metrics.RECONCILED.labels("adopted").inc()
            await self.outbox.accepted(id_, sid)
        else:
            metrics.RECONCILED.labels("requeued").inc()
            await self.outbox.requeue(id_)
        return True

    async def _orphaned(self, fields: dict[str, str]) -> bool:
        """Whether no live call can still settle it. A worker that lives mends its own."""
        worker = fields.get("worker", "")
        return worker == self.outbox.worker or not await self.outbox.store.redis.exists(f"alive:{worker}")

    async def _find(self, fields: dict[str, str], intent: float) -> str:
        """The SID of this very text in the carrier's list, "" when it is not there."""
        body = self._vault.open(fields["body"])
        since = datetime.fromtimestamp(intent, UTC)
        for row in await self._carrier.sent_to(self._vault.open(fields["address"]), since):
            # The same words to the same person may be another text of ours: its SID is known already.
            if row.body == body and not await self.outbox.store.redis.exists(f"sid:{row.sid}"):
                return row.sid
        return ""


def _validity(fields: dict[str, str], now: float) -> int:
    """Seconds the carrier may keep trying: Twilio takes 1 to 36000 (error 30036 after that)."""
    left = int(fields.get("expires", "0")) / 1000 - now
    return min(36000, max(10, int(left)))
