"""What the line has seen before a command is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.stage.talk import RESIDENT, Talk

if TYPE_CHECKING:
    from tests.cli.conftest import Outcome
    from tests.stage.stage import Stage

NUMBER: Final = "+18605550155"


def done(outcome: Outcome) -> str:
    """What a command printed, once it is sure that it went well."""
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return outcome.out


async def reported(stage: Stage, text: str = "ICE is at 120 Park St") -> str:
    """An open incident of the resident; answers its number."""
    resident = Talk(stage, RESIDENT)
    await resident.begin()
    return await stage.opened(resident.person, text=text, place="120 Park St")
