"""New messages and changes, handed to everybody who watches some phones."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from simulator.network.message import Message, as_phone_entry

if TYPE_CHECKING:
    from collections.abc import Generator

BACKLOG: Final = 1_000


class Feed:
    """Fan-out to watchers; one that falls too far behind is told to load again."""

    def __init__(self) -> None:
        self._watchers: dict[asyncio.Queue[dict[str, Any]], frozenset[str]] = {}

    @contextmanager
    def watch(self, phones: frozenset[str]) -> Generator[asyncio.Queue[dict[str, Any]]]:
        """Watch some phones, all of them when none is named."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(BACKLOG)
        self._watchers[queue] = phones
        try:
            yield queue
        finally:
            del self._watchers[queue]

    def publish(self, message: Message) -> None:
        """Tell the watchers of this message's phone about it."""
        watchers = [
            queue for queue, phones in self._watchers.items() if not phones or message.phone in phones
        ]
        if not watchers:
            return
        event = {"phone": message.phone, "message": as_phone_entry(message)}
        for queue in watchers:
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                queue.put_nowait({"reload": True})
            else:
                queue.put_nowait(event)
