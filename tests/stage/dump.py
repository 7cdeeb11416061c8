"""Everything a Redis holds, as text: what somebody who gets hold of it would read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hotline.store import keys

if TYPE_CHECKING:
    from hotline.store import Key, Store

_READ = {
    "string": ("GET",),
    "hash": ("HGETALL",),
    "set": ("SMEMBERS",),
    "list": ("LRANGE", 0, -1),
    "zset": ("ZRANGE", 0, -1, "WITHSCORES"),
    "stream": ("XRANGE", "-", "+"),
}


async def content(store: Store, key: Key) -> str:
    """What one key holds, whatever its type.

    Raises:
        KeyError: a type that this does not know yet.
    """
    redis = cast("Any", store.redis)
    command, *rest = _READ[await redis.type(key)]
    return repr(await redis.execute_command(command, key, *rest))


async def everything(store: Store) -> dict[str, str]:
    """Every key with what it holds."""
    return {key: await content(store, key) async for key in store.scan(keys.everything)}


async def about_people(store: Store) -> set[str]:
    """Every key but two that name nobody: which secret key this is, and how many were forgotten."""
    return set(await everything(store)) - {keys.secret_fingerprint, "forgotten"}
