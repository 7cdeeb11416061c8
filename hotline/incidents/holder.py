"""The holder of a report who does not answer: a text of theirs that waits to be read is an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.incidents import records
from hotline.store import keys

if TYPE_CHECKING:
    from hotline.incidents.incident import Change, Incident
    from hotline.staff.roster import Roster
    from hotline.store import Commit, Store

SOON: Final = 1.0  # seconds until a step looks again


async def unless_written(
    store: Store, found: Incident, change: Change, commit: Commit, roster: Roster, now: float
) -> Commit:
    """The writes of a step; postponed when it would release a report whose holder has just written."""
    member = roster.by_handle.get(found.claimed_by)
    if change.event != "released" or member is None:
        return commit
    mailbox = keys.inbox(member.person)
    if await store.exists(mailbox):
        return records.put_off(found, now + SOON)
    commit.if_absent(mailbox)  # it comes in this moment: then the step is decided again
    return commit
