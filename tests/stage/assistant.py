"""The real assistant, trained by its own command and served once for all tests that need it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from hotline.settings import ROOT
from hotline.stack.embedded import EmbeddedRedis, free_port

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
TOKEN = "for-tests"


@dataclass(frozen=True)
class Assistant:
    """A running assistant: Rasa with its actions, and a Redis of its own."""

    url: str
    redis_url: str
    log: Path
    actions: subprocess.Popen[bytes]


@pytest.fixture(scope="session")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Generator[Assistant]:
    """Rasa, the actions and Redis, each a real process."""
    folder = tmp_path_factory.mktemp("assistant")
    subprocess.run([PYTHON, "bot/train.py", "--log", folder / "train.log"], cwd=ROOT, check=True, timeout=600)
    rasa_port, internal_port = free_port(), free_port()
    with EmbeddedRedis(folder / "redis", port=0) as redis:
        variables = os.environ | {
            "REDIS_URL": redis.url,
            "CITY": "hartford",
            "RASA_TOKEN": TOKEN,
            "HOTLINE_INTERNAL_PORT": str(internal_port),
        }
        variables.pop("ACTION_ENDPOINT_URL", None)
        with (folder / "log").open("w") as log:
            programs = [
                subprocess.Popen(command, cwd=ROOT, env=variables, stdout=log, stderr=log)
                for command in (
                    [sys.executable, "-m", "actions"],
                    [str(PYTHON), "bot/serve.py", "--port", str(rasa_port)],
                )
            ]
            try:
                _wait(f"http://127.0.0.1:{internal_port}/health", programs[0])
                _wait(f"http://127.0.0.1:{rasa_port}/health", programs[1])
                yield Assistant(f"http://127.0.0.1:{rasa_port}", redis.url, folder / "log", programs[0])
            finally:
                for program in programs:
                    program.terminate()
                for program in programs:
                    program.wait(timeout=20)


def _wait(address: str, program: subprocess.Popen[bytes], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert program.poll() is None, f"{address} ended before it answered"
        try:
            with urlopen(address, timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{address} did not answer within {seconds} s")
