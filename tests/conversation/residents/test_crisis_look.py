"""What only sounds like a crisis, and no rule hears: where help is comes first, and nobody is cut off."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from hotline.messaging.asked import ViolationDetail, WordsForHuman
from hotline.messaging.contacts import block, opt_out
from hotline.settings import ROOT
from hotline.store import keys
from hotline.understanding.crisis.rules import crisis_rules
from hotline.understanding.crisis.second_look import CrisisModel
from hotline.understanding.dialogue import Understood
from hotline.understanding.embedding import Embedder
from hotline.understanding.intake import Intake
from tests.conversation.residents.test_crisis import ORGANIZER, heard, put_in, read_by, staffed
from tests.stage.talk import Talk
from tests.understanding.crisis.test_rules import LANGUAGES, MEDICAL, SUICIDE, VIOLENCE, listed, probe

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.messaging.asked import Question
    from hotline.privacy.vault import Vault
    from hotline.store import Store

WORDS: Final = "i have nothing left, tonight im done"


@pytest.fixture
async def talk(talk: Talk, store: Store, vault: Vault) -> Talk:
    await staffed(store, vault, ("organizer1", ORGANIZER, "organizer"))
    return talk


async def test_words_that_faintly_sound_like_it_say_first_where_help_is_and_are_answered_too(
    talk: Talk,
) -> None:
    talk.second_alarm.sounds[WORDS] = "faint"
    talk.second_hearing.sounds[WORDS] = "likely"
    first, second = await heard(talk, WORDS)
    assert "911" in first
    assert "988" in first
    assert "person of our team" not in first
    assert "STOP" not in first + second
    assert "stop texting" not in second
    assert not await read_by(talk, ORGANIZER)


async def test_words_that_much_sound_like_it_are_told_to_a_person_and_bring_no_question(talk: Talk) -> None:
    talk.second_alarm.sounds[WORDS] = "likely"
    talk.second_hearing.sounds[WORDS] = "likely"
    (only,) = await heard(talk, WORDS)
    assert "988" in only
    assert "person of our team" in only
    (page,) = await read_by(talk, ORGANIZER)
    assert "not sure" in page
    assert WORDS in page


async def test_a_cry_said_laughing_is_answered_like_any_if_the_second_look_believes_it(talk: Talk) -> None:
    talk.second_alarm.sounds["i want to die lol"] = "faint"
    (only,) = await heard(talk, "i want to die lol")
    assert only.startswith("We are glad you told us")
    assert "988" in only
    (page,) = await read_by(talk, ORGANIZER)
    assert "i want to die lol" in page


async def test_who_laughs_hears_where_help_is_and_is_talked_with_as_ever(talk: Talk) -> None:
    first, second = await heard(talk, "this line makes me want to die lol")
    assert "988" in first
    assert "988" not in second
    assert not await read_by(talk, ORGANIZER)


async def test_what_is_meant_of_a_thing_is_talked_with_as_ever(talk: Talk) -> None:
    assert not any("911" in body for body in await heard(talk, "my cat is bleeding a lot"))
    assert not await read_by(talk, ORGANIZER)


@pytest.mark.parametrize(
    "asked", [ViolationDetail(about="what"), ViolationDetail(about="where"), WordsForHuman()], ids=repr
)
async def test_an_answer_that_somebody_waits_for_is_not_lost_to_a_guess(talk: Talk, asked: Question) -> None:
    talk.second_alarm.sounds[WORDS] = "likely"
    await put_in(talk, asked)
    assert len(await heard(talk, WORDS)) >= 2


async def test_no_guess_is_made_about_what_volunteers_say(talk: Talk) -> None:
    responder = Talk(talk.stage, ORGANIZER)
    await responder.begin()
    responder.second_alarm.sounds[WORDS] = "likely"
    assert not any("988" in body for body in await heard(responder, WORDS))


async def test_what_somebody_in_crisis_texts_next_reaches_the_team_and_brings_no_stop_question(
    talk: Talk,
) -> None:
    await talk.says("my husband hits me")
    before = len(await read_by(talk, ORGANIZER))
    talk.second_hearing.sounds["he took my phone, i cannot call"] = "likely"
    talk.assistant.understood["he took my phone, i cannot call"] = Understood("", 0.0, (), ())
    (answer,) = await heard(talk, "he took my phone, i cannot call")
    assert "911" in answer
    assert "STOP" not in answer
    assert any("he took my phone" in page for page in (await read_by(talk, ORGANIZER))[before:])
    for ambiguous in ("make it stop", "basta"):
        assert not any("stop texting" in words for words in await heard(talk, ambiguous))


async def test_who_is_blocked_by_the_carrier_on_the_help_number_hears_where_help_is_by_the_other(
    talk: Talk,
) -> None:
    commit = block(talk.person, "hotline")
    commit.merge(opt_out(talk.person, "hotline"))
    commit.merge(opt_out(talk.person, "alerts"))
    await talk.store.commit(commit)
    await talk.says("i want to die")
    senders = await cast("Any", talk.store.redis.zrange(keys.outbox("alerts"), 0, -1))
    assert len(senders) == 1


@pytest.mark.parametrize("text", ["mi marido me esta pegando ahorita", "li ap bat mwen kounye a"])
async def test_a_partner_who_hits_is_no_raid(library: Library, text: str) -> None:
    reading = Intake(ROOT / "content" / "triage", library.city).read(text)
    assert reading.crisis.kinds == ("violence",)
    assert reading.verdict.urgency == "none"
    beside = Intake(ROOT / "content" / "triage", library.city).read("la migra le esta pegando a mi papa")
    assert beside.verdict.urgency == "page"


@pytest.fixture(scope="module")
def model() -> CrisisModel:
    embedder = Embedder.load()
    if embedder is None:
        pytest.skip("the embedding does not run on this processor")
    return CrisisModel.load(ROOT / "content" / "triage" / "crisis.npz", embedder)


def test_the_second_look_believes_the_cries_that_the_letters_doubt(model: CrisisModel) -> None:
    rules = crisis_rules(ROOT / "content" / "triage")
    cries = [text for texts in (SUICIDE, MEDICAL, VIOLENCE) for text in listed(texts)]
    lost = [cry for cry in cries if not rules.read(cry).kinds and model.doubts(cry)]
    assert not lost


@pytest.mark.parametrize("lang", LANGUAGES)
def test_of_a_probe_nobody_tuned_on_most_hear_first_where_help_is(model: CrisisModel, lang: str) -> None:
    """docs/benchmarks.md says how far the aims, 0.97 and 0.01, are. These must not get worse."""
    rules, found = crisis_rules(ROOT / "content" / "triage"), Counter[str]()
    for row in probe(lang):
        reading = rules.read(row["text"])
        ruled = reading.kinds or (reading.doubted and not model.doubts(row["text"]))
        heard_as = "rules" if ruled else model.likeness(row["text"])
        heard_as = "faint" if heard_as == "none" and reading.laughed else heard_as
        found.update([f"{'calm' if row['crisis'] == 'none' else 'crisis'} {heard_as}"])
    print(f"{lang}: {dict(found)}")  # noqa: T201 - the figures, with -s
    told = found["crisis rules"] + found["crisis likely"]
    crises = told + found["crisis faint"] + found["crisis none"]
    assert told >= 0.75 * crises
    assert told + found["crisis faint"] >= 0.92 * crises
    assert found["calm rules"] + found["calm likely"] <= 4
    assert found["calm faint"] <= 5
