"""`hotline broadcast`: draft, preview, approve by a second organizer, follow, hold, end, close, freeze."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from hotline.broadcasts.states import BroadcastMove, BroadcastState
from hotline.cli.broadcasts import ledgers
from hotline.cli.broadcasts.printed import preview_lines, show, texts_by_language
from hotline.cli.terminal import err, out, with_runtime

if TYPE_CHECKING:
    from hotline.broadcasts.audience import Preview
    from hotline.broadcasts.broadcast import Broadcast
    from hotline.runtime import Runtime

app = typer.Typer(help="One text to many who asked for it.", no_args_is_help=True)
app.command("export")(ledgers.export)

Id = Annotated[str, typer.Argument(metavar="ID")]
By = Annotated[str, typer.Option("--by", metavar="HANDLE", help="organizer who does this")]
Who = Annotated[str, typer.Option("--by", metavar="HANDLE", help="organizer who does this, for the log")]
Json = Annotated[bool, typer.Option("--json", help="print JSON")]
Texts = Annotated[list[str] | None, typer.Option("--text", help="en=… once per language")]
WAITING = 3  # exit code: nothing went wrong, and somebody else has to act first


@app.command()
def draft(
    by: By,
    kind: Annotated[str, typer.Option(help="alert (from a confirmed incident), event or news")],
    expires: Annotated[str, typer.Option(help="90m, 2h, 1d: after this nothing is sent any more")],
    text: Texts = None,
    zone: Annotated[str, typer.Option(help="zone; empty for the report's own, or the whole city")] = "",
    incident: Annotated[str, typer.Option(metavar="ID", help="the confirmed incident of an alert")] = "",
    override: Annotated[
        str, typer.Option(help="why an alert without one should leave; two must stand for it")
    ] = "",
    drill: Annotated[bool, typer.Option("--drill", help="everything but the sending")] = False,
    as_json: Json = False,
) -> None:
    """Write a broadcast; nothing is sent until a second organizer approves.

    Without --text an alert takes the ready words, with the place and time of its report.
    """
    from hotline.broadcasts import drafting
    from hotline.cli.broadcasts import proof

    life, texts = drafting.parse_life(expires), texts_by_language(text)
    request = drafting.DraftRequest(by, kind, life, texts, zone, incident, override, drill)

    async def work(runtime: Runtime) -> Broadcast:
        store, now = runtime.store, runtime.clock()
        made = await drafting.draft(store, runtime.library, runtime.settings, request, now)
        await proof.offer(runtime, made)
        return made

    _drafted(with_runtime(work), as_json=as_json)


@app.command()
def notice(by: By, as_json: Json = False) -> None:
    """Write the ready "that text was not ours, ignore it"; it leaves even while alerts are frozen."""
    from hotline.broadcasts import drafting
    from hotline.cli.broadcasts import proof

    async def work(runtime: Runtime) -> Broadcast:
        made = await drafting.notice(runtime.store, runtime.library, by, runtime.clock())
        await proof.offer(runtime, made)
        return made

    _drafted(with_runtime(work), as_json=as_json)


def _drafted(one: Broadcast, *, as_json: bool) -> None:
    if as_json:
        show(one, as_json=True)
        return
    out.print(f"Draft {one.id} is kept. See who gets it: hotline broadcast preview {one.id}", soft_wrap=True)
    out.print(f"A second organizer sends it: hotline broadcast approve {one.id} --by HANDLE", soft_wrap=True)


@app.command()
def preview(id_: Id, as_json: Json = False) -> None:
    """Who would get it now, in which language, at what cost, and who would not and why."""
    from hotline.broadcasts import audience
    from hotline.broadcasts import broadcast as broadcasts

    async def work(runtime: Runtime) -> tuple[Broadcast, Preview, float | None]:
        one = await broadcasts.load(runtime.store, id_)
        found = await audience.preview(
            runtime.store, runtime.library.city, runtime.settings, one, runtime.clock()
        )
        return one, found, runtime.settings.segment_price

    one, found, price = with_runtime(work)
    if as_json:
        print(json.dumps(found.public(), ensure_ascii=False))
        return
    for line in preview_lines(one, found, price):
        out.print(line, markup=False)


@app.command()
def approve(
    id_: Id,
    by: By,
    override: Annotated[
        bool, typer.Option("--override", help="stand for an alert without a confirmed report")
    ] = False,
    code: Annotated[str, typer.Option("--code", metavar="DIGITS", help="what we texted to HANDLE")] = "",
    as_json: Json = False,
) -> None:
    """Send a draft that another organizer wrote, with a code on the phone of who approves.

    Without --code a code is texted there first; texted back from that phone it does the same. While that is
    waited for, the exit code is 3.
    """
    from hotline.broadcasts import broadcast as broadcasts
    from hotline.cli.broadcasts import proof

    sent = with_runtime(lambda runtime: proof.step(runtime, id_, by, code, override=override))
    if sent is None and sys.stdin.isatty():
        digits = str(typer.prompt(f"The six digits that we texted to {by}"))
        sent = with_runtime(lambda runtime: proof.step(runtime, id_, by, digits, override=override))
    if sent:
        show(sent, as_json=as_json)
        return
    if as_json:
        show(with_runtime(lambda runtime: broadcasts.load(runtime.store, id_)), as_json=True)
    said = (
        f"Nothing is sent yet. A code is on {by}'s phone: text it back from there, or type "
        f"hotline broadcast approve {id_} --by {by} --code DIGITS"
    )
    (err if as_json else out).print(said, soft_wrap=True, markup=False)
    raise typer.Exit(WAITING)


@app.command()
def status(
    id_: Id,
    as_json: Json = False,
    follow: Annotated[bool, typer.Option("--follow", help="show a bar until it is at its end")] = False,
) -> None:
    """How far a broadcast is, by receipt."""
    from hotline.broadcasts import broadcast as broadcasts
    from hotline.cli.broadcasts.progress import watch

    if follow:
        with_runtime(lambda runtime: watch(runtime, id_))
    show(with_runtime(lambda runtime: broadcasts.load(runtime.store, id_)), as_json=as_json)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """The broadcasts of the last 90 days, the newest first."""
    from hotline.broadcasts import broadcast as broadcasts

    found = with_runtime(lambda runtime: broadcasts.recent(runtime.store))
    if as_json:
        print(json.dumps([one.public() for one in found], ensure_ascii=False))
        return
    for one in found:
        show(one, as_json=False)


@app.command()
def log(id_: Id) -> None:
    """Who did what to a broadcast, and when."""
    from hotline.broadcasts import broadcast as broadcasts

    for event in with_runtime(lambda runtime: broadcasts.history(runtime.store, id_)):
        why = f": {event['why']}" if event.get("why") else ""
        out.print(f"{event['at']} {event['by']} {event['what']}{why}", markup=False)


def _move(id_: str, how: BroadcastMove, by: str) -> None:
    from hotline.broadcasts import broadcast as broadcasts

    async def work(runtime: Runtime) -> Broadcast:
        return await broadcasts.move(runtime.store, id_, how, now=runtime.clock(), by=by)

    show(with_runtime(work), as_json=False)


@app.command()
def pause(id_: Id, by: Who = "") -> None:
    """Hold a broadcast; the hotline's replies and pages go on."""
    _move(id_, BroadcastMove.PAUSE, by)


