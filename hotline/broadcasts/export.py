"""The ledger of a broadcast as a table: one row per person, by pseudonym, and what became of their text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from hotline.messaging.address import Route
from hotline.store import keys

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hotline.privacy.vault import Vault
    from hotline.store import Store

COLUMNS: Final = ("person", "language", "receipt")
BATCH: Final = 500


async def rows(store: Store, id_: str, vault: Vault | None = None) -> AsyncIterator[list[str]]:
    """One row per person of the ledger, as `COLUMNS` says; with a vault, the number in clear behind it."""
    key = keys.broadcast_ledger(id_)
    async for some in store.hscan(key, BATCH):
        for person, receipt in some.items():
            kept = await store.hget(keys.broadcast_people(id_), person)
            address, lang = json.loads(kept) if kept else ("", "")
            number = [str(Route.read(vault.open(address)).to) if address else ""] if vault else []
            yield [person, lang, receipt, *number]
