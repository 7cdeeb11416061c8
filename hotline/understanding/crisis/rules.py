"""Tell from a text alone, by rules, whether somebody may die or be hurt by other hands than agents'."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from hotline.understanding.rules.triage import Triage

if TYPE_CHECKING:
    from pathlib import Path

    from hotline.understanding.rules.rulebook import Crisis

AT_HOME: Final = frozenset({"violence-home", "violence-hits-me"})
FOLDER: Final = "crisis"  # beside the rules of reports
ORDER: Final[tuple[Crisis, ...]] = ("medical", "violence", "suicide")  # what is answered first


@dataclass(frozen=True)
class CrisisReading:
    """What the rules say of one text.

    Attributes:
        kinds: in the order they are answered; none for nearly every text.
        rules: ids of the rules that fired.
    """

    kinds: tuple[Crisis, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def at_home(self) -> bool:
        """Whether it is somebody of the house, or near, who hurts the writer."""
        return not AT_HOME.isdisjoint(self.rules)


class CrisisRules:
    """The rules of `content/triage/crisis`, compiled once; `read` may be called from any thread."""

    def __init__(self, folder: Path) -> None:
        """Compile the rules.

        Raises:
            ContentError: a rule file is missing or malformed; names file and rule.
        """
        self._rules = Triage(folder)

    def read(self, text: str) -> CrisisReading:
        """Every kind of crisis that a text speaks of, whatever its language."""
        fired = self._rules.fired(text)
        kinds = {rule.kind for rule in fired}
        return CrisisReading(tuple(kind for kind in ORDER if kind in kinds), tuple(rule.id for rule in fired))


@cache
def crisis_rules(triage: Path) -> CrisisRules:
    """The rules that stand in `crisis/` of a folder of triage rules; loaded once by a process."""
    return CrisisRules(triage / FOLDER)
