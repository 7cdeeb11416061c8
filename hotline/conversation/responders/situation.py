"""What a volunteer's phone shows last: our question or a page. A digit answers that one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from hotline.incidents import records
from hotline.incidents.states import IncidentState
from hotline.messaging.asked import ReportDetail
from hotline.store import keys
from hotline.understanding.commands import agrees, declines, resident_command, says_now

if TYPE_CHECKING:
    from hotline.conversation.context import Context
    from hotline.conversation.responders.open_reports import OpenReports
    from hotline.messaging.asked import Question
    from hotline.understanding.commands import Command

type Meant = Literal["question", "page", "neither"]

# What is both news of a report and an answer to "where is it?" or "is it going on?".
TELLING: Final = (
    IncidentState.ONSCENE, IncidentState.ENDED, IncidentState.CONFIRMED, IncidentState.FALSE_ALARM, "ok", "no"
)  # fmt: skip
PATIENCE: Final = 10 * 60.0  # seconds in which a digit of somebody who writes with a reporter answers us
RECENT: Final = 10


async def meant(ctx: Context, reports: OpenReports, command: Command | None) -> Meant:
    """Whether a text that may answer our question does, or the page that came after it."""
    asked = ctx.person.asked
    if asked is None or not _fits(ctx.text, asked, command):
        return "neither"
    own = await ctx.services.incidents.reported_by(ctx.person.id)
    if isinstance(asked, ReportDetail) and own is None:
        return "neither"
    working = bool(reports.worked_on_by(ctx.handle))
    if working and (not _digit(ctx.text) or ctx.now - asked.at > PATIENCE):
        return "neither"  # it is for the reporter
    return "question" if asked.at >= await _paged_at(ctx, reports) else "page"


def _fits(text: str, asked: Question, command: Command | None) -> bool:
    telling = command is not None and not command.argument and command.kind in TELLING
    return (
        ("digit" in asked.answers and _digit(text))
        or ("yes" in asked.answers and (agrees(text) or declines(text) or says_now(text)))
        or ("news" in asked.answers and telling)
    )


def _digit(text: str) -> bool:
    command = resident_command(text)
    return command is not None and command.kind == "choice"


async def _paged_at(ctx: Context, reports: OpenReports) -> float:
    """When this phone got its last page, even if others hold that report now; 0 for none."""
    store = ctx.services.store
    recent = await records.load_ids(store, await store.zrevrange(keys.incidents_all, 0, RECENT - 1))
    known = {one.id: one for one in (*reports.open, *recent) if ctx.handle in one.paged}
    return max([await records.paged_at(store, id_, ctx.handle) for id_ in known], default=0.0)
