"""Learns the second look for a crisis: `python -m hotline.conversation.crisis_training [ORDINARY.jsonl …]`.

Development only. The files hold ordinary texts that others wrote: the limit is chosen on them, and nothing is
learnt from them. Without any, it is chosen on our own ordinary texts, which are easier than the world's.
"""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from hotline.conversation.crisis_look import CrisisModel
from hotline.conversation.embedding import Embedder
from hotline.conversation.urgency import PLACES
from hotline.conversation.urgency_training import (
    SHARE,
    embedded,
    held_out,
    labelled,
    letter_rows,
    of_topics,
    plane,
    regression,
    small,
)
from hotline.conversation.wish_training import networks, of_networks
from hotline.settings import ROOT

if TYPE_CHECKING:
    from hotline.conversation.urgency import Floats

WEIGHTS: Final = ROOT / "content" / "triage" / "crisis.npz"
LIKELY: Final = 0.002  # share of ordinary texts of which a person may be told
FAINT: Final = 0.01  # share of ordinary texts that may be answered with where help is, besides their answer
EVERY: Final = 3  # of our topics' many examples, one in so many is enough
ORDINARY: Final = 4000  # of other people's texts, evenly spread over the files


@dataclass(frozen=True)
class Example:
    """A text, and whether somebody in it is in a crisis; `ordinary` when it was not written to mislead."""

    text: str
    crisis: bool
    ordinary: bool = False


def examples() -> list[Example]:
    """Everything to learn from, in a fixed order; a text that is a crisis somewhere is one."""
    topics = [text for _, text in of_topics()][::EVERY]
    known = [Example(row["text"], crisis=False, ordinary=True) for row in labelled("urgency")]
    known += [Example(text, crisis=False, ordinary=True) for text in topics]
    known += [Example(row["text"], row["crisis"] != "none") for row in labelled("crisis")]
    return sorted({one.text: one for one in known}.values(), key=lambda one: one.text)


def train(ordinary: list[str], file: Path = WEIGHTS) -> None:
    """Learn, choose the limits, write the weights, print what held-out folds and ordinary texts say."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - development only

    data = examples()
    texts = [one.text for one in data]
    truth = np.array([one.crisis for one in data])
    sense, mean = embedded(texts)
    letters: Any = csr_matrix(letter_rows(texts), shape=(len(data), PLACES))
    guesses = {"letters": held_out(letters, truth), "sense": held_out(sense, truth, networks())}
    weights: dict[str, Any] = {"mean": mean, "share": np.array(SHARE), "data": np.array(_fingerprint(data))}
    weights |= plane("letters", regression().fit(letters, truth))
    weights |= of_networks(networks().fit(sense, truth).estimators_)
    unlikely = float(np.quantile(guesses["letters"][truth], 0.002))
    for name, share, embedder in (("limits", SHARE, Embedder.load()), ("limits_letters", 0.0, None)):
        weights[name] = np.array([0.0, 0.0, unlikely], np.float32)
        mixed = share * guesses["sense"] + (1 - share) * guesses["letters"]
        ours = mixed[[one.ordinary for one in data]]
        model = CrisisModel(weights, embedder)
        scores = np.array([model.score(text) for text in ordinary]) if ordinary else ours
        weights[name][:2] = np.quantile(scores, (1 - LIKELY, 1 - FAINT))
        _report(name, data, mixed, weights[name])
    np.savez_compressed(file, **{name: small(array) for name, array in weights.items()})


def _fingerprint(data: list[Example]) -> str:
    """Changes when the examples do."""
    return hashlib.sha256(json.dumps([[one.text, one.crisis] for one in data]).encode()).hexdigest()[:16]


def _report(name: str, data: list[Example], mixed: Floats, limits: Floats) -> None:
    likely, faint, unlikely = limits
    sys.stdout.write(f"{name}: likely {likely:.3f} faint {faint:.3f} unlikely {unlikely:.4f}\n")
    kinds = np.array([f"{'crisis' if one.crisis else 'none'}{' (ordinary)' * one.ordinary}" for one in data])
    for kind in sorted(set(kinds)):
        score = mixed[kinds == kind]
        shares = f"likely {np.mean(score >= likely):.4f} told where help is {np.mean(score >= faint):.4f}"
        sys.stdout.write(f"  {kind} ({len(score)}): {shares}\n")


def _texts(files: list[str]) -> list[str]:
    lines = [line for file in files for line in Path(file).read_text(encoding="utf-8").split("\n") if line]
    return [json.loads(line)["text"] for line in lines[:: max(1, len(lines) // ORDINARY)]]


if __name__ == "__main__":
    train(_texts(sys.argv[1:]))
