"""The people of the demo, by the numbers that the hotline's demo knows them by."""

from __future__ import annotations

from typing import Final, NamedTuple


class Person(NamedTuple):
    """Somebody with a phone; the role chooses the page's quick texts."""

    number: str
    name: str
    role: str


DEMO: Final = (
    Person("+18605550111", "Resident 1", "resident"),
    Person("+18605550101", "Responder 1", "responder"),
    Person("+18605550102", "Responder 2", "responder"),
    Person("+18605550103", "Organizer 1", "organizer"),
    Person("+18605550104", "Organizer 2", "organizer"),
    *(Person(f"+186055501{10 + place}", f"Resident {place}", "resident") for place in range(2, 11)),
)
