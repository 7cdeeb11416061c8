"""What measures the assistant is never what it learnt from: no text and no near-copy is in both."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Final

import pytest
import yaml

from hotline.settings import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable

DATA: Final = ROOT / "nlu_data"
SHORT: Final = 14  # characters: "stop", "mas info" and "help me" are what anybody texts
ALIKE: Final = 0.75  # of the letter groups of both
SHARE: Final = 0.005  # near-copies by chance: two authors ask the same plain question


def plain(text: str) -> str:
    """Letters and digits only, in lower case, without accents."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", bare))


def groups(text: str) -> frozenset[str]:
    """Its letter groups of four."""
    padded = f" {text} "
    return frozenset(padded[start : start + 4] for start in range(len(padded) - 3))


def learnt() -> set[str]:
    """Every text that something is trained on, made plain."""
    found: set[str] = set()
    for file in (DATA / "nlu").glob("*.yml"):
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            found |= {plain(line[2:]) for line in block["examples"].splitlines() if line}
    for file in (DATA / "urgency").glob("*.jsonl"):
        found |= {plain(json.loads(line)["text"]) for line in file.read_text(encoding="utf-8").splitlines()}
    return found


def measured(name: str) -> list[str]:
    """The longer texts of a test set, made plain."""
    lines = (DATA / "tests" / name).read_text(encoding="utf-8").splitlines()
    return [text for line in lines if len(text := plain(json.loads(line)["text"])) > SHORT]


def index(texts: Iterable[str]) -> dict[str, list[frozenset[str]]]:
    """The groups of each text under its rarest ones: only texts that share one are compared."""
    found: dict[str, list[frozenset[str]]] = {}
    for text in texts:
        own = groups(text)
        for group in own:
            found.setdefault(group, []).append(own)
    return found


LEARNT: Final = learnt()
INDEX: Final = index(LEARNT)


def near(text: str) -> bool:
    """Whether an example shares most of its letter groups with a text."""
    own = groups(text)
    rare = sorted(own, key=lambda group: len(INDEX.get(group, ())))[: max(1, len(own) // 3)]
    candidates = {one for group in rare for one in INDEX.get(group, ())}
    return any(len(own & other) / len(own | other) >= ALIKE for other in candidates)


@pytest.mark.parametrize("name", sorted(path.name for path in (DATA / "tests").glob("*.jsonl")))
def test_no_test_set_was_learnt_from(name: str) -> None:
    texts = measured(name)
    assert len(texts) > 100
    assert not [text for text in texts if text in LEARNT], "the same text is among the examples"
    assert sum(map(near, texts)) <= SHARE * len(texts)
