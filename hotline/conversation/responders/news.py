"""Any text of the responder who holds a report shows that they are there: they keep it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hotline.incidents import incident as incidents
from hotline.incidents.states import REPORTED
from hotline.store import keys
from hotline.understanding.commands import addressed, staff_command

if TYPE_CHECKING:
    from hotline.conversation.context import Context

# Commands whose number is a report's; the number of an order about alerts is an alert's.
OF_REPORTS: Final = (*REPORTED, "take", "pass", "backup", "page", "split", "merge")


async def renew(ctx: Context) -> None:
    """Begin the time anew for each report this one has, but for those that the text has moved on itself.

    A text that names a report is news of that one alone.
    """
    moved = {guard[1] for guard in ctx.commit.guards}
    named = _named(ctx.text)
    for one in await ctx.services.incidents.open_ones():
        mine = one.held and one.claimed_by == ctx.handle
        if mine and keys.incident(one.id) not in moved and (not named or one.id in named):
            change = incidents.news(one, ctx.handle, ctx.now, ctx.services.claim_minutes)
            ctx.commit.merge(
                await ctx.services.incidents.written(one, change, await ctx.services.incidents.roster())
            )


def _named(text: str) -> set[str]:
    """Numbers of the reports that a text names as a command or an address."""
    number, words = addressed(text)
    command = staff_command(words)
    numbers = command.argument.split() if command and command.kind in OF_REPORTS else []
    return {*numbers, *([number] if number else [])}
