"""Learns the second look at wishes to stop: run as a module, in development."""

from __future__ import annotations

import hashlib
import json
import random
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from hotline.privacy.redaction import mask
from hotline.settings import ROOT
from hotline.understanding.optout.rules import optout
from hotline.understanding.optout.second_look import LAYERS
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
    small,
)

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from hotline.understanding.urgent.second_look import Floats

WEIGHTS: Final = ROOT / "content" / "triage" / "wishes.npz"
WISHES: Final = frozenset({"unsubscribe_alerts", "delete_my_data"})
LIKELY: Final = 0.01  # share of ordinary texts that may be asked about
FAINT: Final = 0.04  # the same, if the assistant understood none of them
HINT: Final = 0.08  # share of ordinary answers that may also say how to stop
DOUBTED: Final = 0.1  # share of the wishes that a rule knows which may be asked about
INNER: Final = (128, 64)  # of a network over the embedding: wishes come in too many kinds for one plane
NETWORKS: Final = 4  # that vote: one alone is surer than it should be
NONSENSE: Final = 1200  # texts of no language, or the networks guess at what is like nothing they know


@dataclass(frozen=True)
class Example:
    """A text, and whether it asks for no more texts; `ordinary` when it was not written to mislead."""

    text: str
    wish: bool
    ordinary: bool = False


def examples() -> list[Example]:
    """Everything to learn from, in a fixed order; a text that is a wish somewhere is one."""
    known = [*_everyday(), *_topics()]
    found = {one.text: one for one in (*_nonsense(known), *known, *_probes())}
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


def _nonsense(known: list[Example]) -> list[Example]:
    """Ordinary texts, the letters of each word shuffled; some cut short, some with a number in them."""
    chance = random.Random(0)
    texts = chance.sample(sorted(one.text for one in known if one.ordinary), NONSENSE)
    ends = ("", "", f" {chance.randrange(10, 100)}", f" 860-555-01{chance.randrange(10, 100)}")
    return [Example(mask(_shuffled(text, chance) + chance.choice(ends)), wish=False) for text in texts]


def _shuffled(text: str, chance: random.Random) -> str:
    words = text.split()[: chance.randint(1, 6)]
    return " ".join("".join(chance.sample(word, len(word))) for word in words)


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
    for kind, model in (("letters", regression()), ("sense", networks())):
        guesses[kind] = held_out(matrices[kind], truth, model)
        model.fit(matrices[kind], truth)
        weights |= of_networks(model.estimators_) if kind == "sense" else plane(kind, model)
    known = np.array([optout(text) == "stop" for text in texts])
    for name, share in (("limits", SHARE), ("limits_letters", 0.0)):
        mixed = share * guesses["sense"] + (1 - share) * guesses["letters"]
        weights[name] = _limits(data, mixed, guesses["letters"], known)
        _report(name, data, mixed, weights[name], known)
    np.savez_compressed(file, **{name: small(array) for name, array in weights.items()})


def networks() -> Any:
    """What is learnt from beside the letters; not learnt yet."""
    from sklearn.ensemble import VotingClassifier  # noqa: PLC0415 - development only
    from sklearn.neural_network import MLPClassifier  # noqa: PLC0415 - development only

    voters = [
        (str(seed), MLPClassifier(INNER, alpha=0.01, max_iter=12, random_state=seed))
        for seed in range(NETWORKS)
    ]
    return VotingClassifier(voters, voting="soft")


def of_networks(voters: Any) -> dict[str, Floats]:
    """The weights of each layer of all networks, by the names that `wish` knows them by."""
    found: dict[str, Floats] = {}
    for number, name in enumerate(LAYERS):
        found[name] = np.stack([one.coefs_[number] for one in voters])
        found[f"{name}_start"] = np.stack([one.intercepts_[number][None] for one in voters])
    return found


def _limits(data: list[Example], mixed: Floats, letters: Floats, known: NDArray[np.bool_]) -> Floats:
    truth = np.array([one.wish for one in data])
    ordinary = np.array([one.ordinary and not one.wish for one in data])
    shares = (LIKELY, FAINT, HINT)
    likely, faint, hint = (float(np.quantile(mixed[ordinary & ~known], 1 - part)) for part in shares)
    doubts = float(np.quantile(mixed[truth & known], DOUBTED))
    return np.array([likely, faint, hint, doubts, float(np.quantile(letters[truth], 0.002))], np.float32)


def _report(name: str, data: list[Example], mixed: Floats, limits: Floats, known: NDArray[np.bool_]) -> None:
    likely, faint, hint, doubts, unlikely = limits
    numbers = (
        f"likely {likely:.3f} faint {faint:.3f} hint {hint:.3f} doubts {doubts:.3f} unlikely {unlikely:.4f}"
    )
    sys.stdout.write(f"{name}: {numbers}\n")
    kinds = np.array([f"{'wish' if one.wish else 'no wish'}{' (ordinary)' * one.ordinary}" for one in data])
    for kind in sorted(set(kinds)):
        score, ruled = mixed[kinds == kind], known[kinds == kind]
        done = ruled & (score >= doubts)
        heard = [
            done,
            ~done & (ruled | (score >= likely)),
            ~done & ~ruled & (score >= hint) & (score < likely),
        ]
        shares = "stopped {:.4f} asked {:.4f} asked if vague, or told how {:.4f}".format(*map(np.mean, heard))
        sys.stdout.write(f"  {kind} ({len(score)}): {shares}\n")


if __name__ == "__main__":
    train()
