"""Numbers of the account itself that only listen: what is delivered to one comes in at the webhook, too."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from simulator.network.forms import inbound_form
from simulator.network.message import new_sid

if TYPE_CHECKING:
    from simulator.log.ledger import Ledger
    from simulator.network.caller import Caller
    from simulator.network.message import Message, Status
    from simulator.settings import Settings

RETRIES: Final = 5  # nobody else would send it again


class Canaries:
    """Posts what reaches a listening number as Twilio posts any inbound text, whoever created it."""

    def __init__(self, settings: Settings, ledger: Ledger, caller: Caller) -> None:
        self._settings, self._ledger, self._caller = settings, ledger, caller
        self._numbers = frozenset(settings.canaries)
        self._calls: set[asyncio.Task[None]] = set()

    def copy(self, message: Message, status: Status) -> dict[str, str]:
        """What to note of a message beside its new status: the id of the inbound text it becomes here."""
        arrives = status == "delivered" and message.to in self._numbers and not message.copy
        return {"copy": new_sid(message.media)} if arrives else {}

    def post(self, message: Message) -> None:
        """Post the inbound text of a message, unless the webhook has it already."""
        if message.copy and not 200 <= message.webhook < 500:
            call = asyncio.create_task(self._post(message))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)

    async def _post(self, message: Message) -> None:
        settings = self._settings
        arrived = replace(message, sid=message.copy)
        form = inbound_form(arrived, settings.twilio_account_sid, settings.own_url)
        status = await self._caller.post(
            settings.signed_url,
            form,
            to=settings.webhook_url,
            token=secrets.token_hex(16),
            retries=RETRIES,
            on_5xx=True,
        )
        self._ledger.change(message, webhook=status)

    async def close(self) -> None:
        """Stop; what was not posted is posted at the next start."""
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
