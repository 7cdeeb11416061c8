"""The number by which anybody can check that a text is ours: VERIFY 482."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from hotline.broadcasts.broadcast import Broadcast, load_many

if TYPE_CHECKING:
    from hotline.store import Store

TRIES: Final = 40  # of three digits, before a fourth is added


async def new_code(store: Store) -> str:
    """A number that no broadcast of the last 90 days has: three random digits, more when those run out."""
    digits, tried = 3, 0
    while True:
        code = str(10 ** (digits - 1) + secrets.randbelow(9 * 10 ** (digits - 1)))
        if not await store.redis.exists(f"broadcast:code:{code}"):
            return code
        tried += 1
        digits = 3 + tried // TRIES


async def by_code(store: Store, code: str) -> Broadcast | None:
    """The broadcast with this number; None when there is none."""
    id_ = await store.redis.get(f"broadcast:code:{code}")
    found = await load_many(store, [str(id_)]) if id_ else []
    return found[0] if found else None
