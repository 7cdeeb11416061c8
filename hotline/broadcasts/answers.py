"""YES to an announced meeting: each person counts once, and only for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from hotline.broadcasts.broadcast import Broadcast, recent
from hotline.store import DAY, Commit

if TYPE_CHECKING:
    from hotline.store import Store

COUNTS: Final = 7 * DAY  # seconds after the text in which a YES is about it
KEPT: Final = 30 * DAY


async def yes(store: Store, person: str, now: float) -> Commit | None:
    """The writes that count somebody in for the last meeting they were told of; None when there was none."""
    for one in await recent(store):
        if one.kind != "event" or now - one.approved_at > COUNTS:
            continue
        if await cast("Any", store.redis.hexists(f"broadcast:{one.id}:ledger", person)):
            return _counted(one, person)
    return None


def _counted(one: Broadcast, person: str) -> Commit:
    commit = Commit()
    commit.write("SADD", f"broadcast:{one.id}:yes", person)
    commit.write("EXPIRE", f"broadcast:{one.id}:yes", KEPT)
    return commit


async def count(store: Store, id_: str) -> int:
    """How many said YES to a broadcast."""
    return int(await cast("Any", store.redis.scard(f"broadcast:{id_}:yes")))
