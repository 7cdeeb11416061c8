"""A draft: written by one organizer from a confirmed report, or from words of their own. Nothing is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from hotline.broadcasts import once, verification
from hotline.broadcasts import texts as words
from hotline.broadcasts.at_once import at_once
from hotline.broadcasts.broadcast import KINDS, Broadcast, organizer, written
from hotline.broadcasts.states import BroadcastState
from hotline.incidents import records
from hotline.refusal import Reason, Refused
from hotline.store import keys
from hotline.subscriptions import subscribers

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.incidents.incident import Incident
    from hotline.settings import Settings
    from hotline.store import Commit, Store

SHORTEST, LONGEST = 60.0, 7 * 24 * 3600.0
UNITS: Final = {"m": 60.0, "h": 3600.0, "d": 86400.0}
SHORTEST_REASON: Final = 10  # characters
NOTICE_LIFE: Final = 12 * 3600.0  # seconds


@dataclass(frozen=True)
class DraftRequest:
    """What an organizer wants to send.

    Attributes:
        by: handle.
        kind: alert, event or news.
        life: seconds after which nothing is sent any more.
        texts: words by language without the frame; none takes the locked template of an alert.
        zone: zone in anybody's words; "" for the report's own, or the whole city.
        incident: number of the confirmed report an alert is written from.
        override: why an alert without such a report should leave all the same.
        drill: everything but the sending.
    """

    by: str
    kind: str
    life: float
    texts: dict[str, str] = field(default_factory=dict[str, str])
    zone: str = ""
    incident: str = ""
    override: str = ""
    drill: bool = False


def parse_life(text: str) -> float:
    """Seconds in ``90m``, ``2h`` or ``1d``.

    Raises:
        Refused: not such a time, or shorter than a minute, or longer than a week.
    """
    match = re.fullmatch(r"(\d{1,4})([mhd])", text.strip())
    seconds = int(match[1]) * UNITS[match[2]] if match else 0.0
    if not SHORTEST <= seconds <= LONGEST:
        raise Refused(Reason.BAD_LIFE)
    return seconds


async def drafted(
    store: Store, library: Library, settings: Settings, request: DraftRequest, now: float
) -> tuple[Broadcast, Commit]:
    """A draft, and the writes that keep it.

    Raises:
        Refused: who, kind, zone, report or words cannot be used; nothing was kept.
    """
    alerts = await once.alerts_of(store, request.incident) if _of_a_report(request) else None
    zone, texts = await worded(store, library, settings, request, now)
    one = Broadcast(
        id=str(await store.incr(keys.broadcasts_last)), state=BroadcastState.DRAFT, kind=request.kind,
        by=request.by, texts={}, zone=zone, expires=now + request.life, incident=request.incident,
        why=request.override.strip(), drafted_at=now, drill=request.drill,
    )  # fmt: skip
    made, commit = await _made(store, library, one, texts, now)
    if alerts:
        commit.merge(alerts.with_one_more(made.id))
    return made, commit


draft = at_once(drafted)


def _of_a_report(request: DraftRequest) -> bool:
    return request.kind == "alert" and bool(request.incident) and not request.drill


async def worded(
    store: Store, library: Library, settings: Settings, request: DraftRequest, now: float
) -> tuple[str, dict[str, str]]:
    """The zone and the words, without the frame, that a draft would have. Nothing is kept.

    Raises:
        Refused: as in `drafted`.
    """
    await organizer(store, request.by)
    if request.kind not in KINDS:
        raise Refused(Reason.KIND_UNKNOWN, kinds=KINDS)
    report = None
    if request.kind == "alert":
        report = await stood_for(store, request.incident, request.override, drill=request.drill)
    if _of_a_report(request) and not reasoned(request.override):
        there = await once.standing(store, request.incident, now)
        if there:
            raise once.refusal(request.incident, there)
    texts = request.texts or _template(library, report)
    zone = zoned(library, request.zone, report)
    words.judge(texts, library, settings.content_dir, settings.own_numbers)
    return zone, texts


async def noticed(store: Store, library: Library, by: str, now: float) -> tuple[Broadcast, Commit]:
    """A draft of the ready "ignore that message" text to everybody who asked for anything, and its writes.

    Raises:
        Refused: `by` is no organizer.
    """
    await organizer(store, by)
    one = Broadcast(
        id=str(await store.incr(keys.broadcasts_last)), state=BroadcastState.DRAFT, kind="notice", by=by,
        texts={}, zone=subscribers.ALL, expires=now + NOTICE_LIFE, drafted_at=now, notice=True,
    )  # fmt: skip
    return await _made(store, library, one, words.ignoring(library), now)


notice = at_once(noticed)


async def _made(
    store: Store, library: Library, one: Broadcast, texts: dict[str, str], now: float
) -> tuple[Broadcast, Commit]:
    code = await verification.new_code(store)
    made = replace(one, code=code, texts=words.framed(library, texts, code))
    return made, written(made, by=one.by, what="draft", now=now, why=one.why)


def reasoned(override: str) -> bool:
    """Whether a reason is long enough for a second organizer to judge."""
    return len(override.strip()) >= SHORTEST_REASON


async def stood_for(
    store: Store, incident: str, override: str, *, drill: bool, drafted_at: float = 0.0
) -> Incident | None:
    """The confirmed report of an alert; None where the reason of an override takes its place.

    Raises:
        Refused: neither a confirmed report nor a reason.
    """
    try:
        return await confirmed(store, incident, drill=drill, drafted_at=drafted_at)
    except Refused:
        if reasoned(override):
            return None
        raise


async def confirmed(store: Store, incident: str, *, drill: bool, drafted_at: float = 0.0) -> Incident:
    """The confirmed report of an alert.

    A drill may be written from a made-up report; nothing else may. `drafted_at`: when the draft was written.

    Raises:
        Refused: there is none.
    """
    found = await records.load(store, incident) if incident else None
    if found and found.backs(drafted_at) and (drill or not found.drill):
        return found
    if incident and found is None:
        raise Refused(Reason.NO_REPORT, report=incident)
    raise Refused(Reason.UNCONFIRMED, report=incident, least=SHORTEST_REASON)


def _template(library: Library, report: Incident | None) -> dict[str, str]:
    if report is None:
        raise Refused(Reason.NO_WORDS)
    clock = library.city.clock(report.confirmed_at or report.opened_at)
    return words.from_report(library, report, clock)


def zoned(library: Library, zone: str, report: Incident | None) -> str:
    """The zone asked for; else where the report is; else the whole city.

    Raises:
        Refused: it is no zone.
    """
    if not zone:
        return (report.zone if report else "") or subscribers.ALL
    zones = subscribers.zones_in(zone, library.city)
    if len(zones) != 1:
        raise Refused(Reason.ZONE_UNKNOWN)
    return zones[0]
