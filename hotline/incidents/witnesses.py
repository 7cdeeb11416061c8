"""Several reports of one event: linked to the first, told its news, merged and split by a human. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hotline.content.fitting import short
from hotline.incidents.incident import Change, Incident
from hotline.incidents.notice import At, Notice, Quote, Value
from hotline.incidents.states import TOLD, UNSURE, IncidentMove
from hotline.refusal import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

CALLED: Final = 3  # witnesses of an event that nobody has who are paged; the others' texts wait behind pages
FOLLOW: Final = 60.0  # seconds after which a witness's report looks at the first one again by itself
TRAY_WAIT: Final = 5 * 60.0  # seconds a suspect report waits for a human; then it pages like any other


def link(
    fresh: Incident, first: Incident, now: float, *, by: str = "line", oncall: Iterable[str] = ()
) -> tuple[Change, Change]:
    """A report becomes a witness's of an earlier one; both transitions belong in one commit.

    Whoever has the first one reads the words and how to part the two. Nobody has it, and no human said that
    they are one: then everybody who was paged or is on call is called, for it may be something else.
    """
    after = replace(
        fresh, state=fresh.after(IncidentMove.LINK), same_as=first.id, told="", tray="", due=now + FOLLOW,
        claimed_by="", backups=(),
    )  # fmt: skip
    linked = Change(replace(after, looked_at=True), "linked", by, {"same_as": first.id})
    alone = by == "line" and not first.held
    readers = tuple(dict.fromkeys((*first.paged, *oncall))) if alone else first.readers
    fuller = replace(
        first, witnesses=first.witnesses + 1, place=first.place or fresh.place, zone=first.zone or fresh.zone,
        photos=first.photos + fresh.photos, children=(*first.children, fresh.id),
        paged=readers if alone else first.paged,
    )  # fmt: skip
    notices = _more(fresh, first, readers) if alone else _witness(fresh, first)
    called = {"handles": ",".join(readers)} if alone else {}
    return linked, Change(fuller, "witnessed", by, {"report": fresh.id} | called, tuple(notices))


def _witness(fresh: Incident, first: Incident) -> list[Notice]:
    fields = {"id": first.id, "other": fresh.id, "words": _words(fresh)}
    return [Notice(name, "page_witness", fields) for name in first.readers]


def _more(fresh: Incident, first: Incident, readers: tuple[str, ...]) -> list[Notice]:
    """The first few go before everything, a flood of them below the pages of other events."""
    fields: dict[str, Value] = {
        "id": first.id, "other": fresh.id, "time": At(fresh.opened_at), "words": _words(fresh),
        "place": Quote(short(fresh.place)),
    }  # fmt: skip
    page = len(first.children) < CALLED
    return [Notice(name, "page_more", fields, page=page) for name in readers]


def _words(fresh: Incident) -> Quote:
    return Quote(" / ".join(fresh.words))


def split(child: Incident, first: Incident | None, now: float, *, by: str) -> tuple[Change, Change | None]:
    """A witness's report becomes an event of its own again, and pages like a fresh one."""
    after = replace(
        child, same_as="", told="", looked_at=True, began=now, due=now, step=0, rounds=0, run=(), passed=()
    )
    parted = Change(after, "split", by, {"from": child.same_as})
    if first is None or child.id not in first.children:
        return parted, None
    left = tuple(one for one in first.children if one != child.id)
    fewer = replace(
        first,
        children=left,
        witnesses=max(1, first.witnesses - 1),
        photos=max(0, first.photos - child.photos),
    )
    return parted, Change(fewer, "unlinked", by, {"report": child.id})


def follow(child: Incident, first: Incident | None, now: float) -> Change | None:
    """A witness's report takes over what became of the first one; without a first one it pages by itself.

    None: there is nothing new to tell.
    """
    if first is None:
        return split(child, None, now, by="line")[0]
    if first.state in UNSURE and first.claimed_by:  # what the other witness saw may be something else
        return split(child, None, now, by="line")[0]
    state = first.state if first.state in TOLD else None
    if first.live and (state or "") == child.told:
        return None
    notices = (Notice("reporter", TOLD[state], {"time": At(now)}),) if state and state != child.told else ()
    after = replace(child, told=state or "", due=now + FOLLOW)
    if not first.live:
        after = replace(after, state=child.after(IncidentMove.FOLLOW, first.state), due=0.0)
    elif not state and child.told:  # let go again: others are being texted
        notices = (Notice("reporter", "raid_released"),)
    return Change(after, "followed", details={"same_as": first.id}, notices=notices)


def set_aside(fresh: Incident, reason: str, organizers: list[str], now: float) -> Change:
    """A suspect report goes to the side tray: organizers look, and without a look it pages like any other."""
    after = replace(fresh, tray=reason, looked_at=True, due=now + TRAY_WAIT)
    fields = {"id": fresh.id, "reason": Message(f"tray_{reason}")}
    notices = tuple(Notice(name, "page_tray", fields) for name in organizers)
    return Change(after, "set_aside", details={"reason": reason}, notices=notices)


def taken_out(one: Incident, now: float, *, by: str) -> Change:
    """A report leaves the tray: it pages now."""
    return Change(replace(one, tray="", began=now, due=now), "taken_out", by)
