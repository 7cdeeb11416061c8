"""The line's own start and stop, with a real Redis and fake processes."""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import TYPE_CHECKING, Any

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

from hotline.errors import InputError, StoreUnavailable
from hotline.settings import Settings, load_settings
from hotline.stack import line
from hotline.stack.borrow import borrowed
from hotline.stack.embedded import EmbeddedRedis, free_port, running_url
from hotline.stack.processes import Process, arguments, environment, processes
from hotline.stack.supervisor import RestartPolicy

from .conftest import SCRIPT, Fakes, Notes, until

if TYPE_CHECKING:
    from pathlib import Path

FAST = RestartPolicy(first_pause=0.05, grace=0.5)


@pytest.fixture
def alone(tmp_path: Path) -> Settings:
    """Settings on free ports with a data folder of their own."""
    return load_settings(
        _env_file=None,
        environment="test",
        redis_url="",
        data_dir=tmp_path,
        hotline_port=free_port(),
        hotline_internal_port=free_port(),
        simulator_port=free_port(),
        rasa_url=f"http://127.0.0.1:{free_port()}",
    )


@pytest.fixture
def fake_rows(alone: Settings, fakes: Fakes, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table's names and ports, with children that do nothing but answer."""
    lives = fakes.folder

    def table(settings: Settings, *, simulator: bool) -> tuple[Process, ...]:
        return tuple(
            Process(
                row.name,
                ("python", str(SCRIPT), "--port", str(row.port), "--lives", str(lives / f"{row.name}.lives")),
                needs=row.needs,
                port=row.port,
                setting=row.setting,
                health="/",
            )
            for row in processes(settings, simulator=simulator)
            if row.port
        )

    assert alone
    monkeypatch.setattr(line, "processes", table)
    monkeypatch.setattr("hotline.stack.borrow.processes", table)


@pytest.mark.usefixtures("fake_rows")
async def test_the_line_starts_on_a_redis_of_its_own_and_ctrl_c_leaves_nothing(
    alone: Settings, notes: Notes, fakes: Fakes
) -> None:
    seen: dict[str, Any] = {}

    async def ready(live: Settings) -> None:
        seen["url"] = live.redis_url
        assert running_url(alone.data_dir) == live.redis_url
        async with AsyncRedis.from_url(live.redis_url) as client:
            await client.set("kept", "yes")
        assert len(fakes.running()) == 4
        os.kill(os.getpid(), signal.SIGINT)

    await line.serve(alone, notes, ready, simulator=True, policy=FAST)
    assert notes.said[0].startswith("redis is up")
    assert fakes.running() == []
    assert running_url(alone.data_dir) is None
    with EmbeddedRedis(alone.data_dir, port=0) as again, Redis.from_url(again.url) as client:
        assert client.get("kept") == b"yes"


@pytest.mark.fault
@pytest.mark.usefixtures("fake_rows")
async def test_a_killed_redis_comes_back_with_its_data_on_the_same_address(
    alone: Settings, notes: Notes, fakes: Fakes
) -> None:
    async def ready(live: Settings) -> None:
        async with AsyncRedis.from_url(live.redis_url) as client:
            await client.set("kept", "yes")
            pid = (await client.info("server"))["process_id"]
        os.kill(pid, signal.SIGKILL)
        await until(lambda: notes.heard("redis is back"))
        async with AsyncRedis.from_url(live.redis_url) as client:
            assert await client.get("kept") == b"yes"
        os.kill(os.getpid(), signal.SIGTERM)

    await line.serve(alone, notes, ready, simulator=False, policy=FAST)
    assert notes.heard("redis was killed (SIGKILL); starting it again in 0.05 s")
    assert fakes.running() == []


@pytest.mark.usefixtures("fake_rows")
async def test_a_second_line_on_the_same_folder_is_refused_in_one_sentence(
    alone: Settings, notes: Notes, fakes: Fakes
) -> None:
    with EmbeddedRedis(alone.data_dir, port=0), pytest.raises(InputError, match="already runs on"):
        await line.serve(alone, notes, _never, simulator=False, policy=FAST)
    assert fakes.lives("webhook") == []


@pytest.mark.usefixtures("fake_rows")
async def test_a_port_in_use_is_named_with_its_setting_before_anything_starts(
    alone: Settings, notes: Notes, fakes: Fakes
) -> None:
    with socket.create_server(("127.0.0.1", alone.hotline_port)), pytest.raises(InputError) as refusal:
        await line.serve(alone, notes, _never, simulator=False, policy=FAST)
    named = f"Port {alone.hotline_port} of webhook is in use"
    assert str(refusal.value) == f"{named}: stop what listens there, or set HOTLINE_PORT to another one."
    assert fakes.lives("actions") == []
    assert running_url(alone.data_dir) is None


async def test_a_named_redis_that_is_away_is_one_sentence(alone: Settings, notes: Notes) -> None:
    away = alone.model_copy(update={"redis_url": f"redis://127.0.0.1:{free_port()}/0"})
    with pytest.raises(StoreUnavailable, match="does not answer at REDIS_URL"):
        await line.serve(away, notes, _never, simulator=False, policy=FAST)


@pytest.mark.usefixtures("fake_rows")
async def test_a_command_can_borrow_some_processes(alone: Settings, notes: Notes, fakes: Fakes) -> None:
    async with borrowed(alone, ("actions", "rasa"), notes) as live:
        assert live.rasa_url != alone.rasa_url
        assert len(fakes.running()) == 2
        assert fakes.lives("webhook") == []
    assert fakes.running() == []


def test_every_process_of_the_table_is_a_command_that_exists(alone: Settings) -> None:
    for row in processes(alone, simulator=True):
        program = arguments(row.command)[0]
        assert program == sys.executable or row.command[0] in ("hotline", "bot/.venv/bin/python")
        assert os.access(program, os.X_OK), program
        assert bool(row.health) != bool(row.sign)
        assert bool(row.port) == bool(row.setting)


def test_a_rasa_on_another_machine_is_not_started_here(alone: Settings) -> None:
    elsewhere = alone.model_copy(update={"rasa_url": "http://10.0.0.7:5005"})
    assert "rasa" in {row.name for row in processes(alone, simulator=False)}
    assert "rasa" not in {row.name for row in processes(elsewhere, simulator=False)}


def test_rasa_and_redis_are_given_no_secret_and_the_others_every_setting(
    alone: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "from the environment")
    live = alone.model_copy(update={"redis_url": "redis://127.0.0.1:1/0"})
    for row in (*processes(live, simulator=True), Process("redis", ("valkey-server",))):
        variables = environment(row, live)
        secret = {name for name in variables if name.startswith(("TWILIO_", "HOTLINE_SECRET", "CONSOLE_"))}
        assert bool(secret) == (row.name not in ("rasa", "redis")), row.name
        assert variables["REDIS_URL"] == live.redis_url
    worker = environment(Process("worker", ("hotline", "worker")), live)
    assert (
        load_settings(_env_file=None, **{name.lower(): value for name, value in worker.items()}) is not None
    )
    assert worker["HOTLINE_PORT"] == str(live.hotline_port)


async def _never(_: Settings) -> None:
    raise AssertionError("it must not come up")
