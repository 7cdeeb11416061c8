"""A resident to talk as."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.content import Library
from hotline.settings import ROOT
from tests.conversation.talk import Talk

if TYPE_CHECKING:
    from hotline.privacy.vault import Vault
    from hotline.store import Store


@pytest.fixture(scope="session")
def library() -> Library:
    """The real words."""
    return Library.load(ROOT / "content", "hartford")


@pytest.fixture
async def talk(store: Store, vault: Vault, library: Library) -> Talk:
    """A resident whom the line knows, in English."""
    opened = Talk(store, vault, library)
    await opened.begin()
    return opened
