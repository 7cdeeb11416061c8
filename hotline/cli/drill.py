"""`hotline drill`: a made-up raid through the true path, and how long each stage took."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.table import Table

from hotline.cli.terminal import err, out, with_runtime

if TYPE_CHECKING:
    from hotline.incidents.drill import Result
    from hotline.runtime import Runtime

app = typer.Typer()
LOOK: Final = 0.5  # seconds between two looks at the incident
STAGES: Final = {
    "text_to_page": "text to page", "page_to_claim": "page to claim", "claim_to_verdict": "claim to verdict",
}  # fmt: skip


@app.command()
def drill(
    words: Annotated[str, typer.Argument(help="what the made-up resident texts; empty for ours")] = "",
    wait: Annotated[float, typer.Option(min=0, max=1800, help="seconds to wait for a verdict")] = 600.0,
    past: Annotated[bool, typer.Option("--past", help="show earlier drills instead")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
) -> None:
    """Run a drill: every text of it says so. Responders claim it and report a verdict as they always do."""
    found = with_runtime(_past if past else lambda runtime: _run(runtime, words, wait))
    if as_json:
        print(json.dumps([asdict(one) for one in found]))
    else:
        _print(found)
    if not past and not found[-1].whole:
        err.print("The drill did not reach every stage: the missing ones show a dash.")
        raise typer.Exit(1)


async def _past(runtime: Runtime) -> list[Result]:
    from hotline.incidents import drill as drills

    return await drills.past(runtime.store)


async def _run(runtime: Runtime, words: str, wait: float) -> list[Result]:
    from hotline.incidents import drill as drills

    store, vault = runtime.store, runtime.vault
    said = words or runtime.library.say("drill_words", "en")
    id_ = await drills.begin(runtime.settings, store, vault, said)
    err.print(f"Drill {id_} is open. Responders: 1 or TAKE {id_}, then a verdict.")
    deadline = time.monotonic() + wait
    found = await drills.result(store, id_)
    while not found.whole and time.monotonic() < deadline:
        await asyncio.sleep(LOOK)
        found = await drills.result(store, id_)
    await drills.kept(store, found)
    await drills.close(runtime.incidents, id_, runtime.clock())
    return [found]


def _print(found: list[Result]) -> None:
    table = Table("drill", "at", *STAGES.values(), "paged", "claimed by")
    for one in found:
        times = [getattr(one, name) for name in STAGES]
        shown = ["-" if seconds is None else f"{seconds:.2f} s" for seconds in times]
        table.add_row(one.incident, one.at, *shown, str(one.paged), one.claimed_by or "-")
    out.print(table)
