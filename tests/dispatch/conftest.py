"""One line for a whole file of tests, cleared before each."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest_asyncio

from tests.dispatch.stage import Scene, Stage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    import pytest

_numbers = itertools.count()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Stage]:
    """The line, by a clock that tests move on."""
    async with Stage(tmp_path_factory.mktemp("line")) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def scene(stage: Stage) -> Scene:
    """People of a conversation of their own, on an empty line."""
    await stage.clear()
    return await Scene(stage, next(_numbers)).begin()
