"""A real server for every test run, and proof after every test that no key is without owner or lifetime."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import pytest
import pytest_asyncio

from hotline.content import Library
from hotline.privacy.retention import unbounded
from hotline.privacy.vault import Vault
from hotline.settings import ROOT, Settings, load_settings
from hotline.stack.embedded import EmbeddedRedis
from hotline.store import Store
from tests.stage.assistant import Assistant, assistant

__all__ = ["assistant"]  # a fixture for every folder

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from pathlib import Path

    from tests.stage.clocked import ClockedLine, Scene
    from tests.stage.office import Office
    from tests.stage.stage import Stage
    from tests.stage.talk import Talk

_numbers = itertools.count()
# Files that take minutes. They begin first, so that of two workers none waits for the other at the end.
LONG: Final = (
    "tests/faults/",
    "tests/e2e/",
    "tests/incidents/test_lives",
    "tests/broadcasts/test_alert_lives",
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files in front."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[EmbeddedRedis]:
    """One real server for the session."""
    with EmbeddedRedis(tmp_path_factory.mktemp("redis"), port=0) as server:
        yield server


@pytest.fixture
async def store(redis_server: EmbeddedRedis) -> AsyncGenerator[Store]:
    """An empty store; afterwards every key left must be registered and have its lifetime."""
    opened = Store(redis_server.url, "hartford")
    await opened.redis.flushall()
    yield opened
    wrong = await unbounded(opened)
    await opened.close()
    assert not wrong


@pytest.fixture
def settings(tmp_path: Path, redis_server: EmbeddedRedis) -> Settings:
    """Settings of a test, apart from the machine's own environment."""
    return load_settings(
        _env_file=None,
        environment="test",
        redis_url=redis_server.url,
        data_dir=tmp_path,
        content_dir=ROOT / "content",
    )


@pytest.fixture
def vault(settings: Settings) -> Vault:
    """The vault of these settings."""
    return Vault(settings.secret_keys)


@pytest.fixture(scope="session")
def library() -> Library:
    """The real words."""
    return Library.load(ROOT / "content", "hartford")


@pytest.fixture
async def stage(store: Store, vault: Vault, library: Library, settings: Settings) -> Stage:
    """The line with its staff, at noon."""
    from tests.stage.stage import Stage

    opened = Stage(store, vault, library, settings)
    await opened.begin()
    return opened


@pytest.fixture
async def office(store: Store, vault: Vault, library: Library, settings: Settings) -> Office:
    """The demo's staff and nobody else, in the morning."""
    from tests.stage.office import Office

    opened = Office(store, vault, library, settings)
    await opened.begin()
    return opened


@pytest.fixture
def newcomer(store: Store, vault: Vault, library: Library, settings: Settings) -> Talk:
    """A resident of whom the line knows nothing, at night; there is no staff."""
    from tests.stage.stage import Stage
    from tests.stage.talk import NOW, Talk

    opened = Stage(store, vault, library, settings)
    opened.now = NOW
    return Talk(opened)


@pytest.fixture
async def talk(newcomer: Talk) -> Talk:
    """A resident whom the line knows, in English, at night."""
    await newcomer.begin()
    return newcomer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def clocked(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[ClockedLine]:
    """One line in real processes for a whole file of tests, by a clock that they move on."""
    from tests.stage.clocked import ClockedLine

    async with ClockedLine(tmp_path_factory.mktemp("line")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def scene(clocked: ClockedLine) -> Scene:
    """People of a conversation of their own, on an empty line."""
    from tests.stage.clocked import Scene

    await clocked.clear()
    return await Scene(clocked, next(_numbers)).begin()


@pytest.fixture(scope="session")
def rasa_url(assistant: Assistant) -> str:
    """Address of a running assistant."""
    return assistant.url
