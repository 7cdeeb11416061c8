"""What only sounds like a crisis, and no rule hears: where help is comes first, and nobody is cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.conversation.talk import Talk
from tests.conversation.test_crisis import ORGANIZER, heard, put_in, read_by, staffed

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.phones import Vault
    from hotline.store import Store

WORDS: Final = "i have nothing left, tonight im done"


@pytest.fixture
async def talk(store: Store, vault: Vault, library: Library) -> Talk:
    one = Talk(store, vault, library)
    await one.begin()
    await staffed(store, vault, ("organizer1", ORGANIZER, "organizer"))
    return one


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


@pytest.mark.parametrize("pending", ["violation:what", "violation:where", "human"])
async def test_an_answer_that_somebody_waits_for_is_not_lost_to_a_guess(talk: Talk, pending: str) -> None:
    talk.second_alarm.sounds[WORDS] = "likely"
    await put_in(talk, pending)
    assert len(await heard(talk, WORDS)) >= 2


async def test_no_guess_is_made_about_what_volunteers_say(talk: Talk, store: Store, vault: Vault) -> None:
    responder = Talk(store, vault, talk.library, ORGANIZER)
    await responder.begin()
    responder.second_alarm.sounds[WORDS] = "likely"
    assert not any("988" in body for body in await heard(responder, WORDS))
