"""`python -m simulator`: run one network until Ctrl-C."""

from __future__ import annotations

import argparse
import socket
import sys

from simulator.app import build
from simulator.log.journal import Journal
from simulator.server import serve
from simulator.settings import Settings, SimulatorError, load_settings


def main(arguments: list[str] | None = None) -> int:
    """Run; 0 after Ctrl-C, 1 with one sentence on standard error when it cannot start."""
    _parser().parse_args(arguments)
    try:
        settings = load_settings()
        _check_port(settings)
        journal = Journal(settings.journal)
        app = build(settings, journal)
    except SimulatorError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"Phones: http://{settings.simulator_host}:{settings.simulator_port}/\n")
    sys.stdout.flush()
    try:
        serve(app, settings.simulator_host, settings.simulator_port)
    finally:
        journal.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    rows = (
        f"  {name.upper():28} {info.description}"
        for name, info in Settings.model_fields.items()
        if info.description
    )
    return argparse.ArgumentParser(
        prog="python -m simulator",
        description="A phone network that speaks Twilio's Messages API, with phones on a web page.",
        epilog="settings, from the environment or .env:\n" + "\n".join(rows),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _check_port(settings: Settings) -> None:
    """Say it in one sentence when the port is taken: the server itself would print a page.

    Raises:
        SimulatorError: the port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in settings.simulator_host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.simulator_host, settings.simulator_port))
        except OSError as error:
            where = f"{settings.simulator_host}:{settings.simulator_port}"
            raise SimulatorError(f"Cannot listen on {where}: {error.strerror}; set SIMULATOR_PORT.") from None


if __name__ == "__main__":
    sys.exit(main())
