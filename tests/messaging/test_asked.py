"""What was asked is kept as it was, also when an older version wrote it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.messaging import asked
from hotline.messaging.asked import (
    FakeWords,
    HappeningNow,
    Question,
    ReportDetail,
    SureToDelete,
    SureToStop,
    TextAtNight,
    ViolationDetail,
    WayBackTold,
    WhichOfMenu,
    WhichReport,
    WhichTopic,
    WhichZones,
    WordsForHuman,
)
from hotline.messaging.contacts import Person, load_person, save_person
from hotline.store import DAY, keys
from tests.stage.asked import CASES, EVERY

if TYPE_CHECKING:
    from hotline.store import Store

NOW: Final = 1_800_000_000.0
TOPICS: Final = ("find_lawyer", "bond")
# Every string that `pending` could hold on 2026-11-28, beside held="words" and two topics that were offered.
OLD: Final[dict[str, Question | None]] = {
    "": None,
    "menu": WhichOfMenu(),
    "choices": WhichTopic(topics=TOPICS, unanswered="words"),
    "human": WordsForHuman(),
    "delete": SureToDelete(),
    "stop": SureToStop(),
    "stop:alerts": SureToStop(only_alerts=True),
    "stopped": WayBackTold(),
    "raid_ask": HappeningNow(words="words"),
    "raid_ask:stop": HappeningNow(words="words", or_stop=True),
    "raid:where": ReportDetail(about="where"),
    "raid:now": ReportDetail(about="now"),
    "raid:count": ReportDetail(about="count"),
    "raid:look": ReportDetail(about="look"),
    "raid:taken": ReportDetail(about="taken"),
    "raid:photo": ReportDetail(about="photo"),
    "violation:what": ViolationDetail(about="what", said="words"),
    "violation:when": ViolationDetail(about="when", said="words"),
    "violation:where": ViolationDetail(about="where", said="words"),
    "violation:contact": ViolationDetail(about="contact", said="words"),
    "relay:1800000000": WhichReport(words="words"),
    "alerts": WhichZones(),
    "alerts:alert": WhichZones(alerts="alert"),
    "alerts:event": WhichZones(alerts="event"),
    "alerts:news": WhichZones(alerts="news"),
    "night:1800000000": TextAtNight(),
    "fake:1800000000": FakeWords(),
    # Written by nobody: a hand in Redis, half a string.
    "raid:": None,
    "raid:why": None,
    "night:": None,
    "fake:soon": None,
    "other": None,
}


@pytest.mark.parametrize(("pending", "question"), OLD.items())
async def test_what_was_asked_before_an_update_is_still_answered_after_it(
    store: Store, pending: str, question: Question | None
) -> None:
    old = {"pending": pending, "held": "words", "asked_at": str(NOW), "choices": json.dumps(TOPICS)}
    await cast("Any", store.redis.hset(keys.person("p"), mapping={"address": "sealed", **old}))
    person = await load_person(store, "p")
    assert person.asked == question
    assert person.asked is None or person.asked.at == NOW
    await store.commit(save_person(replace(person, lang="es")))
    kept = await cast("Any", store.redis.hgetall(keys.person("p")))
    assert kept.keys().isdisjoint(old), "no old string is left behind, nor the words beside it"
    assert (await load_person(store, "p")).asked == question


def test_of_a_person_kept_before_the_time_was_a_question_stays_open() -> None:
    known = Person.from_fields("p", {"pending": "violation:when"})
    assert asked.waiting(known.asked, NOW) == ViolationDetail(about="when")


def test_the_lists_of_the_tests_hold_every_case() -> None:
    assert {type(one) for one in EVERY} == {type(one) for one in OLD.values() if one} == set(CASES)


def _any(case: type[Question]) -> st.SearchStrategy[Question]:
    hints = {name: hint for name, hint in get_type_hints(case).items() if name not in ("answers", "lifetime")}
    fields = {name: st.from_type(hint) for name, hint in hints.items()}
    return st.builds(case, **fields | {"at": st.floats(0, 1e11)})


@given(st.one_of([_any(case) for case in CASES]))
def test_every_question_comes_back_as_it_was_stored(question: Question) -> None:
    kept = asked.from_json(asked.to_json(question))
    assert kept == question
    assert kept
    assert kept.at == question.at


@given(st.text())
def test_what_no_version_of_ours_wrote_is_no_question(stored: str) -> None:
    assert asked.from_json(stored) is None
    assert asked.from_json(json.dumps({"kind": "of_a_later_version", "at": 1, "more": stored})) is None


@pytest.mark.parametrize("question", EVERY, ids=repr)
def test_an_answer_counts_as_long_as_its_question_waits(question: Question) -> None:
    known: dict[type[Question], int] = {
        WhichReport: 600,
        FakeWords: 3600,
        TextAtNight: DAY,
        ViolationDetail: DAY,
    }
    lifetime = known.get(type(question), 80 * DAY)
    question = replace(question, at=NOW)
    assert asked.waiting(question, NOW + lifetime - 1) == question
    assert (asked.waiting(question, NOW + lifetime + 1) is None) == (type(question) in known)
