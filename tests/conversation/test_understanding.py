"""What `hotline classify` says of a text is what a live text meets: the same order, question and stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.conversation.understanding import Understanding, understand
from hotline.messaging.asked import HappeningNow, SureToDelete, SureToStop
from hotline.settings import ROOT
from hotline.store import keys
from hotline.understanding.dialogue import Say, Understood
from hotline.understanding.intake import Intake
from hotline.understanding.language import LanguageGuesser

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.understanding.optout.second_look import Likeness
    from tests.stage.talk import Talk

CARD = Understood("find_lawyer", 0.9, (), (Say("an answer"),))
NOTHING = Understood("out_of_scope", 0.9, (), (Say("not mine"),))
LEAVES = Understood("unsubscribe_alerts", 0.9, (), ())
ERASES = Understood("delete_my_data", 0.9, (), ())
URGENT = Understood("report_raid", 0.9, (), (), urgent=True)
UNSURE = Understood("find_lawyer", 0.4, ("find_lawyer", "bond"), ())


async def classified(talk: Talk, library: Library, text: str) -> Understanding:
    """As `hotline classify` reads it, with the same assistant and the same second looks."""
    return await understand(
        text,
        intake=Intake(ROOT / "content" / "triage", library.city),
        guesser=LanguageGuesser(),
        urgency_model=talk.second_look,
        wish_model=talk.second_hearing,
        crisis_model=talk.second_alarm,
        dialogue=talk.assistant,
        person="classify" + "0" * 18,
    )


async def lived(talk: Talk, text: str) -> str:
    """What the live line did about a wish for no more texts."""
    replies = " ".join(await talk.says(text))
    if await talk.store.redis.sismember(keys.optout("hotline"), talk.person):
        return "done"
    asked = (await talk.known()).asked
    if isinstance(asked, SureToStop | SureToDelete) or (isinstance(asked, HappeningNow) and asked.or_stop):
        return "asked"
    return "told" if "To get no more texts" in replies else ""


@pytest.mark.parametrize(
    ("text", "sounds", "doubted", "heard", "expected"),
    [
        ("STOP", "none", False, CARD, "done"),
        ("please stop texting me", "none", False, CARD, "done"),
        ("please stop texting me", "none", True, CARD, "asked"),
        ("basta", "none", False, CARD, "asked"),
        ("we live in florida now", "likely", False, CARD, "asked"),
        ("we live in florida now", "faint", False, CARD, "told"),
        ("we live in florida now", "faint", False, NOTHING, "asked"),
        ("we live in florida now", "faint", False, UNSURE, "asked"),
        ("we live in florida now", "hint", False, NOTHING, "told"),
        ("we live in florida now", "none", False, NOTHING, ""),
        ("we live in florida now", "none", False, LEAVES, "asked"),
        ("we live in florida now", "faint", False, URGENT, "asked"),
        ("we live in florida now", "hint", False, URGENT, ""),
        ("get rid of it", "likely", False, ERASES, "asked"),
        ("please don't stop the alerts", "none", False, LEAVES, ""),
    ],
)
async def test_what_is_classified_is_what_happens(
    talk: Talk,
    library: Library,
    text: str,
    sounds: Likeness,
    *,
    doubted: bool,
    heard: Understood,
    expected: str,
) -> None:
    await talk.begin()
    talk.second_hearing.sounds[text] = sounds
    if doubted:
        talk.second_hearing.doubted.add(text)
    talk.assistant.understood[text] = heard
    assert await lived(talk, text) == expected
    assert (await classified(talk, library, text)).stop == expected
