"""Learns the second look at wishes to stop: `python -m hotline.conversation.wish_training` (development)."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from hotline.conversation.optout import optout
from hotline.conversation.urgency import PLACES
from hotline.conversation.urgency_training import (
    SHARE,
    embedded,
    fitted,
    held_out,
    labelled,
    letter_rows,
    of_topics,
    small,
)
from hotline.settings import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from hotline.conversation.urgency import Floats

WEIGHTS: Final = ROOT / "content" / "triage" / "wishes.npz"
WISHES: Final = frozenset({"unsubscribe_alerts", "delete_my_data"})
ORDINARY: Final = 0.005  # share of ordinary texts that may be asked about
UNSURE: Final = 0.02  # the same, if the assistant understood none of them
DOUBTED: Final = 0.05  # share of the wishes that a rule knows which may be asked about


@dataclass(frozen=True)
class Example:
    """A text, and whether it asks for no more texts; `ordinary` when it was not written to mislead."""

    text: str
    wish: bool
    ordinary: bool = False


def examples() -> list[Example]:
    """Everything to learn from, in a fixed order; a text that is a wish somewhere is one."""
    found = {one.text: one for one in (*_everyday(), *_topics(), *_probes())}
    return sorted(found.values(), key=lambda one: one.text)


def fingerprint(data: list[Example]) -> str:
    """Changes when the examples do."""
    return hashlib.sha256(json.dumps([[one.text, one.wish] for one in data]).encode()).hexdigest()[:16]


def _everyday() -> list[Example]:
    return [Example(row["text"], wish=False, ordinary=True) for row in labelled("urgency")]


def _topics() -> list[Example]:
    return [Example(text, topic in WISHES, ordinary=topic not in WISHES) for topic, text in of_topics()]


def _probes() -> list[Example]:
    return [Example(row["text"], row["wish"] != "none") for row in labelled("optout")]


def train(file: Path = WEIGHTS) -> None:
    """Learn, choose the limits on held-out folds, write the weights, print what the folds say."""
    from scipy.sparse import csr_matrix  # noqa: PLC0415 - development only

    data = examples()
    texts = [one.text for one in data]
    truth = np.array([one.wish for one in data])
    sense, mean = embedded(texts)
    matrices: dict[str, Any] = {
        "letters": csr_matrix(letter_rows(texts), shape=(len(data), PLACES)), "sense": sense,
    }  # fmt: skip
    weights: dict[str, Any] = {
        "mean": mean, "share": np.array(SHARE), "data": np.array(fingerprint(data)),
    }  # fmt: skip
    guesses: dict[str, Floats] = {}
    for kind, matrix in matrices.items():
        guesses[kind] = held_out(matrix, truth)
        learnt = fitted(kind, matrix, truth, 0)
        weights |= {name: learnt[name] for name in (kind, f"{kind}_start")}
    known = np.array([optout(text) == "stop" for text in texts])
    for name, share in (("limits", SHARE), ("limits_letters", 0.0)):
        mixed = share * guesses["sense"] + (1 - share) * guesses["letters"]
        weights[name] = _limits(data, mixed, guesses["letters"], known)
        _report(name, data, mixed, weights[name], known)
    np.savez_compressed(file, **{name: small(array) for name, array in weights.items()})


def _limits(data: list[Example], mixed: Floats, letters: Floats, known: NDArray[np.bool_]) -> Floats:
    truth = np.array([one.wish for one in data])
    ordinary = np.array([one.ordinary and not one.wish for one in data])
    asks, unsure = (float(np.quantile(mixed[ordinary & ~known], 1 - part)) for part in (ORDINARY, UNSURE))
    doubts = float(np.quantile(mixed[truth & known], DOUBTED))
    return np.array([asks, unsure, doubts, float(np.quantile(letters[truth], 0.002))], np.float32)


def _report(name: str, data: list[Example], mixed: Floats, limits: Floats, known: NDArray[np.bool_]) -> None:
    asks, unsure, doubts, unlikely = limits
    numbers = f"asks {asks:.3f} unsure {unsure:.3f} doubts {doubts:.3f} unlikely {unlikely:.4f}"
    sys.stdout.write(f"{name}: {numbers}\n")
    for label, meant in (("wish", True), ("no wish", False)):
        for ordinary in (True, False):
            chosen = np.array([(one.wish, one.ordinary) == (meant, ordinary) for one in data])
            if not chosen.any():
                continue
            done = (known & (mixed >= doubts))[chosen].mean()
            asked = ((known & (mixed < doubts)) | (~known & (mixed >= asks)))[chosen].mean()
            kind = f"{label}{' (ordinary)' if ordinary else ''}"
            sys.stdout.write(f"  {kind} ({chosen.sum()}): stopped {done:.4f} asked {asked:.4f}\n")


if __name__ == "__main__":
    train()
