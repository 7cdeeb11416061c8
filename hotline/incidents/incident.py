"""An incident: its states and its pure transitions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from hotline.incidents.notice import At, Notice
from hotline.incidents.states import (
    CLOSING,
    HELD,
    LIVE,
    MOVES,
    OUTSIDE,
    TOLD,
    UNSURE,
    VERDICTS,
    IncidentMove,
    IncidentState,
)
from hotline.refusal import Message
from hotline.staff import PARTNER

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a digit says to one of our own questions; kept as this, and said in each reader's language.
type Answer = Literal["now", "over", "taken", "not_taken"]


@dataclass(frozen=True)
class Incident:
    """One event that people reported.

    Attributes:
        id: its number, as in ``TAKE 7``; never used again.
        version: grows with each transition; a late timer or a second claimant fails on it.
        state: where it stands; it changes by `after` alone.
        reporter: pseudonym of the first witness.
        place: as understood, "" when unknown.
        words: what was reported, masked, oldest first; never parsed away.
        answers: what the reporter answered to our questions by a digit, oldest first.
        policy: the escalation steps it opened with.
        step: next step of the policy.
        rounds: how often the whole policy ran out with nobody taking it.
        began: when this run of the policy began, seconds since the epoch.
        paged: handles that ever got its page, in order.
        run: handles paged in this run of the policy.
        claimed_by: handle of the responder who has it.
        partner_told: whether the partner's number was texted; that claims nothing.
        confirmed_at: when a responder said that it is immigration enforcement, 0 before.
        closed_at: when a verdict ended it, 0 before.
        backups: handles of responders who help; they read what the reporter texts.
        asked: the question the reporter was asked last.
        looked_at: whether it was sorted: its own event, a witness's report, or for the tray.
        same_as: number of the report that this one is a witness of, "" for an event of its own.
        told: the state of that report that this one's reporter heard of last.
        children: numbers of the reports that are witnesses of this one.
        tray: why it waits in the side tray, "" when it does not.
        due: when the next step is due, seconds since the epoch, 0 for none.
    """

    id: str
    version: int = 0
    state: IncidentState = IncidentState.OPENED
    urgency: str = "page"
    reporter: str = ""
    lang: str = "en"
    place: str = ""
    zone: str = ""
    words: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    photos: int = 0
    witnesses: int = 1
    confirmed_at: float = 0.0
    closed_at: float = 0.0
    opened_at: float = 0.0
    policy: tuple[dict[str, Any], ...] = ()
    step: int = 0
    rounds: int = 0
    began: float = 0.0
    paged: tuple[str, ...] = ()
    run: tuple[str, ...] = ()
    partner_told: bool = False
    claimed_by: str = ""
    claimed_at: float = 0.0
    backups: tuple[str, ...] = ()
    news_asked: bool = False
    passed: tuple[str, ...] = ()
    asked: str = ""
    due: float = 0.0
    drill: bool = False
    looked_at: bool = False
    same_as: str = ""
    told: str = ""
    children: tuple[str, ...] = ()
    tray: str = ""

    def may(self, move: IncidentMove) -> bool:
        """Whether a move may be made in its state."""
        return MOVES.may(self.state, move)

    def after(self, move: IncidentMove, wanted: IncidentState | None = None) -> IncidentState:
        """Its state after a move; see `Moves.after`."""
        return MOVES.after(self.state, move, wanted)

    @property
    def live(self) -> bool:
        """Whether somebody still has to act."""
        return self.state in LIVE

    @property
    def held(self) -> bool:
        """Whether a responder has it."""
        return self.state in HELD

    @property
    def unclaimed(self) -> bool:
        """Whether it still waits for somebody to take it; a witness's report waits with the first one."""
        return self.live and not self.held and not self.same_as

    @property
    def confirmed(self) -> bool:
        """Whether a responder confirmed it and nobody withdrew that. Release and the end do not."""
        return bool(self.confirmed_at) and self.state not in UNSURE

    def backs(self, drafted_at: float = 0.0) -> bool:
        """Whether an alert may be written from it, or one drafted at that time may still be sent.

        One that was over before the draft is alerted as over; the words of an older draft are untrue.
        """
        return self.confirmed and (not drafted_at or self.closed_at <= drafted_at)

    @property
    def readers(self) -> tuple[str, ...]:
        """Handles of those who work on it: holder and backups; without a holder, all who were paged."""
        return (self.claimed_by, *self.backups) if self.held else self.paged

    def public(self) -> dict[str, Any]:
        """What `hotline reports list --json` and other tools see: no pseudonym, no policy."""
        return {
            "id": self.id,
            "state": OUTSIDE.get(self.state, self.state),
            "place": self.place,
            "zone": self.zone,
            "urgency": self.urgency,
            "claimed_by": self.claimed_by or None,
            "opened_at": iso(self.opened_at),
            "witnesses": self.witnesses,
            "photos": self.photos,
            "lang": self.lang,
            "drill": self.drill,
            "same_as": self.same_as or None,
            "tray": self.tray or None,
        }


