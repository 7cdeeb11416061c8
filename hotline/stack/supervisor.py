"""Starts the processes in order, keeps them running, and ends them all."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hotline.errors import HotlineError
from hotline.stack.children import Child, Tether, rotate
from hotline.stack.gates import Gate, passed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Iterable, Sequence

FIRST_TRIES = 3
ROTATE_EVERY = 60.0
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Screen(Protocol):
    """Where the supervisor says what happens."""

    def starting(self, names: Sequence[str]) -> None:
        """These are being waited for; none: everything is up."""
        ...

    def say(self, sentence: str) -> None:
        """One event."""
        ...


@dataclass(frozen=True)
class RestartPolicy:
    """When the supervisor restarts a child, and how long it waits before it kills one: in seconds.

    Attributes:
        first_pause: before the first restart; doubled for each further death in a row.
        longest_pause: cap of that.
        settled: a child that ran this long is forgiven its earlier deaths.
        grace: between SIGTERM and SIGKILL.
    """

    first_pause: float = 0.5
    longest_pause: float = 30.0
    settled: float = 60.0
    grace: float = 8.0

    def pause(self, deaths: int) -> float:
        """Seconds to wait after so many deaths in a row."""
        return min(self.first_pause * 2.0 ** (deaths - 1), self.longest_pause)


class Supervisor:
    """Keeps children running. The order of the list is the order of ending, backwards.

    Args:
        children: each with the gate that tells when it is ready.
        screen: where to say what happens.
        pace: its seconds.
    """

    def __init__(
        self, children: Sequence[tuple[Child, Gate]], screen: Screen, policy: RestartPolicy | None = None
    ) -> None:
        self.children = {child.process.name: child for child, _ in children}
        self._gates = {child.process.name: gate for child, gate in children}
        self._screen = screen
        self._policy = policy or RestartPolicy()
        self._stop = asyncio.Event()

    async def run(self, when_ready: Callable[[], Awaitable[None]], *, signals: bool = True) -> None:
        """Start all, call `when_ready` once, keep all running until Ctrl-C or `stop`; leave nothing behind.

        Raises:
            HotlineError: a vital child could not be started; everything has been ended again.
        """
        with _on_signals(self._interrupted, ENDING if signals else ()), Tether(self._policy.grace) as tie:
            work = [self._keep(child, tie) for child in self.children.values()]
            tasks = [asyncio.create_task(one) for one in (*work, self._announce(when_ready), self._rotate())]
            stop = asyncio.create_task(self._stopped())
            try:
                await self._first_trouble(stop, tasks)
            finally:
                self._stop.set()
                self._screen.starting(())
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, stop, return_exceptions=True)
                await self._end_all(tie)

    def stop(self) -> None:
        """End everything; `run` returns."""
        self._stop.set()

    def _interrupted(self) -> None:
        if self._stop.is_set():
            for child in self.children.values():
                child.kill()
        self._stop.set()

    async def _stopped(self) -> None:
        await self._stop.wait()

    async def _first_trouble(self, stop: asyncio.Task[None], tasks: list[asyncio.Task[None]]) -> None:
        """Wait for the order to stop, or for the first task that fails."""
        waiting = {stop, *tasks}
        while not stop.done():
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()

    async def _announce(self, when_ready: Callable[[], Awaitable[None]]) -> None:
        """Show which processes are still starting, until all are ready."""
        waiting = dict(self.children)
        while waiting:
            self._screen.starting(list(waiting))
            events = {asyncio.create_task(child.settled.wait(), name=name) for name, child in waiting.items()}
            try:
                done, _ = await asyncio.wait(events, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for event in events:
                    event.cancel()
            for event in done:
                del waiting[event.get_name()]
        self._screen.starting(())
        await when_ready()

    async def _rotate(self) -> None:
        while True:
            await asyncio.sleep(ROTATE_EVERY)
            for child in self.children.values():
                rotate(child.log)

    async def _keep(self, child: Child, tie: Tether) -> None:
        """Start a child when what it needs has settled, and again whenever it ends."""
        for need in child.process.needs:
            await self.children[need].settled.wait()
        name, deaths = child.process.name, 0
        while True:
            begun = time.monotonic()
            end = await self._one_life(child, tie)
            lasted = time.monotonic() - begun
            deaths = 1 if child.ready and lasted > self._policy.settled else deaths + 1
            if not child.settled.is_set() and (deaths >= FIRST_TRIES or lasted >= child.process.patience):
                self._give_up(child, end)
            pause = self._policy.pause(deaths)
            self._screen.say(f"{name} {end}; starting it again in {pause:g} s (log: {child.log}).")
            await asyncio.sleep(pause)

    def _give_up(self, child: Child, end: str) -> None:
        """Stop waiting for this child; if it is vital, stop the line."""
        sentence = f"{child.process.name} does not start: it {end}; see {child.log}."
        if child.process.vital:
            raise HotlineError(sentence)
        self._screen.say(sentence)
        child.settled.set()

    async def _one_life(self, child: Child, tie: Tether) -> str:
        """From start to end of a child, said in words; what it started ends with it."""
        child.ready = False
        try:
            await child.start(tie)
        except OSError as error:
            return f"cannot be run ({error.strerror})"
        watch = asyncio.create_task(self._watch(child))
        ended = asyncio.create_task(child.ended())
        try:
            done, _ = await asyncio.wait({watch, ended}, return_when=asyncio.FIRST_COMPLETED)
            if ended not in done and not watch.result():
                return f"was not ready after {child.process.patience:g} s"
            return await ended
        finally:
            watch.cancel()
            ended.cancel()
            if not self._stop.is_set():
                await child.end(tie, self._policy.grace)

    async def _watch(self, child: Child) -> bool:
        """Wait for the gate; whether it opened in time."""
        begun = time.monotonic()
        if not await passed(self._gates[child.process.name], child.process.patience):
            return False
        word = "is back" if child.settled.is_set() else "is up"
        self._screen.say(f"{child.process.name} {word} ({time.monotonic() - begun:.1f} s)")
        child.ready = True
        child.settled.set()
        return True

    async def _end_all(self, tie: Tether) -> None:
        """End what depends on others first, and Redis, the head of the list, last."""
        first, *rest = self.children.values()
        await asyncio.gather(*(child.end(tie, self._policy.grace) for child in rest))
        await first.end(tie, self._policy.grace)


@contextlib.contextmanager
def _on_signals(handler: Callable[[], None], numbers: Iterable[signal.Signals]) -> Generator[None]:
    loop = asyncio.get_running_loop()
    for number in numbers:
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)
