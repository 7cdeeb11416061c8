"""What a text means after what came before it: the order of meanings, by rules and by what the models say."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.conversation.interpret import Situation, in_crisis, interpret, opens
from hotline.conversation.interpret_models import Looked, interpret_heard, interpret_looked
from hotline.conversation.meanings import (
    Answers,
    Asks,
    CarrierActs,
    Checks,
    Detail,
    ForDesk,
    ForHuman,
    InCrisis,
    Leaves,
    MayBeReport,
    NamesZones,
    NotUnderstood,
    Offers,
    Opened,
    ReopensAlerts,
    Report,
    Returns,
    Silenced,
    SoundsLikeCrisis,
    StillInCrisis,
    TellsViolation,
    Topic,
    Unheard,
    Unruled,
    WordGivenOut,
)
from hotline.messaging.asked import (
    FakeWords,
    HappeningNow,
    SureToDelete,
    TextAtNight,
    ViolationDetail,
    WhichZones,
    WordsForHuman,
)
from hotline.understanding.commands import STAFF, Command
from hotline.understanding.dialogue import Understood
from hotline.understanding.intake import Rules
from tests.stage.asked import EVERY

CRY: Final = Rules(crisis=("suicide",))
PAGE: Final = Rules("page", "agent-mine")
NEW: Final = Situation()
STOPPED: Final = Situation(stopped=True)
OPEN: Final = Situation(in_report=True)
STAFF_MEMBER: Final = Situation(staff=True)
FLAGS: Final = [one.name for one in fields(Situation) if one.type == "bool"]
SITUATIONS: Final = st.builds(
    Situation,
    asked=st.sampled_from([None, *EVERY]),
    carrier=st.sampled_from(["", "STOP", "START"]),
    **dict.fromkeys(FLAGS, st.booleans()),
)
URGENCIES: Final = st.sampled_from(["page", "ask", "none"])
RULES: Final = st.builds(Rules, urgency=URGENCIES, crisis=st.sampled_from([(), ("medical", "suicide")]))
TEXTS: Final = st.text(max_size=40) | st.sampled_from(
    ["STOP", "START", "yes", "no", "1", "MENU", "DELETE", "ALERTS", "FAKE they lie", "VERIFY 482", "basta"]
)


@pytest.mark.parametrize(
    ("text", "rules", "situation", "meanings"),
    [
        ("hello there", Rules(), NEW, []),
        ("ICE is at my door", PAGE, NEW, []),
        ("ICE is at my door", PAGE, Situation(opened=True), [Opened()]),
        ("i want to die", CRY, NEW, [InCrisis(("suicide",))]),
        ("i want to die", CRY, Situation(carrier="STOP"), [CarrierActs("STOP"), Leaves("carrier")]),
        ("FAKE do you want to die", CRY, Situation(asked=FakeWords()),
         [Checks("fake", "do you want to die", awaited=True), Checks("fake", "do you want to die")]),
        ("Q3 do you want to die?", CRY, STAFF_MEMBER, [ForDesk()]),
        ("STOP", Rules(), NEW, [CarrierActs("STOP"), Leaves("carrier"), Leaves("only")]),
        ("STOP", Rules(), Situation(acts=False), [Leaves("only")]),
        ("please stop texting me", Rules(), NEW, [Leaves("said")]),
        ("basta", Rules(), NEW, [Leaves("unclear")]),
        ("basta", Rules(), Situation(after_crisis=True), []),
        ("basta", Rules(), STAFF_MEMBER, [ForDesk()]),
        ("NEWS EN: to leave, text STOP", Rules(), STAFF_MEMBER, [ForDesk()]),
        ("NEWS EN: to leave, text STOP", Rules(), NEW, [Leaves("said")]),
        ("yes", Rules(), NEW, [CarrierActs("START")]),
        ("yes", Rules(), STOPPED, [CarrierActs("START"), Returns(silent=False)]),
        ("START", Rules(), Situation(carrier="START"), [CarrierActs("START"), Returns(silent=True)]),
        ("ALERTS", Rules(), Situation(stopped=True, alerts=True),
         [ReopensAlerts(), Asks(Command("alerts"))]),
        ("VERIFY 482", Rules(), STOPPED, [Checks("verify", "482")]),
        ("FAKE they lie", Rules(), NEW, [Checks("fake", "they lie")]),
        ("FAKE they lie", Rules("ask"), NEW, []),
        ("VOLUNTEER maria", Rules(), NEW, [Offers("maria")]),
        ("VOLUNTEER maria", Rules(), STAFF_MEMBER, [ForDesk()]),
        ("yes", Rules(), Situation(asked=HappeningNow(words="la migra")),
         [CarrierActs("START"), Answers("1", in_words=True)]),
        ("no", Rules(), Situation(asked=HappeningNow(words="", or_stop=True)), [Answers("3", in_words=True)]),
        ("no", Rules(), Situation(asked=SureToDelete()), [Answers("2", in_words=True)]),
        ("no", Rules(), Situation(asked=TextAtNight()), [Answers("2", in_words=True)]),
        ("no", Rules(), NEW, []),
        ("2", Rules(), Situation(asked=SureToDelete()), [Answers("2")]),
        ("frog hollow", Rules(), Situation(asked=WhichZones()), [NamesZones()]),
        ("MENU", Rules(), NEW, [Asks(Command("menu"))]),
        ("MENU", Rules(), OPEN, []),
        ("DELETE", Rules(), OPEN, [Asks(Command("delete"))]),
        ("MENU", Rules(), STOPPED, []),
        ("DELETE", Rules(), STOPPED, [Asks(Command("delete"))]),
        ("they have rifles", Rules(), OPEN, []),
    ],
)  # fmt: skip
def test_a_text_means_by_the_rules_what_its_situation_makes_of_it(
    text: str, rules: Rules, situation: Situation, meanings: list[object]
) -> None:
    """The meanings given here come first, in this order; what follows is what any text may mean."""
    found = list(interpret(text, rules, situation))
    assert found[: len(meanings)] == meanings
    assert all(isinstance(one, Detail | Asks | WordGivenOut | Unruled) for one in found[len(meanings) :])


@given(text=TEXTS, rules=RULES, situation=SITUATIONS)
def test_every_text_means_something_at_last_in_every_situation(
    text: str, rules: Rules, situation: Situation
) -> None:
    *before, last = interpret(text, rules, situation)
    assert isinstance(last, Opened if situation.opened else Detail if situation.in_report else Unruled)
    assert not any(isinstance(one, Opened | Detail | Unruled) for one in before)
    assert not any(isinstance(one, ForDesk) for one in before) or situation.staff
    assert isinstance((*before, last)[0], InCrisis) == bool(in_crisis(text, rules, situation))


@given(text=TEXTS, situation=SITUATIONS)
def test_only_what_the_rules_call_urgent_opens_a_report_at_the_door(text: str, situation: Situation) -> None:
    assert not opens(text, Rules("ask"), situation)
    if opens(text, Rules("page"), situation):
        assert not situation.at_work


@pytest.mark.parametrize(
    ("situation", "looked", "meanings"),
    [
        (NEW, Looked("none"), [Unheard()]),
        (NEW, Looked("page"), [Report()]),
        (NEW, Looked("ask"), [MayBeReport(or_stop=False)]),
        (NEW, Looked("ask", wish="faint"), [MayBeReport(or_stop=True)]),
        (NEW, Looked("ask", wish="hint"), [MayBeReport(or_stop=False)]),
        (Situation(told=True), Looked("ask"), [Unheard()]),
        (STOPPED, Looked("page"), [Report()]),
        (STOPPED, Looked("ask"), [Silenced(in_danger=True)]),
        (STOPPED, Looked("none"), [Silenced(in_danger=False)]),
        (NEW, Looked("none", "faint"), [SoundsLikeCrisis(likely=False, alone=False), Unheard()]),
        (NEW, Looked("none", "likely"), [SoundsLikeCrisis(likely=True, alone=True), Unheard()]),
        (Situation(asked=WordsForHuman()), Looked("none", "likely"),
         [SoundsLikeCrisis(likely=True, alone=False), ForHuman()]),
        (Situation(asked=WordsForHuman()), Looked("ask"), [MayBeReport(or_stop=False)]),
        (Situation(asked=ViolationDetail(about="when")), Looked("none"), [TellsViolation(), Unheard()]),
    ],
)  # fmt: skip
def test_a_text_that_no_rule_knows_means_what_the_models_say_after_what_was_asked(
    situation: Situation, looked: Looked, meanings: list[object]
) -> None:
    assert list(interpret_looked("words", situation, looked)) == meanings


def test_a_photo_without_words_is_asked_about() -> None:
    assert list(interpret_looked(" ", Situation(photo=True), Looked("none"))) == [MayBeReport(or_stop=False)]
    assert list(interpret_looked("nice", Situation(photo=True), Looked("none"))) == [Unheard()]


CARD: Final = Understood("find_lawyer", 0.9, (), ())
VAGUE: Final = Understood("out_of_scope", 0.9, (), ())
URGENT: Final = Understood("report_raid", 0.9, (), (), urgent=True)


@pytest.mark.parametrize(
    ("situation", "wish", "heard", "meant"),
    [
        (NEW, "none", CARD, Topic(CARD, how_to_stop=False)),
        (NEW, "hint", CARD, Topic(CARD, how_to_stop=True)),
        (NEW, "faint", CARD, Topic(CARD, how_to_stop=True)),
        (NEW, "faint", VAGUE, Leaves("unclear")),
        (NEW, "likely", CARD, Leaves("unclear")),
        (NEW, "none", URGENT, MayBeReport(or_stop=False)),
        (NEW, "faint", URGENT, MayBeReport(or_stop=True)),
        (STAFF_MEMBER, "none", URGENT, NotUnderstood()),
        (STAFF_MEMBER, "none", VAGUE, NotUnderstood()),
        (STAFF_MEMBER, "none", CARD, Topic(CARD, how_to_stop=False)),
        (Situation(told=True), "none", VAGUE, StillInCrisis()),
        (Situation(told=True), "none", URGENT, StillInCrisis()),
        (Situation(told=True), "none", CARD, Topic(CARD, how_to_stop=False)),
    ],
)
def test_what_the_assistant_heard_means_what_who_texts_makes_of_it(
    situation: Situation, wish: str, heard: Understood, meant: object
) -> None:
    looked = Looked("none", wish=wish)  # pyright: ignore[reportArgumentType] - one of the likenesses
    assert interpret_heard("words", situation, looked, heard) == meant


def test_the_desk_comes_before_what_a_resident_would_mean_by_a_command() -> None:
    for phrase in STAFF:
        found = list(interpret(" ".join(phrase), Rules(), STAFF_MEMBER))
        asked = [place for place, one in enumerate(found) if isinstance(one, Answers | Asks)]
        assert not asked or found.index(ForDesk()) < asked[0]
