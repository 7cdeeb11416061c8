"""Is it happening right now? A yes in any words pages with the words that waited; an "if" does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from hotline.store import keys
from hotline.understanding.commands import says_now

if TYPE_CHECKING:
    from hotline.understanding.optout.second_look import Likeness
    from tests.stage.talk import Talk

WORDS: Final = "they may be at the door"
YES: Final = (
    "1", "1.", "yes", "YES!!", "Yes it is", "yeah they are outside", "yes, 45 Park St", "now", "right now",
    "si", "Sí", "SI POR FAVOR", "sí, ahora mismo", "si ahorita", "si siguen aqui", "ahorita", "sim",
    "sim, agora", "agora mesmo", "wi", "wi kounye a", "kounye a menm", "uno",
)  # fmt: skip
NO: Final = ("2", "no", "nope", "não", "non")
NEITHER: Final = (
    "si vienen a mi casa que hago", "si la policia pregunta debo contestar", "is it legal now?",
    "yes it happened yesterday", "si pero fue ayer", "sim, foi ontem", "wi, men se te ye", "thanks", "y",
)  # fmt: skip


async def asked(talk: Talk, *, sounds: Likeness = "none") -> str:
    """The question that words which may be urgent are met with."""
    await talk.begin()
    talk.second_look.sees[WORDS] = "ask"
    talk.second_hearing.sounds[WORDS] = sounds
    return (await talk.says(WORDS))[-1]


async def incidents(talk: Talk) -> int:
    """How many incidents there are."""
    return await talk.store.redis.zcard(keys.incidents_open)


@pytest.mark.parametrize("said", YES)
async def test_a_yes_in_any_words_pages(talk: Talk, said: str) -> None:
    await asked(talk)
    await talk.says(said)
    assert await incidents(talk) == 1


async def test_what_a_yes_adds_is_passed_on_with_the_words_that_waited(talk: Talk) -> None:
    await asked(talk)
    assert "Where is it?" not in " ".join(await talk.says("yes, 45 Park St"))
    one = await talk.incidents.reported_by(talk.person)
    assert one is not None
    assert "Park" in one.place


@pytest.mark.parametrize("said", NO)
async def test_a_no_pages_nobody_and_is_thanked(talk: Talk, said: str) -> None:
    await asked(talk)
    assert "thank you" in " ".join(await talk.says(said))
    assert await incidents(talk) == 0


@pytest.mark.parametrize("said", NEITHER)
async def test_what_only_begins_like_a_yes_is_a_text_of_its_own(talk: Talk, said: str) -> None:
    assert not says_now(said)
    await asked(talk)
    await talk.says(said)
    assert await incidents(talk) == 0


@pytest.mark.parametrize("said", [*YES[:4], "sí", "ahorita"])
async def test_words_that_may_be_a_wish_to_stop_are_asked_both_and_yes_still_pages(
    talk: Talk, said: str
) -> None:
    question = await asked(talk, sounds="faint")
    assert "happening right now" in question
    assert "2 = stop" in question
    await talk.says(said)
    assert await incidents(talk) == 1


async def test_whoever_only_wanted_no_more_texts_says_so_in_one_more_digit(talk: Talk) -> None:
    await asked(talk, sounds="faint")
    assert "START" in " ".join(await talk.says("2"))
    assert await talk.store.redis.sismember(keys.optout("hotline"), talk.person)
    assert await incidents(talk) == 0


@pytest.mark.parametrize("said", ["3", "no"])
async def test_whoever_wants_neither_keeps_the_line(talk: Talk, said: str) -> None:
    await asked(talk, sounds="faint")
    assert "stays open" in " ".join(await talk.says(said))
    assert not await talk.store.redis.sismember(keys.optout("hotline"), talk.person)
    assert await incidents(talk) == 0


@pytest.mark.parametrize(("said", "gone"), [("yes", True), ("1", True), ("no", False), ("2", False)])
async def test_the_question_of_delete_takes_words_too(talk: Talk, said: str, *, gone: bool) -> None:
    await talk.begin()
    await talk.says("DELETE")
    assert ("are deleted" if gone else "nothing was deleted") in " ".join(await talk.says(said))
