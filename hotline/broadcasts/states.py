"""The states of a broadcast, and the one table of moves between them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from hotline.moves import Moves


class BroadcastState(StrEnum):
    """Where a broadcast stands; stored as this. A closing text waits until its alert has come to rest."""

    DRAFT = "draft"
    WAITING = "waiting"
    SENDING = "sending"
    PAUSED = "paused"
    SENT = "sent"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class BroadcastMove(StrEnum):
    """What can be done to a broadcast; `HOLD` is the line's own, when carriers refuse its texts."""

    WRITE = "write"
    APPROVE = "approve"
    BEGIN = "begin"
    PAUSE = "pause"
    HOLD = "hold"
    RESUME = "resume"
    SETTLE = "settle"
    EXPIRE = "expire"
    CANCEL = "cancel"
    CLOSE = "close"


MOVING: Final = (BroadcastState.WAITING, BroadcastState.SENDING)
UNDER_WAY: Final = (BroadcastState.SENDING, BroadcastState.PAUSED)
LIVE: Final = (BroadcastState.SENDING, BroadcastState.SENT)
MOVES: Final = Moves[BroadcastState, BroadcastMove]({
    BroadcastMove.WRITE: ((BroadcastState.DRAFT,), (BroadcastState.DRAFT,)),
    # A drill is over at once; a closing text waits for the alert that it ends.
    BroadcastMove.APPROVE: (
        (BroadcastState.DRAFT,), (BroadcastState.SENDING, BroadcastState.SENT, BroadcastState.WAITING)
    ),
    BroadcastMove.BEGIN: ((BroadcastState.WAITING,), (BroadcastState.SENDING,)),
    BroadcastMove.PAUSE: ((BroadcastState.SENDING,), (BroadcastState.PAUSED,)),
    BroadcastMove.HOLD: (LIVE, (BroadcastState.PAUSED,)),
    BroadcastMove.RESUME: ((BroadcastState.PAUSED,), (BroadcastState.SENDING,)),
    BroadcastMove.SETTLE: ((BroadcastState.SENDING,), (BroadcastState.SENT,)),
    BroadcastMove.EXPIRE: ((BroadcastState.WAITING, *UNDER_WAY), (BroadcastState.EXPIRED,)),
    BroadcastMove.CANCEL: (
        (BroadcastState.DRAFT, BroadcastState.WAITING, *UNDER_WAY), (BroadcastState.CANCELLED,)
    ),
    BroadcastMove.CLOSE: (
        (*UNDER_WAY, BroadcastState.SENT, BroadcastState.EXPIRED, BroadcastState.CANCELLED),
        (BroadcastState.CLOSED,),
    ),
})  # fmt: skip
