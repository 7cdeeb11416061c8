"""Numbers that always fail in one way, and the way of every other message from queued to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from simulator.refusal import Refusal

if TYPE_CHECKING:
    from simulator.network.message import Status

type Step = tuple[Status, int]

INVALID: Final = "+18605550191"
UNREACHABLE: Final = "+18605550192"
FILTERED: Final = "+18605550193"
OPTED_OUT: Final = "+18605550194"
UNKNOWN: Final = "+18605550195"

_WAYS: Final[dict[str, tuple[Step, ...]]] = {
    UNREACHABLE: (("sent", 0), ("undelivered", 30003)),
    FILTERED: (("failed", 30007),),
    UNKNOWN: (("sent", 0), ("undelivered", 30005)),
}
_USUAL: Final[tuple[Step, ...]] = (("sent", 0), ("delivered", 0))


def refuse(to: str) -> None:
    """Refuse a message to a number that is refused at create.

    Raises:
        Refusal: 21211 or 21610.
    """
    if to == INVALID:
        raise Refusal.invalid_to(to)
    if to == OPTED_OUT:
        raise Refusal.opted_out()


def next_step(to: str, status: str) -> Step | None:
    """The status after this one, with its error code; None at the end of the way."""
    way = _WAYS.get(to, _USUAL)
    if status == "queued":
        return way[0]
    reached = [place for place, (name, _) in enumerate(way) if name == status]
    return way[reached[0] + 1] if reached and reached[0] + 1 < len(way) else None
