"""Two organizers and their subscribers, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from hotline import subscribers
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts.delivery import Delivery
from hotline.sms.outbox import Outbox

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.content import Library
    from hotline.privacy.phones import Vault
    from hotline.store import Store

NOW: Final = 1_800_000_000.0
HOUR: Final = 3600.0


class Office:
    """Two organizers, their subscribers, and the delivery, on one clock."""

    def __init__(self, store: Store, vault: Vault, library: Library) -> None:
        self.store, self.vault, self.library = store, vault, library
        self.now = NOW
        self.delivery = Delivery(store, vault, lambda: self.now)
        self.box = Outbox(store, "alerts", 1000, "w1")

    async def sign_up(self, count: int, *zones: str, lang: str = "en", first: int = 0) -> list[str]:
        """So many people; answers their pseudonyms."""
        numbers = [f"+1860556{number:04}" for number in range(first, first + count)]
        for number in numbers:
            await subscribers.add_by_number(
                self.store, self.vault, number, zones or ("all",), lang, consent="asked at the fair", now=NOW
            )
        return [self.vault.pseudonym(number) for number in numbers]

    async def draft(self, zone: str = "", lasts: float = HOUR, **texts: str) -> Broadcast:
        """A draft of organizer1."""
        return await broadcasts.draft(
            self.store, self.library, by="organizer1", kind="news", texts=texts or {"en": "Meeting at six."},
            zone=zone, incident="", expires=self.now + lasts,
        )  # fmt: skip

    async def sending(self, zone: str = "", lasts: float = HOUR) -> Broadcast:
        """A broadcast that organizer2 has approved."""
        one = await self.draft(zone, lasts)
        return await broadcasts.approve(self.store, one.id, "organizer2", self.now)

    async def taken(self) -> list[str]:
        """Take everything that waits, as a sender does; answers the ids that may be sent."""
        found: list[str] = []
        while await self.waiting():
            taken = await self.box.take(self.now)
            found += [taken.id] if taken.id else []
            self.now += max(0.01, taken.wait)
        return found

    async def waiting(self) -> int:
        """Texts that wait in the outbox, for their turn or for later."""
        redis = self.store.redis
        return int(await redis.zcard("outbox:alerts") + await redis.zcard("outbox:later:alerts"))

    async def deliver(self) -> list[str]:
        """Feed and take until the broadcast is at its end; answers the ids in order."""
        found: list[str] = []
        while await self.store.redis.zcard("broadcasts:sending"):
            await self.delivery.feed()
            found += await self.taken()
        return found

    async def ledger(self, id_: str) -> dict[str, str]:
        """State by person."""
        return await cast("Any", self.store.redis.hgetall(f"broadcast:{id_}:ledger"))

    async def state(self, id_: str) -> str:
        """Of the broadcast."""
        return (await broadcasts.load(self.store, id_)).state
