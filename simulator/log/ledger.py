"""The network's memory: what happened is in the log before anybody is told of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from simulator.log.book import Book
from simulator.network.message import KEPT, Message, as_record
from simulator.settings import SimulatorError

if TYPE_CHECKING:
    from simulator.log.journal import Journal
    from simulator.phones.feed import Feed

CHANGEABLE: Final = frozenset(
    {"status", "updated", "sent", "error", "redacted", "deleted", "media_gone", "webhook", "copy"}
)


class Ledger:
    """The book of messages, kept in step with the log on disk and with those who watch."""

    def __init__(self, journal: Journal, feed: Feed) -> None:
        """Read the log into memory.

        Raises:
            SimulatorError: the log cannot be read.
        """
        self.book = Book()
        self._journal = journal
        self._feed = feed
        for record in journal.read():
            self._replay(record)

    def add(self, message: Message) -> None:
        """Keep a new message.

        Raises:
            OSError: it could not be written; it is not kept.
        """
        self._journal.append(as_record(message))
        self.book.add(message)
        self._feed.publish(message)

    def change(self, message: Message, **changes: Any) -> None:
        """Change some fields of a message.

        Raises:
            OSError: it could not be written; nothing changed.
        """
        changes["updated"] = time.time()
        self._journal.append({"change": message.sid, **changes})
        _apply(message, changes)
        self._feed.publish(message)

    def _replay(self, record: dict[str, Any]) -> None:
        sid = record.pop("change", None)
        if sid is None:
            self.book.add(_message(record))
        elif message := self.book.get(sid):
            _apply(message, record)


def _apply(message: Message, changes: dict[str, Any]) -> None:
    for name in CHANGEABLE & changes.keys():
        setattr(message, name, changes[name])


def _message(record: dict[str, Any]) -> Message:
    try:
        return Message(**{name: value for name, value in record.items() if name in KEPT})
    except TypeError:
        raise SimulatorError("The message log holds a line of another format; move it away.") from None
