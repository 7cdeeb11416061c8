"""A draft: written by one organizer from a confirmed report, or from words of their own. Nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from hotline import subscribers
from hotline.broadcasts import once, verifying, words
from hotline.broadcasts.at_once import at_once
from hotline.broadcasts.broadcast import KINDS, Broadcast, organizer, written
from hotline.errors import InputError
from hotline.incidents import record

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.incidents.incident import Incident
    from hotline.settings import Settings
    from hotline.store import Commit, Store

SHORTEST_REASON: Final = 10  # characters
NOTICE_LIFE: Final = 12 * 3600.0  # seconds


@dataclass(frozen=True)
class Wish:
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


async def drafted(
    store: Store, library: Library, settings: Settings, wish: Wish, now: float
) -> tuple[Broadcast, Commit]:
    """A draft, and the writes that keep it.

    Raises:
        InputError: who, kind, zone, report or words cannot be used; nothing was kept.
    """
    turn = await once.turn(store, wish.incident) if _of_a_report(wish) else None
    zone, texts = await worded(store, library, settings, wish, now)
    one = Broadcast(
        id=str(await store.redis.incr("broadcasts:last")), state="draft", kind=wish.kind, by=wish.by,
        texts={}, zone=zone, expires=now + wish.life, incident=wish.incident,
        why=wish.override.strip(), drafted_at=now, drill=wish.drill,
    )  # fmt: skip
    made, commit = await _made(store, library, one, texts, now)
    if turn:
        commit.merge(turn.taken(made.id))
    return made, commit


draft = at_once(drafted)


def _of_a_report(wish: Wish) -> bool:
    return wish.kind == "alert" and bool(wish.incident) and not wish.drill


async def worded(
    store: Store, library: Library, settings: Settings, wish: Wish, now: float
) -> tuple[str, dict[str, str]]:
    """The zone and the words, without the frame, that a draft would have. Nothing is kept.

    Raises:
        InputError: as in `drafted`.
    """
    await organizer(store, wish.by)
    if wish.kind not in KINDS:
        raise InputError(f"The kind is one of {', '.join(KINDS)}.")
    report = None
    if wish.kind == "alert":
        report = await confirmed(store, wish.incident, wish.override, drill=wish.drill)
    if _of_a_report(wish) and not reasoned(wish.override):
        there = await once.standing(store, wish.incident, now)
        if there:
            raise once.refusal(wish.incident, there)
    texts = wish.texts or _template(library, report)
    zone = _zone(library, wish, report)
    words.judge(texts, library, settings.content_dir, settings.own_numbers)
    return zone, texts


async def noticed(store: Store, library: Library, by: str, now: float) -> tuple[Broadcast, Commit]:
    """A draft of the ready "ignore that message" text to everybody who asked for anything, and its writes.

    Raises:
        InputError: `by` is no organizer.
    """
    await organizer(store, by)
    one = Broadcast(
        id=str(await store.redis.incr("broadcasts:last")), state="draft", kind="notice", by=by, texts={},
        zone=subscribers.ALL, expires=now + NOTICE_LIFE, drafted_at=now, notice=True,
    )  # fmt: skip
    return await _made(store, library, one, words.ignoring(library), now)


notice = at_once(noticed)


async def _made(
    store: Store, library: Library, one: Broadcast, texts: dict[str, str], now: float
) -> tuple[Broadcast, Commit]:
    code = await verifying.new_code(store)
    made = replace(one, code=code, texts=words.framed(library, texts, code))
    return made, written(made, by=one.by, what="draft", now=now, why=one.why)


def reasoned(override: str) -> bool:
    """Whether a reason is one that a second organizer can stand for."""
    return len(override.strip()) >= SHORTEST_REASON


async def confirmed(
    store: Store, incident: str, override: str = "", *, drill: bool = False, drafted_at: float = 0.0
) -> Incident | None:
    """The confirmed report of an alert; None where an override takes its place.

    A drill may be written from a made-up report; nothing else may. `drafted_at`: when the draft was written.

    Raises:
        InputError: neither a confirmed report nor a reason.
    """
    found = await record.load(store, incident) if incident else None
    if found and found.backs(drafted_at) and (drill or not found.drill):
        return found
    if reasoned(override):
        return None
    if incident and found is None:
        raise InputError(
            f"An alert is written from a confirmed incident, and there is no {incident}: "
            "see hotline reports list."
        )
    raise InputError(
        "An alert is written from a confirmed incident: name it with --incident. Without one, two "
        f"organizers must stand for it: --override with the reason, {SHORTEST_REASON} characters or more."
    )


def _template(library: Library, report: Incident | None) -> dict[str, str]:
    if report is None:
        raise InputError("A broadcast needs at least one --text.")
    clock = library.city.clock(report.confirmed_at or report.opened_at)
    return words.from_report(library, report, clock)


def _zone(library: Library, wish: Wish, report: Incident | None) -> str:
    """The zone asked for; else where the report is; else the whole city."""
    if not wish.zone:
        return (report.zone if report else "") or subscribers.ALL
    zones = subscribers.zones_in(wish.zone, library.city)
    if len(zones) != 1:
        raise InputError(
            f"There is no zone like that in {library.city.name}: see hotline content show zones."
        )
    return zones[0]
