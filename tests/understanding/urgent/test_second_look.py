"""The second look at urgency: raises, never lowers, and stands on the data that is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.understanding import embedding
from hotline.understanding.embedding import Embedder
from hotline.understanding.rules.rulebook import Urgency
from hotline.understanding.urgent.second_look import UrgencyModel, places_of
from hotline.understanding.urgent.training import WEIGHTS, examples, fingerprint

if TYPE_CHECKING:
    from pathlib import Path

RANK: Final = {"none": 0, "ask": 1, "page": 2}
LETTERS_ONLY: Final = UrgencyModel.load(WEIGHTS, None)


@pytest.fixture(scope="module")
def model() -> UrgencyModel:
    """As the worker has it on this machine."""
    return UrgencyModel.load(WEIGHTS, Embedder.load())


@given(st.text(max_size=200), st.sampled_from(get_args(Urgency.__value__)))
def test_no_text_is_ever_called_less_urgent_than_the_rules_said(text: str, ruled: Urgency) -> None:
    """Whatever was learnt, a page stays a page."""
    assert RANK[LETTERS_ONLY.raised(text, ruled)] >= RANK[ruled]


def test_the_weights_were_learnt_from_the_examples_that_are_here() -> None:
    """After a change of nlu_data: python -m hotline.understanding.urgent.training."""
    with np.load(WEIGHTS, allow_pickle=False) as arrays:
        assert str(arrays["data"]) == fingerprint(examples())


def test_the_same_text_gets_the_same_urgency(model: UrgencyModel) -> None:
    """Deciding a turn again must lead to the same writes."""
    assert model.scores("they are taking my neighbor") == model.scores("they are taking my neighbor")


@pytest.mark.parametrize(
    "text",
    ["unos hombres con mascara se estan llevando a mi hermano ahorita",
     "masked men are dragging my coworker into a van right now please hurry",
     "tem uns agentes arrombando a porta do vizinho agora socorro"],
)  # fmt: skip
@pytest.mark.parametrize("with_embedding", [True, False])
def test_somebody_being_taken_now_is_at_least_asked_about_in_every_language(
    text: str, *, with_embedding: bool, model: UrgencyModel
) -> None:
    """The rules may know none of these words."""
    chosen = model if with_embedding else LETTERS_ONLY
    assert chosen.raised(text, "none") != "none"


@pytest.mark.parametrize(
    "text",
    ["what time does the library close", "quiero saber si puedo renovar mi licencia de manejar",
     "what are my rights if the police stop me", "gracias por la informacion", ""],
)  # fmt: skip
def test_an_ordinary_question_is_not_raised(text: str, model: UrgencyModel) -> None:
    """Nobody is woken for it."""
    assert model.raised(text, "none") == "none"


def test_a_processor_without_avx2_does_without_the_embedding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine would end the process there."""
    (tmp_path / "cpuinfo").write_text("processor : 0\nflags : fpu sse2\n")
    monkeypatch.setattr(embedding, "CPUINFO", tmp_path / "cpuinfo")
    assert Embedder.load() is None


@given(st.text(max_size=400))
def test_any_text_has_a_place_among_the_weights(text: str) -> None:
    """Emoji, controls and lone surrogates of old phones included."""
    places, values = places_of(text)
    assert len(places) == len(values)
    assert not len(places) or float(values @ values) == pytest.approx(1.0, abs=1e-3)
