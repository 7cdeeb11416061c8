"""`hotline staff`: the roster, by handle. Numbers go in, none comes out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from hotline.cli import out, with_runtime

if TYPE_CHECKING:
    from hotline.incidents.roster import Staff
    from hotline.runtime import Runtime

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
    from hotline import subscribers
    from hotline.errors import InputError
    from hotline.incidents import roster

    async def work(runtime: Runtime) -> None:
        chosen: list[str] = []
        for name in _listed(zones):
            found = subscribers.zones_in(name, runtime.library.city)
            if not found:
                raise InputError(f"There is no zone {name} in {runtime.library.city.name}.")
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
    from hotline.incidents import roster

    async def work(runtime: Runtime) -> list[Staff]:
        found = await roster.load_roster(runtime.store)
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
def remove(handle: str) -> None:
    """Take somebody off the roster; their phone is cut off at once."""
    _cut_off(handle, "off the roster")


@app.command()
def revoke(handle: str) -> None:
    """Cut a lost phone off at once: no page, no command, no relay; incidents it held are paged again."""
    _cut_off(handle, "cut off")


def _cut_off(handle: str, what: str) -> None:
    from hotline.incidents import incident as incidents
    from hotline.incidents import roster

    async def work(runtime: Runtime) -> None:
        held = [one for one in await runtime.desk.open_ones() if one.held and one.claimed_by == handle]
        await roster.remove_staff(runtime.store, handle)
        for one in held:
            await runtime.desk.change(
                one.id,
                lambda found: (
                    incidents.release(found, runtime.clock(), by="line", event="released")
                    if found.held and found.claimed_by == handle
                    else None
                ),
            )

    with_runtime(work)
    out.print(f"{handle} is {what}.")
