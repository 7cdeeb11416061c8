"""Several reports of one event: linked to the first, told its news, merged and split by a human. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from hotline.incidents.incident import UNSURE, Change, Incident
from hotline.incidents.notice import At, Message, Notice, Words

FOLLOW: Final = 60.0  # seconds after which a witness's report looks at the first one again by itself
TRAY_WAIT: Final = 5 * 60.0  # seconds a suspect report waits for a human; then it pages like any other
# What a witness is told when the first report moves on; by the state it has now.
TOLD: Final = {
    "claimed": "raid_claimed", "onway": "raid_onway", "onscene": "raid_onscene",
    "confirmed": "raid_confirmed", "false_alarm": "raid_false", "unable": "raid_unable",
    "ended": "raid_ended",
}  # fmt: skip


def link(fresh: Incident, first: Incident, now: float, *, by: str = "line") -> tuple[Change, Change]:
    """A report becomes a witness's of an earlier one; both transitions belong in one commit.

    The first one's readers learn the words and how to part the two; nobody is paged again.
    """
    after = replace(
        fresh, state="opened", same_as=first.id, told="", tray="", due=now + FOLLOW, claimed_by="", backups=()
    )
    linked = Change(replace(after, looked_at=True), "linked", by, {"same_as": first.id})
    fields = {"id": first.id, "other": fresh.id, "words": Words(" / ".join(fresh.words[-4:]))}
    fuller = replace(
        first, witnesses=first.witnesses + 1, place=first.place or fresh.place, zone=first.zone or fresh.zone,
        photos=first.photos + fresh.photos, children=(*first.children, fresh.id),
    )  # fmt: skip
    notices = tuple(Notice(name, "page_witness", fields) for name in first.readers)
    return linked, Change(fuller, "witnessed", by, {"report": fresh.id}, notices)


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
    state = first.state if first.state in TOLD else ""
    if first.live and state == child.told:
        return None
    notices = (Notice("reporter", TOLD[state], {"time": At(now)}),) if state and state != child.told else ()
    after = replace(child, told=state, due=now + FOLLOW)
    if not first.live:
        after = replace(after, state=first.state, due=0.0)
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
