"""The command line as its entry point runs it, on the test's own Redis."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from hotline import cli
from hotline.settings import ROOT, current_settings

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from hotline.stack.embedded import EmbeddedRedis
    from tests.stage.office import Office


@dataclass(frozen=True)
class Outcome:
    """What a command left: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, read as JSON."""
        return json.loads(self.out)


class Hotline(Protocol):
    """Runs one command, such as ``hotline("staff", "list")``."""

    async def __call__(self, *arguments: str) -> Outcome: ...


@pytest.fixture
def hotline(
    redis_server: EmbeddedRedis,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Generator[Hotline]:
    """`hotline …`, in an empty folder without a `.env`."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "ENVIRONMENT": "test",
        "REDIS_URL": redis_server.url,
        "DATA_DIR": str(tmp_path / "data"),
        "CONTENT_DIR": str(ROOT / "content"),
    }.items():
        monkeypatch.setenv(name, value)
    current_settings.cache_clear()

    async def run(*arguments: str) -> Outcome:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["hotline", *arguments])
        code = await asyncio.to_thread(_exit_code)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    yield run
    current_settings.cache_clear()


@pytest.fixture
async def office(office: Office) -> Office:
    """The demo's volunteers, at the hour it is: commands go by the machine's clock."""
    office.now = time.time()
    return office


def _exit_code() -> int:
    try:
        cli.main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0
