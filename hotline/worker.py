"""The worker: turns, timers, senders and housekeeping, each a loop that outlives every error."""

from __future__ import annotations

import asyncio
import gc
import os
import secrets
import socket
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from hotline import metrics
from hotline.broadcasts import closing
from hotline.broadcasts.delivery.canaries import Watch
from hotline.broadcasts.delivery.carrier_failures import CarrierFailures
from hotline.broadcasts.delivery.feed import Delivery
from hotline.errors import HotlineError, kind_and_place
from hotline.incidents import drill, no_answer
from hotline.incidents.photos import Photos
from hotline.messaging import inbox
from hotline.messaging.carriers.media import CarrierMedia
from hotline.messaging.carriers.twilio import TwilioCarrier
from hotline.messaging.contacts import load_person
from hotline.messaging.outbox import Outbound, Outbox, queued
from hotline.messaging.outcomes import Together
from hotline.messaging.removals import Removals
from hotline.messaging.sender import Sender
from hotline.privacy.retention import trim
from hotline.staff import reminders
from hotline.staff.roster import load_roster
from hotline.store import AWAY, Conflict, keys
from hotline.understanding.language import LanguageGuesser

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hotline.messaging.inbox import Turn
    from hotline.runtime import Runtime

log = structlog.get_logger(__name__)

TURNS_AT_ONCE: Final = 32
BLOCK_MS: Final = 1000
PAUSE: Final = 0.5
HEARTBEAT_TTL: Final = 15
DECISIONS: Final = 200  # how often a turn is decided again because somebody else was first


