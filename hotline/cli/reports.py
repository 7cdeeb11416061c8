"""`hotline reports`: every incident, its log, and the live stream."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from hotline.cli.terminal import out, with_runtime
from hotline.store import keys

if TYPE_CHECKING:
    from hotline.runtime import Runtime

app = typer.Typer(help="Urgent reports.", no_args_is_help=True)
COLUMNS = ("id", "state", "place", "urgency", "claimed_by", "opened_at", "witnesses")


@app.command("list")
def list_(as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False) -> None:
    """Every incident, oldest first."""
    from hotline.incidents import records

    async def work(runtime: Runtime) -> list[dict[str, Any]]:
        return [one.public() for one in await records.load_many(runtime.store, keys.incidents_all)]

    rows = with_runtime(work)
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    table = Table(*COLUMNS)
    for row in rows:
        table.add_row(*[str(row[name] if row[name] is not None else "-") for name in COLUMNS])
    out.print(table)


@app.command()
def show(id_: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """One incident: what was reported, and who did what when."""
    from hotline.incidents import records
    from hotline.incidents.notices.phrasing import reported
    from hotline.refusal import Reason, Refused

    async def work(runtime: Runtime) -> tuple[dict[str, Any], tuple[str, ...], list[str]]:
        one = await records.load(runtime.store, id_)
        if one is None:
            raise Refused(Reason.NO_REPORT, report=id_)
        log = await runtime.store.lrange(keys.incident_log(id_))
        return one.public(), reported(runtime.library, one, "en"), [str(line) for line in log]

    public, words, log = with_runtime(work)
    for name, value in public.items():
        out.print(f"{name:>10}  {value if value is not None else '-'}", markup=False, highlight=False)
    for text in words:
        out.print(f"{'words':>10}  {text}", markup=False, highlight=False)
    for line in log:
        event = json.loads(line)
        extra = " ".join(f"{k}={v}" for k, v in event.get("details", {}).items() if k != "text" and v)
        out.print(f"{event['at']}  {event['type']}  by {event['by']}  {extra}", markup=False, highlight=False)


@app.command()
def tail(
    *,
    follow: Annotated[bool, typer.Option(help="wait for new events")] = True,
    count: Annotated[int, typer.Option(help="past events to begin with", min=0)] = 10,
) -> None:
    """The `reports` stream, one JSON event a line, as it happens."""

    async def work(runtime: Runtime) -> None:
        rows = await runtime.store.xrevrange(keys.reports, count) if count else []
        last = rows[0][0] if rows else "$"
        for _, fields in reversed(rows):
            print(fields["event"], flush=True)
        while follow:
            last = await _following(runtime, last)

    with_runtime(work)


async def _following(runtime: Runtime, last: str) -> str:
    for entry, fields in await runtime.store.xread(keys.reports, last, block=2000):
        print(fields["event"], flush=True)
        last = entry
    return last
