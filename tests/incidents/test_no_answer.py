"""A reporter's silence: recorded once, told to whoever works on the report, and over with any answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from hotline.incidents import no_answer
from hotline.messaging.asked import ReportDetail
from hotline.messaging.contacts import save_person
from hotline.store import keys
from tests.stage.talk import NOW, Talk

if TYPE_CHECKING:
    from hotline.incidents.service import IncidentService
    from hotline.store import Store


async def opened(talk: Talk) -> IncidentService:
    """A report whose reporter was asked where it is."""
    await talk.stage.opened(talk.person, place="")
    await talk.store.commit(save_person(replace(await talk.known(), asked=ReportDetail(about="where"))))
    await talk.store.commit(no_answer.expected(talk.person, NOW))
    return talk.incidents


async def events(store: Store) -> list[str]:
    """Names of what happened to the report."""
    log = await store.redis.lrange(keys.incident_log("1"), 0, -1)  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either
    return [json.loads(line)["type"] for line in log]


async def test_silence_is_recorded_once_with_the_question(talk: Talk) -> None:
    """Whoever goes there must know that nobody answered, and to what."""
    service = await opened(talk)
    await no_answer.note(service, NOW + no_answer.WAIT - 1)
    assert await events(talk.store) == ["opened"]
    await no_answer.note(service, NOW + no_answer.WAIT)
    await no_answer.note(service, NOW + 2 * no_answer.WAIT)
    assert await events(talk.store) == ["opened", "silent"]


async def test_an_answer_breaks_the_silence(talk: Talk) -> None:
    """Then nothing is recorded."""
    service = await opened(talk)
    await talk.store.commit(no_answer.answered(talk.person))
    await no_answer.note(service, NOW + 10 * no_answer.WAIT)
    assert await events(talk.store) == ["opened"]
