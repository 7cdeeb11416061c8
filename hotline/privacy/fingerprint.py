"""Whether the secret key of this process is the one that what Redis keeps was named with.

With another key every pseudonym is another one: staff would join twice and every STOP would be forgotten.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Final

from hotline.errors import SettingsError
from hotline.store import AWAY, keys
from hotline.store.migration import OLD, is_due

if TYPE_CHECKING:
    from hotline.privacy.vault import Vault
    from hotline.store import Store

KEY: Final = keys.secret_fingerprint
REMEDY: Final = "put the old key back; while rotating, the newest stands first and the oldest last"
PAUSE: Final = 0.5  # seconds


class KeyProof:
    """The proof of one process, made once: a key does not change under it."""

    def __init__(self, store: Store, vault: Vault) -> None:
        self._store, self._vault = store, vault
        self._made = False

    async def compare(self) -> None:
        """Refuse another key than the one that Redis was filled with; nothing is written.

        Raises:
            SettingsError: as `prove`.
        """
        if complaint := await self.complaint():
            raise SettingsError(complaint)

    async def prove(self) -> None:
        """The same for a process of the line: the first one leaves its fingerprint there.

        Raises:
            SettingsError: it is another key; says which is which and what to do, never the key.
            StoreUnavailable, RedisError: Redis did not answer, so nothing is known.
        """
        if self._made:
            return
        await self.compare()
        if not await self._store.set(KEY, self._vault.fingerprint, None, only_new=True):
            await self.compare()  # somebody else was first, perhaps with another key
        self._made = True

    async def prove_when_possible(self) -> None:
        """The same, as soon as Redis answers.

        Raises:
            SettingsError: it is another key.
        """
        while True:
            try:
                return await self.prove()
            except AWAY:
                await asyncio.sleep(PAUSE)

    async def complaint(self) -> str:
        """What is wrong with what this Redis holds, in a sentence with its remedy; "" when nothing is."""
        if await is_due(self._store):
            return OLD
        kept, own = await self._store.get(KEY), self._vault.fingerprint
        if kept:
            which = f"the key this Redis was filled with (fingerprint {kept}, this one's is {own})"
            return "" if kept == own else f"HOTLINE_SECRET_KEY is not {which}: {REMEDY}."
        members = await self._store.hvals(keys.staff)  # data older than the fingerprint
        if all(self._sealed(json.loads(member)) for member in members):
            return ""
        return f"HOTLINE_SECRET_KEY is not the key the roster in this Redis was made with: {REMEDY}."

    def _sealed(self, member: dict[str, str]) -> bool:
        """Whether a line of the roster was made with this process's key."""
        try:
            return self._vault.pseudonym(self._vault.open(member["address"])) == member["person"]
        except SettingsError:
            return False
