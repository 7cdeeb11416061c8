from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from hotline.settings import ROOT, Settings, load_settings
from hotline.stack.doctor import doctor
from hotline.stack.doctor.vitals import examine_processes, examine_redis
from hotline.stack.embedded import EmbeddedRedis, find_server, free_port
from hotline.stack.gates import answers_redis, passed

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from hotline.stack.doctor.findings import Diagnosis


@pytest.fixture
def quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation where nothing runs, in this process's environment."""
    chosen = {
        "DATA_DIR": str(tmp_path),
        "HOTLINE_PORT": str(free_port()),
        "HOTLINE_INTERNAL_PORT": str(free_port()),
        "SIMULATOR_PORT": str(free_port()),
        "RASA_URL": f"http://127.0.0.1:{free_port()}",
        "REDIS_URL": "",
        "ENVIRONMENT": "test",
    }
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    return load_settings(_env_file=None)


@pytest.fixture
def careless_redis(tmp_path: Path) -> Generator[str]:
    """A server as it comes: no append-only file."""
    port = free_port()
    command = [
        str(find_server()),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        str(tmp_path),
        "--save",
        "",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as running:
        yield f"redis://127.0.0.1:{port}/0"
        running.terminate()


def states(findings: list[Diagnosis]) -> dict[str, str]:
    return {finding.part: finding.state for finding in findings}


async def test_where_nothing_runs_nothing_is_wrong(quiet: Settings) -> None:
    assert states(await examine_redis(quiet)) == {"redis": "note"}
    assert states(await examine_processes(quiet)) == {"processes": "note"}


async def test_a_port_in_use_is_named_with_its_setting(quiet: Settings) -> None:
    with socket.create_server(("127.0.0.1", quiet.simulator_port)):
        [finding] = await examine_processes(quiet)
    assert finding.is_wrong
    assert finding.line().startswith("✗ simulator: port")
    assert finding.remedy == "stop it, or set SIMULATOR_PORT"


async def test_a_redis_that_forgets_is_wrong(quiet: Settings, careless_redis: str) -> None:
    live = quiet.model_copy(update={"redis_url": careless_redis})
    assert await passed(lambda: answers_redis(careless_redis), 10)
    findings = await examine_redis(live)
    assert [finding.words for finding in findings if finding.is_wrong] == [
        "appendonly is no: texts can be lost"
    ]


async def test_production_insists_on_every_write_reaching_the_disk(quiet: Settings) -> None:
    with EmbeddedRedis(quiet.data_dir, port=0) as server:
        live = quiet.model_copy(update={"redis_url": server.url})
        assert states(await examine_redis(live)) == {"redis": "ok", "secret key": "ok"}
        production = live.model_copy(update={"environment": "production"})
        wrong = [finding for finding in await examine_redis(production) if finding.is_wrong]
    assert [finding.remedy for finding in wrong] == ["set it to always"]


async def test_a_redis_that_is_away_is_wrong_only_where_one_was_named(quiet: Settings) -> None:
    away = quiet.model_copy(update={"redis_url": f"redis://127.0.0.1:{free_port()}/0"})
    assert states(await examine_redis(away)) == {"redis": "wrong"}


async def test_a_wrong_setting_is_the_only_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_SENDER", "+18605550199")
    [finding] = await doctor.examine()
    assert finding.is_wrong
    assert "must differ" in finding.words


@pytest.mark.usefixtures("quiet")
async def test_malformed_content_is_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTENT_DIR", str(tmp_path / "nothing"))
    found = {finding.part: finding for finding in await doctor.examine()}
    assert found["content"].is_wrong
    assert found["content"].words.endswith(".")


@pytest.mark.usefixtures("quiet")
async def test_a_full_disk_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "SPACE_NEEDED", 1 << 60)
    assert states(await doctor.examine())["disk"] == "wrong"


@pytest.mark.usefixtures("quiet")
async def test_an_assistant_that_is_not_installed_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "BOT_PYTHON", "bot/no/such/python")
    found = {finding.part: finding for finding in await doctor.examine()}
    assert found["assistant"].remedy == "run make install"


def test_the_command_prints_one_line_each_and_an_object_for_programs(quiet: Settings) -> None:
    assert quiet
    plain = _hotline("doctor")
    marked = [line for line in plain.stdout.splitlines() if line[0] in "✓·✗"]
    assert marked == plain.stdout.splitlines()
    found = json.loads(_hotline("doctor", "--json").stdout)
    assert [entry["part"] for entry in found] == [line[2:].split(":")[0] for line in marked]
    assert plain.returncode == int(any(entry["state"] == "wrong" for entry in found))


def test_up_without_production_settings_is_refused_in_one_sentence(
    quiet: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert quiet
    monkeypatch.delenv("ENVIRONMENT")
    refused = _hotline("up")
    assert refused.returncode == 1
    [sentence] = refused.stderr.splitlines()
    assert "production needs its own" in sentence
    assert "HOTLINE_SECRET_KEY" in sentence


def test_the_demo_refuses_production(quiet: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert quiet
    for name, value in {
        "ENVIRONMENT": "production",
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_AUTH_TOKEN": "x" * 32,
        "HOTLINE_SECRET_KEY": "x" * 32,
        "HOTLINE_SENDER": "+18602220100",
        "ALERTS_SENDER": "+18602220199",
        "PUBLIC_BASE_URL": "https://line.example.org",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "HOTLINE_CONTACT": "help@line.org",
    }.items():
        monkeypatch.setenv(name, value)
    refused = _hotline("demo")
    assert refused.returncode == 1
    assert "unset ENVIRONMENT, or use hotline up" in " ".join(refused.stderr.split())


def _hotline(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from hotline.cli import main; main()", *arguments],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "500"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


async def test_doctor_opens_a_picture_and_says_when_it_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await doctor._photos()).state == "ok"

    async def refused(*_: object, **__: object) -> object:
        raise OSError

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refused)
    found = await doctor._photos()
    assert (found.state, found.part) == ("wrong", "photos")
