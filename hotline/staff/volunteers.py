"""New responders by text: a volunteer asks, two of the staff vouch, an organizer among them."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final, Literal

from hotline.staff.roster import Staff
from hotline.store import DAY, Commit, keys

if TYPE_CHECKING:
    from hotline.staff.roster import Roster
    from hotline.store import Key, Store

TTL: Final = 14 * DAY
NEEDED: Final = 2
HANDLE: Final = re.compile(r"[a-z][a-z0-9_-]{1,19}")

type Outcome = Literal["unknown", "again", "noted", "organizer", "done"]


@dataclass(frozen=True)
class Candidate:
    """Somebody who asked to volunteer. Until two vouch, they have no right at all.

    Attributes:
        person: pseudonym.
        address: sealed number.
    """

    handle: str
    person: str
    address: str
    lang: str


def asked(candidate: Candidate) -> Commit:
    """The write that notes a candidate.

    Raises (when committed):
        Conflict: the handle is taken, on the roster or by another candidate.
    """
    key = keys.candidate(candidate.handle)
    commit = Commit()
    commit.if_absent(key)
    commit.if_field(keys.staff, candidate.handle, "")
    commit.hset(key, asdict(candidate), TTL)
    return commit


async def vouch(
    store: Store, roster: Roster, handle: str, by: str
) -> tuple[Outcome, Commit, Candidate | None]:
    """What it leads to that a member of the roster, by handle, vouches for a candidate."""
    key = keys.candidate(handle)
    fields = await store.hgetall(key)
    if not fields:
        return "unknown", Commit(), None
    before = fields.pop("vouched", "")
    names = {name for name in before.split(",") if name in roster.by_handle}
    candidate = Candidate(**fields)
    if by in names:
        return "again", Commit(), candidate
    names.add(by)
    commit = Commit()
    commit.if_field(key, "vouched", before)
    commit.if_field(key, "person", candidate.person)  # forgotten meanwhile: nothing of it comes back
    if len(names) >= NEEDED and any(roster.by_handle[name].role == "organizer" for name in names):
        commit.merge(_joined(candidate, key))
        return "done", commit, candidate
    commit.hset(key, {"vouched": ",".join(sorted(names))})
    return ("organizer" if len(names) >= NEEDED else "noted"), commit, candidate


def _joined(candidate: Candidate, key: Key) -> Commit:
    """The writes that put a candidate on the roster, off call."""
    member = asdict(
        Staff(candidate.handle, "responder", candidate.person, candidate.address, (candidate.lang,))
    )
    del member["oncall"]
    commit = Commit()
    commit.if_field(keys.staff, candidate.handle, "")
    commit.if_field(keys.staff_people, candidate.person, "")
    commit.hset(keys.staff, {candidate.handle: json.dumps(member)})
    commit.hset(keys.staff_people, {candidate.person: candidate.handle})
    commit.delete(key)
    return commit
