from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from hotline.errors import HotlineError
from hotline.stack.screen import TerminalScreen
from hotline.stack.training import train

if TYPE_CHECKING:
    from pathlib import Path

STAGES = "print('stage 1/3 starting\\nnoise\\nstage 2/3 learning the topics\\ntrained x 2.0')"


class Stages:
    """Remembers what it is shown."""

    def __init__(self) -> None:
        self.shown: list[tuple[int, int, str]] = []
        self.finished = False

    def stage(self, number: int, total: int, words: str) -> None:
        self.shown.append((number, total, words))

    def done(self) -> None:
        self.finished = True


def test_stages_are_shown_as_they_come(tmp_path: Path) -> None:
    stages = Stages()
    assert train(tmp_path / "train.log", stages, (sys.executable, "-c", STAGES)).fresh
    assert stages.shown == [(1, 3, "starting"), (2, 3, "learning the topics")]
    assert stages.finished


def test_an_up_to_date_model_shows_no_bar(tmp_path: Path) -> None:
    stages = Stages()
    assert not train(tmp_path / "train.log", stages, (sys.executable, "-c", "print('current model')")).fresh
    assert stages.shown == []


def test_a_failed_training_is_the_trainers_own_sentence(tmp_path: Path) -> None:
    code = "import sys; sys.exit('Training failed: no data; details in train.log.')"
    with pytest.raises(HotlineError, match=r"^Training failed: no data; details in train\.log\.$"):
        train(tmp_path / "train.log", Stages(), (sys.executable, "-c", code))


def test_a_trainer_that_says_nothing_is_named_with_its_log(tmp_path: Path) -> None:
    with pytest.raises(HotlineError, match=r"^Training failed; see .*train\.log\.$"):
        train(tmp_path / "train.log", Stages(), (sys.executable, "-c", "raise SystemExit(3)"))


def test_a_missing_environment_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(HotlineError, match="run make install"):
        train(tmp_path / "train.log", Stages(), ("bot/no/such/python", "bot/train.py", "--log"))


def test_off_a_terminal_there_are_plain_lines() -> None:
    text = io.StringIO()
    screen = TerminalScreen(Console(file=text, width=20))
    screen.stage(1, 3, "starting")
    screen.starting(["redis", "worker"])
    screen.say("worker was killed; see /a/long/path/[of]/worker.log")
    screen.starting(())
    assert text.getvalue() == "1/3 starting\nworker was killed; see /a/long/path/[of]/worker.log\n"


def test_on_a_terminal_one_line_moves_and_then_goes_away() -> None:
    text = io.StringIO()
    screen = TerminalScreen(Console(file=text, force_terminal=True, width=80))
    screen.stage(1, 3, "starting")
    screen.stage(2, 3, "learning the topics")
    screen.done()
    screen.starting(["redis", "worker"])
    screen.say("redis is up")
    screen.starting(["worker"])
    screen.starting(())
    shown = text.getvalue()
    assert "learning the topics" in shown
    assert "starting redis, worker" in shown
    assert "redis is up" in shown
    assert "\x1b[2K" in shown, "the moving line is cleared"
