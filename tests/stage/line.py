"""The real line in real processes, on free ports, for tests: start, kill -9, text it, read the answers."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, Final, Self

import aiohttp

from hotline.settings import ROOT, Settings, load_settings
from hotline.stack.embedded import EmbeddedRedis, free_port
from hotline.staff.roster import seed_demo

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

PROGRAMS: Final = {
    "simulator": (sys.executable, "-m", "simulator"),
    "webhook": (sys.executable, "-m", "hotline", "webhook"),
    "worker": (sys.executable, "-m", "hotline", "worker"),
    "actions": (sys.executable, "-m", "actions"),
}
RESIDENT, OTHER = "+18605550111", "+18605550112"
RESPONDER1, RESPONDER2 = "+18605550101", "+18605550102"
HOTLINE, ALERTS = "+18605550100", "+18605550199"


async def wait_until[T](found: Callable[[], Awaitable[T]], seconds: float = 15.0, what: str = "it") -> T:
    """The first true answer of `found`.

    Raises:
        AssertionError: none within `seconds`.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := await found():
            return answer
        await asyncio.sleep(0.02)
    raise AssertionError(f"{what} did not happen within {seconds} s")


class Line:
    """Processes of the line over one data folder.

    Args:
        folder: data folder of this line alone.
        rasa_url: a running assistant, or an address where nobody listens: Rasa is then "down".
        variables: further environment of every process.
    """

    def __init__(self, folder: Path, rasa_url: str = "", **variables: str) -> None:
        self.folder = folder
        self.redis = EmbeddedRedis(folder, port=free_port())  # the same one after a kill
        self.ports = {name: free_port() for name in ("webhook", "internal", "simulator")}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._session: aiohttp.ClientSession | None = None
        self.redis.start()
        dead_end = f"http://127.0.0.1:{free_port()}"
        self.env = os.environ | {
            "ENVIRONMENT": "test",
            "REDIS_URL": self.redis.url,
            "DATA_DIR": str(folder),
            "HOTLINE_PORT": str(self.ports["webhook"]),
            "HOTLINE_INTERNAL_PORT": str(self.ports["internal"]),
            "SIMULATOR_PORT": str(self.ports["simulator"]),
            "SIMULATOR_WEBHOOK_URL": f"http://127.0.0.1:{self.ports['webhook']}/twilio/inbound",
            "RASA_URL": rasa_url or dead_end,
            "LEASE_SECONDS": "1",
            "RECONCILE_AFTER": "1",
            "MESSAGES_PER_SECOND": "1000",
            "ALERTS_PER_SECOND": "1000",
            "QUIET_HOURS": "none",  # tests run at night too
            **variables,
        }

    @property
    def settings(self) -> Settings:
        """The settings its processes run with."""
        names = set(Settings.model_fields)
        found = {name.lower(): value for name, value in self.env.items() if name.lower() in names}
        return load_settings(_env_file=None, **found)

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(keepalive_timeout=2)  # the simulator closes quiet ones after 5 s
        self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=30))
        await seed_demo(self.settings)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()
        for name in list(self._processes):
            self.stop(name)
        self.redis.close()

    async def start(self, *names: str) -> None:
        """Start processes and wait until each answers."""
        for name in names:
            self.spawn(name, PROGRAMS[name.rstrip("0123456789")])
        for name in names:
            await self.healthy(name)

    def spawn(self, name: str, command: Sequence[str], **variables: str) -> None:
        """Start one process without waiting."""
        log = (self.folder / f"{name}.log").open("ab")
        self._processes[name] = subprocess.Popen(
            command, env=self.env | variables, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
        log.close()

    async def healthy(self, name: str) -> None:
        """Wait until a process can work."""
        paths = {"webhook": "/health/live", "simulator": "/health", "actions": "/health"}
        port = self.ports.get({"actions": "internal"}.get(name, name))
        if name in paths:
            await wait_until(
                lambda: self._answers(f"http://127.0.0.1:{port}{paths[name]}"), 40, f"{name} starting"
            )

    async def _answers(self, url: str) -> bool:
        try:
            async with self.http.get(url) as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    @property
    def http(self) -> aiohttp.ClientSession:
        """A client inside the block."""
        assert self._session
        return self._session

    def pid(self, name: str) -> int:
        """Process id."""
        return self._processes[name].pid

    def alive(self, name: str) -> bool:
        """Whether the process runs."""
        return self._processes[name].poll() is None

    def kill(self, name: str) -> None:
        """Kill -9, and wait for the end."""
        process = self._processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def freeze(self, name: str, *, on: bool = True) -> None:
        """SIGSTOP or SIGCONT."""
        self._processes[name].send_signal(signal.SIGSTOP if on else signal.SIGCONT)

    def stop(self, name: str) -> int:
        """SIGTERM, and its exit code."""
        process = self._processes.pop(name)
        process.terminate()
        try:
            return process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait(5)

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.ports['simulator']}{path}"

    async def text(self, phone: str, body: str, **more: Any) -> dict[str, Any]:
        """Text the line from a phone; answers the simulator's {"sid", "webhook_status"}."""
        async with self.http.post(self._url(f"/phones/{phone}/send"), json={"body": body, **more}) as answer:
            return await answer.json()

    async def messages(self, phone: str) -> list[dict[str, Any]]:
        """Everything a phone sent and received, oldest first."""
        async with self.http.get(self._url(f"/phones/{phone}/messages")) as answer:
            return await answer.json()

    async def received(self, phone: str) -> list[str]:
        """Bodies a phone received, oldest first."""
        return [one["body"] for one in await self.messages(phone) if one["direction"] == "received"]

    async def hears(self, phone: str, words: str, seconds: float = 15.0, after: int = 0) -> str:
        """Wait until a phone received a text that holds `words`; answers that text."""

        async def found() -> str:
            return next((body for body in (await self.received(phone))[after:] if words in body), "")

        return await wait_until(found, seconds, f"{phone[-4:]} hearing {words!r}")
