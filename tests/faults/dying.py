"""A worker or webhook that kills itself with SIGKILL at a chosen instant.

`python -m tests.faults.dying POINT COUNT`.

The instant is between two steps of the real code, where only a real kill -9 could land.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Any

from hotline import store as stores
from hotline.cli import run
from hotline.messaging import inbox, outbox
from hotline.messaging.carriers.media import CarrierMedia
from hotline.messaging.carriers.twilio import TwilioCarrier

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.messaging.carriers.media_address import Picture

left = 0


def count_down() -> None:
    """Die at the chosen count."""
    global left  # noqa: PLW0603 - one process, one countdown
    left -= 1
    if left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)


def before_call() -> Callable[[], None]:
    """The intent to send is written, the carrier not called yet."""
    real = TwilioCarrier.send

    async def send(self: TwilioCarrier, **fields: Any) -> str:
        count_down()
        return await real(self, **fields)

    TwilioCarrier.send = send  # pyright: ignore[reportAttributeAccessIssue] - that is the fault
    return run.worker


def after_call() -> Callable[[], None]:
    """The carrier has it, the outcome is not written yet."""
    real = outbox.Outbox.accepted

    async def accepted(self: outbox.Outbox, id_: str, sid: str, known: dict[str, str] | None = None) -> None:
        count_down()
        await real(self, id_, sid, known)

    outbox.Outbox.accepted = accepted
    return run.worker


def mid_turn() -> Callable[[], None]:
    """The turn is decided, nothing of it is written yet."""
    real = stores.Store.commit

    async def dying(self: stores.Store, commit: stores.Commit) -> None:
        if any(write[0] == "finish" for write in commit.writes):
            count_down()
        await real(self, commit)

    stores.Store.commit = dying
    return run.worker


def after_turn() -> Callable[[], None]:
    """The turn is written, the worker does not know it yet."""
    real = stores.Store.commit

    async def dying(self: stores.Store, commit: stores.Commit) -> None:
        await real(self, commit)
        if any(write[0] == "finish" for write in commit.writes):
            count_down()

    stores.Store.commit = dying
    return run.worker


def after_append() -> Callable[[], None]:
    """The text is in Redis, Twilio has no 200 yet."""
    real = inbox.accept

    async def accept(store: stores.Store, plan: stores.Commit) -> bool:
        fresh = await real(store, plan)
        count_down()
        return fresh

    inbox.accept = accept
    return run.webhook


def before_removal() -> Callable[[], None]:
    """Our copy of a photo is kept, the carrier still has the original."""
    real = CarrierMedia.delete

    async def delete(self: CarrierMedia, picture: Picture) -> bool:
        count_down()
        return await real(self, picture)

    CarrierMedia.delete = delete
    return run.worker


def before_keeping() -> Callable[[], None]:
    """A photo is fetched, nothing of it is kept yet."""
    real = stores.Store.commit

    async def dying(self: stores.Store, commit: stores.Commit) -> None:
        if any(write[0] == "HSET" and "data" in write for write in commit.writes):
            count_down()
        await real(self, commit)

    stores.Store.commit = dying
    return run.worker


POINTS = {
    f.__name__: f
    for f in (
        before_call, after_call, mid_turn, after_turn, after_append, before_removal, before_keeping,
    )
}  # fmt: skip

if __name__ == "__main__":
    left = int(sys.argv[2])
    POINTS[sys.argv[1]]()()
