"""Tell from a text alone, by rules, whether somebody may die or be hurt by other hands than agents'."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from hotline.understanding.crisis.second_look import CrisisModel
from hotline.understanding.rules.triage import Triage

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from hotline.understanding.rules.rulebook import Crisis

AT_HOME: Final = frozenset({"violence-home", "violence-hits-me"})
FOLDER: Final = "crisis"  # beside the rules of reports
JEST: Final = "jest"  # the blocker that hears laughing
WEIGHTS: Final = "crisis.npz"  # the same that the worker's second look reads with the embedding
ORDER: Final[tuple[Crisis, ...]] = ("medical", "violence", "suicide")  # what is answered first


@dataclass(frozen=True)
class CrisisReading:
    """What the rules say of one text.

    Attributes:
        kinds: in the order they are answered; none for nearly every text.
        doubted: kinds that rules hear where somebody laughs, a thing is meant or the letters are of another
            kind of text; the worker's second look decides.
        rules: ids of the rules that fired.
        laughed: some are doubted for a laugh: who laughs may mean it, and hears where help is all the same.
    """

    kinds: tuple[Crisis, ...] = ()
    doubted: tuple[Crisis, ...] = ()
    rules: tuple[str, ...] = ()
    laughed: bool = False

    @property
    def at_home(self) -> bool:
        """Whether it is somebody of the house, or near, who hurts the writer."""
        return bool(self.kinds) and not AT_HOME.isdisjoint(self.rules)


class CrisisRules:
    """The rules of `content/triage/crisis`, compiled once; `read` may be called from any thread."""

    def __init__(self, triage: Path) -> None:
        """Compile the rules that stand in `crisis/` of a folder of triage rules.

        Raises:
            ContentError: a rule file is missing or malformed; names file and rule.
        """
        self._rules = Triage(triage / FOLDER)
        self._letters = CrisisModel.load(triage / WEIGHTS, None)

    def read(self, text: str) -> CrisisReading:
        """Every kind of crisis that a text speaks of, whatever its language."""
        fired = self._rules.fired(text)
        if not fired:
            return CrisisReading()
        rules = tuple(rule.id for rule, _ in fired)
        sure = {rule.kind for rule, lowered in fired if not lowered}
        if not sure or self._letters.doubts(text):
            laughed = any(JEST in lowered for _, lowered in fired)
            return CrisisReading((), _in_order({rule.kind for rule, _ in fired}), rules, laughed)
        return CrisisReading(_in_order(sure), (), rules)


def _in_order(kinds: Collection[str | None]) -> tuple[Crisis, ...]:
    return tuple(kind for kind in ORDER if kind in kinds)


@cache
def crisis_rules(triage: Path) -> CrisisRules:
    """The rules of a folder of triage rules; loaded once by a process."""
    return CrisisRules(triage)
