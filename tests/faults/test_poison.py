"""A text that cannot be handled is tried a few times, then kept for a human; everybody is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.messaging import inbox
from hotline.messaging.inbox import Inbound
from hotline.privacy.vault import Vault
from hotline.staff.roster import add_staff
from hotline.store import Store, keys
from tests.stage.line import OTHER, RESIDENT, Line, wait_until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.fault
OPERATOR = "+18605550105"


async def test_poison_goes_to_the_dead_letters_and_holds_nobody_up(tmp_path: Path) -> None:
    async with Line(tmp_path, MAX_TRIES="2") as line:
        await line.start("simulator", "webhook")
        store, vault = Store(line.redis.url, "hartford"), Vault(line.settings.secret_keys)
        await add_staff(store, vault, handle="op", number=OPERATOR, role="operator", languages=("en",))
        person = vault.pseudonym(RESIDENT)
        poison = Inbound("SMpoison", person, "hotline", body="sealed with another key")
        await inbox.prepare(store)
        await inbox.accept(store, inbox.stored(poison, vault.seal(RESIDENT)))
        await line.text(RESIDENT, "MENU")
        await line.text(OTHER, "MENU")
        await line.start("worker")
        await line.hears(OTHER, "Reply with a number")
        await line.hears(RESIDENT, "A person may read it")
        await line.hears(RESIDENT, "Reply with a number")  # what came after the poison
        await line.hears(OPERATOR, "poison")
        assert await store.redis.xlen(keys.dead) == 1

        async def settled() -> bool:
            return await cast("Any", store.redis.hlen(keys.inbox_tries)) == 0

        await wait_until(settled, what="the count of tries being let go")
        await store.close()
