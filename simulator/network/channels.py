"""Channels beside plain texts: who the account is on each, and for how long it may write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from simulator.refusal import Refusal

if TYPE_CHECKING:
    from simulator.log.book import Book
    from simulator.settings import Settings

# A person's address: E.164, or with the prefix of a channel.
PERSON: Final = re.compile(r"\+[1-9]\d{6,14}|whatsapp:\+[1-9]\d{6,14}|messenger:[\w.-]{1,64}")
WINDOW: Final = 24 * 3600.0  # seconds after a person's last message; later only templates (error 63016)


def channel_of(address: str) -> str:
    """The channel an address is on, "" for plain texts."""
    return address.partition(":")[0] if ":" in address else ""


def profile(address: str) -> dict[str, str]:
    """The fields that a channel adds to the form of an inbound message."""
    if channel_of(address) != "whatsapp":
        return {}
    return {"ProfileName": "A person", "WaId": address.removeprefix("whatsapp:+")}


class Channels:
    """The account's senders on each channel."""

    def __init__(self, settings: Settings) -> None:
        self._hotline, self._page = settings.hotline_sender, settings.simulator_page
        whatsapp = {f"whatsapp:{number}" for number in (settings.hotline_sender, settings.alerts_sender)}
        self._own = whatsapp | {f"messenger:{self._page}"}

    def default(self, channel: str) -> str:
        """The account's address that people write to on a channel; what a messaging service sends from."""
        known = {"": self._hotline, "messenger": f"messenger:{self._page}"}
        return known.get(channel, f"{channel}:{self._hotline}")

    def check(self, to: str, sender: str) -> None:
        """Both ends on one channel, and the account at home on it.

        Raises:
            Refusal: 21910 or 63007.
        """
        if channel_of(to) != channel_of(sender):
            raise Refusal(
                400, 21910, "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel"
            )
        if channel_of(sender) and sender not in self._own:
            raise Refusal(400, 63007, "Twilio could not find a Channel with the specified 'From' address")


def is_shut(book: Book, to: str, sender: str, now: float) -> bool:
    """Whether a person on a channel wrote to this sender too long ago, or never."""
    return bool(channel_of(to)) and now - book.heard(to, sender) > WINDOW
