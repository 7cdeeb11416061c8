"""Holds docker-compose.yml to the table of processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from hotline.settings import Settings
from hotline.stack.processes import Process, processes

if TYPE_CHECKING:
    from pathlib import Path

DURABLE = ("--appendonly yes", "--appendfsync always", "--maxmemory-policy noeviction", "--save ")


def read_compose(path: Path) -> dict[str, Any]:
    """The file, with its anchors and merges resolved.

    Raises:
        OSError: it is not there.
        yaml.YAMLError: it is not YAML.
    """
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def default_table() -> tuple[Process, ...]:
    """The processes of an installation where no port was moved."""
    return processes(Settings.model_construct(), simulator=False)


def differences(path: Path) -> list[str]:
    """Each way in which the file starts something else than `make up` does, as one sentence.

    Raises:
        OSError: it is not there.
        yaml.YAMLError: it is not YAML.
    """
    services: dict[str, Any] = read_compose(path).get("services") or {}
    found = [sentence for row in default_table() if (sentence := _difference(row, services.get(row.name)))]
    strange = set(services) - {row.name for row in default_table()} - {"redis"}
    found += [f"docker-compose.yml starts {name}, which make up does not." for name in sorted(strange)]
    found += [
        f"docker-compose.yml opens a port of {name}: only the webhook may have one."
        for name, service in services.items()
        if service.get("ports") and name != "webhook"
    ]
    return found + _durability(services.get("redis") or {})


def _difference(row: Process, service: dict[str, Any] | None) -> str:
    if service is None:
        return f"docker-compose.yml has no service {row.name}."
    command = tuple(map(str, service.get("command") or ()))
    if command[: len(row.command)] != row.command:
        return f"docker-compose.yml starts {row.name} by another command than {' '.join(row.command)}."
    return ""


def _durability(redis: dict[str, Any]) -> list[str]:
    command = " ".join(map(str, redis.get("command") or ())) + " "
    return [
        f"docker-compose.yml: redis lacks {option.strip()}." for option in DURABLE if option not in command
    ]
