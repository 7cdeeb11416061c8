from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import cast

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError
from redis.retry import Retry

from hotline.errors import InputError, StoreUnavailable
from hotline.stack import embedded
from hotline.stack.embedded import EmbeddedRedis, find_server, free_port, running_url


def write_until_broken(url: str, acknowledged: list[int]) -> None:
    client = Redis.from_url(url, socket_timeout=2)
    try:
        for number in range(1_000_000):
            client.xadd("intake", {"number": number})
            acknowledged.append(number)
    except Exception:  # noqa: BLE001 - whatever the kill does to the connection ends the writing
        return
    finally:
        client.close()


def wait_for(condition: object, seconds: float = 5.0) -> None:
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@pytest.mark.fault
@pytest.mark.parametrize("fsync", ["everysec", "always"])
def test_every_acknowledged_write_survives_kill_9(tmp_path: Path, fsync: embedded.Fsync) -> None:
    acknowledged: list[int] = []
    with EmbeddedRedis(tmp_path, port=0, fsync=fsync) as server:
        writers = [
            threading.Thread(target=write_until_broken, args=(server.url, acknowledged)) for _ in range(4)
        ]
        for writer in writers:
            writer.start()
        wait_for(lambda: len(acknowledged) > 400)
        server.kill()
        for writer in writers:
            writer.join()
        server.start()
        with Redis.from_url(server.url) as client:
            stored = client.xrange("intake")
    kept = [int(fields[b"number"]) for _, fields in cast("list[tuple[bytes, dict[bytes, bytes]]]", stored)]
    missing = [number for number in set(acknowledged) if kept.count(number) < acknowledged.count(number)]
    assert missing == []


def test_it_answers_within_a_second_and_keeps_its_data_over_a_restart(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path, port=0) as server, Redis.from_url(server.url) as client:
        client.set("kept", "yes")
        wanted = {
            "appendonly": "yes",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            "save": "",
        }
        assert client.config_get(*wanted) == wanted
    begun = time.monotonic()
    with EmbeddedRedis(tmp_path, port=0) as server:
        assert time.monotonic() - begun < 1
        with Redis.from_url(server.url) as client:
            assert client.get("kept") == b"yes"


def test_a_second_server_on_the_same_folder_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path, port=0) as first:
        with pytest.raises(InputError, match=r"A Redis already runs on .*: stop .* DATA_DIR\.$"):
            EmbeddedRedis(tmp_path, port=0).start()
        with Redis.from_url(first.url) as client:
            assert client.ping()


def test_the_folder_stays_taken_while_an_orphaned_server_lives(tmp_path: Path) -> None:
    first = EmbeddedRedis(tmp_path, port=0)
    first.start()
    orphan = first.pid
    assert first._lock is not None
    first._lock.close()  # as if the supervisor's process were gone and its server not yet
    try:
        with pytest.raises(InputError, match="already runs"):
            EmbeddedRedis(tmp_path, port=0).start()
    finally:
        first.kill()
    assert orphan
    with EmbeddedRedis(tmp_path, port=0) as second:
        assert second.pid != orphan


def test_only_the_owner_may_read_password_and_data(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path, port=0) as server:
        with (
            pytest.raises(AuthenticationError),
            Redis(port=server.port, retry=Retry(NoBackoff(), 0)) as stranger,
        ):
            stranger.ping()
        assert stat.S_IMODE(server.folder.stat().st_mode) == 0o700
        for name in ("secret", "valkey.conf", "address"):
            assert stat.S_IMODE((server.folder / name).stat().st_mode) == 0o600
        arguments = Path(f"/proc/{server.pid}/cmdline")
        if arguments.exists():
            assert server._secret.encode() not in arguments.read_bytes()


def test_other_processes_find_the_running_server_and_no_other(tmp_path: Path) -> None:
    assert running_url(tmp_path) is None
    with EmbeddedRedis(tmp_path, port=0) as server:
        assert running_url(tmp_path) == server.url
        server.kill()
        assert running_url(tmp_path) == server.url, "the folder is still ours, the server comes back"
    assert running_url(tmp_path) is None


def test_a_taken_port_is_avoided(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "one", port=0) as one:
        with EmbeddedRedis(tmp_path / "two", port=one.port) as two:
            assert two.port != one.port
        assert free_port(one.port) != one.port


def test_a_server_that_cannot_start_is_named_with_its_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = EmbeddedRedis(tmp_path, port=0)
    monkeypatch.setattr(server, "_configuration", lambda: "no-such-directive yes")
    with pytest.raises(StoreUnavailable, match=r"did not start; see .*server\.log\.$"):
        server.start()
    with EmbeddedRedis(tmp_path, port=0) as again:
        assert again.pid, "the folder was given free"


def test_without_the_wheel_a_server_of_seven_or_newer_on_the_path_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "_from_wheel", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(StoreUnavailable, match="install valkey-server or redis-server"):
        find_server()
    for name, version in (
        ("redis-server", "Redis server v=6.2.14"),
        ("valkey-server", "Valkey server v=8.1.0"),
    ):
        script = tmp_path / name
        script.write_text(f"#!/bin/sh\necho '{version} sha=0'\n")
        script.chmod(0o755)
    assert find_server() == tmp_path / "valkey-server"
    (tmp_path / "valkey-server").unlink()
    with pytest.raises(StoreUnavailable):
        find_server()


@pytest.mark.fault
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux signals children of a killed process")
def test_a_killed_owner_takes_its_server_with_it(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from hotline.stack.embedded import EmbeddedRedis\n"
        "server = EmbeddedRedis(Path(sys.argv[1]), port=0); server.start()\n"
        "print(server.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as owner:
        assert owner.stdout
        pid = int(owner.stdout.readline())
        os.kill(owner.pid, signal.SIGKILL)
    wait_for(lambda: not _lives(pid))


def _lives(pid: int) -> bool:
    """Zombies do not count: whoever adopted them reaps them or does not."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
