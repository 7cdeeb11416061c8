"""Texts from people: kept, then posted to the account's webhook as Twilio posts them."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from simulator.network import optout
from simulator.network.channels import Channels, channel_of
from simulator.network.forms import inbound_form
from simulator.network.message import Message, new_sid

if TYPE_CHECKING:
    from simulator.log.ledger import Ledger
    from simulator.network.caller import Caller
    from simulator.network.delivery import Delivery
    from simulator.settings import Settings


@dataclass(frozen=True)
class Text:
    """A text that a person sends.

    Attributes:
        sid: "" for a new one; the id of an earlier one posts that one again, as Twilio's retry would.
        retries: further tries when the webhook does not answer or answers 5xx; none, as Twilio's default.
    """

    phone: str
    to: str
    body: str
    media: list[str] = field(default_factory=list[str])
    sid: str = ""
    retries: int = 0


class Inbound:
    """The network's side of a person who texts."""

    def __init__(self, settings: Settings, ledger: Ledger, delivery: Delivery, caller: Caller) -> None:
        self._settings, self._channels = settings, Channels(settings)
        self._ledger, self._delivery, self._caller = ledger, delivery, caller

    def lines(self) -> dict[str, str]:
        """The account's senders by name."""
        return {"hotline": self._settings.hotline_sender, "alerts": self._settings.alerts_sender}

    def line(self, phone: str) -> str:
        """Where a phone writes to when it says nothing: the hotline, on its own channel."""
        return self._channels.default(channel_of(phone))

    async def send(self, text: Text) -> Message:
        """Keep a text, post it and note what the webhook answered; a replayed one is not kept twice."""
        message = self._ledger.book.get(text.sid)
        if message is None:
            blocked = self._ledger.book.blocked(text.phone, text.to)
            message = self._keep(text)
            if self._settings.simulator_opt_out_replies:
                self._reply(message, was_blocked=blocked)
        settings = self._settings
        status = await self._caller.post(
            settings.signed_url,
            inbound_form(message, settings.twilio_account_sid, settings.own_url),
            to=settings.webhook_url,
            token=secrets.token_hex(16),
            retries=text.retries,
            on_5xx=True,
        )
        self._ledger.change(message, status="received", webhook=status)
        return message

    def _keep(self, text: Text) -> Message:
        now = time.time()
        message = Message(
            sid=text.sid or new_sid(text.media),
            direction="inbound",
            sender=text.phone,
            to=text.to,
            body=text.body,
            media=text.media,
            created=now,
            sent=now,
            status="receiving",
        )
        self._ledger.add(message)
        return message

    def _reply(self, message: Message, *, was_blocked: bool) -> None:
        effect = optout.effect(message.body) if ":" not in message.sender else ""
        if not effect or (effect == "start") != was_blocked:  # only a change, and help for those not blocked
            return
        reply = Message(
            sid=new_sid([]),
            direction="outbound-reply",
            sender=message.to,
            to=message.sender,
            body=optout.REPLIES[effect],
            created=time.time(),
        )
        self._ledger.add(reply)
        self._delivery.start(reply)
