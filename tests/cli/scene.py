"""What the line has seen before a command is typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

from hotline.incidents import incident as incidents
from hotline.incidents import records
from hotline.incidents.states import IncidentState
from hotline.messaging.contacts import Person, save_person
from hotline.staff.roster import load_roster
from hotline.store import keys

if TYPE_CHECKING:
    from hotline.runtime import Runtime
    from tests.cli.conftest import Outcome

NUMBER: Final = "+18605550155"
RESIDENT: Final = "+18605550111"


def done(outcome: Outcome) -> str:
    """What a command printed, once it is sure that it went well."""
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return outcome.out


async def reported(runtime: Runtime, text: str = "ICE is at 120 Park St") -> str:
    """An open incident of the resident; answers its number."""
    person = runtime.vault.pseudonym(RESIDENT)
    id_ = await records.next_id(runtime.store)
    commit = save_person(Person(person, runtime.vault.seal(RESIDENT), "en"))
    commit.merge(
        runtime.desk.opening(
            id_, reporter=person, text=text, lang="en", place="120 Park St", zone="", photos=0
        )
    )
    await runtime.store.commit(commit)
    return id_


async def claimed(runtime: Runtime, id_: str, handle: str, state: str = "") -> None:
    """The incident in a responder's hands, with a verdict when one is named."""
    now = runtime.clock()
    await runtime.desk.change(id_, lambda one: incidents.claim(one, handle, now, 15))
    if state:
        await runtime.desk.change(
            id_, lambda one: incidents.report_state(one, handle, IncidentState(state), now, 15)
        )


async def code_of(runtime: Runtime, handle: str) -> str:
    """The newest code on somebody's phone."""
    person = (await load_roster(runtime.store)).by_handle[handle].person
    bodies: list[tuple[float, str]] = []
    async for key in runtime.store.redis.scan_iter(keys.out("cli*")):
        kept = await cast("Any", runtime.store.redis.hgetall(key))
        if kept["person"] == person:
            bodies.append((float(kept["created"]), runtime.vault.open(kept["body"])))
    return re.findall(r"\b\d{6}\b", max(bodies)[1])[0]
