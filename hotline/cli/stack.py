"""`hotline demo`, `up`, `train`, `doctor`: the whole line on one machine."""

from __future__ import annotations

import asyncio
import json
import os
import time
from typing import TYPE_CHECKING, Annotated

import typer

from hotline.errors import InputError

if TYPE_CHECKING:
    from hotline.settings import Settings
    from hotline.stack.screen import TerminalScreen

app = typer.Typer()

TRY = """
Three things to try on the phones page
  1. As a resident, ask: Can ICE come into my house?   or: ¿Puede preguntar la policía por mis papeles?
  2. As a resident, report: ICE is at 120 Park St   then answer 1 on a responder's phone
  3. As a resident, send STOP, or a photo without a word
From another terminal: .venv/bin/hotline --help
"""


@app.command()
def demo() -> None:
    """Run the whole line here with simulated phones, until Ctrl-C."""
    from hotline.settings import load_settings

    settings = load_settings()
    if settings.environment == "production":
        raise InputError("The demo runs on simulated phones: unset ENVIRONMENT, or use hotline up.")
    _run(settings, simulator=True)


@app.command()
def up() -> None:
    """Run the whole line here on the settings in .env, without the simulator, until Ctrl-C."""
    from hotline.settings import load_settings

    settings = load_settings()
    if "environment" not in settings.model_fields_set:
        settings = load_settings(environment="production")
    _run(settings, simulator=False)


@app.command()
def train() -> None:
    """Train the assistant if content or data have changed."""
    from hotline.settings import load_settings
    from hotline.stack.screen import TerminalScreen

    _train(load_settings(), TerminalScreen())


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="one object, for programs")] = False,
) -> None:
    """Say what is wrong with this installation and what to do; exit code 1 if something needed is."""
    from hotline.stack.doctor.doctor import examine

    findings = asyncio.run(examine())
    if as_json:
        print(json.dumps([finding.public() for finding in findings], ensure_ascii=False, indent=1))
    else:
        for finding in findings:
            print(finding.line())
    if any(finding.is_wrong for finding in findings):
        raise typer.Exit(1)


def _run(settings: Settings, *, simulator: bool) -> None:
    from hotline.stack.line import serve
    from hotline.stack.screen import TerminalScreen
    from hotline.stack.tether import follow_parent

    if os.environ.pop("HOTLINE_TETHERED", ""):
        follow_parent()
    begun = time.monotonic()
    screen = TerminalScreen()
    _train(settings, screen)

    async def announce(live: Settings) -> None:
        if simulator:
            from hotline.staff.roster import seed_demo

            await seed_demo(live)
        screen.say(f"The line is up ({time.monotonic() - begun:.0f} s). Ctrl-C stops it.\n")
        screen.say(_addresses(live, simulator=simulator))

    asyncio.run(serve(settings, screen, announce, simulator=simulator))
    screen.say("Everything is stopped.")


def _train(settings: Settings, screen: TerminalScreen) -> None:
    from hotline.stack.line import logs_of
    from hotline.stack.training import train as train_if_needed

    result = train_if_needed(logs_of(settings) / "train.log", screen)
    screen.say(
        f"the assistant is trained ({result.seconds:.0f} s)"
        if result.fresh
        else "the assistant is up to date"
    )


def _addresses(live: Settings, *, simulator: bool) -> str:
    rows = {
        "Phones": f"http://127.0.0.1:{live.simulator_port}/",
        "Webhook": f"http://127.0.0.1:{live.hotline_port}/  (health: /health/ready, console: /console)",
        "Metrics": f"http://127.0.0.1:{live.hotline_internal_port}/metrics",
        "Logs": f"{live.data_dir.absolute() / 'logs'}",
    }
    if not simulator:
        del rows["Phones"]
    lines = [f"  {name:<8} {value}" for name, value in rows.items()]
    return "\n".join(lines) + ("\n" + TRY if simulator else "")