@dataclass(frozen=True)
class Change:
    """A transition: the incident as it becomes, the event to log, the texts it owes.

    Attributes:
        after: the incident afterwards, version not yet raised.
        event: name of the event in the `reports` stream.
        by: handle, ``reporter`` or ``line``.
        details: further fields of the event.
    """

    after: Incident
    event: str
    by: str = "line"
    details: Mapping[str, str] = field(default_factory=dict[str, str])
    notices: tuple[Notice, ...] = ()


def iso(at: float) -> str:
    """Seconds since the epoch as RFC 3339 in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def claim(incident: Incident, handle: str, now: float, minutes: float) -> Change | None:
    """The incident taken by a responder; None when somebody has it or it is over."""
    if incident.same_as or not incident.may(IncidentMove.CLAIM):
        return None
    after = replace(
        incident,
        state=incident.after(IncidentMove.CLAIM),
        claimed_by=handle,
        claimed_at=now,
        news_asked=False,
        tray="",
        looked_at=True,
        due=now + minutes * 60,
    )
    losers = [name for name in incident.paged if name != handle]
    partner = (Notice(PARTNER, "partner_taken", {"id": incident.id}),) if incident.partner_told else ()
    notices = (
        *_shown(incident, handle),
        *(Notice(name, "page_taken", {"id": incident.id, "handle": handle}) for name in losers),
        Notice("reporter", "raid_claimed", {"time": At(now)}),
        *partner,
    )
    return Change(after, after.state, handle, {"claimed_by": handle}, notices)


def assigned(
    incident: Incident, handle: str, now: float, minutes: float, *, mute: bool = False
) -> Change | None:
    """The incident given to a responder at the console, who gets it by text; None when it cannot be taken.

    `mute`: who reported it cannot be texted.
    """
    change = None if incident.same_as else claim(incident, handle, now, minutes)
    if change is None:
        return None
    key = "page_yours_mute" if mute else "page_yours"
    return replace(change, notices=(Notice(handle, key, {"id": incident.id}, page=True), *change.notices))


def join(incident: Incident, handle: str) -> Change | None:
    """A second responder helps the one who has it; None when nobody has it, or they are in it already."""
    if not incident.held or handle in (incident.claimed_by, *incident.backups):
        return None
    after = replace(incident, backups=(*incident.backups, handle))
    notice = Notice(incident.claimed_by, "page_backup", {"id": incident.id, "handle": handle})
    return Change(after, "backup", handle, notices=(notice, *_shown(incident, handle)))


def _shown(incident: Incident, handle: str) -> list[Notice]:
    """Who comes to a report without having been paged reads what was reported."""
    return [] if handle in incident.paged else [Notice(handle, "page_words", page=True)]


def release(incident: Incident, now: float, *, by: str, event: str) -> Change:
    """The incident released, by its holder or because they did not answer: the others are paged again."""
    holder = incident.claimed_by
    after = replace(
        incident,
        state=incident.after(IncidentMove.RELEASE),
        claimed_by="",
        backups=(),
        news_asked=False,
        step=0,
        rounds=0,
        began=now,
        due=now,
        run=(),
        passed=(*incident.passed, holder),
    )
    notices = [Notice("reporter", "raid_released")]
    if by == "line":
        notices.append(Notice(holder, "page_passed", {"id": incident.id}))
    return Change(after, event, by, {"released_by": holder}, tuple(notices))


def news(incident: Incident, handle: str, now: float, minutes: float) -> Change:
    """The holder texted something: they are there, and they keep the report."""
    after = replace(incident, news_asked=False, due=now + minutes * 60)
    return Change(after, "news", handle)


def report_state(
    incident: Incident,
    handle: str,
    state: IncidentState,
    now: float,
    minutes: float,
    move: IncidentMove = IncidentMove.REPORT,
) -> Change:
    """What the holder says of it: on the way, on scene, or a verdict; a closing verdict ends it."""
    closes = state in CLOSING
    after = replace(
        incident,
        state=incident.after(move, state),
        news_asked=False,
        confirmed_at=now if state is IncidentState.CONFIRMED else incident.confirmed_at,
        closed_at=now if closes else incident.closed_at,
        asked="" if closes else incident.asked,
        due=0.0 if closes else now + minutes * 60,
    )
    others = [name for name in incident.paged if name != handle]
    notices = [Notice("reporter", TOLD[state])]
    if state in VERDICTS:
        values = {"id": incident.id, "state": Message(f"state_{state}")}
        notices += [Notice(name, "page_closed", values) for name in others]
    return Change(after, state, handle, {}, tuple(notices))
