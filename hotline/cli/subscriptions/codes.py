"""`hotline subscribers code`: a word, given out at a meeting, that signs up whoever texts it; who comes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from hotline.cli.terminal import out, with_runtime
from hotline.errors import InputError
from hotline.refusal import Reason, Refused

if TYPE_CHECKING:
    from hotline.runtime import Runtime

type Row = tuple[str, str, str, int]


def code(
    word: Annotated[str, typer.Argument(metavar="WORD", help="4 to 12 letters and digits")],
    by: Annotated[str, typer.Option("--by", metavar="HANDLE", help="organizer who gives it out")],
    until: Annotated[str, typer.Option("--until", help="90m, 2h or 7d, at most 7d")] = "1d",
    zones: Annotated[str, typer.Option(help="zones, comma separated; empty for the whole city")] = "",
    kinds: Annotated[str, typer.Option(help="some of alert,event,news; empty for all")] = "",
) -> None:
    """Make a word sign people up; they get the same confirmation as everybody, and may leave as always."""
    from hotline.broadcasts import broadcast as broadcasts
    from hotline.broadcasts import drafting
    from hotline.subscriptions import subscribers
    from hotline.subscriptions.csv_import import kinds_in

    life, wanted = drafting.parse_life(until), kinds_in(kinds)

    async def work(runtime: Runtime) -> None:
        await broadcasts.organizer(runtime.store, by)
        city = runtime.library.city
        _usable(word, runtime)
        found = subscribers.zones_in(zones, city) if zones else (subscribers.ALL,)
        if not found:
            raise Refused(Reason.ZONE_UNKNOWN)
        made = subscribers.Code(word.upper(), found, wanted, runtime.clock() + life)
        await runtime.store.commit(subscribers.with_code(made))

    with_runtime(work)
    out.print(f"Whoever texts {word.upper()} is signed up, for {until}.")


def events() -> None:
    """How many said YES to each coming meeting, and to those that only a text announced."""

    async def work(runtime: Runtime) -> list[Row]:
        return await _counted(runtime)

    rows = with_runtime(work)
    table = Table("when", "meeting", "place", "said YES")
    for when, name, place, count in rows:
        table.add_row(when, Text(name), Text(place), str(count))
    out.print(table if rows else "No meeting is in the city pack, and none was announced this week.")


async def _counted(runtime: Runtime) -> list[Row]:
    from hotline.broadcasts import rsvp
    from hotline.broadcasts.broadcast import recent
    from hotline.content.clock import moment

    city, store, now = runtime.library.city, runtime.store, runtime.clock()
    rows: list[Row] = [
        (moment(one.starts, "en"), one.name, one.place, await rsvp.coming(store, one))
        for one in sorted(city.events, key=lambda each: each.starts)
        if rsvp.starts(one, city) + rsvp.AFTER > now
    ]
    for one in await recent(store):
        fresh = one.kind == "event" and 0 < one.approved_at > now - rsvp.COUNTS and not one.drill
        if fresh and rsvp.announced(one, city, now) is None:
            rows.append(("", f"text {one.code}", "", await rsvp.count(store, one.id)))
    return rows


def _usable(word: str, runtime: Runtime) -> None:
    """A word that means something else already would take that meaning away."""
    from hotline.subscriptions import subscribers

    if not re.fullmatch(r"[A-Za-z0-9]{4,12}", word) or word.isdigit():
        raise InputError("A code has 4 to 12 letters and digits, not digits alone.")
    urgent = runtime.intake().read(word).verdict.urgency != "none"
    if urgent or _means_something(word) or subscribers.zones_in(word, runtime.library.city):
        raise InputError(f"{word.upper()} means something to the line already: choose another word.")


def _means_something(word: str) -> bool:
    from hotline.understanding import bulletins
    from hotline.understanding import commands as keywords
    from hotline.understanding.optout.rules import is_carrier_word, optout

    commands = (
        keywords.resident_command, keywords.staff_command, keywords.check_command, bulletins.read, optout,
        is_carrier_word, keywords.agrees, keywords.declines,
    )  # fmt: skip
    organizer = keywords.core(word) in {*keywords.ORGANIZER, *keywords.ENDINGS}
    return organizer or any(means(word) for means in commands)
