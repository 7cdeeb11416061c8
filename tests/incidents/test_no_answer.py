"""A reporter's silence: recorded once, told to whoever works on the report, and over with any answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from hotline.incidents import no_answer
from hotline.incidents.service import IncidentService
from hotline.messaging.asked import ReportDetail
from hotline.messaging.contacts import Person, save_person
from hotline.store import keys

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.store import Store

NOW: Final = 1_800_000_000.0
PHONE: Final = "+18605550111"


async def opened(store: Store, vault: Vault, library: Library) -> IncidentService:
    """A report whose reporter was asked where it is."""
    service = IncidentService(store, vault, library, lambda: NOW)
    person = vault.pseudonym(PHONE)
    text = {"text": "ICE is here", "lang": "en", "place": "", "zone": "", "photos": 0}
    await store.commit(service.opening("7", reporter=person, **text))  # pyright: ignore[reportArgumentType] - its own fields
    await store.commit(
        save_person(Person(person, vault.seal(PHONE), "en", asked=ReportDetail(about="where")))
    )
    await store.commit(no_answer.expected(person, NOW))
    return service


async def events(store: Store) -> list[str]:
    """Names of what happened to the report."""
    log = await store.redis.lrange(keys.incident_log("7"), 0, -1)  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either
    return [json.loads(line)["type"] for line in log]


async def test_silence_is_recorded_once_with_the_question(
    store: Store, vault: Vault, library: Library
) -> None:
    """Whoever goes there must know that nobody answered, and to what."""
    service = await opened(store, vault, library)
    await no_answer.note(service, NOW + no_answer.WAIT - 1)
    assert await events(store) == ["opened"]
    await no_answer.note(service, NOW + no_answer.WAIT)
    await no_answer.note(service, NOW + 2 * no_answer.WAIT)
    assert await events(store) == ["opened", "silent"]


async def test_an_answer_breaks_the_silence(store: Store, vault: Vault, library: Library) -> None:
    """Then nothing is recorded."""
    service = await opened(store, vault, library)
    await store.commit(no_answer.answered(vault.pseudonym(PHONE)))
    await no_answer.note(service, NOW + 10 * no_answer.WAIT)
    assert await events(store) == ["opened"]
