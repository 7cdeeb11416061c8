"""Deletes at the carrier what has to go there, again and again until the carrier has it no more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import structlog

from hotline import metrics
from hotline.errors import SettingsError
from hotline.privacy.pending_removals import DUE, KEPT, over

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.messaging.carriers.media import CarrierMedia
    from hotline.privacy.vault import Vault
    from hotline.store import Store

log = structlog.get_logger(__name__)

BATCH: Final = 10
REST: Final = 1.0
SOONEST, LATEST = 10.0, 3600.0  # seconds to the next try: as long as it has been tried, within these


class Removals:
    """Several workers may do it at the same time: deleting twice changes nothing."""

    def __init__(self, store: Store, vault: Vault, media: CarrierMedia, clock: Callable[[], float]) -> None:
        self._store, self._vault, self._media, self._clock = store, vault, media, clock

    async def step(self) -> float:
        """Try what is due; answers the seconds until the next look."""
        now = self._clock()
        ids = await self._store.zrangebyscore(DUE, "-inf", now, BATCH)
        for id_ in ids:
            kept = await self._store.hget(KEPT, id_)
            await self._try(id_, json.loads(kept) if kept else {}, now)
        return 0.0 if len(ids) == BATCH else REST

    async def _try(self, id_: str, kept: dict[str, Any], now: float) -> None:
        # Put off before the call: a try that kills the worker holds nothing else up.
        wait = min(LATEST, max(SOONEST, now - float(kept.get("since", now))))
        await self._store.reschedule(DUE, id_, now + wait)
        if not kept or await self._gone(id_, str(kept["url"])):
            await self._store.commit(over(id_))

    async def _gone(self, id_: str, sealed: str) -> bool:
        """Whether nothing of it is at the carrier any more. What is not the carrier's is not asked for."""
        try:
            picture = self._media.addresses.read(self._vault.open(sealed))
            gone = picture is None or await self._media.delete(picture)
        except (aiohttp.ClientError, TimeoutError, SettingsError) as error:
            log.warning("the carrier still has a photo", photo=id_, error=type(error).__name__)
            gone = False
        metrics.PHOTOS.labels("gone at carrier" if gone else "left at carrier").inc()
        return gone
