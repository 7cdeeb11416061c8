"""`bot/train.py` and the refusals of `bot/serve.py`, run as commands."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from hotline.settings import ROOT
from tests.stage.assistant import PYTHON

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stage.assistant import Assistant

pytestmark = pytest.mark.rasa

SMALL = """version: "3.1"
nlu:
- intent: greet
  examples: |
    - hello
    - good morning
- intent: thanks
  examples: |
    - thank you
    - many thanks
rules:
- rule: small talk
  steps:
  - or:
    - intent: greet
    - intent: thanks
  - action: action_small_talk
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The same programs over two topics, in a folder of their own."""
    shutil.copytree(
        ROOT / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns(".venv", "models", "__pycache__")
    )
    for name in ("config.yml", "endpoints.yml", "credentials.yml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "domain.yml").write_text(
        'version: "3.1"\nintents: [greet, thanks]\nactions: [action_small_talk]\n'
    )
    (tmp_path / "nlu_data" / "tests").mkdir(parents=True)
    (tmp_path / "nlu_data" / "all.yml").write_text(SMALL)
    return tmp_path


def run(folder: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PYTHON, *command],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_training_tells_its_stages_keeps_two_models_and_then_has_nothing_to_do(small: Path) -> None:
    models = small / "bot" / "models"
    models.mkdir()
    for age in range(3):
        (models / f"assistant-{age}.tar.gz").write_text("old")
    done = run(small, "bot/train.py", "--log", "train.log")
    assert done.returncode == 0, done.stderr
    *stages, last = done.stdout.splitlines()
    total = len(stages)
    assert [line.split(" ")[:2] for line in stages] == [
        ["stage", f"{number}/{total}"] for number in range(1, total + 1)
    ]
    assert last.startswith("trained ")
    assert len(list(models.glob("assistant-*.tar.gz"))) == 2
    assert [path for path in models.iterdir() if path.is_dir()] == []
    assert run(small, "bot/train.py", "--log", "train.log").stdout.startswith("current ")


def test_a_change_of_data_asks_for_a_new_model_and_a_change_of_test_sets_does_not(small: Path) -> None:
    def named() -> str:
        return run(small, "-c", "from bot.fingerprint import model_path; print(model_path())").stdout

    before = named()
    (small / "nlu_data" / "tests" / "more.yml").write_text("anything")
    assert named() == before
    (small / "nlu_data" / "all.yml").write_text(SMALL.replace("hello", "hello there"))
    assert named() != before


def test_failed_training_is_one_sentence_and_leaves_no_model(small: Path) -> None:
    (small / "domain.yml").write_text("intents: {")
    done = run(small, "bot/train.py", "--log", "train.log")
    assert done.returncode == 1
    assert done.stderr.startswith("Training failed: ")
    assert done.stderr.count("\n") == 1
    assert list((small / "bot" / "models").glob("*.tar.gz")) == []


def test_an_up_to_date_model_costs_no_time(assistant: Assistant) -> None:
    del assistant  # it has been trained
    begun = time.monotonic()
    assert run(ROOT, "bot/train.py").stdout.startswith("current ")
    assert time.monotonic() - begun < 3  # importing Rasa alone takes longer


def test_serving_without_the_model_of_these_files_is_refused(small: Path) -> None:
    refused = run(small, "bot/serve.py", REDIS_URL="redis://127.0.0.1:1")
    assert (refused.returncode, refused.stderr) == (
        1,
        "The assistant is not trained for the current files; run `make train`.\n",
    )


@pytest.mark.parametrize(
    ("host", "reason"),
    [
        ("0.0.0.0", "every network"),
        ("::", "every network"),
        ("8.8.8.8", "public address"),
        ("localhosts", "not an IP"),
    ],
)
def test_an_address_that_strangers_reach_is_refused(assistant: Assistant, host: str, reason: str) -> None:
    del assistant
    refused = run(ROOT, "bot/serve.py", "--host", host, REDIS_URL="redis://127.0.0.1:1")
    assert refused.returncode == 1
    assert reason in refused.stderr


def test_a_port_in_use_and_a_missing_redis_are_one_sentence_each(assistant: Assistant) -> None:
    del assistant
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = run(ROOT, "bot/serve.py", "--port", port, REDIS_URL="redis://127.0.0.1:1")
        assert refused.returncode == 1
        assert f"127.0.0.1:{port}" in refused.stderr
    refused = run(ROOT, "bot/serve.py", "--port", port)
    assert refused.stderr.startswith("REDIS_URL is not set")
    assert refused.stderr.count("\n") == 1
