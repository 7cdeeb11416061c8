"""Every message in memory, found by id, by phone, by sender and by time without reading them all."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from simulator.network.optout import effect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from simulator.network.message import Message

# A message may wait this long before it is sent: facts on Twilio's queue, 36,000 s.
LONGEST_QUEUE: Final = 36_000.0


class Book:
    """Indexes over the messages; each list is in the order of creation."""

    def __init__(self) -> None:
        self._all: list[Message] = []
        self._by_sid: dict[str, Message] = {}
        self._by_to: defaultdict[str, list[Message]] = defaultdict(list)
        self._by_sender: defaultdict[str, list[Message]] = defaultdict(list)
        self._by_phone: defaultdict[str, list[Message]] = defaultdict(list)
        self._blocked: set[tuple[str, str]] = set()
        self._heard: dict[tuple[str, str], float] = {}

    def add(self, message: Message) -> None:
        """Take a message in; a stop or start word in it counts from now on."""
        message.number = len(self._all)
        if self._all:  # time may step back, the order of the lists may not
            message.created = max(message.created, self._all[-1].created)
        self._all.append(message)
        self._by_sid[message.sid] = message
        self._by_to[message.to].append(message)
        self._by_sender[message.sender].append(message)
        self._by_phone[message.phone].append(message)
        if message.direction == "inbound":
            self._heard[message.phone, message.line] = message.created
        if message.direction == "inbound" and ":" not in message.sender:  # channels have no stop words
            self._obey(message)

    def _obey(self, message: Message) -> None:
        pair = (message.phone, message.line)
        match effect(message.body):
            case "stop":
                self._blocked.add(pair)
            case "start":
                self._blocked.discard(pair)
            case _:
                pass

    def blocked(self, phone: str, line: str) -> bool:
        """Whether the person opted out of this sender."""
        return (phone, line) in self._blocked

    def heard(self, phone: str, line: str) -> float:
        """When a person last wrote to a sender, seconds since 1970; 0 for never."""
        return self._heard.get((phone, line), 0.0)

    def get(self, sid: str) -> Message | None:
        """A message by its id, deleted ones too."""
        return self._by_sid.get(sid)

    def unfinished(self) -> list[Message]:
        """Messages on their way, for a restart; reads everything, so only then."""
        return [message for message in self._all if message.moving]

    def copied(self) -> list[Message]:
        """Messages that became inbound texts of the account's own numbers; reads everything, too."""
        return [message for message in self._all if message.copy]

    def phones(self) -> dict[str, int]:
        """Every phone seen, in order of first appearance, with its number of messages."""
        return {phone: len(messages) for phone, messages in self._by_phone.items()}

    def at_phone(self, phone: str, limit: int = 0) -> list[Message]:
        """What one phone sent and received, oldest first; the newest `limit` of them when it is not 0."""
        return self._by_phone.get(phone, [])[-limit:]

    def select(
        self,
        *,
        to: str = "",
        sender: str = "",
        since: float = 0,
        until: float = 0,
        below: int | None = None,
    ) -> Iterator[Message]:
        """Messages that the API lists, newest first.

        Args:
            to: only to this address.
            sender: only from this address.
            since: only sent at or after this instant, seconds since 1970; 0 for any.
            until: only sent at or before this instant; 0 for any.
            below: only with a smaller place in the log: the token of the next page.
        """
        rows = self._shortest(to, sender)
        low = bisect_left(rows, since - LONGEST_QUEUE, key=_created) if since else 0
        high = bisect_right(rows, until, key=_created) if until else len(rows)
        if below is not None:
            high = min(high, bisect_left(rows, below, key=_number))
        for place in range(high - 1, low - 1, -1):
            message = rows[place]
            if not message.deleted and _fits(message, to, sender) and _within(message, since, until):
                yield message

    def _shortest(self, to: str, sender: str) -> list[Message]:
        lists: Iterable[list[Message]] = (
            [self._by_to.get(to, [])] * bool(to) + [self._by_sender.get(sender, [])] * bool(sender)
        ) or [self._all]
        return min(lists, key=len)


def _created(message: Message) -> float:
    return message.created


def _number(message: Message) -> int:
    return message.number


def _fits(message: Message, to: str, sender: str) -> bool:
    return (not to or message.to == to) and (not sender or message.sender == sender)


def _within(message: Message, since: float, until: float) -> bool:
    if not since and not until:
        return True
    return bool(message.sent) and message.sent >= since and (not until or message.sent <= until)
