"""A bar that follows a broadcast until it comes to rest."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from rich.progress import BarColumn, Progress, TextColumn

from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts.audience import minutes_left
from hotline.broadcasts.states import MOVING
from hotline.cli.terminal import err

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.runtime import Runtime

EVERY: Final = 0.5  # seconds


async def watch(runtime: Runtime, id_: str) -> None:
    """Show queued, sent, delivered, failed and the minutes left until nothing is being sent any more."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"))
    with Progress(*columns, console=err, transient=True) as bars:
        bar = bars.add_task(f"broadcast {id_}", total=None, said="")
        while True:
            one = await broadcasts.load(runtime.store, id_)
            bars.update(bar, total=one.total, completed=one.total - one.waiting, said=said(one, runtime))
            if one.state not in MOVING:
                return
            await asyncio.sleep(EVERY)


def said(one: Broadcast, runtime: Runtime) -> str:
    """The state of a broadcast in one line."""
    counts = ", ".join(f"{count} {receipt}" for receipt, count in sorted(one.receipts.items()))
    left = minutes_left(one, runtime.settings)
    return f"{one.state}: {counts or 'nothing yet'}" + (f", about {left:.0f} min left" if left else "")
