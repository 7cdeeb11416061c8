"""How fast a carrier may be given segments: evenly, and never too many in any one second as it sees them."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

RESERVE: Final = 0.002  # times are kept in whole milliseconds
LATE: Final = 100.0  # milliseconds of a late wake-up that may be made good; the second is kept all the same
LEAST_LATE: Final = 5.0
KNOWN: Final = 20  # calls of a sender, before the quickest of them says how quick one may be
REMEMBERED: Final = 5000  # calls at least, and twice as many at most
LATEST: Final = 2.0  # seconds: the most that a slow call counts as late; one that hangs holds nobody up


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


class Slot:
    """One segment's place in the window."""

    __slots__ = ("arrived", "began")

    def __init__(self, began: float) -> None:
        self.began = began
        self.arrived = began + LATEST


class Window:
    """The last second at the carrier: says when it certainly has room for another text.

    `take.lua` spaces what leaves. Calls take unequal time: what left a second apart may arrive closer, and
    only who made the calls knows. Of a call that has ended we know by when its text had arrived: at its end,
    less what the quickest call took. A text that leaves a second after that cannot be one too many.
    """

    def __init__(self, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self._window = pace.window / 1000
        self._slots = deque[Slot](maxlen=pace.most)
        self._calls = 0
        self._quickest = [inf, inf]  # of the last full `REMEMBERED` calls, and of those since
        self._clock = clock
        self._most = pace.most

    def wait(self, segments: int) -> float:
        """Seconds until so many segments may leave; 0 for now."""
        free = self._most - len(self._slots)
        needed = min(segments, self._most) - free
        if needed <= 0:
            return 0.0
        last = max(self._slots[place].arrived for place in range(needed))
        return max(0.0, last + self._window - self._clock())

    def room(self, segments: int, most: int) -> int:
        """How many texts of so many segments may leave now, `most` at most."""
        most = min(most, max(1, self._most // segments))
        return next((count for count in range(most) if self.wait((count + 1) * segments)), most)

    def begin(self, segments: int) -> list[Slot]:
        """A text leaves now."""
        slots = [Slot(self._clock()) for _ in range(min(segments, self._most))]
        self._slots.extend(slots)
        return slots

    def end(self, slots: list[Slot]) -> None:
        """Its call has ended."""
        now = self._clock()
        took = now - slots[0].began
        late = min(LATEST, took - self._learnt(took))
        for slot in slots:
            slot.arrived = slot.began + late

    def _learnt(self, took: float) -> float:
        """How quick a call can be, as far as we have seen; 0 as long as we have not seen enough."""
        self._calls += 1
        self._quickest[1] = min(self._quickest[1], took)
        quickest = min(self._quickest) if self._calls >= KNOWN else 0.0
        if self._calls % REMEMBERED == 0:
            self._quickest = [self._quickest[1], inf]
        return quickest
