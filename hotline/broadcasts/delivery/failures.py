"""A broadcast that cannot go on: said by the kind of its error, tried again later, in no other's way."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

import structlog

from hotline import metrics
from hotline.errors import HotlineError, kind_and_place
from hotline.messaging.outbox import Outbound, queued
from hotline.staff.roster import load_roster
from hotline.store import AWAY, DAY, Commit, Conflict, keys

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.store import Store

log = structlog.get_logger(__name__)

FIRST: Final = 60.0  # seconds until it is tried again; twice as long after each try
LONGEST: Final = 3600.0
TOLD_TTL: Final = DAY  # it is told once in this time
TOLD: Final = ("organizer", "operator")


@contextlib.contextmanager
def apart(id_: str) -> Generator[None]:
    """What fails with one broadcast ends here; only that Redis is away is everybody's trouble."""
    try:
        yield
    except AWAY:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, the other broadcasts go on
        _noted(id_, error)


def _noted(id_: str, error: Exception) -> None:
    metrics.BROADCAST_TROUBLES.labels(type(error).__name__).inc()
    reason = {"reason": str(error)} if isinstance(error, HotlineError) else {}
    log.error("broadcast cannot go on", broadcast=id_, **kind_and_place(error), **reason)


class Troubles:
    """Which broadcasts one worker leaves alone for a while, and why."""

    def __init__(self, store: Store, vault: Vault, library: Library, clock: Callable[[], float]) -> None:
        self._store = store
        self._vault = vault
        self._library = library
        self._clock = clock
        self._until: dict[str, tuple[float, float]] = {}  # when it is tried again, and how long that was

    def rests(self, id_: str) -> bool:
        """Whether it failed a short while ago."""
        return self._clock() < self._until.get(id_, (0.0, 0.0))[0]

    def over(self, id_: str) -> None:
        """It went on."""
        self._until.pop(id_, None)

    async def met(self, id_: str, error: Exception) -> None:
        """Leave it alone for a while; its organizers and the operators are told once a day."""
        _noted(id_, error)
        pause = min(LONGEST, 2 * self._until.get(id_, (0.0, FIRST / 2))[1])
        self._until[id_] = (self._clock() + pause, pause)
        with contextlib.suppress(Conflict):  # told already, perhaps by another worker
            await self._store.commit(await self._telling(id_))

    async def _telling(self, id_: str) -> Commit:
        commit, key, roster = Commit(), keys.broadcast_trouble(id_), await load_roster(self._store)
        commit.if_absent(key)
        commit.set(key, "1", TOLD_TTL)
        code = await self._store.hget(keys.broadcast(id_), "code")
        for member in (one for role in TOLD for one in roster.with_role(role)):
            text = self._library.say("alert_stuck", member.lang, code=code or id_)
            message = Outbound(
                f"b{id_}stuck{self._clock():.0f}{member.handle}", member.person, member.address, text
            )
            commit.merge(queued(message, self._vault, self._clock()))
        return commit
