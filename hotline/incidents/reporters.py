"""Who reported an event, and whether a text of ours reaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.incidents import records
from hotline.incidents.incident import Change
from hotline.incidents.notice import Notice
from hotline.messaging.contacts import load_person

if TYPE_CHECKING:
    from hotline.incidents.incident import Incident
    from hotline.messaging.contacts import Person
    from hotline.store import Store


async def known(store: Store, one: Incident) -> list[Person]:
    """Everybody who reported this event, without those who asked to be forgotten."""
    reports = [one, *await records.load_ids(store, one.children)]
    ids = dict.fromkeys(report.reporter for report in reports if report.reporter)
    return [person for id_ in ids if (person := await load_person(store, id_)).address]


async def reached(store: Store, one: Incident) -> list[Person]:
    """Those of them whom a text reaches: neither they nor their carrier stop it."""
    return [person for person in await known(store, one) if person.hears("hotline")]


def muted(one: Incident) -> Change:
    """The last reporter stopped our texts: nobody reads what responders write any more."""
    notices = tuple(Notice(name, "relay_stopped", {"id": one.id}) for name in one.readers)
    return Change(one, "muted", "reporter", notices=notices)
