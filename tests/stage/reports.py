"""Reports in the state that a test of alerts needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.incidents import incident as incidents
from hotline.incidents import records
from hotline.incidents.service import Desk
from hotline.incidents.states import IncidentState

if TYPE_CHECKING:
    from tests.stage.office import Office


async def report(office: Office, *states: str, place: str = "120 Park Street", zone: str = "") -> str:
    """A report that a responder has taken through these states; answers its number."""
    desk = Desk(office.store, office.vault, office.library, lambda: office.now)
    id_ = await records.next_id(office.store)
    await office.store.commit(
        desk.opening(
            id_, reporter=f"person{id_}", text="ICE is here", lang="en", place=place, zone=zone, photos=0
        )
    )
    await desk.change(id_, lambda one: incidents.claim(one, "responder1", office.now, 15))
    await told(office, id_, *states)
    return id_


async def told(office: Office, id_: str, *states: str) -> None:
    """What the responder says of it, one after the other."""
    desk = Desk(office.store, office.vault, office.library, lambda: office.now)
    for state in map(IncidentState, states):
        await desk.change(
            id_, lambda one, to=state: incidents.report_state(one, "responder1", to, office.now, 15)
        )
