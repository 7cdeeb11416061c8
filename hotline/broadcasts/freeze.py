"""One switch that holds every alert. The hotline keeps running, and no alert is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.incidents.incident import iso
from hotline.store import Commit, keys

if TYPE_CHECKING:
    from hotline.store import Store

KEY: Final = keys.frozen
ALERTS: Final = "alerts"
LOG: Final = keys.freezes


def freeze(by: str, now: float) -> Commit:
    """The writes that hold alerts; `now` is seconds since the epoch."""
    commit = _noted("freeze", by, now)
    commit.sadd(KEY, ALERTS)
    return commit


def unfreeze(by: str, now: float) -> Commit:
    """The writes that let alerts go on; those that expired meanwhile stay."""
    commit = _noted("unfreeze", by, now)
    commit.srem(KEY, ALERTS)
    commit.wake("alerts")
    return commit


def _noted(what: str, by: str, now: float) -> Commit:
    commit = Commit()
    commit.xadd(LOG, {"at": iso(now), "by": by, "what": what})
    commit.wake("broadcasts")
    return commit


async def frozen(store: Store) -> bool:
    """Whether alerts are held now."""
    return bool(await store.sismember(KEY, ALERTS))


async def history(store: Store) -> list[dict[str, str]]:
    """Who froze and unfroze, and when, oldest first."""
    rows = await store.xrange(LOG)
    return [fields for _, fields in rows]
