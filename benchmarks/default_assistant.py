"""The assistant that `rasa init` makes: installed, trained and served as Rasa does by default.

Our own environment leaves TensorFlow out, which the default assistant needs, so this one has an environment
of its own: the same Python, the same Rasa, and every package at the version Rasa itself asks for.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from typing import TYPE_CHECKING, Final

from hotline.errors import HotlineError
from hotline.settings import ROOT
from hotline.stack.embedded import free_port
from hotline.stack.processes import BOT_PYTHON, Process

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.harness.stage import Stage

NAME: Final = "rasa-init"
PATIENCE: Final = 300.0  # seconds to load
INSTALL_SECONDS: Final = 1800.0
DISK_GB: Final = 3
VARIABLES: Final = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}
# Sentences of its own training data, three to a conversation, as its own stories go: each has an answer.
SENTENCES: Final = (
    "hey there", "i am feeling very good", "see you later",
    "good morning", "are you a bot?", "bye",
    "hello", "extremely sad", "not really",
    "moin", "am I talking to a human?", "have a nice day",
    "good evening", "my day was horrible", "yes",
)  # fmt: skip


def rasa_version() -> str:
    """The version our assistant runs on."""
    found = re.search(r'"rasa==([\d.]+)"', (ROOT / "bot" / "pyproject.toml").read_text())
    if not found:
        raise HotlineError("bot/pyproject.toml names no version of Rasa: write rasa==3.6.21.")
    return found[1]


async def prepare(bench: Path, say: Callable[[str], None]) -> Path:
    """Install and train it once for each version of Rasa; the folder it is in.

    Raises:
        HotlineError: a step failed; names the log.
    """
    folder = bench / f"{NAME}-{rasa_version()}"
    done = folder / "trained"
    if done.exists():
        return folder
    say(f"assistant: installing and training the default one, once: some minutes, {DISK_GB} GB in {folder}")
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "project").mkdir(parents=True)
    python = folder / "venv" / "bin" / "python"
    uv = str(ROOT / ".tools" / "uv")
    # The interpreter itself: an environment made from another environment would depend on it.
    base = str((ROOT / BOT_PYTHON).resolve())
    wanted = f"rasa=={rasa_version()}"
    for command in (
        ("sh", str(ROOT / "deploy" / "bootstrap.sh"), "uv"),
        (uv, "venv", "--python", base, str(folder / "venv")),
        (uv, "pip", "install", "--compile-bytecode", "--python", str(python), wanted),
        (str(python.with_name("rasa")), "init", "--no-prompt", "--init-dir", str(folder / "project")),
    ):
        await _step(command, folder)
    done.touch()
    return folder


async def _step(command: tuple[str, ...], folder: Path) -> None:
    log = folder / "prepare.log"
    with log.open("ab") as file:
        running = await asyncio.create_subprocess_exec(
            *command, cwd=folder, env=os.environ | VARIABLES, stdout=file, stderr=file
        )
        try:
            async with asyncio.timeout(INSTALL_SECONDS):
                failed = await running.wait()
        except BaseException:
            running.kill()
            raise
    if failed:
        raise HotlineError(f"The default assistant could not be prepared; see {log}.")


def add(made: Stage, folder: Path) -> str:
    """Put it on the stage, as `rasa run` serves it; its address."""
    project = folder / "project"
    row = Process(NAME, ("rasa", "run"), port=free_port(), health="/", patience=PATIENCE)
    command = [
        str(folder / "venv" / "bin" / "rasa"),
        "run",
        "--interface",
        "127.0.0.1",
        "--port",
        str(row.port),
    ]
    for option, place in (
        ("model", project / "models"),
        ("endpoints", project / "endpoints.yml"),
        ("credentials", project / "credentials.yml"),
    ):
        command += [f"--{option}", str(place)]
    made.add(row, command, os.environ | VARIABLES)
    return f"http://127.0.0.1:{row.port}"
