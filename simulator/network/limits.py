"""The rate at which one sender may hand messages over."""

from __future__ import annotations

import math


class RateLimit:
    """So many messages per second and sender, with one second's worth at once (GCRA)."""

    def __init__(self, per_second: float) -> None:
        self._per_second = per_second
        self._due: dict[str, float] = {}

    def wait(self, sender: str, now: float) -> int:
        """Count one message; 0 when it may pass, otherwise whole seconds to wait (and it is not counted).

        Args:
            sender: whose rate.
            now: seconds on a clock that does not step back.
        """
        if not self._per_second:
            return 0
        interval = 1 / self._per_second
        due = max(self._due.get(sender, now), now)
        ahead = due - now - max(0.0, 1 - interval)
        if ahead > 1e-9:  # noise of the subtraction
            return max(1, math.ceil(ahead))
        self._due[sender] = due + interval
        return 0
