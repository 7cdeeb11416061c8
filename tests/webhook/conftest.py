"""One door for all tests of this folder, on the session's Redis; every test begins with an empty one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from hotline.settings import load_settings
from tests.stage.console import PASSWORD, Console
from tests.stage.door import PUBLIC, Door
from tests.stage.office import Office

if TYPE_CHECKING:
    from collections.abc import Generator

    from hotline.content import Library
    from hotline.stack.embedded import EmbeddedRedis
    from hotline.store import Store


@pytest.fixture(scope="package")
def door(redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory) -> Generator[Door]:
    """The door as it stands behind a proxy: Twilio knows another address than the one it listens on."""
    settings = load_settings(
        _env_file=None,
        environment="test",
        redis_url=redis_server.url,
        data_dir=tmp_path_factory.mktemp("door"),
        public_base_url=PUBLIC,
        console_password="a long password of the board",
    )
    with Door(settings) as opened:
        yield opened


@pytest.fixture(scope="package")
def shop(redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory) -> Generator[Door]:
    """A door with a price and without a night."""
    settings = load_settings(
        _env_file=None, environment="test", redis_url=redis_server.url,
        data_dir=tmp_path_factory.mktemp("console"), console_password=PASSWORD, segment_price=0.01,
        quiet_hours="none",
    )  # fmt: skip
    with Door(settings) as opened:
        yield opened


@pytest.fixture
async def console(shop: Door, store: Store, library: Library) -> Console:
    """The demo's staff and nobody else."""
    office = Office(store, shop.runtime.vault, library, shop.settings)
    office.now = time.time()  # the console goes by the machine's clock
    await office.begin()
    return Console(shop, office)
