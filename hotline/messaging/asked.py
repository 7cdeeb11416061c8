"""What the line asked a person last and waits for: one case for each question it can ask.

Named for the field of `Person` that keeps it. In this house `questions` are those that people ask us
(`casework/questions.py`, `residents/unanswered.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import from_json as parsed

from hotline.store import DAY, MINUTE

if TYPE_CHECKING:
    from collections.abc import Mapping

# How a question may be answered: by a digit alone, by a plain yes or no, by what a volunteer says of a report
# ("here", "they left"), by whatever is texted next. What only its owner can read has none of these.
type Form = Literal["digit", "yes", "news", "words"]
type ReportPart = Literal["where", "now", "count", "look", "taken", "photo"]
type ViolationPart = Literal["what", "when", "where", "contact"]


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """Whatever was asked.

    Attributes:
        at: when, in seconds since the epoch; 0 when it is not known.
        answers: how it may be answered.
        lifetime: seconds in which an answer counts; most wait until something else is asked or answered.
    """

    at: float = field(default=0.0, compare=False)
    answers: ClassVar[frozenset[Form]] = frozenset()
    lifetime: ClassVar[float] = inf


@dataclass(frozen=True, kw_only=True)
class WhichOfMenu(_Asked):
    """The menu of topics. Owner: `residents/commands.py`."""

    kind: Literal["menu"] = "menu"
    answers = frozenset({"digit"})


@dataclass(frozen=True, kw_only=True)
class WhichTopic(_Asked):
    """Which topic they meant. Owner: `residents/commands.py`.

    Attributes:
        topics: those offered by digit, best first.
        unanswered: the token under which their words are kept until a digit answers.
    """

    kind: Literal["topic"] = "topic"
    topics: tuple[str, ...]
    unanswered: str = ""
    answers = frozenset({"digit"})


@dataclass(frozen=True, kw_only=True)
class WordsForHuman(_Asked):
    """What a person is to be asked. Owner: `conversation/turn.py`."""

    kind: Literal["human"] = "human"
    answers = frozenset({"words"})


@dataclass(frozen=True, kw_only=True)
class SureToDelete(_Asked):
    """Whether all we keep about them goes. Owner: `residents/commands.py`."""

    kind: Literal["delete"] = "delete"
    answers = frozenset({"digit", "yes"})


@dataclass(frozen=True, kw_only=True)
class SureToStop(_Asked):
    """Whether they want no more texts, or no more alerts. Owner: `residents/optout.py`."""

    kind: Literal["stop"] = "stop"
    only_alerts: bool = False
    answers = frozenset({"digit", "yes"})


@dataclass(frozen=True, kw_only=True)
class HappeningNow(_Asked):
    """Whether what they told is happening right now. Owner: `residents/emergency.py`.

    Attributes:
        words: what they told, masked; a yes opens a report with it.
        or_stop: asked at once whether they want no more texts.
    """

    kind: Literal["now"] = "now"
    words: str
    or_stop: bool = False
    answers = frozenset({"digit", "yes", "news"})


@dataclass(frozen=True, kw_only=True)
class ReportDetail(_Asked):
    """One more thing about their open report. Owner: `residents/emergency.py`."""

    kind: Literal["report"] = "report"
    about: ReportPart
    answers = frozenset({"digit", "yes", "news", "words"})


@dataclass(frozen=True, kw_only=True)
class ViolationDetail(_Asked):
    """One thing about a broken ordinance. Owner: `residents/violation.py`; its number is in `interview:*`.

    Attributes:
        about: what of it.
        said: what they said of it before anything is kept, masked.
    """

    kind: Literal["violation"] = "violation"
    about: ViolationPart
    said: str = ""
    answers = frozenset({"digit", "yes", "news", "words"})
    lifetime = DAY


@dataclass(frozen=True, kw_only=True)
class WhichReport(_Asked):
    """For which reporter a volunteer's text is. Owner: `responders/relay.py`.

    Attributes:
        words: the text, masked; "" for a photo. As long as a photo waits, so do they.
    """

    kind: Literal["relay"] = "relay"
    words: str = ""
    lifetime = 10 * MINUTE


@dataclass(frozen=True, kw_only=True)
class WhichZones(_Asked):
    """For which parts of the city alerts are wanted, of one kind or all. Owner: `residents/alerts.py`."""

    kind: Literal["zones"] = "zones"
    alerts: str = ""


@dataclass(frozen=True, kw_only=True)
class TextAtNight(_Asked):
    """Whether alerts may come at night; silence means no. Owner: `residents/alerts.py`."""

    kind: Literal["night"] = "night"
    answers = frozenset({"digit", "yes"})
    lifetime = DAY


@dataclass(frozen=True, kw_only=True)
class FakeWords(_Asked):
    """FAKE and the words of a text that is not ours. Owner: `residents/verify.py`."""

    kind: Literal["fake"] = "fake"
    answers = frozenset({"words"})
    lifetime = 60 * MINUTE


@dataclass(frozen=True, kw_only=True)
class WayBackTold(_Asked):
    """Nothing: who stopped was told how to come back, once. Owner: `residents/optout.py`."""

    kind: Literal["way_back"] = "way_back"


type Question = Annotated[
    WhichOfMenu
    | WhichTopic
    | WordsForHuman
    | SureToDelete
    | SureToStop
    | HappeningNow
    | ReportDetail
    | ViolationDetail
    | WhichReport
    | WhichZones
    | TextAtNight
    | FakeWords
    | WayBackTold,
    Field(discriminator="kind"),
]
_JSON: Final[TypeAdapter[Question]] = TypeAdapter(Question)


def to_json(question: Question | None) -> str:
    """As it is stored; "" for none."""
    return _JSON.dump_json(question).decode() if question else ""


def from_json(stored: str) -> Question | None:
    """What was stored. A question that this version does not know is none."""
    try:
        return _JSON.validate_json(stored) if stored else None
    except ValidationError:
        return None


def waiting(question: Question | None, now: float) -> Question | None:
    """The question, unless its time to be answered is over."""
    return None if question and question.at and now - question.at > question.lifetime else question


# Strings of before 2026-11-28 are read for 90 days, until 2027-02-26, and written no more: by then whoever
# they were kept for is forgotten. `OLD`, `from_old` and the HDEL in `people.save_person` go then.
OLD: Final = ("pending", "asked_at", "held", "choices")


def from_old(fields: Mapping[str, str]) -> Question | None:
    """What `pending` and the fields beside it say; a string that was never written says nothing."""
    name, _, rest = fields.get("pending", "").partition(":")
    held = fields.get("held", "")
    known: dict[str, dict[str, object]] = {
        "menu": {"kind": "menu"},
        "choices": {"kind": "topic", "topics": parsed(fields.get("choices") or "[]"), "unanswered": held},
        "human": {"kind": "human"},
        "delete": {"kind": "delete"},
        "stop": {"kind": "stop", "only_alerts": rest == "alerts"},
        "stopped": {"kind": "way_back"},
        "raid_ask": {"kind": "now", "words": held, "or_stop": rest == "stop"},
        "raid": {"kind": "report", "about": rest},
        "violation": {"kind": "violation", "about": rest, "said": held},
        "relay": {"kind": "relay", "at": rest, "words": held},
        "alerts": {"kind": "zones", "alerts": rest},
        "night": {"kind": "night", "at": rest},
        "fake": {"kind": "fake", "at": rest},
    }
    try:
        return (
            _JSON.validate_python({"at": fields.get("asked_at") or 0, **known[name]})
            if name in known
            else None
        )
    except ValidationError:
        return None
