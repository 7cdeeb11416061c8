"""The second look for a wish to stop: what rules miss is asked about, what they mistake is not done unasked.

`data/leaving` and `data/leaving_again` were written by people who saw neither rules nor examples, the second
after the rules and the model were done; only their counts were looked at.
"""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from hotline.settings import ROOT
from hotline.store import keys
from hotline.understanding.dialogue import Say, Understood
from hotline.understanding.embedding import Embedder
from hotline.understanding.optout.rules import is_carrier_word, optout, says_only_stop, wants_erased
from hotline.understanding.optout.second_look import OptOutModel
from hotline.understanding.optout.training import WEIGHTS, examples, fingerprint
from tests.understanding.optout.test_rules import controls, wishes
from tests.understanding.tables import Row, share, table

if TYPE_CHECKING:
    from hotline.understanding.optout.second_look import Likeness
    from tests.stage.talk import Talk

# The least that rules and model alone reach. Of the rest the assistant asks about some more, and all others
# are answered with the way to stop.
CAUGHT: Final = {
    "leaving/en": 0.975, "leaving/es": 0.95, "leaving/pt": 0.965, "leaving/ht": 0.94,
    "leaving_again/en": 0.955, "leaving_again/es": 0.93, "leaving_again/pt": 0.96, "leaving_again/ht": 0.86,
}  # fmt: skip
SETS: Final = tuple(CAUGHT)
LEARNT: Final = {one.text.casefold() for one in examples()}
# A bare STOP stands in both: it says nothing of words never seen.
NEVER_SEEN: Final = {
    name: [row for row in table(f"{name}.jsonl") if row["text"].casefold() not in LEARNT] for name in SETS
}
CUT_OFF: Final = 0.0075


@pytest.fixture(scope="module")
def model() -> OptOutModel:
    """As the worker has it on this machine."""
    return OptOutModel.load(WEIGHTS, Embedder.load())


def outcome(model: OptOutModel, text: str) -> str:
    """What happens to a text: stop, ask, delete, tell (how to stop) or none; as in `leaving`."""
    ruled = optout(text)
    if ruled == "stop" and (says_only_stop(text) or not model.hardly_likely(text)):
        return "stop"
    if ruled:
        return "ask"
    sounds = model.likeness(text)
    return (
        "delete"
        if wants_erased(text)
        else "ask"
        if sounds == "likely"
        else "none"
        if sounds == "none"
        else "tell"
    )


def test_the_weights_were_learnt_from_the_examples_that_are_here() -> None:
    """After a change of nlu_data: python -m hotline.understanding.optout.training."""
    with np.load(WEIGHTS, allow_pickle=False) as arrays:
        assert str(arrays["data"]) == fingerprint(examples())


@pytest.mark.parametrize("name", SETS)
def test_enough_was_never_learnt_from(name: str) -> None:
    assert len(wishes(NEVER_SEEN[name])) >= 100
    assert len(controls(NEVER_SEEN[name])) >= 140


@pytest.mark.parametrize("name", SETS)
def test_most_wishes_never_seen_are_done_or_asked_about(name: str, model: OptOutModel) -> None:
    rows = wishes(NEVER_SEEN[name])
    assert share(rows, lambda row: outcome(model, row["text"]) not in ("tell", "none")) >= CAUGHT[name]


@pytest.mark.parametrize("name", SETS)
def test_hardly_anybody_who_wants_no_more_texts_is_left_without_the_way_out(
    name: str, model: OptOutModel
) -> None:
    rows = wishes(NEVER_SEEN[name])
    assert share(rows, lambda row: outcome(model, row["text"]) != "none") >= 0.985


@pytest.mark.parametrize("name", SETS)
def test_nobody_is_cut_off_who_did_not_ask(name: str, model: OptOutModel) -> None:
    rows = controls(NEVER_SEEN[name])
    assert share(rows, lambda row: outcome(model, row["text"]) == "stop") <= CUT_OFF


def test_an_ordinary_question_is_answered_and_not_met_with_a_question(model: OptOutModel) -> None:
    files = sorted((ROOT / "nlu_data" / "tests").glob("test.*.jsonl"))
    rows: list[Row] = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    others = [row for row in rows if row.get("topic") not in ("unsubscribe_alerts", "delete_my_data")]
    others = others[::4]  # each costs an embedding
    assert len(others) > 150
    assert share(others, lambda row: outcome(model, row["text"]) == "ask") <= 0.01
    assert share(others, lambda row: outcome(model, row["text"]) == "tell") <= 0.1


