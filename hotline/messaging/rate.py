"""How fast a carrier may be given segments: evenly, and never too many in any one second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RESERVE: Final = 0.002  # times are kept in whole milliseconds
LATE: Final = 100.0  # milliseconds of a late wake-up that may be made good; the second is kept all the same
LEAST_LATE: Final = 5.0


@dataclass(frozen=True)
class Pace:
    """A rate as `take.lua` counts it; times in milliseconds.

    Attributes:
        cost: between two segments.
        slack: of a late wake-up that may be made good.
        most: segments within `window`.
        window: the second, or as long as one segment takes when that is longer.
    """

    cost: float
    slack: float
    most: int
    window: float

    @property
    def arguments(self) -> tuple[float, float, int, float]:
        """As the script takes them."""
        return (self.cost, self.slack, self.most, self.window)


NO_LIMIT: Final = Pace(0.0, 0.0, 0, 0.0)


def pace(per_second: float) -> Pace:
    """The pace of so many segments per second; 0 for no limit."""
    if not per_second:
        return NO_LIMIT
    cost, most = 1000 / per_second, max(1, int(per_second))
    return Pace(cost, max(LEAST_LATE, LATE - cost), most, most * cost * (1 + RESERVE))
