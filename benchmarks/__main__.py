"""`python -m benchmarks [webhook|assistant|page|outbox|sends ...]`: one table each, measured here and now."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console

from benchmarks import assistant, outbox, page, sends, webhook
from benchmarks.harness.machine import machine, sentences
from hotline.errors import HotlineError, InputError
from hotline.settings import current_settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from benchmarks.harness.table import Table

    type Measure = Callable[[Path, int | None, Callable[[str], None]], Awaitable[Table]]

WIDE: Final = 120  # columns, where no terminal says how many there are
BENCHES: Final[dict[str, Measure]] = {
    "webhook": webhook.run,
    "assistant": assistant.run,
    "page": page.run,
    "outbox": outbox.run,
    "sends": sends.run,
}


def main(arguments: list[str] | None = None) -> int:
    """Measure; 0 when everything that has to be reached is reached, else 1."""
    chosen = _parser().parse_args(arguments)
    try:
        names = _names(chosen.names, chosen.rounds)
        if chosen.people is not None:
            if chosen.people < outbox.FEWEST:
                raise InputError(f"--people takes a number from {outbox.FEWEST} on.")
            BENCHES["outbox"] = partial(outbox.run, people=chosen.people)
        return 0 if asyncio.run(_all(names, chosen.rounds, as_json=chosen.json)) else 1
    except HotlineError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


async def _all(names: list[str], rounds: int | None, *, as_json: bool) -> bool:
    console, found = Console(width=None if sys.stdout.isatty() else WIDE), list[dict[str, Any]]()
    met = True
    for name in names:
        before = machine()
        table = await BENCHES[name](current_settings().data_dir, rounds, _say)
        after = machine()
        met &= table.met
        if as_json:
            found.append(table.as_json() | {"machine": before | {"load_1_min_after": after["load_1_min"]}})
        else:
            table.show(console, sentences(before, after))
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
    return met


def _names(given: list[str], rounds: int | None) -> list[str]:
    for name in given:
        if name not in BENCHES:
            raise InputError(f"There is no table {name}: name {', '.join(BENCHES)}, or none for all.")
    if rounds is not None and rounds < 1:
        raise InputError("--rounds takes a number from 1 on.")
    return given or list(BENCHES)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure, side by side, here and now."
    )
    parser.add_argument("names", nargs="*", help=f"{', '.join(BENCHES)}; all without a name")
    parser.add_argument("--rounds", type=int, help="rounds of each table; more of them, less noise")
    parser.add_argument("--people", type=int, help="subscribers of the outbox table, else 100000")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    return parser


if __name__ == "__main__":
    sys.exit(main())
