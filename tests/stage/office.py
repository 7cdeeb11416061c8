"""Two organizers at their own computer, and their subscribers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast, override

from hotline.broadcasts import approval, drafting
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts.drafting import DraftRequest
from hotline.broadcasts.states import BroadcastMove
from hotline.staff.roster import seed_demo
from hotline.store import keys
from tests.stage.stage import Stage

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store

NOW: Final = 1_800_028_800.0  # eleven in the morning in Hartford
HOUR: Final = 3600.0


class Office(Stage):
    """The demo's staff: two organizers at their own computer, and the delivery of what they send."""

    responder = "responder1"

    @override
    def __init__(self, store: Store, vault: Vault, library: Library, settings: Settings) -> None:
        super().__init__(store, vault, library, settings)
        self.now = NOW
        self.delivery = self.worker()
        self.box = self.outbox("alerts")

    @override
    async def begin(self) -> None:
        await seed_demo(self.settings)

    async def draft(self, zone: str = "", lasts: float = HOUR, **texts: str) -> Broadcast:
        """A draft of organizer1."""
        return await self.drafted(
            DraftRequest("organizer1", "news", lasts, texts or {"en": "Meeting at six."}, zone)
        )

    async def drafted(self, request: DraftRequest) -> Broadcast:
        """A draft as it is requested."""
        return await drafting.draft(self.store, self.library, self.settings, request, self.now)

    async def approve(self, id_: str, by: str = "organizer2", *, override: bool = False) -> Broadcast:
        """What an organizer approves."""
        return await approval.approve(
            self.store, self.library, self.settings, id_, by, self.now, override=override
        )

    async def move(self, id_: str, how: str) -> Broadcast:
        """Pause, resume or cancel."""
        return await broadcasts.move(self.store, id_, BroadcastMove(how), now=self.now)

    async def sending(self, zone: str = "", lasts: float = HOUR) -> Broadcast:
        """A broadcast that organizer2 has approved."""
        one = await self.draft(zone, lasts)
        return await self.approve(one.id)

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
        return int(await redis.zcard(keys.outbox("alerts")) + await redis.zcard(keys.outbox_later("alerts")))

    async def deliver(self) -> list[str]:
        """Feed and take until the broadcast is at its end; answers the ids in order."""
        found: list[str] = []
        while await self.store.redis.zcard(keys.broadcasts_sending):
            await self.delivery.feed()
            found += await self.taken()
        return found

    async def ledger(self, id_: str) -> dict[str, str]:
        """State by person."""
        return await cast("Any", self.store.redis.hgetall(keys.broadcast_ledger(id_)))

    async def state(self, id_: str) -> str:
        """Of the broadcast."""
        return (await broadcasts.load(self.store, id_)).state
