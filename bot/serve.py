"""Serves the trained assistant over Rasa's REST channel: `bot/.venv/bin/python bot/serve.py --port 5005`.

Environment: `REDIS_URL` and `CITY` (required), `ACTION_ENDPOINT_URL` (or `HOTLINE_INTERNAL_HOST` and
`HOTLINE_INTERNAL_PORT`, from which it is made), `RASA_TOKEN` (opens /status; empty keeps it closed).
Routes: POST /webhooks/rest/webhook, GET /health (200 once the model is loaded), GET /status?token=.
Rasa's own HTTP API, which could load another model, is not mounted.
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import socket
import sys
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.fingerprint import model_path
from bot.without_tensorflow import stand_in

STEP_BACK = 10  # of niceness: the urgent path, which needs no Rasa, takes the processor first


class CannotServeError(Exception):
    """One sentence that says why, and what to do."""


def check_address(host: str, port: int, *, closed_network: bool) -> None:
    """Refuse an address that strangers could reach, and one that is taken.

    Raises:
        CannotServeError: the REST channel has no authentication, so only an internal address will do.
    """
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise CannotServeError(f"{host} is not an IP address; use 127.0.0.1.") from None
    if address.is_unspecified and not closed_network:
        raise CannotServeError(
            f"{host} would open Rasa to every network; use 127.0.0.1, or --closed-network."
        )
    if address.is_global:
        raise CannotServeError(f"{host} is a public address and Rasa has no authentication; use 127.0.0.1.")
    with socket.socket(socket.AF_INET6 if address.version == 6 else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reason = error.strerror or "not possible"
            raise CannotServeError(
                f"Cannot listen on {host}:{port} ({reason}); choose another --port."
            ) from None


def check_model(path: Path) -> None:
    """Refuse to start without the model of the current files: Rasa would silently take any other one.

    Raises:
        CannotServeError: there is no such model.
    """
    if not path.is_file():
        raise CannotServeError("The assistant is not trained for the current files; run `make train`.")


def prepare_environment() -> None:
    """Set what endpoints.yml reads, and what must stand before Rasa is imported.

    Raises:
        CannotServeError: REDIS_URL or CITY is missing.
    """
    for name in ("REDIS_URL", "CITY"):
        if not os.environ.get(name):
            raise CannotServeError(
                f"{name} is not set; `make demo` and `make up` set it for the server they start."
            )
    host = os.environ.get("HOTLINE_INTERNAL_HOST", "127.0.0.1")
    host = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - compared, not bound
    port = os.environ.get("HOTLINE_INTERNAL_PORT", "8010")
    os.environ.setdefault("ACTION_ENDPOINT_URL", f"http://{host}:{port}/webhook")
    os.environ.update(
        RASA_TELEMETRY_ENABLED="false",
        SQLALCHEMY_SILENCE_UBER_WARNING="1",
        SANIC_WORKERS="1",
    )


def main() -> int:
    """Serve until stopped; returns the exit code."""
    parser = argparse.ArgumentParser(description="Serve the trained assistant on an internal address.")
    parser.add_argument("--host", default="127.0.0.1", help="internal IP address to listen on")
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument(
        "--closed-network", action="store_true", help="allow 0.0.0.0: the network itself keeps strangers out"
    )
    arguments = parser.parse_args()
    model = model_path()
    try:
        check_model(model)
        check_address(arguments.host, arguments.port, closed_network=arguments.closed_network)
        prepare_environment()
    except CannotServeError as problem:
        print(problem, file=sys.stderr)
        return 1
    os.nice(STEP_BACK)
    warnings.showwarning = lambda *_, **__: None  # Rasa's old pins deprecate each other
    stand_in()
    import skops.io  # noqa: F401, PLC0415 - before Rasa: it looks through every imported module, 5 s if late

    from bot.server import serve  # noqa: PLC0415 - imports Rasa, which reads the environment prepared above

    return serve(model, arguments.host, arguments.port)


if __name__ == "__main__":
    sys.exit(main())
