"""Measures of a classifier: shares with their intervals, F1, confusions, calibration."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    type Pair = tuple[str, str]  # what is right, what was found

Z_95: Final = 1.959964  # of the normal distribution: 95 % lie within so many standard deviations
BINS: Final = 10


@dataclass(frozen=True)
class Share:
    """So many of so many, with its 95 % interval (E. B. Wilson, 1927), honest for few and for none or all.

    Attributes:
        hits: how often it was so.
        of: out of how many, more than 0.
    """

    hits: int
    of: int

    @classmethod
    def where(cls, outcomes: Iterable[bool]) -> Share | None:
        """The share of true outcomes; None of none."""
        seen = list(outcomes)
        return cls(sum(seen), len(seen)) if seen else None

    @property
    def value(self) -> float:
        """0 to 1."""
        return self.hits / self.of

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies, with 95 % confidence."""
        spread = Z_95**2 / self.of
        centre = (self.value + spread / 2) / (1 + spread)
        half = Z_95 / (1 + spread) * math.sqrt((self.value * (1 - self.value) + spread / 4) / self.of)
        # At 0 and 1 the formula gives exactly these bounds; floating point does not.
        low = 0.0 if self.hits == 0 else max(0.0, centre - half)
        return low, 1.0 if self.hits == self.of else min(1.0, centre + half)

    def public(self) -> dict[str, float | int]:
        """For JSON."""
        low, high = self.interval
        return {
            "share": round(self.value, 4), "low": round(low, 4), "high": round(high, 4),
            "hits": self.hits, "of": self.of,
        }  # fmt: skip


def macro_f1(pairs: Sequence[Pair]) -> float:
    """The mean F1 of all labels that are right or found somewhere, each counting the same; 0 of none."""
    right, found = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    both = Counter(one for one, other in pairs if one == other)
    labels = right.keys() | found.keys()
    return (
        sum(2 * both[name] / (right[name] + found[name]) for name in labels) / len(labels) if labels else 0.0
    )


def confusions(pairs: Iterable[Pair], most: int = 10) -> list[tuple[str, str, int]]:
    """What was taken for what, how often: the most frequent first, then by name."""
    counted = Counter(pair for pair in pairs if pair[0] != pair[1])
    ranked = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return [(right, found, number) for (right, found), number in ranked[:most]]


@dataclass(frozen=True)
class Bin:
    """Texts whose confidence lies from `low` to below `high` (the last one: to 1).

    Attributes:
        texts: how many.
        confidence: their mean confidence.
        accuracy: the share of them that was right; as high as the confidence where it is honest.
    """

    low: float
    high: float
    texts: int
    confidence: float
    accuracy: float


def reliability(points: Sequence[tuple[float, bool]], bins: int = BINS) -> list[Bin]:
    """The reliability table: points are (confidence, right), bins equally wide; empty ones are left out."""
    sorted_in: dict[int, list[tuple[float, bool]]] = {}
    for confidence, is_right in points:
        sorted_in.setdefault(min(int(confidence * bins), bins - 1), []).append((confidence, is_right))
    return [
        Bin(
            place / bins,
            (place + 1) / bins,
            len(inside),
            sum(confidence for confidence, _ in inside) / len(inside),
            sum(is_right for _, is_right in inside) / len(inside),
        )
        for place, inside in sorted(sorted_in.items())
    ]


def calibration_error(table: Sequence[Bin]) -> float:
    """Expected calibration error (Naeini et al., 2015): mean distance of confidence and accuracy, 0 to 1."""
    total = sum(one.texts for one in table)
    return sum(one.texts * abs(one.confidence - one.accuracy) for one in table) / total if total else 0.0


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share (0 to 1) of all values does not exceed; 0 of none."""
    if not values:
        return 0.0
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
