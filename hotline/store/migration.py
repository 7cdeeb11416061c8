"""Gives what an earlier version stored under bare names, ``incident:7``, the tag of its city.

Each key is renamed by itself, with its lifetime, so it may be stopped anywhere and run again: it goes on.
No value holds the name of a key.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from redis.exceptions import ResponseError

from hotline.errors import InputError
from hotline.store import keys
from hotline.store.register import KEYS, registered, tagged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hotline.store.connection import Store

BATCH: Final = 500
RUNNING: Final = "A worker is running, or was a moment ago: stop the line, wait 15 seconds, then try again."
OLD: Final = "This Redis was filled by an earlier version: stop the line and run hotline migrate."
# Without a star: what an installation has had from its first day is among these.
BARE: Final = [entry.pattern for entry in KEYS if "*" not in entry.pattern]


@dataclass(frozen=True)
class Migrated:
    """What became of the bare names.

    Attributes:
        renamed: how many keys of each kind; in a dry run, how many would be.
        kept: those whose new name is taken already: both are left as they are.
    """

    renamed: Counter[str]
    kept: Counter[str]


async def is_due(store: Store) -> bool:
    """Whether something lies under a bare name."""
    return bool(await _bare(store))


async def _bare(store: Store, names: list[str] = BARE) -> list[str]:
    """Those bare names that are there. In a cluster there never were any: other nodes refuse to say."""
    pipe: Any = store.pipeline()
    for name in names:
        pipe.exists(name)
    answers = await pipe.execute(raise_on_error=False)
    for answer in answers:
        if isinstance(answer, Exception) and not isinstance(answer, ResponseError):
            raise answer
    return [name for name, answer in zip(names, answers, strict=True) if answer == 1]


async def migrate(store: Store, *, dry_run: bool = False, alone: bool = False) -> Migrated:
    """Rename all that is registered and bare.

    Args:
        store: where it lies, and of which city.
        dry_run: only count.
        alone: nobody else can be on this Redis, whatever heartbeat is left there.

    Raises:
        InputError: a worker is running; nothing was renamed.
    """
    if not alone and not dry_run and await _worker_alive(store):
        raise InputError(RUNNING)
    if not dry_run:
        await _stop_alerts_too(store)
    done = Migrated(Counter(), Counter())
    async for batch in _batches(store):
        outcome = [True] * len(batch) if dry_run else await _rename(store, batch)
        for name, renamed in zip(batch, outcome, strict=True):
            if renamed is not None:
                entry = registered(name)
                (done.renamed if renamed else done.kept)[entry.pattern if entry else name] += 1
    return done


async def _worker_alive(store: Store) -> bool:
    return bool(await _client(store).exists(str(keys.alive), keys.alive))


async def _stop_alerts_too(store: Store) -> None:
    """STOP on the help number was answered "You get no more texts": it ends their alerts now, as it said."""
    if "optout:hotline" not in await _bare(store, ["optout:hotline"]):
        return  # also when this ran before: who has signed up again since then stays
    alerts, everything = keys.optout("alerts"), keys.optout("hotline")
    await _client(store).sunionstore(alerts, alerts, str(alerts), str(everything))
    await _client(store).delete(str(alerts))


async def _batches(store: Store) -> AsyncIterator[list[str]]:
    """Bare names of registered keys, those without a star last: as long as one is left, it is not over."""
    batch: list[str] = []
    async for name in _client(store).scan_iter("[^{]*", count=1000):
        if name not in BARE and registered(name):
            batch.append(str(name))
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch
    yield await _bare(store)


async def _rename(store: Store, names: list[str]) -> list[bool | None]:
    """Whether each could be renamed; None: it was gone."""
    pipe: Any = store.pipeline()
    for name in names:
        pipe.renamenx(name, tagged(store.city, name))
    return [_outcome(answer) for answer in await pipe.execute(raise_on_error=False)]


def _outcome(answer: object) -> bool | None:
    if isinstance(answer, ResponseError) and "no such key" in str(answer):
        return None
    if isinstance(answer, Exception):
        raise answer
    return bool(answer)


def _client(store: Store) -> Any:
    """Plain names go through it as they are."""
    return store.redis
