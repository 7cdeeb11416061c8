"""The training data, without Rasa."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
import yaml
from rapidfuzz import fuzz, process

from hotline.content.topics import TOPICS
from hotline.settings import ROOT
from hotline.understanding.topic_words import plain

NLU = ROOT / "nlu_data" / "nlu"
LANGUAGES = ("en", "es")
SHORT_TOPICS = {"affirm", "deny", "thanks", "goodbye", "more", "source", "full_law_text"}  # said in few ways
NEAR = 90  # rapidfuzz ratio from which two texts count as one


@cache
def examples() -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for path in sorted(NLU.glob("*.yml")):
        (block,) = yaml.safe_load(path.read_text())["nlu"]
        topic, lang = path.stem.split(".")
        assert block["intent"] == topic, path.name
        found[topic, lang] = [line.removeprefix("- ").strip() for line in block["examples"].splitlines()]
    return found


@cache
def dev_set() -> list[dict[str, str]]:
    return [json.loads(line) for line in (ROOT / "nlu_data/tests/dev.jsonl").read_text().splitlines()]


def test_the_intents_are_exactly_the_topics() -> None:
    domain: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text())
    assert sorted(domain["intents"]) == sorted(TOPICS)


def test_every_topic_has_one_rule_and_every_rule_an_action_that_exists() -> None:
    domain: dict[str, Any] = yaml.safe_load((ROOT / "domain.yml").read_text())
    rules: list[dict[str, Any]] = yaml.safe_load((ROOT / "nlu_data/rules.yml").read_text())["rules"]
    ruled = [step["intent"] for rule in rules for step in rule["steps"][0].get("or", rule["steps"][:1])]
    assert sorted(ruled) == sorted([*TOPICS, "nlu_fallback"])
    assert sorted(rule["steps"][-1]["action"] for rule in rules) == sorted(domain["actions"])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_examples(topic: str, lang: str) -> None:
    least = 10 if topic in SHORT_TOPICS else 13 if topic in TOPICS[-15:] or "ordinance" in topic else 15
    if topic in ("unsubscribe_alerts", "delete_my_data"):
        least = 10
    assert len(examples()[topic, lang]) >= least


def test_no_text_is_an_example_of_two_topics() -> None:
    topics: dict[str, set[str]] = {}
    for (topic, _), texts in examples().items():
        for text in texts:
            topics.setdefault(plain(text) or text, set()).add(topic)
    assert {text: found for text, found in topics.items() if len(found) > 1} == {}


def test_the_dev_set_covers_every_topic() -> None:
    covered = {(row["topic"], row["lang"]) for row in dev_set()}
    assert {(topic, lang) for topic in TOPICS for lang in LANGUAGES} <= covered


def test_the_dev_set_was_never_trained_on() -> None:
    known = sorted({plain(text) for texts in examples().values() for text in texts})
    near = {
        row["text"]: found[0]
        for row in dev_set()
        if (found := process.extractOne(plain(row["text"]), known, scorer=fuzz.ratio, score_cutoff=NEAR))
    }
    assert near == {}


def test_texts_as_they_look_after_masking_are_among_the_examples() -> None:
    assert any("[immigration status]" in text for texts in examples().values() for text in texts)
