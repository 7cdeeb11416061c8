"""A real server for every test run, and proof after every test that no key is without owner or lifetime."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.privacy.retention import unbounded
from hotline.privacy.vault import Vault
from hotline.settings import ROOT, Settings, load_settings
from hotline.stack.embedded import EmbeddedRedis
from hotline.store import Store
from tests.assistant import Assistant, assistant

__all__ = ["assistant"]  # a fixture for every folder

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator
    from pathlib import Path


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Generator[EmbeddedRedis]:
    """One real server for the session."""
    with EmbeddedRedis(tmp_path_factory.mktemp("redis"), port=0) as server:
        yield server


@pytest.fixture
async def store(redis_server: EmbeddedRedis) -> AsyncGenerator[Store]:
    """An empty store; afterwards every key left must be registered and have its lifetime."""
    opened = Store(redis_server.url)
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
def rasa_url(assistant: Assistant) -> str:
    """Address of a running assistant."""
    return assistant.url
