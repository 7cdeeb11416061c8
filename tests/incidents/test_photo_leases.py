"""Two workers, the same photos: each is worked on by one, and the other one waits without spinning."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hotline.incidents.photos import BATCH, Photos
from hotline.messaging.carriers.media import CarrierMedia
from hotline.messaging.carriers.media_address import TWILIO
from hotline.privacy.decoding import NotDecoded
from hotline.store import DAY, Commit, keys
from tests.incidents.carriers import MEDIA

if TYPE_CHECKING:
    import pytest

    from tests.stage.stage import Stage


class Slow(Photos):
    """A worker whose carrier answers when the test says."""

    def __init__(self, stage: Stage) -> None:
        media = CarrierMedia(stage.settings)
        super().__init__(stage.incidents, stage.vault, stage.library, stage.settings, media, stage.clock)
        self.begun, self.go_on = list[str](), asyncio.Event()
        self.asked = asyncio.Event()

    async def _one(self, id_: str) -> None:
        self.begun.append(id_)
        self.asked.set()
        await self.go_on.wait()


async def due(stage: Stage, count: int) -> None:
    commit = Commit()
    for number in range(count):
        fields = {"person": "p", "by": "", "at": str(stage.now), "data": stage.vault.seal("")}
        commit.hset(keys.photo(f"MM{number:02}"), fields, DAY)
        commit.zadd(keys.photos_due, stage.now + number / 100, f"MM{number:02}")
    await stage.store.commit(commit)
    stage.now += 1


async def test_a_worker_that_finds_every_photo_taken_rests(stage: Stage) -> None:
    """Ten photos of one text, all held by somebody: no loop without a pause."""
    await due(stage, BATCH)
    for number in range(BATCH):
        await stage.store.redis.set(keys.photos_lease(f"MM{number:02}"), "somebody", ex=60)
    assert await Slow(stage).step() >= 1.0


async def test_a_worker_that_worked_on_a_full_batch_looks_again_at_once(stage: Stage) -> None:
    await due(stage, BATCH)
    worker = Slow(stage)
    worker.go_on.set()
    assert await worker.step() == 0.0
    assert len(worker.begun) == BATCH


async def test_two_workers_do_not_work_on_one_photo(stage: Stage) -> None:
    await due(stage, 1)
    first, second = Slow(stage), Slow(stage)
    working = asyncio.create_task(first.step())
    await first.asked.wait()
    await second.step()
    first.go_on.set()
    await working
    assert (first.begun, second.begun) == (["MM00"], [])
    assert not await stage.store.redis.exists(keys.photos_lease("MM00"))


async def test_a_lease_is_given_back_only_by_the_worker_that_holds_it(stage: Stage) -> None:
    """The first one was so slow that its minute is over, and another works on the photo now."""
    await due(stage, 1)
    first, second, third = Slow(stage), Slow(stage), Slow(stage)
    slow = asyncio.create_task(first.step())
    await first.asked.wait()
    await stage.store.redis.delete(keys.photos_lease("MM00"))  # its minute is over
    working = asyncio.create_task(second.step())
    await second.asked.wait()
    first.go_on.set()
    await slow
    third.go_on.set()
    await third.step()
    assert third.begun == []
    second.go_on.set()
    await working
    assert not await stage.store.redis.exists(keys.photos_lease("MM00"))


async def test_a_lease_has_an_end_even_when_its_holder_dies(stage: Stage) -> None:
    await due(stage, 1)
    worker = Slow(stage)
    working = asyncio.create_task(worker.step())
    await worker.asked.wait()
    left: Any = await stage.store.redis.ttl(keys.photos_lease("MM00"))
    assert 0 < left <= 60
    worker.go_on.set()
    await working


async def test_a_machine_that_opens_no_picture_for_hours_loses_none(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too little memory, a broken installation: the photo waits, and the original stays."""

    async def cannot(_: bytes) -> bytes:
        raise NotDecoded("No process could be started to open a picture.")

    async def fetch(*_: object) -> bytes:
        return b"a good one"

    monkeypatch.setattr("hotline.incidents.photos.cleaned_apart", cannot)
    monkeypatch.setattr(CarrierMedia, "fetch", fetch)
    commit = Commit()
    fields = {"person": "p", "by": "", "at": str(stage.now), "url": stage.vault.seal(TWILIO + MEDIA)}
    commit.hset(keys.photo("MM00"), fields, DAY)
    commit.zadd(keys.photos_due, stage.now, "MM00")
    await stage.store.commit(commit)
    for _ in range(30):
        await Photos(
            stage.incidents,
            stage.vault,
            stage.library,
            stage.settings,
            CarrierMedia(stage.settings),
            stage.clock,
        ).step()
        stage.now += 600
    assert await stage.store.redis.exists(keys.photo("MM00"), keys.photos_due) == 2
    assert not await stage.store.redis.exists(keys.removals_due)
