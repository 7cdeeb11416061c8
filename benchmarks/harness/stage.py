"""The real processes of one measurement: each by its own command, on free ports, with a Redis of its own."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from benchmarks.harness.machine import memory, processor_seconds
from hotline.errors import HotlineError
from hotline.settings import DEMO_SECRET, DEMO_SID, DEMO_TOKEN, ROOT, Settings, load_settings
from hotline.stack.children import Child, Tether
from hotline.stack.embedded import free_port
from hotline.stack.gates import answers_http
from hotline.stack.line import children, embedded, logs_of
from hotline.stack.processes import Process, processes
from hotline.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping

    from hotline.stack.gates import Gate

GRACE: Final = 10.0  # seconds a process has to end
LOOK_EVERY: Final = 0.02  # seconds; the resolution of a load time
HIGHEST_RATE: Final = 5000.0  # segments per second: the carrier's rate shall not be what is measured


def bench_folder(data_dir: Path) -> Path:
    """Where everything a measurement writes goes."""
    folder = data_dir.absolute() / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def bench_settings(folder: Path, **changes: object) -> Settings:
    """The demo's settings apart from the operator's own, on free ports, over an empty data folder."""
    fixed: dict[str, object] = {
        "environment": "test",
        "city": "hartford",
        "twilio_account_sid": DEMO_SID,
        "twilio_auth_token": DEMO_TOKEN,
        "twilio_api_base_url": f"http://127.0.0.1:{free_port()}",
        "hotline_secret_key": DEMO_SECRET,
        "public_base_url": "",
        "redis_url": "",
        "rasa_url": f"http://127.0.0.1:{free_port()}",
        "hotline_host": "127.0.0.1",
        "hotline_port": free_port(),
        "hotline_internal_host": "127.0.0.1",
        "hotline_internal_port": free_port(),
        "data_dir": folder,
        "content_dir": ROOT / "content",
        "messages_per_second": HIGHEST_RATE,
        "alerts_per_second": HIGHEST_RATE,
        "log_level": "warning",
    }
    return load_settings(_env_file=None, **(fixed | changes))


@contextlib.asynccontextmanager
async def stage(data_dir: Path, *, simulator: bool = False, **changes: object) -> AsyncGenerator[Stage]:
    """An empty line with its Redis running. Its folder stays only when a process failed, for its logs.

    Args:
        data_dir: where its folder is made.
        simulator: with the simulated network, which is then the carrier.
        changes: other settings than a measurement usually has.
    """
    folder = Path(tempfile.mkdtemp(prefix="line-", dir=bench_folder(data_dir)))
    try:
        if simulator:
            port = free_port()
            changes |= {"simulator_port": port, "twilio_api_base_url": f"http://127.0.0.1:{port}"}
        with embedded(bench_settings(folder, **changes)) as (live, redis):
            (folder / "metrics").mkdir()
            table = processes(live, simulator=simulator)
            async with Stage(
                live, {one.process.name: (one, gate) for one, gate in children(live, table, redis)}
            ) as made:
                await made.start("redis")
                yield made
    except HotlineError:
        raise
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


class Stage:
    """Starts and stops processes by name; whatever still runs when the block ends is ended."""

    def __init__(self, live: Settings, table: dict[str, tuple[Child, Gate]]) -> None:
        self.live = live
        self._store = Store(live.redis_url, live.city)
        self.redis: Any = self._store.redis
        self._table = table
        self._tether = Tether(GRACE)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._store.close()
        with self._tether:
            for name in reversed(self._table):
                await self.stop(name)

    def add(self, process: Process, command: list[str], environment: Mapping[str, str]) -> None:
        """Another process than the line's own, with an HTTP health address."""
        child = Child(process, command, dict(environment), logs_of(self.live))
        self._table[process.name] = (child, lambda: answers_http(process.health_url))

    async def start(self, *names: str) -> float:
        """Start processes one after the other; the seconds until the last was healthy.

        Raises:
            HotlineError: one ended, or was not healthy in time; names its log.
        """
        begun = time.perf_counter()
        for name in names:
            child, gate = self._table[name]
            await child.start(self._tether)
            await self._healthy(child, gate, begun + child.process.patience)
        return time.perf_counter() - begun

    async def _healthy(self, child: Child, gate: Gate, deadline: float) -> None:
        while not await gate():
            if not child.is_running:
                raise HotlineError(f"The {child.process.name} {await child.ended()}; see {child.log}.")
            if time.perf_counter() > deadline:
                raise HotlineError(f"The {child.process.name} was not well in time; see {child.log}.")
            await asyncio.sleep(LOOK_EVERY)

    async def stop(self, name: str) -> None:
        """End a process."""
        child, _ = self._table[name]
        await child.end(self._tether, GRACE)

    def processor(self, name: str) -> float:
        """Processor seconds a running process and its children have used; 0 where nothing tells."""
        return processor_seconds(self._table[name][0].group)

    def memory(self, name: str) -> float:
        """Memory of a running process and its children, in MB."""
        return memory(self._table[name][0].group)
