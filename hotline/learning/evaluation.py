"""How well texts were understood, against what people say is right: what `hotline evaluate` prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from hotline.learning.measures import Share, calibration_error, confusions, macro_f1, percentile, reliability

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from hotline.conversation.understanding import Understanding

OUT_OF_SCOPE: Final = "out_of_scope"
URGENCIES: Final = ("page", "ask", "none")
ALL: Final = "all"


@dataclass(frozen=True)
class Label:
    """What is right for one text; empty where the file does not say.

    Attributes:
        topic: one of the topics.
        urgency: ``page``, ``ask`` or ``none``.
        lang: ISO code.
        kind: what sort of text it is, such as "news" or "rights": false alarms are counted by it.
    """

    topic: str = ""
    urgency: str = ""
    lang: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Case:
    """One text with what is right and what was found.

    Attributes:
        whole: milliseconds of the whole understanding, with nobody else asking.
        rules: milliseconds of the webhook's part of it.
    """

    right: Label
    found: Understanding
    whole: float = 0.0
    rules: float = 0.0

    @property
    def named(self) -> bool:
        """Whether the first guess is the right topic."""
        return self.found.topic == self.right.topic

    @property
    def offered(self) -> bool:
        """Whether the resident gets to the right topic: it is the first guess, or offered by digit."""
        return self.named or self.right.topic in self.found.choices

    @property
    def refused(self) -> bool:
        """Whether the resident is told that this is not ours, or not understood."""
        return self.found.topic in ("", OUT_OF_SCOPE)

    @property
    def understood_language(self) -> bool:
        """Whether the language is the right one."""
        return self.found.lang == self.right.lang

    @property
    def paged(self) -> bool:
        """Whether responders would be paged."""
        return self.found.urgency == "page"

    @property
    def noticed(self) -> bool:
        """Whether the line pages, or asks if it is happening now."""
        return self.found.urgency != "none"


def evaluate(cases: Sequence[Case], misses: int = 20) -> dict[str, Any]:
    """Every figure, ready for JSON; what the file has no labels for is None or empty.

    Args:
        cases: in the order of the file.
        misses: how many of the worst misses to name.
    """
    labelled = [one for one in cases if one.right.topic]
    guessed = [(one.found.confidence, one.named) for one in labelled if one.found.by == "rasa"]
    table = reliability(guessed)
    spoken = _by([one for one in cases if one.right.lang], lambda one: one.right.lang)
    return {
        "texts": len(cases),
        "topics": {lang: _topics(some) for lang, some in _by(labelled, lambda one: one.right.lang).items()},
        "confusions": [
            {"right": right, "found": found, "texts": number}
            for right, found, number in confusions((one.right.topic, one.found.topic) for one in labelled)
        ],
        "calibration": {
            "ece": round(calibration_error(table), 4),
            "bins": [_rounded(vars(one)) for one in table],
        },
        "urgency": _urgency(cases),
        "out_of_scope": _scope(labelled),
        "language": {lang: _share(one.understood_language for one in some) for lang, some in spoken.items()},
        "latency_ms": {
            "whole": _latency([one.whole for one in cases]),
            "rules": _latency([one.rules for one in cases]),
        },
        "misses": [_miss(one) for one in worst(cases)[:misses]],
    }  # fmt: skip


def _by(cases: Sequence[Case], name: Callable[[Case], str]) -> dict[str, list[Case]]:
    """All of them, then group by group in the order of names; texts without the name are in ALL only."""
    groups: dict[str, list[Case]] = {ALL: list(cases)} if cases else {}
    for group in sorted({name(one) for one in cases} - {""}):
        groups[group] = [one for one in cases if name(one) == group]
    return groups


def _topics(cases: Sequence[Case]) -> dict[str, Any]:
    return {
        "accuracy": _share(one.named for one in cases),
        "top3": _share(one.offered for one in cases),
        "macro_f1": round(macro_f1([(one.right.topic, one.found.topic) for one in cases]), 4),
    }


def _urgency(cases: Sequence[Case]) -> dict[str, Any]:
    urgent, unsure, calm = [[one for one in cases if one.right.urgency == what] for what in URGENCIES]
    return {
        "urgent": {lang: _alarms(some) for lang, some in _by(urgent, lambda one: one.right.lang).items()},
        "unsure": {lang: _alarms(some) for lang, some in _by(unsure, lambda one: one.right.lang).items()},
        "false_alarms": {kind: _alarms(some) for kind, some in _by(calm, lambda one: one.right.kind).items()},
    }


def _alarms(cases: Sequence[Case]) -> dict[str, Any]:
    return {
        "page": _share(one.paged for one in cases),
        "page_or_ask": _share(one.noticed for one in cases),
    }


def _scope(labelled: Sequence[Case]) -> dict[str, Any]:
    return {
        "recognised": _share(one.refused for one in labelled if one.right.topic == OUT_OF_SCOPE),
        "in_scope_kept": _share(not one.refused for one in labelled if one.right.topic != OUT_OF_SCOPE),
    }


def _share(outcomes: Iterable[bool]) -> dict[str, Any] | None:
    share = Share.where(outcomes)
    return share.public() if share else None


def _latency(values: Sequence[float]) -> dict[str, float]:
    return {"p50": round(percentile(values, 0.5), 2), "p99": round(percentile(values, 0.99), 2)}


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items()}


def worst(cases: Iterable[Case]) -> list[Case]:
    """What went wrong, the worst first: urgent texts missed, false pages, then wrong topics by confidence."""
    found = [(_badness(one), place, one) for place, one in enumerate(cases)]
    return [one for badness, _, one in sorted(found, key=lambda item: (-item[0], item[1])) if badness > 0]


def _badness(case: Case) -> float:
    """0 where nothing went wrong that the labels could tell."""
    if case.right.urgency == "page" and not case.noticed:
        return 4
    if case.right.urgency == "none" and case.paged:
        return 3
    if not case.right.topic or case.named:
        return 0
    return case.found.confidence if case.offered else 1 + case.found.confidence


def _miss(case: Case) -> dict[str, Any]:
    """A miss in words; the text as it would be kept."""
    right = {name: value for name, value in vars(case.right).items() if value}
    return {"text": case.found.masked, "right": right, "found": case.found.public()}
