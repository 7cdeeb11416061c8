"""`hotline staff`: the roster, by handle. Numbers go in, none comes out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from hotline.cli.terminal import out, with_runtime

if TYPE_CHECKING:
    from hotline.runtime import Runtime
    from hotline.staff.roster import Staff

app = typer.Typer(help="Responders, organizers and operators.", no_args_is_help=True)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


@app.command()
def add(
    handle: str,
    number: Annotated[str, typer.Argument(metavar="E164")],
    role: Annotated[str, typer.Option(help="responder, organizer or operator")],
    languages: Annotated[str, typer.Option(help="languages they answer in, first one first")] = "en",
    zones: Annotated[str, typer.Option(help="zones they cover; empty for the whole city")] = "",
    on_call: Annotated[bool, typer.Option("--on-call", help="put them on call at once")] = False,
) -> None:
    """Add a volunteer, or change the record of a handle."""
    from hotline.refusal import Reason, Refused
    from hotline.staff import roster
    from hotline.subscriptions import subscribers

    async def work(runtime: Runtime) -> None:
        chosen: list[str] = []
        for name in _listed(zones):
            found = subscribers.zones_in(name, runtime.library.city)
            if not found:
                raise Refused(Reason.ZONE_UNKNOWN)
            chosen += found
        await roster.add_staff(
            runtime.store, runtime.vault,
            handle=handle, number=number, role=role, languages=_listed(languages), zones=tuple(chosen),
        )  # fmt: skip
        if on_call:
            await runtime.store.commit(roster.set_on_call(handle, on=True))

    with_runtime(work)
    out.print(f"{handle} is on the roster as {role}.")


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False) -> None:
    """Everybody on the roster, by handle."""

    async def work(runtime: Runtime) -> list[Staff]:
        found = await runtime.incidents.roster()
        return sorted(found.by_handle.values(), key=lambda member: member.handle)

    staff = with_runtime(work)
    if as_json:
        fields = ("handle", "role", "languages", "zones", "oncall")
        print(json.dumps([{name: getattr(one, name) for name in fields} for one in staff]))
        return
    table = Table("handle", "role", "languages", "zones", "on call")
    for one in staff:
        zones = ", ".join(one.zones) or "all"
        table.add_row(one.handle, one.role, ", ".join(one.languages), zones, "yes" if one.oncall else "no")
    out.print(table)


@app.command()
def shift(
    handle: str,
    day: Annotated[str, typer.Argument(help="mon … sun")],
    hours: Annotated[str, typer.Argument(help="such as 18:00-23:00; past midnight is fine")],
) -> None:
    """Put a volunteer on call every week at a time, in the city's own clock."""
    from hotline.staff import shifts

    async def work(runtime: Runtime) -> str:
        await _known(runtime, handle)
        weekday, span = shifts.parse_weekday(day), shifts.parse_hours(hours)
        added = await shifts.add_shift(runtime.store, handle, weekday, span, runtime.library.city.timezone)
        return f"Shift {added.id}: {handle}, {added.words()}."

    out.print(with_runtime(work))


@app.command()
def unshift(shift_id: str) -> None:
    """End a weekly shift."""
    from hotline.staff import shifts

    async def work(runtime: Runtime) -> None:
        await shifts.find_shift(runtime.store, shift_id)
        await runtime.store.commit(shifts.dropped([shift_id]))

    with_runtime(work)
    out.print(f"Shift {shift_id} is no more.")


@app.command()
def dayoff(handle: str, day: Annotated[str, typer.Argument(metavar="YYYY-MM-DD")]) -> None:
    """Take a volunteer off all their shifts of one day."""
    from hotline.staff import shifts

    async def work(runtime: Runtime) -> None:
        await _known(runtime, handle)
        await runtime.store.commit(shifts.day_off(handle, shifts.parse_day(day)))

    with_runtime(work)
    out.print(f"{handle} is off on {day}. See who is missing then: hotline staff forecast.")


