"""Every question that the line can have asked somebody, for tests that go through all of them."""

from __future__ import annotations

from typing import Final, get_args

from hotline.conversation.residents import emergency, violation
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

CASES: Final[tuple[type[Question], ...]] = get_args(get_args(Question.__value__)[0])
EVERY: Final[tuple[Question, ...]] = (
    WhichOfMenu(),
    WhichTopic(topics=("rights_at_door", "find_lawyer")),
    WordsForHuman(),
    SureToDelete(),
    SureToStop(),
    SureToStop(only_alerts=True),
    HappeningNow(words="la migra"),
    HappeningNow(words="la migra", or_stop=True),
    *(ReportDetail(about=part) for part in emergency.QUESTIONS),
    *(ViolationDetail(about=part) for part in violation.QUESTIONS),
    ViolationDetail(about="what", said="the police asked"),
    WhichReport(words="on my way"),
    WhichZones(),
    WhichZones(alerts="event"),
    TextAtNight(),
    FakeWords(),
    WayBackTold(),
)
