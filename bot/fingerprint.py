"""Which trained model belongs to the files as they are now; imports nothing but the standard library."""

from __future__ import annotations

import hashlib
from pathlib import Path

BOT = Path(__file__).resolve().parent
ROOT = BOT.parent
MODELS = BOT / "models"
KEPT_MODELS = 2  # the new one, and the one before it for a quick way back


def training_files() -> list[Path]:
    """The files handed to Rasa as training data, sorted; test sets are not among them."""
    data = ROOT / "nlu_data"
    return sorted(path for path in data.rglob("*.yml") if "tests" not in path.relative_to(data).parts)


def fingerprint() -> str:
    """A hash over everything a trained model depends on, 16 hex digits."""
    parts = sorted(path for path in (BOT / "components").iterdir() if path.suffix in (".py", ".txt"))
    code = [BOT / "train.py", BOT / "uv.lock", *parts]
    digest = hashlib.sha256()
    for path in [ROOT / "domain.yml", ROOT / "config.yml", *training_files(), *code]:
        body = path.read_bytes()
        digest.update(f"{path.relative_to(ROOT).as_posix()} {len(body)}\n".encode())
        digest.update(body)
    return digest.hexdigest()[:16]


def model_path() -> Path:
    """Where the model for the current files is, whether it has been trained yet or not."""
    return MODELS / f"assistant-{fingerprint()}.tar.gz"
