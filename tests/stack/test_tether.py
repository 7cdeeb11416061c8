from __future__ import annotations

import asyncio
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from .conftest import is_running, until

if TYPE_CHECKING:
    from pathlib import Path

CODE = """
import pathlib, sys, time
from hotline.stack.tether import follow_parent
follow_parent()
pathlib.Path(sys.argv[1]).write_text("running")
try:
    time.sleep(60)
except KeyboardInterrupt:
    sys.exit(0)
"""


@pytest.mark.fault
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child about its parent")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
async def test_what_make_started_ends_when_make_alone_is_told_to(
    tmp_path: Path, number: signal.Signals
) -> None:
    begun, pid = tmp_path / "begun", tmp_path / "pid"
    (tmp_path / "code.py").write_text(CODE)
    (tmp_path / "Makefile").write_text(
        f"demo:\n\t@echo $$$$ > {pid}; exec env A=1 {sys.executable} {tmp_path}/code.py {begun}\n"
    )
    make = await asyncio.create_subprocess_exec(
        "make", "demo", cwd=tmp_path, stderr=asyncio.subprocess.DEVNULL
    )
    await until(begun.exists)
    child = int(pid.read_text())
    assert is_running(child)
    make.send_signal(number)
    await until(lambda: not is_running(child), 10)
    await asyncio.wait_for(make.wait(), 10)