@pytest.mark.parametrize(
    "form", ["{} {} {}", "{} {} {}, call [number]", "{} 42", "hi is this {}", "who is {} {}"]
)
def test_what_is_like_no_language_is_seldom_taken_for_a_wish(model: OptOutModel, form: str) -> None:
    chance = random.Random(form)
    texts = [form.format(*(nonsense(chance) for _ in range(3))) for _ in range(60)]
    asked = sum(model.likeness(text) in ("likely", "faint") for text in texts)
    assert asked / len(texts) <= 0.15


def nonsense(chance: random.Random) -> str:
    """A word of one to four syllables that nobody ever said."""
    syllables = chance.choices(("ba", "gur", "gle", "flib", "ko", "za", "lo", "mu", "vi", "tre"), k=4)
    return "".join(syllables[: chance.randint(1, 4)])


@pytest.mark.parametrize("embedder", [Embedder.load(), None], ids=["sense", "letters"])
def test_a_word_that_carriers_know_is_never_doubted(embedder: Embedder | None) -> None:
    model = OptOutModel.load(WEIGHTS, embedder)
    bare = [one.text for one in examples() if is_carrier_word(one.text.casefold())]
    assert len(bare) > 30
    assert {outcome(model, text) for text in bare} == {"stop"}


async def test_words_that_no_rule_knows_lead_to_the_question_and_yes_stops(talk: Talk) -> None:
    await talk.begin()
    talk.second_hearing.sounds["ya estuvo con sus cosas"] = "likely"
    assert "1 =" in " ".join(await talk.says("ya estuvo con sus cosas"))
    assert "START" in " ".join(await talk.says("si"))
    assert await talk.store.redis.sismember(keys.optout("hotline"), talk.person)


async def test_whoever_says_no_keeps_the_line(talk: Talk) -> None:
    await talk.begin()
    talk.second_hearing.sounds["ya estuvo con sus cosas"] = "likely"
    await talk.says("ya estuvo con sus cosas")
    await talk.says("2")
    assert not await talk.store.redis.sismember(keys.optout("hotline"), talk.person)


async def test_what_a_rule_takes_for_a_wish_is_asked_about_when_it_sounds_like_something_else(
    talk: Talk,
) -> None:
    await talk.begin()
    text = "please stop texting me"
    talk.second_hearing.doubted.add(text)
    assert "1 =" in " ".join(await talk.says(text))
    assert not await talk.store.redis.sismember(keys.optout("hotline"), talk.person)


async def test_a_question_about_alerts_stops_alerts_and_leaves_the_line_open(talk: Talk) -> None:
    await talk.begin()
    text = "tanta alerta me tiene harta"
    talk.second_hearing.sounds[text] = "likely"
    assert "alert" in " ".join(await talk.says(text)).casefold()
    await talk.says("1")
    assert await talk.store.redis.sismember(keys.optout("alerts"), talk.person)
    assert not await talk.store.redis.sismember(keys.optout("hotline"), talk.person)


@pytest.mark.parametrize(
    ("topic", "sounds", "asked"),
    [("out_of_scope", "faint", True), ("find_lawyer", "faint", False), ("out_of_scope", "hint", False)],
)
async def test_a_faint_likeness_leads_to_the_question_only_when_nothing_else_was_understood(
    talk: Talk, topic: str, sounds: Likeness, *, asked: bool
) -> None:
    await talk.begin()
    text = "el celular ya no es de el"
    talk.second_hearing.sounds[text] = sounds
    talk.assistant.understood[text] = Understood(topic, 0.9, (), (Say("an answer"),))
    replies = await talk.says(text)
    assert ("1 =" in " ".join(replies)) == asked
    assert (replies == ["an answer\nTo get no more texts: STOP."]) == (not asked)


async def test_a_wish_to_stay_that_the_assistant_takes_for_its_opposite_is_heard_right(talk: Talk) -> None:
    await talk.begin()
    text = "please don't stop the alerts"
    talk.assistant.understood[text] = Understood("unsubscribe_alerts", 0.99, (), ())
    assert "neighborhood" in " ".join(await talk.says(text))


@pytest.mark.parametrize(
    "text", ["we have got to STOP this law", "parar o sangramento", "pa sispann avèti m"]
)
@pytest.mark.parametrize("embedder", [Embedder.load(), None], ids=["sense", "letters"])
def test_what_plainly_means_something_else_sounds_like_no_wish(embedder: Embedder | None, text: str) -> None:
    assert OptOutModel.load(WEIGHTS, embedder).likeness(text) == "none"
