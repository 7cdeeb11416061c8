"""A reporter who does not answer a question in time: this is logged and told to responders."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from hotline.incidents.incident import Change
from hotline.incidents.notice import Notice
from hotline.incidents.records import load
from hotline.messaging.asked import ReportDetail
from hotline.messaging.contacts import load_person
from hotline.store import Commit, keys

if TYPE_CHECKING:
    from hotline.incidents.incident import Incident
    from hotline.incidents.service import IncidentService

WAIT: Final = 3 * 60.0  # seconds
DUE: Final = keys.silences_due


def expected(person: str, now: float) -> Commit:
    """The write that starts the wait for an answer; a later question starts it again."""
    commit = Commit()
    commit.zadd(DUE, now + WAIT, person)
    return commit


def answered(person: str) -> Commit:
    """The write that ends the wait: everything was answered."""
    commit = Commit()
    commit.zrem(DUE, person)
    return commit


async def note(service: IncidentService, now: float) -> None:
    """Log every answer that did not come in time, once each."""
    for person in map(str, await service.store.zrangebyscore(DUE, "-inf", now)):
        asked = (await load_person(service.store, person)).asked
        if isinstance(asked, ReportDetail) and (one := await service.reported_by(person)):
            first = await load(service.store, one.same_as) if one.same_as else None
            await service.change(one.id, partial(_missing, question=asked.about, first=first))
        await service.store.commit(answered(person))


def _missing(one: Incident, question: str, first: Incident | None) -> Change | None:
    if not one.live:
        return None
    event = first or one
    notices = tuple(Notice(name, "page_silent", {"id": event.id}) for name in event.readers)
    return Change(one, "silent", details={"question": question}, notices=notices)
