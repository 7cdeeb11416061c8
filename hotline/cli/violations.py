"""`hotline violations`: reports that the ordinance was broken, for advocates. No number comes out of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from hotline.cli.terminal import out, with_runtime

if TYPE_CHECKING:
    from hotline.casework.violations import Violation
    from hotline.runtime import Runtime

app = typer.Typer(help="Reports that the ordinance was broken.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(metavar="ID", help="its number, such as 3 or V3")]
SHOWN = ("id", "state", "at", "lang", "zone", "contact", "what")


@app.command("list")
def list_(
    *,
    everything: Annotated[bool, typer.Option("--all", help="closed ones too")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Open reports, oldest first, in the masked words of who made them."""
    rows = [one.public() for one in _all() if everything or one.state == "open"]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False))
        return
    table = Table(*SHOWN)
    for row in rows:
        table.add_row(*[Text(row[name] or "-") for name in SHOWN])
    out.print(table)


@app.command()
def show(id_: Id) -> None:
    """One report, whole."""
    from hotline.casework.violations import load

    async def work(runtime: Runtime) -> Violation:
        return await load(runtime.store, id_)

    for name, value in with_runtime(work).public().items():
        out.print(f"{name:>8}  {value or '-'}", markup=False, highlight=False, soft_wrap=True)


@app.command()
def close(id_: Id) -> None:
    """Take a report off the open list, and let its reporter go."""
    from hotline.casework import violations

    async def work(runtime: Runtime) -> None:
        await violations.close(runtime.store, id_)

    with_runtime(work)
    out.print("Closed.")


@app.command()
def reply(id_: Id, text: Annotated[str, typer.Option("--text", help="words to send")]) -> None:
    """Text back to a reporter who said that an advocate may; the number is not shown."""
    from hotline.casework import violations

    async def work(runtime: Runtime) -> None:
        await violations.reply(
            runtime.store, runtime.vault, runtime.library, id_=id_, text=text, now=runtime.clock()
        )

    with_runtime(work)
    out.print("Queued.")


@app.command()
def export(
    *, as_csv: Annotated[bool, typer.Option("--csv", help="print a table instead of JSON lines")] = False
) -> None:
    """Every report, closed ones too, for a spreadsheet or a complaint: masked words, no number."""
    from hotline.casework import violations

    found = _all()
    if as_csv:
        print(violations.as_csv(found), end="")
        return
    for one in found:
        print(json.dumps(one.public(), ensure_ascii=False))


def _all() -> list[Violation]:
    from hotline.casework.violations import load_all

    async def work(runtime: Runtime) -> list[Violation]:
        return await load_all(runtime.store)

    return with_runtime(work)
