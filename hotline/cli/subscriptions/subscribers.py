"""`hotline subscribers`: who asked for alerts, counted; adding one with stated consent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hotline.cli.subscriptions import codes, csv_import
from hotline.cli.terminal import out, with_runtime
from hotline.refusal import Reason, Refused

if TYPE_CHECKING:
    from hotline.runtime import Runtime

app = typer.Typer(help="People who asked for alerts.", no_args_is_help=True)
app.registered_commands += csv_import.app.registered_commands
app.command("code")(codes.code)
app.command("events")(codes.events)


@app.command()
def add(
    number: Annotated[str, typer.Argument(metavar="E164")],
    consent: Annotated[str, typer.Option(help="how and when they agreed, in words")],
    zones: Annotated[str, typer.Option(help="zones, or all")] = "all",
    lang: Annotated[str, typer.Option(help="language alerts are sent in")] = "en",
    kinds: Annotated[str, typer.Option(help="some of alert,event,news; empty for all")] = "",
    night: Annotated[str, typer.Option(help="how they agreed to urgent alerts at night, in words")] = "",
) -> None:
    """Sign somebody up whose consent you hold."""
    from hotline.staff.roster import check_languages
    from hotline.subscriptions import subscribers
    from hotline.subscriptions.csv_import import consented, kinds_in

    async def work(runtime: Runtime) -> None:
        found = subscribers.zones_in(zones, runtime.library.city)
        if not found:
            raise Refused(Reason.ZONE_UNKNOWN)
        check_languages([lang])
        await subscribers.add_by_number(
            runtime.store, runtime.vault, number, found, lang, now=runtime.clock(), kinds=kinds_in(kinds),
            consent=consented(consent.strip(), "consent"), night=night and consented(night.strip(), "night"),
        )  # fmt: skip

    with_runtime(work)
    out.print("Signed up.")


@app.command("count")
def count(zone: Annotated[str, typer.Option(help="zone, or all")] = "all") -> None:
    """How many people an alert for a zone would reach, by language."""
    from hotline.broadcasts import audience
    from hotline.subscriptions import subscribers

    async def work(runtime: Runtime) -> dict[str, int]:
        found = subscribers.zones_in(zone, runtime.library.city)
        if len(found) != 1:
            raise Refused(Reason.ZONE_UNKNOWN)
        return await audience.by_language(runtime.store, "alert", found[0])

    counted = with_runtime(work)
    by_language = ", ".join(f"{lang} {number}" for lang, number in counted.items())
    out.print(f"{sum(counted.values())} people" + (f" ({by_language})" if counted else "") + ".")
