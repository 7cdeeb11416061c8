"""`hotline text`, `classify`, `explain`: try the line from a terminal."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path  # noqa: TC003 - typer reads the annotation
from typing import TYPE_CHECKING, Annotated, Any

import aiohttp
import typer

from hotline.cli.terminal import out
from hotline.cli.understanding.assistant import Assistant, progress, read_rows
from hotline.errors import InputError

if TYPE_CHECKING:
    from hotline.conversation.understanding import Understanding
    from hotline.settings import Settings

app = typer.Typer()


@app.command()
def text(
    body: str,
    sender: Annotated[
        str, typer.Option("--from", metavar="E164", help="the phone that texts")
    ] = "+18605550111",
    to: Annotated[str, typer.Option(metavar="E164", help="the number it texts; empty for the hotline")] = "",
    wait: Annotated[float, typer.Option(help="seconds to wait for answers", min=0, max=60)] = 5.0,
) -> None:
    """Text the line from a phone of the simulator and print what comes back."""
    from hotline.privacy.vault import parse_number
    from hotline.settings import load_settings

    asyncio.run(_text(load_settings(), body, parse_number(sender), to, wait))


async def _text(settings: Settings, body: str, phone: str, to: str, wait: float) -> None:
    base = f"http://127.0.0.1:{settings.simulator_port}/phones/{phone}"
    payload = {"body": body, "to": to or settings.hotline_sender}
    try:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
            before = len(await _received(session, base))
            async with session.post(f"{base}/send", json=payload) as answer:
                status = (await answer.json()).get("webhook_status")
            if status != 200:
                raise InputError(f"The webhook answered {status}: is the stack running? See hotline doctor.")
            await _print_answers(session, base, before, wait)
    except aiohttp.ClientConnectorError:
        raise InputError("The simulator does not answer: start it with make demo.") from None


async def _received(session: aiohttp.ClientSession, base: str) -> list[dict[str, Any]]:
    async with session.get(f"{base}/messages") as answer:
        return [one for one in await answer.json() if one["direction"] == "received"]


async def _print_answers(session: aiohttp.ClientSession, base: str, seen: int, wait: float) -> None:
    """Print texts as they arrive, until a second has passed without a new one."""
    deadline, last = time.monotonic() + wait, 0.0
    first = seen
    while time.monotonic() < deadline and not (seen > first and time.monotonic() - last > 1):
        for one in (await _received(session, base))[seen:]:
            out.print(f"< {one['body']}", markup=False, highlight=False, soft_wrap=True)
            seen, last = seen + 1, time.monotonic()
        await asyncio.sleep(0.1)
    if seen == first:
        raise InputError(f"No answer within {wait:g} seconds: see hotline doctor.")


@app.command()
def classify(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help='lines with a "text"; - for stdin')],
) -> None:
    """Print each line with topic, confidence, choices, urgency and lang, as a live text is understood."""
    asyncio.run(_classify([row for _, row in read_rows(file)]))


async def _classify(rows: list[dict[str, Any]]) -> None:
    done: list[asyncio.Task[Understanding]] = []
    async with Assistant() as assistant:
        with progress() as bar:
            task = bar.add_task("texts", total=len(rows))
            done = [asyncio.create_task(assistant.understand(row["text"])) for row in rows]
            try:
                for row, understood in zip(rows, done, strict=True):
                    found = await understood
                    print(json.dumps(row | found.public(), ensure_ascii=False), flush=True)
                    bar.advance(task)
            finally:
                for one in done:
                    one.cancel()
                await asyncio.gather(*done, return_exceptions=True)


@app.command()
def explain(body: str) -> None:
    """Show how a text would be understood: what is masked, which rules fire, which topic, which answer."""
    asyncio.run(_explain(body))


async def _explain(body: str) -> None:
    async with Assistant() as assistant:
        found = await assistant.understand(body)
    rows = {
        "kept as": found.masked,
        "language": found.lang,
        "urgency": found.urgency + (f" ({', '.join(found.reasons)})" if found.reasons else ""),
        "crisis": ", ".join(found.crisis) or "-",
        "decided by": found.by,
        "topic": f"{found.topic or '-'} {found.confidence:.2f}",
        "offered": ", ".join(found.choices) or "-",
        "answer": found.answer or "-",
    }
    for name, value in rows.items():
        out.print(f"{name:>10}  {value}", markup=False, highlight=False, soft_wrap=True)
