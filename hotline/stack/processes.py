"""The one table of processes: what runs, by which command, on which port, and how to see that it is well."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from pydantic import SecretStr

from hotline.settings import ROOT
from hotline.store import keys

if TYPE_CHECKING:
    from hotline.settings import Settings

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
BOT_PYTHON: Final = "bot/.venv/bin/python"
# Rasa parses what anybody texts, with old libraries, and Redis needs none: they get no key and no account.
SECRETS: Final = ("TWILIO_", "HOTLINE_SECRET_KEY", "CONSOLE_PASSWORD")
KEEPS_NO_SECRET: Final = ("rasa", "redis")


@dataclass(frozen=True)
class Process:
    """One process of the stack.

    Attributes:
        name: also the name of its log file and of its compose service.
        command: as typed in the project folder with the environment's programs on the PATH.
        needs: processes that must be well before this one starts.
        host: address it listens on.
        port: port it listens on, 0 for none.
        setting: the setting that moves the port.
        health: path that answers 200 on that port once the process can work.
        sign: instead, pattern of a Redis key it keeps alive while it is well, with ``{host}``, ``{pid}``.
        patience: seconds until a start counts as failed.
        vital: whether the line is of no use without it; urgent reports need neither Rasa nor actions.
    """

    name: str
    command: tuple[str, ...]
    needs: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 0
    setting: str = ""
    health: str = ""
    sign: str = ""
    patience: float = 60.0
    vital: bool = True

    @property
    def health_url(self) -> str:
        """Where to ask it how it is, from this machine."""
        return f"http://{reachable(self.host)}:{self.port}{self.health}"


def reachable(host: str) -> str:
    """The address to connect to for a process that listens on this one."""
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def processes(settings: Settings, *, simulator: bool) -> tuple[Process, ...]:
    """The table for these settings, without Redis; a Rasa on another machine is not ours to start."""
    rows = [_actions(settings), _webhook(settings), _worker()]
    if urlsplit(settings.rasa_url).hostname in LOOPBACK:
        rows.append(_rasa(settings))
    if simulator:
        rows.append(_simulator(settings))
    return tuple(rows)


def _actions(settings: Settings) -> Process:
    return Process(
        "actions",
        ("python", "-m", "actions"),
        host=settings.hotline_internal_host,
        port=settings.hotline_internal_port,
        setting="HOTLINE_INTERNAL_PORT",
        health="/health",
        vital=False,
    )


def _webhook(settings: Settings) -> Process:
    return Process(
        "webhook",
        ("hotline", "webhook"),
        host=settings.hotline_host,
        port=settings.hotline_port,
        setting="HOTLINE_PORT",
        health="/health/live",
    )


def _worker() -> Process:
    return Process("worker", ("hotline", "worker"), sign=keys.alive_worker("{host}-{pid}-*"))


def _rasa(settings: Settings) -> Process:
    port = urlsplit(settings.rasa_url).port or 5005
    return Process(
        "rasa",
        (BOT_PYTHON, "bot/serve.py", "--port", str(port)),
        port=port,
        setting="RASA_URL",
        health="/health",
        patience=180.0,
        vital=False,
    )


def _simulator(settings: Settings) -> Process:
    return Process(
        "simulator",
        ("python", "-m", "simulator"),
        port=settings.simulator_port,
        setting="SIMULATOR_PORT",
        health="/health",
    )


def arguments(command: tuple[str, ...]) -> list[str]:
    """A command of the table as this machine runs it: programs of this environment and this folder."""
    program, *rest = command
    if program == "python":
        return [sys.executable, *rest]
    beside = Path(sys.executable).parent / program
    return [str(beside if beside.exists() else ROOT / program), *rest]


def environment(process: Process, live: Settings) -> dict[str, str]:
    """All variables of one process: what we were given, and every setting as it was resolved here."""
    internal = f"{reachable(live.hotline_internal_host)}:{live.hotline_internal_port}"
    ours = {
        "REDIS_URL": live.redis_url,
        "CITY": live.city,
        "ACTION_ENDPOINT_URL": f"http://{internal}/webhook",
        "PROMETHEUS_MULTIPROC_DIR": str(live.data_dir.absolute() / "metrics"),
        # As an account without Advanced Opt-Out: the network, not the line, confirms a STOP.
        "SIMULATOR_OPT_OUT_REPLIES": os.environ.get("SIMULATOR_OPT_OUT_REPLIES", "true"),
        "SIMULATOR_CANARIES": ",".join(live.canaries),
        "PYTHONUNBUFFERED": "1",
    }
    if process.name in KEEPS_NO_SECRET:
        given = {name: value for name, value in os.environ.items() if not name.upper().startswith(SECRETS)}
        return given | ours
    settings = {name.upper(): _text(value) for name, value in live if value is not None}
    return dict(os.environ) | settings | ours


def _text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return str(value.absolute()) if isinstance(value, Path) else str(value)
