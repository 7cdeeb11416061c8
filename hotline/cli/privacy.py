"""`hotline forget` and `hotline holdings`: delete one person, and show what we would have to hand over."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.table import Table

from hotline.cli.terminal import out, with_runtime

if TYPE_CHECKING:
    from hotline.runtime import Runtime
    from hotline.store import Store

TRIES: Final = 20
app = typer.Typer()


@app.command()
def forget(number: Annotated[str, typer.Argument(metavar="E164")]) -> None:
    """Delete what is kept about one phone. A stop is kept: it protects the person."""
    from hotline.messaging.address import BY_NUMBER, Address
    from hotline.privacy.vault import parse_number

    async def work(runtime: Runtime) -> None:
        found = parse_number(number)
        for channel in BY_NUMBER:  # on each, the same phone is another pseudonym
            person = runtime.vault.pseudonym(str(Address(channel, found)))
            await _settled(runtime.store, person)

    with_runtime(work)
    out.print("Forgotten.")


async def _settled(store: Store, person: str) -> None:
    """Forget a person, also when something of them comes at the same moment."""
    from hotline.errors import StoreUnavailable
    from hotline.privacy.retention import forget as forgotten
    from hotline.store import Conflict

    for _ in range(TRIES):
        with contextlib.suppress(Conflict):
            await store.commit(await forgotten(store, person))
            return
    raise StoreUnavailable("That phone is texting right now: try again in a minute.")


@app.command()
def holdings() -> None:
    """Every kind of data that is kept now: how many, whose, how long."""
    from hotline.store import DAY, KEYS, keys, registered

    async def work(runtime: Runtime) -> dict[str, int]:
        counted: dict[str, int] = {}
        async for key in runtime.store.scan(keys.everything):
            entry = registered(key)
            pattern = entry.pattern if entry else "not registered"
            counted[pattern] = counted.get(pattern, 0) + 1
        return counted

    counted = with_runtime(work)
    table = Table("keys", "count", "kept for", "what it is")
    for entry in KEYS:
        if entry.pattern in counted:
            kept = f"{entry.lifetime / DAY:g} days" if isinstance(entry.lifetime, int) else entry.lifetime
            table.add_row(entry.pattern, str(counted.pop(entry.pattern)), kept, entry.why)
    for pattern, number in counted.items():
        table.add_row(pattern, str(number), "?", "a fault: please report it")
    out.print(table)
