"""What the line has seen before a command is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.incidents import incident as incidents
from hotline.incidents import record
from hotline.sms.people import Person, save_person

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
    id_ = await record.next_id(runtime.store)
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
        await runtime.desk.change(id_, lambda one: incidents.report_state(one, handle, state, now, 15))
