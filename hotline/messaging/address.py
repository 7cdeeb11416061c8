"""Addresses as Twilio writes them, taken apart once: the channel, and who is meant on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

SMS: Final = ""
WHATSAPP: Final = "whatsapp"
# Channels that name people by their phone numbers; Messenger has ids of its own.
BY_NUMBER: Final = (SMS, WHATSAPP, "rcs")
# Where we may write to somebody who did not write within a day: alerts come nowhere else.
UNASKED: Final = (SMS, "rcs")
_CHANNEL: Final = re.compile(r"[a-z]{2,20}")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_APART: Final = "\n"  # in no address: what Twilio posts is printable


@dataclass(frozen=True)
class Address:
    """One end of a text: `+18605550111`, `whatsapp:+18605550111`, `messenger:24180000000000017`.

    Attributes:
        channel: as Twilio names it, `SMS` for plain texts.
        user: number, short code or the channel's own id.
    """

    channel: str
    user: str

    @classmethod
    def parse(cls, text: str) -> Address:
        """An address as Twilio writes it; one without a channel is a phone number for plain texts."""
        channel, colon, user = text.partition(":")
        return cls(channel, user) if colon and _CHANNEL.fullmatch(channel) else cls(SMS, text)

    @property
    def number(self) -> str:
        """The phone number in it, "" when there is none."""
        return self.user if _NUMBER.fullmatch(self.user) else ""

    def __str__(self) -> str:
        return f"{self.channel}:{self.user}" if self.channel else self.user


@dataclass(frozen=True)
class Route:
    """The way back to somebody: their address, and on a channel ours that they wrote to.

    Attributes:
        to: their address.
        at: ours on the same channel; None for plain texts, whose sender is the outbox's number.
    """

    to: Address
    at: Address | None = None

    @classmethod
    def of(cls, sender: str, ours: str) -> Route:
        """The way back of a text, from its From and To."""
        to, at = Address.parse(sender), Address.parse(ours)
        return cls(to, at if to.channel and at.channel == to.channel and ours.isprintable() else None)

    @classmethod
    def read(cls, text: str) -> Route:
        """What `str` made of one; an address alone is one, too."""
        to, _, at = text.partition(_APART)
        return cls(Address.parse(to), Address.parse(at) if at else None)

    def __str__(self) -> str:
        return f"{self.to}{_APART}{self.at}" if self.at else str(self.to)

    def sender(self, number: str) -> Address | None:
        """What a text leaves from, out of the outbox of a number of ours; None: we have nothing there."""
        if self.to.channel == SMS:
            return Address(SMS, number)
        if self.at is None and self.to.channel == WHATSAPP:  # our number there is the same one
            return Address(WHATSAPP, number)
        return self.at
