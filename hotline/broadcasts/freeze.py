"""The one switch that holds every alert at once and leaves the hotline running. Nothing is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from hotline.incidents.incident import iso
from hotline.store import Commit

if TYPE_CHECKING:
    from hotline.store import Store

KEY: Final = "frozen"
ALERTS: Final = "alerts"
LOG: Final = "freezes"


def freeze(by: str, now: float) -> Commit:
    """The writes that hold alerts; `now` is seconds since the epoch."""
    commit = _noted("freeze", by, now)
    commit.write("SADD", KEY, ALERTS)
    return commit


def unfreeze(by: str, now: float) -> Commit:
    """The writes that let alerts go on; those that expired meanwhile stay."""
    commit = _noted("unfreeze", by, now)
    commit.write("SREM", KEY, ALERTS)
    commit.write("PUBLISH", "wake", "outbox:alerts")
    return commit


def _noted(what: str, by: str, now: float) -> Commit:
    commit = Commit()
    commit.write("XADD", LOG, "*", "at", iso(now), "by", by, "what", what)
    commit.write("PUBLISH", "wake", "broadcasts")
    return commit


async def frozen(store: Store) -> bool:
    """Whether alerts are held now."""
    return bool(await cast("Any", store.redis.sismember(KEY, ALERTS)))


async def history(store: Store) -> list[dict[str, str]]:
    """Who froze and unfroze, and when, oldest first."""
    rows = cast("list[tuple[str, dict[str, str]]]", await store.redis.xrange(LOG))
    return [fields for _, fields in rows]