@app.command()
def resume(id_: Id, by: Who = "") -> None:
    """Let a held broadcast go on."""
    _move(id_, BroadcastMove.RESUME, by)


@app.command()
def cancel(id_: Id, by: Who = "") -> None:
    """End a broadcast; what the carrier has cannot be called back."""
    _move(id_, BroadcastMove.CANCEL, by)


@app.command()
def close(
    id_: Id,
    text: Texts = None,
    reason: Annotated[
        str, typer.Option(help="ready words: left, false, unable; cancelled of a meeting")
    ] = "",
    by: Who = "",
    as_json: Json = False,
) -> None:
    """End an alert and tell exactly the people who got it.

    Words of your own become a draft that an organizer has to approve; until then the exit code is 3.
    """
    from hotline.broadcasts import broadcast as broadcasts
    from hotline.broadcasts import closing
    from hotline.cli.broadcasts import proof

    texts = texts_by_language(text)

    async def work(runtime: Runtime) -> tuple[Broadcast, Broadcast]:
        told = await closing.close(
            runtime.store, runtime.library, runtime.settings, id_,
            now=runtime.clock(), by=by, texts=texts, reason=reason,
        )  # fmt: skip
        if told.state is BroadcastState.DRAFT:
            await proof.offer(runtime, told)
        return await broadcasts.load(runtime.store, id_), told

    one, told = with_runtime(work)
    if as_json:
        print(json.dumps(one.public() | {"closing": told.id if told.id != id_ else None}, ensure_ascii=False))
    else:
        show(one, as_json=False)
    if told.state is BroadcastState.DRAFT:
        how = f"hotline broadcast approve {told.id} --by HANDLE"
        (err if as_json else out).print(
            f"Nobody is told yet: another organizer sends these words with {how}", soft_wrap=True
        )
        raise typer.Exit(WAITING)
    if not as_json and told.id != one.id:
        out.print(f"Everybody who got it is told: hotline broadcast status {told.id}")


@app.command()
def freeze(by: Who = "") -> None:
    """Hold every alert at once; the hotline goes on, nothing is lost."""
    from hotline.broadcasts import freeze as freezing

    with_runtime(lambda runtime: runtime.store.commit(freezing.freeze(by or "operator", runtime.clock())))
    out.print("Alerts are frozen. The hotline goes on. To let them go: hotline broadcast unfreeze")


@app.command()
def unfreeze(by: Who = "") -> None:
    """Let alerts go on."""
    from hotline.broadcasts import freeze as freezing

    with_runtime(lambda runtime: runtime.store.commit(freezing.unfreeze(by or "operator", runtime.clock())))
    out.print("Alerts are not frozen any more.")
