"""Trains the assistant when the files it depends on have changed: `bot/.venv/bin/python bot/train.py`.

Standard output carries one line for each stage, `stage 3/6 learning the topics`, for whoever draws a
progress bar, and at the end `trained <path> <seconds>` or `current <path>`. All that Rasa prints goes
to the log file. Exit code 1 comes with one sentence on standard error.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import shutil
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.fingerprint import KEPT_MODELS, MODELS, ROOT, model_path, training_files
from bot.without_tensorflow import stand_in

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN_WORDS = {"TopicClassifier": "learning the topics", "QuickRulePolicy": "learning the rules"}
STARTING = "Starting to train component '"
ABANDONED_SECONDS = 3600
STAGES = 3  # loading, reading and packing, besides one for each component that learns


class Progress(logging.Handler):
    """Turns Rasa's log lines about components into stages on standard output."""

    def __init__(self, out: TextIO) -> None:
        super().__init__(logging.INFO)
        self.out = out
        self.done = 0
        self.total = STAGES + len(PLAIN_WORDS)

    def stage(self, words: str) -> None:
        """Announce the next stage."""
        self.done = min(self.done + 1, self.total)
        print(f"stage {self.done}/{self.total} {words}", file=self.out, flush=True)

    def emit(self, record: logging.LogRecord) -> None:
        """Announce a component that begins to learn."""
        message = record.getMessage()
        if message.startswith(STARTING):
            name = message.removeprefix(STARTING).rstrip("'.")
            self.stage(PLAIN_WORDS.get(name, f"training {name}"))


@contextlib.contextmanager
def quiet_output(log: Path) -> Iterator[TextIO]:
    """Send file descriptors 1 and 2 to the log, native libraries included; yields the real output."""
    log.parent.mkdir(parents=True, exist_ok=True)
    saved = os.dup(1), os.dup(2)
    with log.open("a") as sink, os.fdopen(os.dup(1), "w") as out:
        os.dup2(sink.fileno(), 1)
        os.dup2(sink.fileno(), 2)
        try:
            yield out
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, copy in enumerate(saved, start=1):
                os.dup2(copy, number)
                os.close(copy)


def prepare() -> None:
    """Settings that must stand before Rasa is imported."""
    os.environ.update(
        RASA_TELEMETRY_ENABLED="false",
        RASA_MAX_CACHE_SIZE="0",  # the fingerprint decides what is trained; no second cache
        RASA_CACHE_DIRECTORY=str(MODELS / "cache"),
        SQLALCHEMY_SILENCE_UBER_WARNING="1",
    )
    warnings.showwarning = lambda *_, **__: None  # Rasa's old pins deprecate each other
    stand_in()


def train(target: Path, progress: Progress) -> None:
    """Train and put the finished model in place in one step, so that no half-written model is ever seen."""
    progress.stage("starting Rasa")
    prepare()
    import skops.io  # noqa: F401, PLC0415 - before Rasa: it looks through every imported module, 5 s if late
    from rasa.model_training import train as rasa_train  # noqa: PLC0415 - takes seconds, and is often not needed

    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(message)s")
    logging.getLogger("rasa.engine.training.hooks").addHandler(progress)
    progress.stage("reading the training data")
    MODELS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=MODELS) as folder:
        result = rasa_train(
            domain=str(ROOT / "domain.yml"),
            config=str(ROOT / "config.yml"),
            training_files=[str(path) for path in training_files()],
            output=folder,
            fixed_model_name="model",
            force_training=True,
        )
        if result.code or not result.model:
            raise RuntimeError(f"Rasa stopped with code {result.code}")
        progress.stage("packing")
        Path(result.model).replace(target)


def remove_old_models(current: Path) -> None:
    """Keep the current model and the newest of the others; clear away what a killed training left."""
    others = [path for path in MODELS.glob("assistant-*.tar.gz") if path != current]
    others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in others[KEPT_MODELS - 1 :]:
        path.unlink(missing_ok=True)
    for folder in MODELS.glob("tmp*"):
        if time.time() - folder.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Train if needed; returns the exit code."""
    parser = argparse.ArgumentParser(description="Train the assistant if anything it depends on has changed.")
    parser.add_argument("--log", type=Path, default=MODELS / "train.log", help="where Rasa's own output goes")
    arguments = parser.parse_args()
    target = model_path()
    if target.exists():
        os.utime(target)
        print(f"current {target}")
        return 0
    began = time.monotonic()
    try:
        with quiet_output(arguments.log) as out:
            train(target, Progress(out))
        remove_old_models(target)
    except Exception as error:  # noqa: BLE001 - whatever Rasa raises becomes one sentence
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        print(f"Training failed: {reason}; details in {arguments.log}.", file=sys.stderr)
        return 1
    print(f"trained {target} {time.monotonic() - began:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