@app.command()
def swap(
    shift_id: str,
    day: Annotated[str, typer.Argument(metavar="YYYY-MM-DD")],
    handle: Annotated[str, typer.Argument(help="who takes it")],
) -> None:
    """Give one day of a shift to somebody else."""
    from hotline.staff import shifts

    async def work(runtime: Runtime) -> None:
        await _known(runtime, handle)
        found = await shifts.find_shift(runtime.store, shift_id)
        await runtime.store.commit(shifts.swapped(found, shifts.parse_day(day), handle))

    with_runtime(work)
    out.print(f"{handle} has shift {shift_id} on {day}.")


@app.command("shifts")
def shifts_(as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False) -> None:
    """Every weekly shift."""
    from hotline.staff import shifts

    async def work(runtime: Runtime) -> list[dict[str, str]]:
        plan = await shifts.load_plan(runtime.store)
        return [{"id": one.id, "handle": one.handle, "when": one.words()} for one in plan.shifts]

    rows = with_runtime(work)
    if as_json:
        print(json.dumps(rows))
        return
    table = Table("shift", "handle", "when")
    for row in rows:
        table.add_row(*row.values())
    out.print(table)


@app.command()
def forecast(
    days: Annotated[int, typer.Option(min=1, max=60, help="how far ahead")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """The hours of the coming days in which no shift covers a language of the city."""
    from hotline.staff import shifts
    from hotline.staff.reminders import local_day

    async def work(runtime: Runtime) -> list[dict[str, str]]:
        everybody, library = await runtime.incidents.roster(), runtime.library
        spoken = {one.handle: one.languages for one in everybody.with_role("responder")}
        found = shifts.gaps(everybody.plan, spoken, library.city.languages, runtime.clock(), days)
        return [
            {
                "language": gap.lang,
                "from": f"{local_day(gap.begins, library)} {library.city.clock(gap.begins)}",
                "to": f"{local_day(gap.ends, library)} {library.city.clock(gap.ends)}",
            }
            for gap in found
        ]

    rows = with_runtime(work)
    if as_json:
        print(json.dumps(rows))
        return
    table = Table("nobody who speaks", "from", "to")
    for row in rows:
        table.add_row(*row.values())
    out.print(table)
    out.print("Counted by shifts; who is on call by hand (ON) comes on top.")


@app.command()
def test() -> None:
    """Text every responder a test page now; half an hour later organizers hear who did not answer."""
    import time

    from hotline.errors import InputError
    from hotline.staff import rollcall
    from hotline.store import Conflict

    async def work(runtime: Runtime) -> int:
        name = time.strftime("%Y%m%d-%H%M", time.gmtime(runtime.clock()))
        try:
            return await rollcall.begin(
                runtime.store,
                runtime.vault,
                runtime.library,
                await runtime.incidents.roster(),
                name,
                runtime.clock(),
            )
        except Conflict:
            raise InputError("A test page left within this minute: wait a little.") from None

    out.print(f"A test page goes to {with_runtime(work)} responders.")


async def _known(runtime: Runtime, handle: str) -> None:
    (await runtime.incidents.roster()).member(handle)


@app.command()
def remove(handle: str) -> None:
    """Take somebody off the roster; their phone is cut off at once."""
    _cut_off(handle, "off the roster")


@app.command()
def revoke(handle: str) -> None:
    """Cut a lost phone off at once: no page, no command, no relay; incidents it held are paged again."""
    _cut_off(handle, "cut off")


def _cut_off(handle: str, what: str) -> None:
    from hotline.incidents import incident as incidents
    from hotline.staff import roster

    async def work(runtime: Runtime) -> None:
        held = [one for one in await runtime.incidents.open_ones() if one.held and one.claimed_by == handle]
        await roster.remove_staff(runtime.store, handle)
        for one in held:
            await runtime.incidents.change(
                one.id,
                lambda found: (
                    incidents.release(found, runtime.clock(), by="line", event="released")
                    if found.held and found.claimed_by == handle
                    else None
                ),
            )

    with_runtime(work)
    out.print(f"{handle} is {what}.")
