"""Learns the second look for a crisis: `python -m hotline.understanding.crisis.training ORDINARY.jsonl …`.

Development only. The files hold ordinary texts that others wrote, a `text` and a `licence` a line: what is
made up for learning says little about them, and networks are sure of whatever they have never seen. Every
other one is learnt from, unless its licence asks to share alike; the limits are chosen on the rest.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, override

import numpy as np

from hotline.settings import ROOT
from hotline.understanding.crisis.second_look import CrisisModel
from hotline.understanding.embedding import Embedder
from hotline.understanding.optout.training import networks, of_networks
from hotline.understanding.urgent.second_look import PLACES
from hotline.understanding.urgent.training import (
    SHARE,
    embedded,
    held_out,
    labelled,
    letter_rows,
    of_topics,
    plane,
    regression,
    remembered,
    small,
)

WEIGHTS: Final = ROOT / "content" / "triage" / "crisis.npz"
LIKELY: Final = 0.002  # share of ordinary texts of which a person may be told
FAINT: Final = 0.02  # share of ordinary texts that may be answered with where help is, besides their answer
DOUBTED: Final = {"limits": 0.1, "limits_letters": 0.05}  # below: what a rule hears is something else
EVERY: Final = 3  # of our topics' many examples, one in so many is enough
LEARNT: Final = 4000  # of other people's texts, evenly spread over the files
LIMITING: Final = 3000


@dataclass(frozen=True)
class Example:
    """A text, and whether somebody in it is in a crisis."""

    text: str
    crisis: bool


def examples(ordinary: list[str]) -> list[Example]:
    """Everything to learn from, in a fixed order; a text that is a crisis somewhere is one."""
    topics = [text for _, text in of_topics()][::EVERY]
    known = [Example(text, crisis=False) for text in (*ordinary, *topics)]
    known += [Example(row["text"], crisis=False) for row in labelled("urgency")]
    known += [Example(row["text"], row["crisis"] != "none") for row in labelled("crisis")]
    return sorted({one.text: one for one in known}.values(), key=lambda one: one.text)


class Known(Embedder):
    """The embeddings of texts that were looked up together, and kept for the next run."""

    def __init__(self, vectors: dict[str, Any]) -> None:
        self._vectors = vectors

    @override
    def vector(self, text: str) -> Any:
        return self._vectors[text]


def train(learnt: list[str], limiting: list[str], file: Path = WEIGHTS) -> None:
    """Learn from some ordinary texts, choose the limits on others, write the weights, print the limits."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - development only

    data = examples(learnt)
    texts = [one.text for one in data]
    truth = np.array([one.crisis for one in data])
    sense, mean = embedded(texts)
    letters: Any = csr_matrix(letter_rows(texts), shape=(len(data), PLACES))
    weights: dict[str, Any] = {"mean": mean, "share": np.array(SHARE), "data": np.array(_fingerprint(data))}
    weights |= plane("letters", regression().fit(letters, truth))
    weights |= of_networks(networks().fit(sense, truth).estimators_)
    unlikely = float(np.quantile(held_out(letters, truth)[truth], 0.002))
    known = Known(dict(zip(limiting, remembered(limiting), strict=True)))
    for name, embedder in (("limits", known), ("limits_letters", None)):
        weights[name] = np.array([0.0, 0.0, unlikely, DOUBTED[name]], np.float32)
        model = CrisisModel(weights, embedder)
        scores = [model.score(text) for text in limiting]
        weights[name][:2] = np.quantile(scores, (1 - LIKELY, 1 - FAINT))
        sys.stdout.write(f"{name}: likely {weights[name][0]:.3f} faint {weights[name][1]:.3f}\n")
    np.savez_compressed(file, **{name: small(array) for name, array in weights.items()})


def _fingerprint(data: list[Example]) -> str:
    """Changes when the examples do."""
    return hashlib.sha256(json.dumps([[one.text, one.crisis] for one in data]).encode()).hexdigest()[:16]


def _texts(files: list[str]) -> tuple[list[str], list[str]]:
    """Texts to learn from and texts to choose the limits on."""
    lines = [line for file in files for line in Path(file).read_text(encoding="utf-8").split("\n") if line]
    rows: list[dict[str, str]] = [json.loads(line) for line in lines]
    learnt = [row["text"] for row in rows[::2] if "SA" not in row["licence"]]
    limiting = [row["text"] for row in rows[1::2]]
    return learnt[:: max(1, len(learnt) // LEARNT)], limiting[:: max(1, len(limiting) // LIMITING)]


if __name__ == "__main__":
    train(*_texts(sys.argv[1:]))
