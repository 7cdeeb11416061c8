"""`hotline subscribers import`, `export` and `exports`: sign-ups from a file, consent records into one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from hotline.cli.terminal import out, with_runtime
from hotline.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotline.runtime import Runtime
    from hotline.subscriptions.consent_export import ExportEntry
    from hotline.subscriptions.csv_import import BadLine, ImportPlan, Sheet

app = typer.Typer()

File = Annotated[Path, typer.Argument(metavar="FILE.csv")]


@app.command("import")
def import_(
    file: File,
    *,
    commit: Annotated[bool, typer.Option("--commit", help="import it; without it nothing changes")] = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="import the good lines all the same")] = False,
) -> None:
    """Sign people up from a file: columns number, zones, language, consent, date; also kinds, night.

    Without --commit this only says what would happen. Whoever said STOP is never added again.
    """
    from hotline.subscriptions import csv_import

    async def work(runtime: Runtime) -> tuple[Sheet, ImportPlan, int]:
        sheet = csv_import.read(file, runtime.library.city, runtime.clock())
        plan = await csv_import.plan(runtime.store, runtime.vault, sheet.good)
        allowed = commit and (skip_bad or not sheet.bad)
        return sheet, plan, await csv_import.add(runtime.store, plan) if allowed else 0

    sheet, plan, added = with_runtime(work)
    _bad(sheet.bad)
    told = f"stopped: {plan.stopped}, left out; signed up already: {plan.known}, left as they are"
    if sheet.bad and not skip_bad:
        out.print(f"Without the bad lines {len(plan.new)} would be added; {told}.", soft_wrap=True)
        raise InputError(f"Nothing was imported: {_lines(len(sheet.bad))} bad. Correct, or add --skip-bad.")
    if commit:
        out.print(f"Added: {added}; {told}.", soft_wrap=True)
    else:
        said = f"Would be added: {len(plan.new)}; {told}. Nothing was imported: add --commit."
        out.print(said, soft_wrap=True)


def _bad(lines: Iterable[BadLine]) -> None:
    from hotline.cli.refusing import told

    for line in lines:
        named = f" (number ending in {line.ending})" if line.ending else ""
        why = " ".join(told(refused) for refused in line.why)
        out.print(f"Line {line.line}{named}: {why}", markup=False, highlight=False, soft_wrap=True)


def _lines(number: int) -> str:
    return "1 line is" if number == 1 else f"{number} lines are"


@app.command()
def export(
    file: File,
    *,
    with_numbers: Annotated[bool, typer.Option("--with-numbers", help="phone numbers in clear")] = False,
    reason: Annotated[str, typer.Option(help="why numbers are needed; it is logged")] = "",
) -> None:
    """Write every consent record into a new file, people by pseudonym."""
    from hotline.subscriptions import consent_export

    if reason and not with_numbers:
        raise InputError("A --reason is for --with-numbers: without numbers none is needed.")
    why = consent_export.reason_given(reason) if with_numbers else ""
    if file.exists():
        raise consent_export.already_there(file)

    async def work(runtime: Runtime) -> int:
        records = await consent_export.load_all(runtime.store)
        if with_numbers:  # first the log, then the numbers
            by, now = consent_export.who(), runtime.clock()
            await consent_export.log(runtime.store, by=by, why=why, people=len(records), now=now)
        consent_export.write(file, records, runtime.vault if with_numbers else None)
        return len(records)

    out.print(f"Consent records written: {with_runtime(work)}.")


@app.command()
def exports() -> None:
    """Who took phone numbers out in clear, when, and why."""
    from hotline.subscriptions import consent_export

    async def work(runtime: Runtime) -> list[ExportEntry]:
        return await consent_export.logged(runtime.store)

    table = Table("when", "who", "people", "why")
    for one in with_runtime(work):
        table.add_row(one.at, Text(one.who), str(one.people), Text(one.why))
    out.print(table)
