"""What `hotline classify` says of a text is what a live text meets: the same order, question and stop."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Final

import pytest

from hotline.content import Library
from hotline.conversation.interpret_models import Models
from hotline.conversation.residents.crisis import UNSURE as UNSURE_CRISIS
from hotline.conversation.understanding import Understanding, understand
from hotline.messaging.asked import HappeningNow, SureToDelete, SureToStop
from hotline.settings import ROOT
from hotline.store import keys
from hotline.understanding.dialogue import Say, Understood
from hotline.understanding.intake import Intake
from hotline.understanding.language import LanguageGuesser
from tests.stage.talk import Talk

if TYPE_CHECKING:
    from hotline.understanding.crisis.second_look import Likeness as Alarm
    from hotline.understanding.optout.second_look import Likeness
    from hotline.understanding.rules.rulebook import Urgency
    from tests.stage.stage import Stage

CARD = Understood("find_lawyer", 0.9, (), (Say("an answer"),))
NOTHING = Understood("out_of_scope", 0.9, (), (Say("not mine"),))
LEAVES = Understood("unsubscribe_alerts", 0.9, (), ())
ERASES = Understood("delete_my_data", 0.9, (), ())
URGENT = Understood("report_raid", 0.9, (), (), urgent=True)
UNSURE = Understood("find_lawyer", 0.4, ("find_lawyer", "bond"), ())


@cache
def _intake() -> Intake:
    content = ROOT / "content"
    return Intake(content / "triage", Library.load(content, "hartford").city)


@cache
def _guesser() -> LanguageGuesser:
    return LanguageGuesser()


async def classified(talk: Talk, text: str) -> Understanding:
    """As `hotline classify` reads it, with the same assistant and the same second looks."""
    return await understand(
        text,
        intake=_intake(),
        guesser=_guesser(),
        models=Models(talk.second_look, talk.second_hearing, talk.second_alarm),
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
    assert (await classified(talk, text)).stop == expected


MIXED: Final = "something that no rule knows"
WISHES: Final[tuple[Likeness, ...]] = ("none", "hint", "faint", "likely")
ALARMS: Final[tuple[Alarm, ...]] = ("none", "faint", "likely")
LOOKS: Final[tuple[Urgency, ...]] = ("none", "ask", "page")


async def urgency_of(talk: Talk) -> str:
    """What the live line did about a report."""
    if await talk.incidents.reported_by(talk.person):
        return "page"
    return "ask" if isinstance((await talk.known()).asked, HappeningNow) else "none"


@pytest.mark.parametrize("heard", [CARD, NOTHING, LEAVES, ERASES, URGENT, UNSURE])
async def test_in_every_mixture_of_what_the_models_say_the_live_line_does_what_is_classified(
    stage: Stage, heard: Understood
) -> None:
    for number, (wish, alarm, look) in enumerate(product(WISHES, ALARMS, LOOKS)):
        talk = Talk(stage, f"+1860556{number:04}")
        await talk.begin()
        talk.second_hearing.sounds[MIXED], talk.second_alarm.sounds[MIXED] = wish, alarm
        talk.second_look.sees[MIXED], talk.assistant.understood[MIXED] = look, heard
        stop, found = await lived(talk, MIXED), await classified(talk, MIXED)
        if alarm == "likely" and look != "page":  # answered alone; classify still says what else it is
            assert (stop, found.crisis) == ("", UNSURE_CRISIS)
            continue
        assert (stop, await urgency_of(talk)) == (found.stop, found.urgency), (wish, alarm, look)


@pytest.mark.parametrize(
    ("text", "topic", "urgency", "crisis"),
    [
        ("ICE is at my door", "report_raid", "page", ()),
        ("i want to die", "out_of_scope", "none", ("suicide",)),
        ("ICE is at my door i want to die", "report_raid", "page", ("suicide",)),
        ("MENU", "help_menu", "none", ()),
        ("HUMAN", "ask_human", "none", ()),
        ("hello there", "greet", "none", ()),
    ],
)
async def test_what_the_rules_know_is_classified_as_it_is_lived(
    talk: Talk, text: str, topic: str, urgency: Urgency, crisis: tuple[str, ...]
) -> None:
    found = await classified(talk, text)
    assert (found.topic, found.urgency, found.crisis) == (topic, urgency, crisis)
    await talk.says(text, urgency=urgency)
    assert await urgency_of(talk) == urgency
    assert bool(await talk.store.redis.exists(keys.crisis(talk.person))) == bool(crisis)
