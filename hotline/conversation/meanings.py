"""Everything a text can mean: one case for each, with what was read of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from hotline.understanding.commands import Command
    from hotline.understanding.dialogue import Understood
    from hotline.understanding.rules.rulebook import Crisis


# -- by rules


@dataclass(frozen=True)
class InCrisis:
    """Somebody may die, or is hurt at home."""

    kinds: tuple[Crisis, ...]


@dataclass(frozen=True)
class Checks:
    """Whether a text is ours (``verify`` and its number), or words that are not (``fake``).

    Attributes:
        awaited: we have just asked for the words.
    """

    kind: Literal["verify", "fake"]
    words: str
    awaited: bool = False


@dataclass(frozen=True)
class CarrierActs:
    """The carrier itself blocks us at this word, or lets us write again, whatever it means besides."""

    on: Literal["STOP", "START"]


@dataclass(frozen=True)
class ReopensAlerts:
    """ALERTS to an alerts number that they stopped; then it means what it means to anybody."""


@dataclass(frozen=True)
class Returns:
    """They want our texts again.

    Attributes:
        silent: the carrier has confirmed it.
    """

    silent: bool


@dataclass(frozen=True)
class Leaves:
    """They want no more texts.

    Attributes:
        how: by a word that the ``carrier`` acts on, in words that say ``only`` this, ``said`` among others,
            or ``unclear``: then it is asked.
    """

    how: Literal["carrier", "only", "said", "unclear"]


@dataclass(frozen=True)
class ForDesk:
    """One of the staff: a command, news of a report, words for a reporter."""


@dataclass(frozen=True)
class Offers:
    """A resident offers to respond, under this handle."""

    handle: str


@dataclass(frozen=True)
class Opened:
    """A report, that the webhook has opened."""


@dataclass(frozen=True)
class NamesZones:
    """Parts of the city, for which they want alerts."""


@dataclass(frozen=True)
class Answers:
    """A digit, or the one that a plain yes or no stands for, to what was asked."""

    digit: str
    in_words: bool = False


@dataclass(frozen=True)
class WordGivenOut:
    """A word given out at a meeting, or YES to one that was announced."""


@dataclass(frozen=True)
class Asks:
    """A word that every resident may text."""

    command: Command


@dataclass(frozen=True)
class Detail:
    """More about their open report.

    Attributes:
        asks: with a question in it.
    """

    asks: bool


@dataclass(frozen=True)
class Unruled:
    """No rule knows: the models look at it."""


# -- by what the models say


@dataclass(frozen=True)
class Report:
    """A report that no rule heard."""


@dataclass(frozen=True)
class Silenced:
    """Words of somebody who stopped us.

    Attributes:
        in_danger: it may be a report.
    """

    in_danger: bool


@dataclass(frozen=True)
class SoundsLikeCrisis:
    """Much or a little like somebody who may die.

    Attributes:
        likely: much.
        alone: it is answered by this alone; nobody waits for these words.
    """

    likely: bool
    alone: bool


@dataclass(frozen=True)
class MayBeReport:
    """Perhaps a report: whether it is happening now has to be asked.

    Attributes:
        or_stop: it may as well be the wish for no more texts.
    """

    or_stop: bool


@dataclass(frozen=True)
class ForHuman:
    """What a person is asked, after HUMAN."""


@dataclass(frozen=True)
class TellsViolation:
    """More about the ordinance that was broken."""


@dataclass(frozen=True)
class Unheard:
    """A sentence for the assistant."""


# -- by what the assistant heard


@dataclass(frozen=True)
class NotUnderstood:
    """One of the staff, and nothing that the assistant could do but ask."""


@dataclass(frozen=True)
class StillInCrisis:
    """Words after a crisis that nothing else answers."""


@dataclass(frozen=True)
class Topic:
    """A topic, or several of which one is meant.

    Attributes:
        how_to_stop: it also sounds a little like the wish for no more texts.
    """

    heard: Understood
    how_to_stop: bool


type ByRules = (
    InCrisis
    | Checks
    | CarrierActs
    | ReopensAlerts
    | Returns
    | Leaves
    | ForDesk
    | Offers
    | Opened
    | NamesZones
    | Answers
    | WordGivenOut
    | Asks
    | Detail
    | Unruled
)
type ByModels = Report | Silenced | SoundsLikeCrisis | MayBeReport | ForHuman | TellsViolation | Unheard
type ByAssistant = NotUnderstood | StillInCrisis | MayBeReport | Leaves | Topic
