"""The escalation policy as pure steps: whom a due incident pages now, and when it is due again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hotline.incidents.incident import Change, Incident, release
from hotline.incidents.notice import Notice
from hotline.incidents.states import IncidentMove
from hotline.refusal import Message
from hotline.staff import PARTNER

if TYPE_CHECKING:
    from hotline.staff.roster import Roster

NEWS_WAIT: Final = 5 * 60.0  # seconds a holder has to answer "any news?"
ROUNDS: Final = 3  # whole runs of the policy before only organizers are reminded
ROUND_PAUSE: Final = 5 * 60.0
REMINDER: Final = 30 * 60.0
GIVE_UP: Final = 6 * 3600.0  # a report nobody took for this long is closed, and everybody is told so


def advance(incident: Incident, roster: Roster, now: float) -> Change:
    """The next step of a due incident. Pure: the same input gives the same step.

    Args:
        incident: an open incident whose `due` is not after `now`.
        roster: everybody, as of now.
        now: seconds since the epoch.
    """
    if incident.held:
        return _ask_for_news(incident, now)
    if incident.rounds >= ROUNDS:
        return _still_nobody(incident, roster, now)
    return _page(incident, roster, now)


def _ask_for_news(incident: Incident, now: float) -> Change:
    if incident.news_asked:
        return release(incident, now, by="line", event="released")
    after = replace(incident, news_asked=True, due=now + NEWS_WAIT)
    notice = Notice(incident.claimed_by, "page_news", {"id": incident.id}, page=True)
    return Change(after, "news_asked", notices=(notice,))


def _page(incident: Incident, roster: Roster, now: float) -> Change:
    """Page every step that is due; a step without people is skipped, and the next one is paged now."""
    step, run = incident.step, list(incident.run)
    while step < len(incident.policy):
        handles = _targets(incident, roster, step, run)
        if handles and _due(incident, step) > now:
            break
        if not handles:
            incident = replace(incident, began=incident.began - _until_next(incident, step))
        run += handles
        step += 1
    fresh = run[len(incident.run) :]
    ever = tuple(name for name in dict.fromkeys((*incident.paged, *run)) if name != PARTNER)
    told = incident.partner_told or PARTNER in run
    after = replace(
        incident, state=incident.after(IncidentMove.PAGE), step=step, run=tuple(run), paged=ever,
        partner_told=told,
    )  # fmt: skip
    notices = _pages(incident, fresh)
    alone = incident.step == 0 and not roster.on_call()
    if step < len(incident.policy):
        after = replace(after, due=_due(incident, step))
    else:
        again = now + ROUND_PAUSE
        after = replace(after, rounds=incident.rounds + 1, step=0, run=(), began=again, due=again)
        alone |= bool(roster.on_call()) and not _are_responders(fresh, roster)
    if alone:
        notices += _nobody(incident, roster)
    return Change(after, "paged", details={"handles": ",".join(fresh)}, notices=tuple(notices))


def _due(incident: Incident, step: int) -> float:
    return incident.began + float(incident.policy[step]["after_seconds"])


def _until_next(incident: Incident, step: int) -> float:
    """Seconds from a step to the one after it; 0 after the last."""
    times = [float(one["after_seconds"]) for one in incident.policy[step : step + 2]]
    return times[-1] - times[0]


def _targets(incident: Incident, roster: Roster, step: int, run: list[str]) -> list[str]:
    who = str(incident.policy[step]["who"])
    if who == PARTNER:  # once: the partner is not texted in every round, and never for a drill
        return [] if incident.partner_told or incident.drill or PARTNER in run else [PARTNER]
    handles = roster.who(who, lang=incident.lang, zone=incident.zone)
    fresh = [name for name in dict.fromkeys(handles) if name not in run]
    # Who let it go is asked again only when the policy has run out once.
    return [name for name in fresh if incident.rounds or name not in incident.passed]


def _pages(incident: Incident, handles: list[str]) -> list[Notice]:
    key = "page_reopened" if incident.passed else "page"
    keys = [(name, "page_partner" if name == PARTNER else key) for name in handles]
    return [Notice(name, key, {"id": incident.id}, page=True) for name, key in keys]


def _are_responders(handles: list[str], roster: Roster) -> bool:
    return any(member.handle in handles for member in roster.with_role("responder"))


def _nobody(incident: Incident, roster: Roster) -> list[Notice]:
    """Said out loud, once a round, to the organizers and to the reporter."""
    told = _organizers(incident, roster)
    return [Notice("reporter", "raid_nobody", page=True), *told] if incident.rounds == 0 else told


def _organizers(incident: Incident, roster: Roster) -> list[Notice]:
    """Tell organizers that nobody is on call, or that nobody on call took it: they react differently."""
    key = "nobody_took" if roster.on_call() else "nobody_on_call"
    return [Notice(m.handle, key, {"id": incident.id}, page=True) for m in roster.with_role("organizer")]


def _still_nobody(incident: Incident, roster: Roster, now: float) -> Change:
    if now - incident.opened_at > GIVE_UP:
        return _given_up(incident, roster)
    told = _organizers(incident, roster)
    return Change(replace(incident, due=now + REMINDER), "reminded", notices=tuple(told))


def _given_up(incident: Incident, roster: Roster) -> Change:
    """Closed without a verdict: the reporter, everybody who was paged, and the organizers are told."""
    organizers = [member.handle for member in roster.with_role("organizer")]
    values = {"id": incident.id, "state": Message("state_unable")}
    told = [Notice(name, "page_closed", values) for name in dict.fromkeys((*incident.paged, *organizers))]
    after = replace(incident, state=incident.after(IncidentMove.GIVE_UP), asked="", due=0.0)
    return Change(after, "expired", notices=(Notice("reporter", "raid_unable"), *told))
