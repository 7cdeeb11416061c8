"""What a staff command looks at: the roster and the open reports, read once for the turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hotline.incidents.incident import Incident
    from hotline.staff.roster import Roster


@dataclass(frozen=True)
class OpenReports:
    """Everybody, and every open report."""

    roster: Roster
    open: list[Incident]

    def held_by(self, handle: str) -> list[Incident]:
        """Reports that somebody has."""
        return [one for one in self.open if one.held and one.claimed_by == handle]

    def worked_on_by(self, handle: str) -> list[Incident]:
        """Reports that somebody has or helps with: their reporters may read what this one texts."""
        return [one for one in self.open if one.held and handle in (one.claimed_by, *one.backups)]

    def free(self) -> list[Incident]:
        """Reports that wait for somebody to take them."""
        return [one for one in self.open if not one.held and not one.same_as and not one.tray]

    def waits_for(self, handle: str) -> bool:
        """Whether a page waits for this one's answer."""
        return any(handle in one.paged for one in self.free())
