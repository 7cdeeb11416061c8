"""Rasa's memory of a conversation, in Redis: which topics came up, never the words, for one day."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
from redis.asyncio import Redis
from redis.exceptions import RedisError

if TYPE_CHECKING:
    from rasa.core.brokers.broker import EventBroker
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.trackers import DialogueStateTracker

log = logging.getLogger(__name__)

KEY = "{{{city}}}:rasa:tracker:{person}"
KEPT_EVENTS = 12  # about two turns: rules look at the last one, and reading old events back costs time


def without_words(event: Event) -> dict[str, Any]:
    """The event as Rasa stores it, less what the resident wrote and what was answered."""
    fields = dict(event.as_dict())
    if isinstance(event, UserUttered):
        intent = {key: event.intent[key] for key in ("name", "confidence") if key in event.intent}
        fields.update(text="", parse_data={"intent": intent, "entities": [], "text": ""}, metadata={})
    elif isinstance(event, BotUttered):
        fields.update(text=None, data={}, metadata={})
    return fields


def last_turns(events: list[Event]) -> list[Event]:
    """The newest events, cut where the assistant was listening so that what is left makes sense alone."""
    kept = events[-KEPT_EVENTS:]
    if len(kept) == len(events):
        return kept
    listening = (
        number
        for number, event in enumerate(kept)
        if isinstance(event, ActionExecuted) and event.action_name == "action_listen"
    )
    return kept[next(listening, 0) :]


class ForgetfulTrackerStore(TrackerStore, SerializedTrackerAsText):
    """Keeps `{city}:rasa:tracker:<pseudonym>` with a lifetime that starts again at every text.

    Unlike Rasa's own store it takes a whole address (`redis://`, `rediss://`, `unix://`), does not block
    the event loop, and writes in one step, because our worker never has two texts of a person under way.
    """

    def __init__(
        self,
        domain: Domain,
        host: str,
        city: str,
        event_broker: EventBroker | None = None,
        record_exp: int = 86400,
        **_: Any,
    ) -> None:
        super().__init__(domain, event_broker)
        self.redis = Redis.from_url(host, decode_responses=True, socket_timeout=2, socket_connect_timeout=2)
        self.city, self.lifetime = city, record_exp

    def _key(self, person: str) -> str:
        return KEY.format(city=self.city, person=person)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Write the tracker and start its lifetime again; without Redis this turn is not remembered."""
        events = [without_words(event) for event in last_turns(list(tracker.events))]
        body = json.dumps({"name": tracker.sender_id, "events": events})
        try:
            await self.redis.set(self._key(tracker.sender_id), body, ex=self.lifetime)
        except (RedisError, OSError):
            log.exception("tracker not saved")

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker of a person; None when there is none or it cannot be read: an answer needs no memory.

        Rasa would go on with a store in memory that forgets nothing until the process ends.
        """
        try:
            stored = await self.redis.get(self._key(sender_id))
            return None if stored is None else self.deserialise_tracker(sender_id, stored)
        except (RedisError, OSError, ValueError, KeyError, TypeError, AttributeError):
            log.exception("tracker not read")
            return None

    async def keys(self) -> list[str]:
        """Pseudonyms with a living tracker."""
        prefix = self._key("")
        return [key.removeprefix(prefix) async for key in self.redis.scan_iter(f"{prefix}*")]
