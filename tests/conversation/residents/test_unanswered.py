"""What nobody could answer is kept masked, without its person, and goes when the person asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.conversation.residents.unanswered import Question, clusters, load
from hotline.privacy.retention import forget
from hotline.store import DAY, keys
from hotline.understanding.dialogue import Say, Understood
from tests.stage.dump import everything
from tests.stage.talk import Talk

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from hotline.content import Library
    from hotline.store import Store

ASKED: Final = "can i get a divorce here, call 860-555-0177"
MASKED: Final = "can i get a divorce here, call [number]"
OFFERED: Final = Understood("bond", 0.4, ("bond", "detained_self"), ())


def unknown(library: Library) -> Understood:
    return Understood("out_of_scope", 0.1, (), (Say(library.say("unknown", "en")),))


def not_ours(library: Library) -> Understood:
    return Understood("out_of_scope", 0.9, (), (Say(library.say("out_of_scope", "en")),))


@pytest.mark.parametrize(("understood", "why"), [(unknown, "unknown"), (not_ours, "out_of_scope")])
async def test_a_text_without_an_answer_is_kept_masked(
    talk: Talk, library: Library, understood: Callable[[Library], Understood], why: str
) -> None:
    talk.assistant.understood[MASKED] = understood(library)
    await talk.says(ASKED)
    assert await load(talk.store) == [Question(MASKED, "en", why)]  # pyright: ignore[reportArgumentType] - one of Why


async def test_an_answered_text_is_not_kept(talk: Talk) -> None:
    await talk.says("hello")
    assert await load(talk.store) == []


async def test_a_question_names_nobody_and_has_its_lifetime(talk: Talk) -> None:
    talk.assistant.understood[MASKED] = OFFERED
    await talk.says(ASKED)
    found = await everything(talk.store)
    (key,) = [key for key in found if key.startswith(keys.unanswered(""))]
    assert talk.person not in key + found[key]
    assert "0177" not in str(found)
    assert 0 < await talk.store.redis.ttl(key) <= 90 * DAY
    assert 0 < await talk.store.redis.ttl(keys.asked(talk.person)) <= 90 * DAY


async def test_a_question_whose_choice_was_made_is_answered(talk: Talk) -> None:
    talk.assistant.understood["let me out"] = OFFERED
    assert "1 " in (await talk.says("let me out"))[0]
    assert [one.why for one in await load(talk.store)] == ["choices"]
    await talk.says("1")
    assert await load(talk.store) == []
    assert await talk.store.redis.exists(keys.asked(talk.person)) == 0


@pytest.mark.parametrize("instead", ["3", "something else", "MENU"])
async def test_a_question_none_of_whose_choices_was_made_stays(talk: Talk, instead: str) -> None:
    """The last digit of a menu is a person, who is no card."""
    talk.assistant.understood["let me out"] = OFFERED
    await talk.says("let me out")
    await talk.says(instead)
    await talk.says("1")
    assert [one.text for one in await load(talk.store)] == ["let me out"]


async def test_who_is_forgotten_takes_their_questions_along_and_nobody_elses(
    talk: Talk, library: Library
) -> None:
    other = Talk(talk.stage, "+18605550112")
    for one, text in ((talk, "mine"), (other, "theirs")):
        await one.begin()
        one.assistant.understood[text] = unknown(library)
        await one.says(text)
    await talk.store.commit(await forget(talk.store, talk.person))
    assert [one.text for one in await load(talk.store)] == ["theirs"]


async def test_a_resident_who_deletes_takes_their_questions_along(talk: Talk, library: Library) -> None:
    talk.assistant.understood["mine"] = unknown(library)
    await talk.says("mine")
    await talk.says("DELETE")
    await talk.says("1")
    assert await load(talk.store) == []
    assert not [key for key in await everything(talk.store) if key.startswith(("asked", "unanswered"))]


# -- clusters


def asked(*texts: str, lang: str = "en") -> list[Question]:
    return [Question(text, lang, "unknown") for text in texts]


def test_similar_wordings_are_one_cluster_and_the_most_frequent_comes_first() -> None:
    found = clusters(
        asked(
            "where do I pay my water bill?",
            "how do i get a divorce",
            "how can I get a DIVORCE??",
            "how do i get divorced",
            "How do I get a divorce",
        )
    )
    assert [(one.wording, one.texts) for one in found] == [
        ("how do i get a divorce", 4),
        ("where do I pay my water bill?", 1),
    ]
    assert found[0].others == ("how can I get a DIVORCE??", "how do i get divorced")


def test_a_cluster_counts_its_languages_and_reasons() -> None:
    (one,) = clusters(
        [
            Question("renta renta", "es", "unknown"),
            Question("renta renta", "es", "choices"),
            Question("Renta, renta", "pt", "unknown"),
        ]
    )
    assert (one.langs, one.why) == ({"es": 2, "pt": 1}, {"unknown": 2, "choices": 1})


def test_a_text_without_a_word_is_a_question_too() -> None:
    assert [one.wording for one in clusters(asked("???", "...", "???"))] == ["???", "..."]


TEXTS = st.lists(st.sampled_from(["pay rent", "rent to pay", "divorce", "a divorce", "agua", "???", "é"]))


@given(TEXTS, st.randoms(use_true_random=False))
def test_every_text_is_in_one_cluster_whatever_the_order(texts: list[str], order: random.Random) -> None:
    found = clusters(asked(*texts))
    assert sum(one.texts for one in found) == len(texts)
    counts = [one.texts for one in found]
    assert counts == sorted(counts, reverse=True)
    shuffled = list(texts)
    order.shuffle(shuffled)
    assert [one.texts for one in clusters(asked(*shuffled))] == counts


async def test_the_store_is_empty_before_anybody_asks(store: Store) -> None:
    assert await load(store) == []
