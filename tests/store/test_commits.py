"""Commits: whatever becomes of one, nobody waits for it for ever."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hotline.store import Commit, keys

if TYPE_CHECKING:
    import pytest

    from hotline.store import Key, Store


def _setting(key: Key) -> Commit:
    commit = Commit()
    commit.set(key, "1", 60)
    return commit


async def test_an_error_nobody_foresaw_reaches_whoever_waits_and_later_commits_go_on(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending, tried = store._send, 0

    async def stumbling(batch: Any) -> list[object]:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise LookupError("something new in a library")
        return await sending(batch)

    monkeypatch.setattr(store, "_send", stumbling)
    async with asyncio.timeout(5):
        first = await asyncio.gather(
            *(store.commit(_setting(keys.seen(number))) for number in range(3)), return_exceptions=True
        )
        await store.commit(_setting(keys.seen("later")))
    assert [type(one) for one in first] == [LookupError] * 3
    assert await store.redis.exists(keys.seen("later"))
