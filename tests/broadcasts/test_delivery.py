"""A broadcast through the real line: one text per person, even when one of two workers dies."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from hotline import subscribers
from hotline.broadcasts import approval, drafting
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts.drafting import Wish
from hotline.content import Library
from hotline.privacy.phones import Vault
from hotline.settings import ROOT, load_settings
from hotline.sms.people import opt_out
from hotline.store import Store
from tests.line import ALERTS, Line, wait_until

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE: Final = [f"+1860556{number:04}" for number in range(40)]
INVALID, STOPPED = "+18605550191", "+18605550157"
WORDS: Final = "Meeting at six, 10 Main St."


async def approved(store: Store, vault: Vault) -> str:
    """A broadcast to all of them, to a number that is none, and to one who has stopped."""
    for number in (*PEOPLE, INVALID, STOPPED):
        await subscribers.add_by_number(
            store, vault, number, ("all",), "en", consent="asked at the fair", now=time.time()
        )
    await store.commit(opt_out(vault.pseudonym(STOPPED), "alerts"))
    library = Library.load(ROOT / "content", "hartford")
    settings = load_settings(_env_file=None)
    wish = Wish("organizer1", "event", 600, {"en": WORDS})
    one = await drafting.draft(store, library, settings, wish, time.time())
    await approval.approve(store, library, settings, one.id, "organizer2", time.time())
    return one.id


async def test_every_person_gets_exactly_one_text_although_a_worker_is_killed_midway(
    tmp_path: Path,
) -> None:
    async with Line(tmp_path, ALERTS_PER_SECOND="20") as line:
        await line.start("simulator", "webhook", "worker", "worker2")
        store, vault = Store(line.redis.url), Vault(line.settings.secret_keys)
        id_ = await approved(store, vault)

        async def receipts(*states: str) -> int:
            found = (await broadcasts.load(store, id_)).receipts
            return sum(found.get(state, 0) for state in states)

        async def some() -> bool:
            return await receipts("sent", "delivered") >= 10

        async def all_settled() -> bool:
            return await receipts("delivered", "failed", "opted-out") == len(PEOPLE) + 1

        await wait_until(some, 20, "ten texts leaving")
        dead = f"alive:*-{line.pid('worker')}-*"
        line.kill("worker")
        await store.redis.delete(*await store.redis.keys(dead))  # spares the wait for its heartbeat to end
        assert await receipts("delivered") < len(PEOPLE)
        await wait_until(all_settled, 30, "every text being settled")
        for number in PEOPLE:
            (got,) = [one for one in await line.messages(number) if one["direction"] == "received"]
            assert WORDS in got["body"]
            assert got["from"] == ALERTS
        for number in (INVALID, STOPPED):
            assert await line.received(number) == []
        one = await broadcasts.load(store, id_)
        assert one.receipts == {"delivered": len(PEOPLE), "failed": 1}
        assert (one.state, one.total) == ("sent", len(PEOPLE) + 1)
        await store.close()
