"""The first look at a text, the same for the webhook and for `hotline classify`: mask, triage, place."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from hotline import metrics
from hotline.geography.gazetteer import gazetteer
from hotline.privacy.redaction import mask
from hotline.understanding import report_details
from hotline.understanding.crisis.rules import CrisisReading, crisis_rules
from hotline.understanding.rules.triage import Triage, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from hotline.content.city import City
    from hotline.understanding.report_details import Details
    from hotline.understanding.rules.rulebook import Crisis, Urgency


# A place shared from a phone's map and nothing else: nobody does that to ask a question.
MAP_LINK: Final = re.compile(
    r"\s*(?:[\w .,'-]{0,60}\s)?https?://(?:maps\.apple\.com|maps\.google\.[a-z.]+|(?:www\.)?google\.[a-z.]+/maps"
    r"|goo\.gl/maps|maps\.app\.goo\.gl)/?\S*\s*", re.IGNORECASE
)  # fmt: skip
# Rules that hear hands laid on somebody, whoever's: a partner's are a crisis, and no raid.
HANDS: Final = frozenset({"takes-person"})
TRIAGED = {urgency: metrics.TRIAGED.labels(urgency) for urgency in ("page", "ask", "none")}


@dataclass(frozen=True)
class Rules:
    """What the rules read in a text alone.

    Attributes:
        urgency: ``page``, ``ask`` or ``none``.
        rule: the one that decided or hinted.
        crisis: kinds of a crisis.
        laughed: one was heard and doubted, since somebody laughs.
    """

    urgency: Urgency = "none"
    rule: str = ""
    crisis: tuple[Crisis, ...] = ()
    laughed: bool = False


@dataclass(frozen=True)
class Reading:
    """A text as it is kept, and what the rules say of it.

    Attributes:
        text: masked; the only form that is stored.
        verdict: urgency and the rules that fired.
        details: place and the like; empty unless the text is urgent.
        crisis: whether somebody may die or is hurt at home.
    """

    text: str
    verdict: Verdict
    details: Details
    crisis: CrisisReading

    @property
    def rules(self) -> Rules:
        """What `interpret` needs of it."""
        return Rules(self.verdict.urgency, self.verdict.rule, self.crisis.kinds, self.crisis.laughed)


class Intake:
    """Rules only: milliseconds, no network, no Rasa."""

    def __init__(self, rules: Path, city: City) -> None:
        self._triage = Triage(rules, gazetteer(city).names())
        self._crisis = crisis_rules(rules)
        self._city = city

    def read(self, text: str, *, media: int = 0, located: str = "") -> Reading:
        """Read one text of at most 1,600 characters; `located` is a place that was shared from a map."""
        started = time.perf_counter()
        verdict, crisis = self._triage.judge(text, media=media), self._crisis.read(text)
        if crisis.at_home and verdict.rule in HANDS:
            verdict = Verdict("none", verdict.reasons)
        if (located and not text.strip()) or MAP_LINK.fullmatch(text):
            verdict = Verdict("page", ("location",))
        metrics.TRIAGE.observe(time.perf_counter() - started)
        TRIAGED[verdict.urgency].inc()
        masked = " ".join(filter(None, (mask(text), located)))
        found = report_details.extract(masked if verdict.urgency == "page" else "", self._city)
        return Reading(masked, verdict, replace(found, place=found.place or located), crisis)
