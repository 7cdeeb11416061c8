"""`hotline broadcast export`: who got a text and what became of it, without numbers unless asked for."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - typer reads it
from typing import TYPE_CHECKING, Annotated

import typer

from hotline.cli.terminal import out, with_runtime

if TYPE_CHECKING:
    from hotline.runtime import Runtime


def export(
    id_: Annotated[str, typer.Argument(metavar="ID")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="a new CSV file")],
    *,
    with_numbers: Annotated[bool, typer.Option("--with-numbers", help="phone numbers in clear")] = False,
    reason: Annotated[str, typer.Option(help="why numbers are needed; it is logged")] = "",
) -> None:
    """Write the ledger of a broadcast into a new file: person by pseudonym, language, receipt."""
    from hotline.broadcasts import broadcast as broadcasts
    from hotline.broadcasts import export as ledger
    from hotline.errors import InputError
    from hotline.subscriptions import consent_export

    if reason and not with_numbers:
        raise InputError("A --reason is for --with-numbers: without numbers none is needed.")
    why = consent_export.reason_given(reason) if with_numbers else ""

    async def work(runtime: Runtime) -> int:
        await broadcasts.load(runtime.store, id_)
        vault = runtime.vault if with_numbers else None
        found = [row async for row in ledger.rows(runtime.store, id_, vault)]
        if with_numbers:  # first the log, then the numbers
            by, now = consent_export.who(), runtime.clock()
            await consent_export.log(
                runtime.store, by=by, why=f"broadcast {id_}: {why}", people=len(found), now=now
            )
        consent_export.write_table(file, [*ledger.COLUMNS, *(["number"] if vault else [])], found)
        return len(found)

    if file.exists():
        raise consent_export.already_there(file)
    out.print(f"Rows written: {with_runtime(work)}.")
