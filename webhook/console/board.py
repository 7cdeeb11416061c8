"""The live board: what was reported, who has it, who is on call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import RedirectResponse, Response

from hotline.broadcasts.delivery import canaries
from hotline.casework import violations
from hotline.incidents import incident as incidents
from hotline.incidents import records, reporters
from hotline.incidents.notices.phrasing import reported
from hotline.store import keys
from webhook.console.pages import HEADERS, ProtectedPages, Stale

if TYPE_CHECKING:
    from starlette.requests import Request

    from hotline.incidents.incident import Incident
    from webhook.console.pages import Fields

SHOWN: Final = 50  # closed reports; open ones are all shown


def in_order(live: list[Incident], recent: list[Incident]) -> list[Incident]:
    """Reports that nobody has taken, the oldest first; then all others, the newest first."""
    waiting = [one for one in live if one.unclaimed]
    rest = {one.id: one for one in (*live, *recent) if not one.unclaimed}
    return [*waiting, *sorted(rest.values(), key=lambda one: one.opened_at, reverse=True)]


class BoardRoutes(ProtectedPages):
    """The board's page and its one button."""

    async def board(self, _: Request) -> Response:
        """Open incidents, who is on call, what waits in the outboxes."""
        runtime = self.runtime
        store = runtime.store
        live = await runtime.incidents.open_ones()
        newest = await store.zrevrange(keys.incidents_all, 0, len(live) + SHOWN - 1)
        found = in_order(live, await records.load_ids(runtime.store, newest))
        roster = await runtime.incidents.roster()
        outboxes = [runtime.settings.sender_name(number) for number in runtime.settings.own_numbers]
        return await self.render(
            "board.html",
            strange=await canaries.warnings(runtime.store, runtime.clock()),
            incidents=[
                one.public()
                | {
                    "words": reported(runtime.library, one, "en"),
                    "live": one.live,
                    "unclaimed": one.unclaimed,
                }
                for one in found
            ],
            unclaimed=sum(one.unclaimed for one in found),
            hidden=await store.zcard(keys.incidents_all) - len(found),
            staff=sorted(roster.by_handle.values(), key=lambda member: member.handle),
            waiting={name: await store.zcard(keys.outbox(name)) for name in outboxes},
            dead=await store.xlen(keys.dead),
            cards=runtime.library.standings(),
            violations=sum(one.state == "open" for one in await violations.load_all(runtime.store)),
            questions=await store.zcard(keys.questions_open),
        )

    async def take(self, fields: Fields) -> Response:
        """Claim an incident for a volunteer, perhaps one on the phone; as by text, only one can have it."""
        runtime = self.runtime
        id_, handle = fields.get("id", ""), fields.get("handle", "")
        if handle not in (await runtime.incidents.roster()).by_handle:
            raise Stale(f"There is no {handle} on the roster: look at the board again.")
        now, minutes = runtime.clock(), runtime.settings.claim_minutes
        wanted = await records.load(runtime.store, id_)
        mute = wanted is not None and not wanted.drill and not await reporters.reached(runtime.store, wanted)
        found = await runtime.incidents.change(
            id_, lambda one: incidents.assigned(one, handle, now, minutes, mute=mute)
        )
        if found is None:
            raise Stale(f"There is no report {id_}: look at the board again.")
        if found.claimed_by != handle:
            raise Stale(f"{id_} is {found.state}, with {found.claimed_by or 'nobody'}: choose another.")
        return RedirectResponse("/console", 303, HEADERS)
