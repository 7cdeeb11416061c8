"""The first look at a fresh report: an event of its own, one more witness, or for the side tray. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from rapidfuzz import fuzz

from hotline.geography.places import same_place
from hotline.incidents.states import IncidentState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotline.incidents.incident import Incident

TOGETHER: Final = 20 * 60.0  # seconds between two reports of one event
BLOCK: Final = 60  # house numbers this near are one stretch of street
BUDGET: Final = 3  # reports of one person in a day that turned out to be nothing
BURST: Final = 3  # other people with the same words
BURST_WITHIN: Final = 15 * 60.0
ALIKE: Final = 94  # percent; only words nearly letter for letter the same count as copied
SHORT: Final = 12  # characters; "ICE on Park" is what anybody would text
SURGE: Final = 25  # reports in `SURGE_WITHIN`
SURGE_WITHIN: Final = 10 * 60.0
_NUMBER: Final = re.compile(r"^\d+")


@dataclass(frozen=True)
class Sorted:
    """What a fresh report is.

    Attributes:
        kind: ``page``: an event of its own; ``witness`` of incident `of`; ``tray``: suspect, for `reason`.
    """

    kind: Literal["page", "witness", "tray"]
    of: str = ""
    reason: str = ""


def sort(fresh: Incident, others: Iterable[Incident]) -> Sorted:
    """Sort a fresh report among those of the last day.

    Nothing is dropped: if nobody looks at the report, it is paged like any other, minutes later.
    """
    before = [one for one in others if one.id != fresh.id and one.opened_at <= fresh.opened_at]
    if fresh.drill or fresh.children:  # a human may merge into it before it was looked at
        return Sorted("page")
    same = next((one for one in before if _same_event(fresh, one)), None)
    if same:
        return Sorted("witness", of=same.id)
    real = [one for one in before if not one.drill]
    reason = _suspect(fresh, real) or _too_vague(fresh, real)
    return Sorted("tray", reason=reason) if reason else Sorted("page")


def _same_event(fresh: Incident, one: Incident) -> bool:
    return (
        one.live
        and not one.drill
        and not one.same_as
        and not one.tray
        and one.reporter != fresh.reporter
        and fresh.opened_at - one.opened_at <= TOGETHER
        and same_spot(fresh.place, one.place)
    )


def same_spot(one: str, other: str) -> bool:
    """Whether two places are one stretch of street: "120 Park Street" and "130 Park Street", not "900"."""
    if not same_place(one, other):
        return False
    numbers = [int(found.group()) for found in map(_NUMBER.match, (one, other)) if found]
    return len(numbers) < 2 or abs(numbers[0] - numbers[1]) <= BLOCK


def _suspect(fresh: Incident, before: list[Incident]) -> str:
    """Why a report may be a prank, "" mostly. A first report of a calm hour never is."""
    own = [one for one in before if one.reporter == fresh.reporter]
    if sum(one.state is IncidentState.FALSE_ALARM and not one.same_as for one in own) >= BUDGET:
        return "budget"
    if fresh.place:  # who names a place can be checked there
        return ""
    words = " ".join(fresh.words)
    copied = {
        one.reporter
        for one in before
        if fresh.opened_at - one.opened_at <= BURST_WITHIN and one.reporter != fresh.reporter
        and len(words) >= SHORT and fuzz.ratio(words.casefold(), " ".join(one.words[:1]).casefold()) >= ALIKE
    }  # fmt: skip
    return "copied" if len(copied) >= BURST and not fresh.photos else ""


def _too_vague(fresh: Incident, before: list[Incident]) -> str:
    """In a flood of reports one without place or photo waits for a look; every other one pages as always."""
    lately = sum(fresh.opened_at - one.opened_at <= SURGE_WITHIN and not one.same_as for one in before)
    return "surge" if lately >= SURGE and not fresh.place and not fresh.photos else ""
