"""The office with its two organizers, for every test of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.staff.roster import seed_demo
from tests.stage.office import Office

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store


@pytest.fixture
async def office(store: Store, vault: Vault, library: Library, settings: Settings) -> Office:
    """The demo's staff and nobody else."""
    await seed_demo(settings)
    return Office(store, vault, library, settings)
