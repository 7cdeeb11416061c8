"""An incident's state changes by the moves of its table alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from hotline.errors import MoveRefused
from hotline.incidents import escalation, states, witnesses
from hotline.incidents import incident as incidents
from hotline.incidents.incident import Change, Incident
from hotline.incidents.states import MOVES, IncidentMove, IncidentState
from hotline.staff.roster import Roster

if TYPE_CHECKING:
    from collections.abc import Callable

    type Deed = Callable[[Incident, IncidentState], Change | None]

NOW: Final = 1000.0
FIRST: Final = "1"


def report(one: Incident, wanted: IncidentState, move: IncidentMove = IncidentMove.REPORT) -> Change:
    return incidents.report_state(one, "ana", wanted, NOW, 15, move)


def give_up(one: Incident, _: IncidentState) -> Change:
    tired = replace(one, rounds=escalation.ROUNDS)
    return escalation.advance(tired, Roster([]), NOW + escalation.GIVE_UP + 1)


def follow(one: Incident, wanted: IncidentState) -> Change | None:
    return witnesses.follow(replace(one, same_as=FIRST), Incident(FIRST, state=wanted), NOW)


DEEDS: Final[dict[IncidentMove, Deed]] = {
    IncidentMove.PAGE: lambda one, _: escalation.advance(one, Roster([]), NOW),
    IncidentMove.CLAIM: lambda one, _: incidents.claim(one, "ana", NOW, 15),
    IncidentMove.REPORT: report,
    IncidentMove.RELEASE: lambda one, _: incidents.release(one, NOW, by="ana", event="passed"),
    IncidentMove.GIVE_UP: give_up,
    IncidentMove.END_DRILL: lambda one, wanted: report(one, wanted, IncidentMove.END_DRILL),
    IncidentMove.LINK: lambda one, _: witnesses.link(one, Incident(FIRST), NOW)[0],
    IncidentMove.FOLLOW: follow,
}


def led_to(deed: Deed, one: Incident, wanted: IncidentState) -> IncidentState | None:
    """The state a deed leads to; None when nothing is done to the state."""
    try:
        change = deed(one, wanted)
    except MoveRefused:
        return None
    return change.after.state if change else None


@pytest.mark.parametrize("move", IncidentMove)
@pytest.mark.parametrize("state", IncidentState)
def test_what_is_done_to_an_incident_is_what_the_table_allows(
    state: IncidentState, move: IncidentMove
) -> None:
    one = Incident("7", state=state, opened_at=NOW, began=NOW, claimed_by="ana", paged=("ana",))
    before, after = MOVES.rows[move]
    for wanted in after:
        found = led_to(DEEDS[move], one, wanted)
        assert found == wanted if state in before else found in (None, state)


def test_nothing_is_done_to_an_incident_that_is_over() -> None:
    for state in states.CLOSING:
        assert not any(MOVES.may(state, move) for move in IncidentMove)


def test_every_state_can_be_reached() -> None:
    reached = {state for _, after in MOVES.rows.values() for state in after}
    assert reached == set(IncidentState)


def test_a_verdict_on_a_report_that_nobody_has_is_refused() -> None:
    with pytest.raises(MoveRefused, match="report cannot lead from paging to ended"):
        report(Incident("7", state=IncidentState.PAGING), IncidentState.ENDED)