class Worker:
    """One worker process. Several may run; each turn, step and send is held by exactly one of them."""

    def __init__(self, runtime: Runtime) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"
        self._runtime = runtime
        self._store = runtime.store
        self._conversation = runtime.conversation(LanguageGuesser())
        self._carrier = TwilioCarrier(runtime.settings)
        self._failures = CarrierFailures(runtime.store, runtime.vault, runtime.library, runtime.clock)
        self._delivery = Delivery(
            runtime.store, runtime.vault, runtime.library, runtime.settings, runtime.clock, self._failures
        )
        settings = runtime.settings
        self._media = CarrierMedia(settings)
        self._photos = Photos(
            runtime.incidents, runtime.vault, runtime.library, settings, self._media, runtime.clock
        )
        self._removals = Removals(runtime.store, runtime.vault, self._media, runtime.clock)
        self._senders = {
            settings.sender_name(number): self._sender(number) for number in settings.own_numbers
        }
        self._incidents = asyncio.Event()
        self._broadcasts = asyncio.Event()
        self._held: dict[str, asyncio.Task[None]] = {}

    def _sender(self, number: str) -> Sender:
        settings = self._runtime.settings
        name = settings.sender_name(number)
        return Sender(
            Outbox(
                self._store,
                name,
                settings.rate(name),
                self.name,
                settings.campaign_per_second or 0.0,
                Together(self._failures, self._runtime.unreached()),
            ),
            self._carrier,
            self._runtime.vault,
            number=number,
            callback=f"{settings.public_url}/twilio/status",
            clock=self._runtime.clock,
            reconcile_after=settings.reconcile_grace,
        )

    async def run(self) -> None:
        """Work until cancelled; turns under way are finished first."""
        await self._runtime.key.prove_when_possible()
        gc.collect()
        gc.freeze()  # what was loaded stays: looking through it again and again makes sends late
        loops = [
            self._forever("turns", self._take_turns),
            self._forever("takeover", self._take_over),
            self._forever("lease", self._renew),
            self._forever("incidents", self._tick),
            self._forever("broadcasts", self._feed),
            self._forever("wake", self._listen),
            self._forever("reconcile", self._reconcile),
            self._forever("housekeeping", self._keep_house),
            self._forever("photos", partial(_paced, self._photos.step)),
            self._forever("removals", partial(_paced, self._removals.step)),
            *(self._forever("send", sender.run) for sender in self._senders.values()),
        ]
        tasks = [asyncio.create_task(one) for one in loops]
        log.info("worker started", worker=self.name)
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._held:
                await asyncio.wait(self._held.values(), timeout=5)
            await self._carrier.close()
            await self._media.close()
            await self._conversation.close()

    async def _forever(self, name: str, work: Callable[[], Awaitable[None]]) -> None:
        """Run one piece of work again and again; an error is logged by its kind, never by its words."""
        while True:
            try:
                await work()
            except AWAY as error:
                log.warning("no Redis", loop=name, error=type(error).__name__)
                await asyncio.sleep(PAUSE)
            except HotlineError as error:
                log.error("work failed", loop=name, reason=str(error))
                await asyncio.sleep(PAUSE)
            except Exception as error:  # noqa: BLE001 - a loop that ends would strand everybody's texts
                log.error("work failed", loop=name, **kind_and_place(error))
                await asyncio.sleep(PAUSE)

    # -- turns

    async def _take_turns(self) -> None:
        await inbox.prepare(self._store)
        while True:
            room = TURNS_AT_ONCE - len(self._held)
            if room <= 0:
                await asyncio.wait(self._held.values(), return_when=asyncio.FIRST_COMPLETED)
                continue
            for turn in await inbox.next_turns(self._store, self.name, room, BLOCK_MS):
                self._start(turn)

    async def _take_over(self) -> None:
        lease = self._runtime.settings.lease_seconds
        await asyncio.sleep(lease / 2)
        for turn in await inbox.take_over(self._store, self.name, lease, TURNS_AT_ONCE):
            if turn.entry not in self._held:
                metrics.TAKEN_OVER.inc()
                self._start(turn)

    async def _renew(self) -> None:
        for key in (keys.alive_worker(self.name), keys.alive):
            await self._store.set(key, "1", HEARTBEAT_TTL)
        await inbox.renew(self._store, self.name, list(self._held))
        await asyncio.sleep(self._runtime.settings.lease_seconds / 4)

    def _start(self, turn: Turn) -> None:
        task = asyncio.create_task(self._turn(turn))
        self._held[turn.entry] = task
        task.add_done_callback(lambda _: self._held.pop(turn.entry, None))

    async def _turn(self, turn: Turn) -> None:
        try:
            if turn.tries > self._runtime.settings.max_tries:
                await self._bury(turn)
            else:
                await self._decide(turn)
        except AWAY:
            log.warning("turn put off: no Redis", sid=turn.inbound.sid)
        except Exception as error:  # noqa: BLE001 - the lease runs out and the text is tried again, then buried
            log.error("turn failed", sid=turn.inbound.sid, tries=turn.tries, **kind_and_place(error))
        finally:
            self._conversation.forget_heard(turn.inbound.sid)

    async def _decide(self, turn: Turn) -> None:
        for _ in range(DECISIONS):
            commit, answered_by = await self._conversation.decide(turn.inbound)
            ending = inbox.finished(turn)
            ending.merge(commit)
            try:
                await self._store.commit(ending)
            except Conflict as conflict:
                if str(conflict) == "1 owner":  # somebody took the turn over: it is theirs now
                    return
                continue
            metrics.TURNS.labels(answered_by).inc()
            metrics.TURN_SECONDS.observe(max(0.0, self._runtime.clock() - turn.inbound.at))
            return
        log.error("turn never settled", sid=turn.inbound.sid)

    async def _bury(self, turn: Turn) -> None:
        """A text that failed too often: to the dead letters. The resident and the operators are told."""
        ending = inbox.dead_letter(turn, "tries")
        sid, library = turn.inbound.sid, self._runtime.library
        person = await load_person(self._store, turn.inbound.person)
        told = [(person.id, person.address, library.say("human_soon", person.lang or "en"))]
        operators = (await load_roster(self._store)).with_role("operator")
        told += [(m.person, m.address, library.say("dead_letter", m.lang, code=sid[-6:])) for m in operators]
        for place, (to, address, words) in enumerate(told):
            if address:
                message = Outbound(f"{sid}dead{place}", to, address, words)
                ending.merge(queued(message, self._runtime.vault, self._runtime.clock()))
        await self._store.commit(ending)
        metrics.DEAD.inc()
        log.error("text buried", sid=turn.inbound.sid, tries=turn.tries)

    # -- timers, broadcasts, senders

    async def _tick(self) -> None:
        self._incidents.clear()
        await _sleep(self._incidents, await self._runtime.incidents.tick())

    async def _feed(self) -> None:
        self._broadcasts.clear()
        await closing.hold_unfounded(self._store, self._runtime.clock())
        await _sleep(self._broadcasts, await self._delivery.feed())

    async def _listen(self) -> None:
        """Wake loops when there is something for them; a missed message costs at most their own pause."""
        async for loop in self._store.woken():
            self._wake(loop) if loop else self._wake_all()

    def _wake_all(self) -> None:
        for name in ("incidents", "broadcasts", *self._senders):
            self._wake(name)

    def _wake(self, name: str) -> None:
        events = {"incidents": self._incidents, "broadcasts": self._broadcasts}
        sender = self._senders.get(name)
        event = events.get(name) or (sender.wake if sender else None)
        if event:  # another worker may know more numbers than we do
            event.set()

    async def _reconcile(self) -> None:
        for sender in self._senders.values():
            await sender.reconcile()
        await asyncio.sleep(min(5.0, max(0.5, self._runtime.settings.reconcile_grace / 4)))

    def _chores(self) -> list[tuple[str, Callable[[], Awaitable[object]]]]:
        """What is done once a minute, the most important first."""
        runtime, now = self._runtime, self._runtime.clock()
        service, library, vault = runtime.incidents, runtime.library, runtime.vault
        watch = Watch(self._store, vault, library, runtime.settings, runtime.clock)
        return [
            ("audit", service.audit),
            ("no answer", lambda: no_answer.note(service, now)),
            ("duties", lambda: reminders.minute(service, vault, library, now)),
            ("closing", lambda: closing.nag(service, vault, library, now)),
            ("canaries", watch.miss),
            ("drills", lambda: drill.close_old(service, now)),
            ("weekly drill", lambda: drill.weekly(runtime.settings, self._store, vault, library, now)),
            ("trim", lambda: trim(self._store)),
        ]

    async def _keep_house(self) -> None:
        """Once a minute, by one worker: audit incidents, send reminders to staff, delete what is old."""
        key = keys.lock("housekeeping")
        if await self._store.set(key, self.name, 55, only_new=True):
            for name, work in self._chores():
                try:
                    await work()
                except AWAY:
                    raise
                except Exception as error:  # noqa: BLE001 - one chore that fails must not stop the others
                    log.error("chore failed", chore=name, **kind_and_place(error))
        await asyncio.sleep(10)


async def _paced(step: Callable[[], Awaitable[float]]) -> None:
    """One step, and the rest it asks for."""
    await asyncio.sleep(await step())


async def _sleep(event: asyncio.Event, seconds: float) -> None:
    """Until the event or the time, whichever is first."""
    try:
        await asyncio.wait_for(event.wait(), max(0.0, seconds))
    except TimeoutError:
        return
