"""`hotline broadcast`: draft, approve by a second organizer, follow, pause, resume, cancel."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from hotline.cli import out, with_runtime

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.runtime import Runtime

app = typer.Typer(help="One text to many who asked for it.", no_args_is_help=True)

By = Annotated[str, typer.Option("--by", metavar="HANDLE", help="organizer who does this")]
Json = Annotated[bool, typer.Option("--json", help="print JSON")]


def _show(one: Broadcast, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(one.public(), ensure_ascii=False))
        return
    receipts = (
        ", ".join(f"{count} {state}" for state, count in sorted(one.receipts.items())) or "nothing sent"
    )
    out.print(
        f"Broadcast {one.id}: {one.state}, {one.kind}, zone {one.zone}, {one.total} people; {receipts}."
    )


@app.command()
def draft(
    by: By,
    kind: Annotated[str, typer.Option(help="alert (from a confirmed incident), event or news")],
    text: Annotated[list[str], typer.Option(help="en=… once per language")],
    expires: Annotated[str, typer.Option(help="90m, 2h, 1d: after this nothing is sent any more")],
    zone: Annotated[str, typer.Option(help="zone; empty for the whole city")] = "",
    incident: Annotated[str, typer.Option(metavar="ID", help="the confirmed incident of an alert")] = "",
    as_json: Json = False,
) -> None:
    """Write a broadcast; nothing is sent until a second organizer approves."""
    from hotline.broadcasts import broadcast as broadcasts

    life, texts = broadcasts.parse_life(expires), broadcasts.parse_texts(text)

    async def work(runtime: Runtime) -> Broadcast:
        return await broadcasts.draft(
            runtime.store, runtime.library,
            by=by, kind=kind, texts=texts, zone=zone, incident=incident, expires=runtime.clock() + life,
        )  # fmt: skip

    one = with_runtime(work)
    if as_json:
        _show(one, as_json=True)
    else:
        out.print(f"Draft {one.id} is kept. A second organizer sends it: hotline broadcast approve {one.id}")


@app.command()
def approve(id_: Annotated[str, typer.Argument(metavar="ID")], by: By, as_json: Json = False) -> None:
    """Send a draft that another organizer wrote."""
    from hotline.broadcasts import broadcast as broadcasts

    one = with_runtime(lambda runtime: broadcasts.approve(runtime.store, id_, by, runtime.clock()))
    _show(one, as_json=as_json)


@app.command()
def status(id_: Annotated[str, typer.Argument(metavar="ID")], as_json: Json = False) -> None:
    """How far a broadcast is, by receipt."""
    from hotline.broadcasts import broadcast as broadcasts

    _show(with_runtime(lambda runtime: broadcasts.load(runtime.store, id_)), as_json=as_json)


def _move(id_: str, how: str) -> None:
    from hotline.broadcasts import broadcast as broadcasts

    _show(with_runtime(lambda runtime: broadcasts.move(runtime.store, id_, how)), as_json=False)


@app.command()
def pause(id_: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Hold a broadcast; the hotline's replies and pages go on."""
    _move(id_, "pause")


@app.command()
def resume(id_: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """Let a held broadcast go on."""
    _move(id_, "resume")


@app.command()
def cancel(id_: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """End a broadcast; what the carrier has cannot be called back."""
    _move(id_, "cancel")
