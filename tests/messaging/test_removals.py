"""The carrier's copy of a photo goes after ours is kept, not before, and is tried until it is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.incidents.photos import Photos
from hotline.messaging.carriers.media import CarrierMedia
from hotline.messaging.removals import LATEST, Removals
from hotline.privacy import pending_removals as removing
from hotline.privacy.retention import forget
from hotline.settings import load_settings
from hotline.store import Conflict, keys
from tests.incidents.carriers import MEDIA, Host, listening
from tests.incidents.test_photo_hosts import waiting

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hotline.settings import Settings
    from hotline.store import Commit
    from tests.stage.stage import Stage


@pytest.fixture
async def carrier() -> AsyncGenerator[Host]:
    async with listening() as host:
        yield host


@pytest.fixture
def settings(settings: Settings, carrier: Host) -> Settings:
    """With this carrier configured."""
    return load_settings(**settings.model_dump() | {"twilio_api_base_url": carrier.url})


@pytest.fixture
async def media(stage: Stage) -> AsyncGenerator[CarrierMedia]:
    opened = CarrierMedia(stage.settings)
    yield opened
    await opened.close()


def photos_of(stage: Stage, media: CarrierMedia) -> Photos:
    return Photos(stage.incidents, stage.vault, stage.library, stage.settings, media, lambda: stage.now)


def removals_of(stage: Stage, media: CarrierMedia) -> Removals:
    return Removals(stage.store, stage.vault, media, lambda: stage.now)


class Killed(BaseException):
    """The process dies here."""


async def test_a_kill_before_our_copy_is_kept_leaves_the_carriers_untouched(
    stage: Stage, media: CarrierMedia, carrier: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next worker fetches it again."""

    async def dies(_: Commit) -> None:
        raise Killed

    await waiting(stage, carrier.url + MEDIA)
    with monkeypatch.context() as patch:
        patch.setattr(stage.store, "commit", dies)
        with pytest.raises(Killed):
            await photos_of(stage, media).step()
    assert carrier.lines == [f"GET {MEDIA}"]
    await stage.store.redis.delete(keys.photos_lease("MM1"))
    await photos_of(stage, media).step()
    stage.now += 60
    await removals_of(stage, media).step()
    assert carrier.lines == [f"GET {MEDIA}", f"GET {MEDIA}", f"DELETE {MEDIA}.json"]
    assert await stage.store.redis.hexists(keys.photo("MM1"), "data")


async def test_a_deletion_that_fails_is_tried_until_the_carrier_has_no_copy(
    stage: Stage, media: CarrierMedia, carrier: Host
) -> None:
    """Ten failures in a row, then it holds; the photo itself was there all the time."""
    carrier.deletes = [500, 401, 429, 503, 500, 500, 500, 500, 500, 500]
    await waiting(stage, carrier.url + MEDIA)
    await photos_of(stage, media).step()
    for _ in range(20):
        stage.now += LATEST
        await removals_of(stage, media).step()
    assert [line.split()[0] for line in carrier.lines] == ["GET"] + ["DELETE"] * 11
    assert await stage.store.redis.hexists(keys.photo("MM1"), "data")
    assert not await stage.store.redis.exists(removing.DUE, removing.KEPT)


async def test_the_longer_it_fails_the_rarer_it_is_tried(
    stage: Stage, media: CarrierMedia, carrier: Host
) -> None:
    """A day without the carrier's answer is a few dozen calls, not a hundred thousand."""
    carrier.deletes = [500] * 1000
    await waiting(stage, carrier.url + MEDIA)
    await photos_of(stage, media).step()
    for _ in range(24 * 360):
        stage.now += 10
        await removals_of(stage, media).step()
    assert 20 < len(carrier.lines) < 60


async def test_a_photo_that_is_forgotten_goes_at_the_carrier_too(
    stage: Stage, media: CarrierMedia, carrier: Host
) -> None:
    """Before it was fetched and while it is being fetched: DELETE means the original as well."""
    report = await waiting(stage, carrier.url + MEDIA)
    await stage.store.commit(await forget(stage.store, f"resident{report}"))
    await photos_of(stage, media).step()
    assert not await stage.store.redis.exists(keys.photo("MM1"), keys.photos_due)
    kept = await cast("Any", stage.store.redis.hlen(removing.KEPT))
    assert kept == 1
    await stage.store.redis.zadd(removing.DUE, {"MM1": stage.now})
    await removals_of(stage, media).step()
    assert carrier.lines == [f"DELETE {MEDIA}.json"]


async def test_a_photo_that_waits_for_no_report_goes_here_and_there(
    stage: Stage, media: CarrierMedia, carrier: Host
) -> None:
    await waiting(stage, carrier.url + MEDIA)
    await cast("Any", stage.store.redis.hset(keys.photo("MM1"), "person", "nobody"))
    photos, removals = photos_of(stage, media), removals_of(stage, media)
    for _ in range(80):
        await photos.step()
        await removals.step()
        stage.now += 15
    assert carrier.lines == [f"GET {MEDIA}", f"DELETE {MEDIA}.json", f"DELETE {MEDIA}.json"]
    assert not await stage.store.redis.exists(keys.photo("MM1"), keys.photos_due, removing.DUE, removing.KEPT)


async def test_forgetting_and_keeping_at_the_same_moment_leaves_nothing(
    stage: Stage, media: CarrierMedia, carrier: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = await waiting(stage, carrier.url + MEDIA)
    real, lost = stage.store.commit, list[str]()

    async def overtaken(commit: Commit) -> None:
        monkeypatch.setattr(stage.store, "commit", real)
        await real(await forget(stage.store, f"resident{report}"))
        try:
            await real(commit)
        except Conflict:
            lost.append("conflict")
            raise

    monkeypatch.setattr(stage.store, "commit", overtaken)
    await photos_of(stage, media).step()
    assert lost == ["conflict"]
    assert not await stage.store.redis.exists(keys.photo("MM1"), keys.photos_due)
    assert await cast("Any", stage.store.redis.hlen(removing.KEPT)) == 1
