"""Subscribers by the thousand, and one approved broadcast to all of them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from hotline.broadcasts import approval, drafting
from hotline.broadcasts.drafting import DraftRequest
from hotline.content import Library
from hotline.messaging.contacts import Person
from hotline.staff.roster import seed_demo
from hotline.store import Commit, Store, keys
from hotline.subscriptions import subscribers

if TYPE_CHECKING:
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings

TOGETHER: Final = 200
WORDS: Final = "Know your rights meeting tonight at six, 10 Main St. Bring a friend."
SHOWN: Final = "asked at the fair"
LIFE: Final = 12 * 3600.0  # seconds


def phone(number: int) -> str:
    """A number of somebody; apart from staff's and from those that always fail."""
    return f"+1860{2000000 + number}"


async def sign_up(store: Store, vault: Vault, people: int) -> None:
    """So many people, in English, for everything."""
    now = time.time()
    for start in range(0, people, TOGETHER):
        commit = Commit()
        for number in range(start, min(people, start + TOGETHER)):
            address = phone(number)
            person = Person(id=vault.pseudonym(address), address=vault.seal(address))
            commit.merge(subscribers.added(person, ("all",), "en", shown=SHOWN, channel="csv", now=now))
        await store.commit(commit)


async def approved(store: Store, settings: Settings) -> str:
    """Draft and approve a broadcast to everybody; answers its number."""
    await seed_demo(settings)
    library = Library.load(settings.content_dir, settings.city)
    request = DraftRequest("organizer1", "news", LIFE, {"en": WORDS})
    one = await drafting.draft(store, library, settings, request, time.time())
    await approval.approve(store, library, settings, one.id, "organizer2", time.time())
    return one.id


async def ledger(store: Store, id_: str) -> dict[str, str]:
    """Receipt by person."""
    found: Any = store.redis.hgetall(keys.broadcast_ledger(id_))
    return await found
