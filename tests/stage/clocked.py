"""The line by a clock that a test moves on: its worker here, its webhook, network and Redis beside it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Self, override

from hotline.incidents import records
from hotline.runtime import Runtime
from hotline.staff.roster import seed_demo
from hotline.store import Commit, keys
from hotline.worker import Worker
from tests.conversations.runner import Play, Talk
from tests.stage.line import Line, wait_until
from tests.stage.shifted import ahead

if TYPE_CHECKING:
    from pathlib import Path

    from hotline.incidents.incident import Incident

MINUTE: Final = 60.0
HOUSEKEEPING: Final = keys.lock("housekeeping")
NEAR: Final = 2.0  # seconds within which a due step fires


class ClockedLine(Line):
    """The line in real processes, but for the worker, which runs in this event loop."""

    def __init__(self, folder: Path, **variables: str) -> None:
        super().__init__(folder, **variables)
        self._ahead = folder / "ahead"
        self._ahead.write_text("0")
        self.runtime = Runtime.open(self.settings, clock=self.now)
        self.worker = Worker(self.runtime)
        self._working: asyncio.Task[None] | None = None

    def now(self) -> float:
        """The clock of worker and webhook, in seconds since the epoch: real time, and what a test added."""
        return ahead(self._ahead)

    @override
    async def __aenter__(self) -> Self:
        await super().__aenter__()
        command = (sys.executable, "-m", "tests.stage.shifted", str(self._ahead))
        self.spawn("webhook", command)
        await self.start("simulator")
        await self.healthy("webhook")
        self._working = asyncio.create_task(self.worker.run())
        return self

    @override
    async def __aexit__(self, *_: object) -> None:
        if self._working:
            self._working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._working
        await self.runtime.close()
        await super().__aexit__(*_)

    async def clear(self) -> None:
        """Nothing is left of an earlier test but what its phones read, and the time that has passed."""
        await self.settled()
        await self.runtime.store.redis.flushall()
        # The worker's own minute would come at any moment of a test.
        await self.runtime.store.redis.set(HOUSEKEEPING, "the test", ex=600)
        await seed_demo(self.settings)

        async def listening() -> bool:
            return bool(await self.runtime.store.redis.exists(keys.inbox_ready))

        await wait_until(listening, what="the worker making its group again")

    async def settled(self) -> None:
        """Wait until every text was handled and sent, and every due step was made."""

        async def quiet() -> bool:
            redis = self.runtime.store.redis
            waiting = await redis.exists(
                keys.inbox_active, keys.outbox("hotline"), keys.outbox_sending("hotline")
            )
            return not waiting and not await redis.zcount(keys.incidents_due, "-inf", self.now() * 1000)

        await wait_until(quiet, what="everything being handled")

    async def advance(self, seconds: float) -> None:
        """Move the clock on, once everything before is done, and wait for what falls due."""
        await self.settled()
        self._ahead.write_text(str(float(self._ahead.read_text()) + seconds))
        await self.wake()
        await self.settled()

    async def wake(self) -> None:
        """As any commit wakes the worker's loops."""
        commit = Commit()
        for loop in ("incidents", "hotline"):
            commit.wake(loop)
        await self.runtime.store.commit(commit)

    async def minute(self) -> None:
        """What the worker does once a minute, now."""
        for _, work in self.worker._chores():
            await work()
        await self.settled()

    async def one(self, id_: str = "1") -> Incident:
        """An incident as it is kept."""
        found = await records.load(self.runtime.store, id_)
        assert found, f"there is no incident {id_}"
        return found

    async def log(self, id_: str = "1") -> list[dict[str, Any]]:
        """Its events."""
        lines = await self.runtime.store.redis.lrange(keys.incident_log(id_), 0, -1)  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either
        return [json.loads(line) for line in lines]

    async def events(self, id_: str = "1") -> list[str]:
        """Names of its events, in order."""
        return [event["type"] for event in await self.log(id_)]

    def say(self, key: str, lang: str, **values: object) -> str:
        """A sentence of the line."""
        return self.runtime.library.say(key, lang, **values)

    async def next_step(self, id_: str = "1") -> dict[str, Any]:
        """Let the next step of an incident fall due; its event, which came neither early nor late."""
        due, before = (await self.one(id_)).due, len(await self.log(id_))
        await self.advance(max(0.0, due - 0.2 - self.now()))

        async def made() -> bool:
            return len(await self.log(id_)) > before

        await wait_until(made, 5, f"the next step of {id_}")
        await self.settled()
        event = (await self.log(id_))[before]
        late = datetime.fromisoformat(event["at"]).timestamp() - due
        assert -0.001 <= late <= NEAR, f"{event['type']} came {late:.3f} s after its time"
        return event


class Scene(Play):
    """A conversation in steps of `tests/conversations`, and `{"clock moves": seconds}`."""

    def __init__(self, stage: ClockedLine, number: int) -> None:
        super().__init__(stage, Talk("", []), number)
        self._stage = stage
        self._begun: dict[str, int] = {}

    async def play(self, *steps: dict[str, Any]) -> None:
        """Play some steps; who has read what is remembered from one call to the next."""
        for step in steps:
            for action, words in step.items():
                who, _, what = action.partition(" ")
                await self._step(self.phone(who), what, words)

    async def begin(self) -> Self:
        """What was read before does not count."""
        await self.run()
        self._begun = dict(self._heard)
        return self

    async def read(self, who: str) -> list[str]:
        """Everything a phone got in this conversation."""
        phone = self.phone(who)
        return (await self._stage.received(phone))[self._begun.get(phone, 0) :]

    @override
    async def _step(self, phone: str, what: str, words: Any) -> None:
        if what == "moves":
            await self._stage.advance(words)
        else:
            await super()._step(phone, what, words)
