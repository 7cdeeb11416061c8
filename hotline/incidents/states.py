"""The states of an incident, and the one table of moves between them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from hotline.moves import Moves


class IncidentState(StrEnum):
    """Where an incident stands; stored as this."""

    OPENED = "opened"
    PAGING = "paging"
    CLAIMED = "claimed"
    ONWAY = "onway"
    ONSCENE = "onscene"
    CONFIRMED = "confirmed"
    FALSE_ALARM = "false_alarm"
    UNABLE = "unable"
    ENDED = "ended"


class IncidentMove(StrEnum):
    """What can be done to an incident."""

    PAGE = "page"
    CLAIM = "claim"
    REPORT = "report"
    RELEASE = "release"
    GIVE_UP = "give up"
    END_DRILL = "end drill"
    LINK = "link"
    FOLLOW = "follow"


WAITING: Final = (IncidentState.OPENED, IncidentState.PAGING)
HELD: Final = (
    IncidentState.CLAIMED, IncidentState.ONWAY, IncidentState.ONSCENE, IncidentState.CONFIRMED
)  # fmt: skip
LIVE: Final = (*WAITING, *HELD)
UNSURE: Final = (IncidentState.FALSE_ALARM, IncidentState.UNABLE)
CLOSING: Final = (*UNSURE, IncidentState.ENDED)
VERDICTS: Final = (IncidentState.CONFIRMED, *CLOSING)
REPORTED: Final = (IncidentState.ONWAY, IncidentState.ONSCENE, *VERDICTS)  # what whoever has it says of it
MOVES: Final = Moves[IncidentState, IncidentMove]({
    IncidentMove.PAGE: (WAITING, (IncidentState.PAGING,)),
    IncidentMove.CLAIM: (WAITING, (IncidentState.CLAIMED,)),
    IncidentMove.REPORT: (HELD, REPORTED),
    IncidentMove.RELEASE: (HELD, (IncidentState.PAGING,)),
    IncidentMove.GIVE_UP: (WAITING, (IncidentState.UNABLE,)),
    IncidentMove.END_DRILL: (LIVE, (IncidentState.ENDED,)),
    # One more report of an event is no event of its own, and ends as the first one does.
    IncidentMove.LINK: (WAITING, (IncidentState.OPENED,)),
    IncidentMove.FOLLOW: ((IncidentState.OPENED,), CLOSING),
})  # fmt: skip
OUTSIDE: Final = {
    IncidentState.ONWAY: "on the way", IncidentState.ONSCENE: "on scene",
    IncidentState.UNABLE: "unable to verify", IncidentState.FALSE_ALARM: "false alarm",
}  # fmt: skip
# What a reporter is told of their report's state.
TOLD: Final = {
    IncidentState.CLAIMED: "raid_claimed", IncidentState.ONWAY: "raid_onway",
    IncidentState.ONSCENE: "raid_onscene", IncidentState.CONFIRMED: "raid_confirmed",
    IncidentState.FALSE_ALARM: "raid_false", IncidentState.UNABLE: "raid_unable",
    IncidentState.ENDED: "raid_ended",
}  # fmt: skip
