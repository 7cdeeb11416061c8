"""The account's credentials go to the carrier's own address and to no other host, on any path."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.incidents.photos import Photos
from hotline.messaging.carriers.media import CarrierMedia
from hotline.messaging.removals import Removals
from hotline.settings import load_settings
from hotline.store import DAY, Commit, keys
from tests.incidents.carriers import MEDIA, Host, listening

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hotline.settings import Settings
    from tests.stage.stage import Stage


@pytest.fixture
async def carrier() -> AsyncGenerator[Host]:
    async with listening() as host:
        yield host


@pytest.fixture
async def stranger() -> AsyncGenerator[Host]:
    async with listening() as host:
        yield host


@pytest.fixture
def settings(settings: Settings, carrier: Host) -> Settings:
    """With this carrier configured."""
    return load_settings(**settings.model_dump() | {"twilio_api_base_url": carrier.url})


async def waiting(stage: Stage, url: str) -> str:
    """A photo of an open report that still stands at an address."""
    report = await stage.open()
    fields = {"person": f"resident{report}", "by": "", "at": str(stage.now), "url": stage.vault.seal(url)}
    commit = Commit()
    commit.hset(keys.photo("MM1"), fields, DAY)
    commit.zadd(keys.photos_due, stage.now, "MM1")
    await stage.store.commit(commit)
    return report


async def all_tries(stage: Stage, rounds: int = 7) -> None:
    """Try after try, ten minutes apart, and whatever has to go at the carrier."""
    media = CarrierMedia(stage.settings)
    photos = Photos(stage.incidents, stage.vault, stage.library, stage.settings, media, lambda: stage.now)
    removals = Removals(stage.store, stage.vault, media, lambda: stage.now)
    for _ in range(rounds):
        await photos.step()
        await removals.step()
        stage.now += 600
    await media.close()


NEARLY = [
    "{stranger}" + MEDIA,
    "{stranger}/a.jpg",
    "http://127.0.0.1:{carrier_port}@127.0.0.1:{stranger_port}" + MEDIA,
    "http://localhost:{stranger_port}" + MEDIA,
    "{carrier}/2010-04-01/Accounts/AC" + "1" * 32 + MEDIA[MEDIA.index("/Messages") :],
    "{carrier}" + MEDIA + "/../../../../../Messages",
    "{carrier}" + MEDIA + "?next={stranger}",
    "{carrier}" + MEDIA + "#x",
    "{carrier}" + MEDIA + "\n",
    "{carrier}/" + MEDIA,
    "{carrier}" + MEDIA.replace("/Media/ME", "/Media/XX"),
    "//127.0.0.1:{stranger_port}" + MEDIA,
    "http://[",
    "",
]


@pytest.mark.parametrize("pattern", NEARLY)
async def test_a_photo_at_another_address_than_the_carriers_is_never_asked_for_nor_deleted_there(
    stage: Stage, carrier: Host, stranger: Host, pattern: str
) -> None:
    """It is refused; nothing of it stays."""
    url = pattern.format(
        stranger=stranger.url, stranger_port=stranger.port, carrier=carrier.url, carrier_port=carrier.port
    )
    await waiting(stage, url)
    await all_tries(stage)
    assert stranger.requests == []
    assert carrier.requests == []
    assert not await stage.store.redis.exists(keys.photo("MM1"), keys.photos_due)


async def test_the_carriers_own_address_gets_the_credentials_for_fetching_and_for_deleting(
    stage: Stage, carrier: Host
) -> None:
    await waiting(stage, carrier.url + MEDIA)
    await all_tries(stage)
    assert carrier.lines == [f"GET {MEDIA}", f"DELETE {MEDIA}.json"]
    assert all(b"Basic " in request for request in carrier.requests)
    assert await stage.store.redis.hexists(keys.photo("MM1"), "data")


async def test_a_photo_named_by_twilio_itself_is_asked_for_at_the_configured_address(
    stage: Stage, carrier: Host
) -> None:
    """A proxy of ours stands between; the webhook still names Twilio's own host."""
    await waiting(stage, "https://api.twilio.com" + MEDIA)
    await all_tries(stage)
    assert carrier.lines[0] == f"GET {MEDIA}"


@pytest.mark.parametrize("path", ["/van.jpg", MEDIA])
async def test_a_redirect_to_another_host_is_not_followed_into_our_own_network(
    stage: Stage, carrier: Host, stranger: Host, path: str
) -> None:
    """Nor over http. The photo is refused, and the original still has to go at the carrier."""
    carrier.location = stranger.url + path
    await waiting(stage, carrier.url + MEDIA)
    await all_tries(stage)
    assert stranger.requests == []
    assert carrier.lines == [f"GET {MEDIA}", f"DELETE {MEDIA}.json"]


async def test_where_a_redirect_leads_sees_no_credentials(
    stage: Stage, carrier: Host, stranger: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twilio's pictures stand at a public host of their own: here that host is on loopback, for once."""
    monkeypatch.setattr("hotline.messaging.carriers.media.is_outside", bool)
    monkeypatch.setattr("hotline.messaging.carriers.media.PublicResolver", lambda: None)
    carrier.location = f"http://localhost:{stranger.port}/van.jpg"
    await waiting(stage, carrier.url + MEDIA)
    await all_tries(stage)
    assert stranger.lines == ["GET /van.jpg"]
    assert not stranger.saw_credentials
    assert await stage.store.redis.hexists(keys.photo("MM1"), "data")


async def test_a_carrier_that_sends_round_in_circles_is_left(stage: Stage, carrier: Host) -> None:
    carrier.location = carrier.url + "/again"
    await waiting(stage, carrier.url + MEDIA)
    await all_tries(stage)
    assert [line.split()[0] for line in carrier.lines] == ["GET"] * 4 + ["DELETE"]
    assert [b"Basic " in one for one in carrier.requests] == [True, False, False, False, True]


async def test_a_carrier_that_fails_again_and_again_is_asked_with_credentials_at_its_own_address_only(
    stage: Stage, carrier: Host, stranger: Host
) -> None:
    carrier.status = 500
    await waiting(stage, carrier.url + MEDIA)
    await all_tries(stage, rounds=160)
    assert carrier.lines[-2:] == [f"GET {MEDIA}", f"DELETE {MEDIA}.json"]
    assert 50 < carrier.lines.count(f"GET {MEDIA}") < 150
    assert stranger.requests == []
    assert not await stage.store.redis.exists(keys.photo("MM1"), keys.photos_due)


async def test_a_carrier_that_is_away_for_hours_loses_no_photo(stage: Stage, carrier: Host) -> None:
    """Five tries in two minutes used to be all, and then the original went, too."""
    carrier.status = 503
    await waiting(stage, carrier.url + MEDIA)
    await all_tries(stage, rounds=40)
    assert carrier.lines.count(f"DELETE {MEDIA}.json") == 0
    carrier.status = 200
    await all_tries(stage, rounds=3)
    assert await stage.store.redis.hexists(keys.photo("MM1"), "data")
