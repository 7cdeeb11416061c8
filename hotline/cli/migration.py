"""`hotline migrate`: give what an earlier version stored the names that this one reads."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from hotline.cli.terminal import out

if TYPE_CHECKING:
    from hotline.store.migration import Migrated

app = typer.Typer()


@app.command()
def migrate(
    *, dry_run: Annotated[bool, typer.Option("--dry-run", help="only count what would be renamed")] = False
) -> None:
    """Rename what an earlier version stored, once, with the line stopped. May be repeated."""
    done = asyncio.run(_migrated(dry_run=dry_run))
    out.print(f"{'To rename' if dry_run else 'Renamed'}: {done.renamed.total()} keys.")
    if done.kept:
        kinds = ", ".join(sorted(done.kept))
        out.print(f"Left as they are, for they are there under both names: {done.kept.total()} ({kinds}).")
        raise typer.Exit(1)


async def _migrated(*, dry_run: bool) -> Migrated:
    """Without the proof that every other command begins with: it refuses what this one mends."""
    from hotline.runtime import redis_url
    from hotline.settings import load_settings
    from hotline.store import Store
    from hotline.store.migration import migrate as rename

    settings = load_settings()
    store = Store(redis_url(settings), settings.city)
    try:
        return await rename(store, dry_run=dry_run)
    finally:
        await store.close()
