from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from hotline.errors import HotlineError
from hotline.stack.supervisor import RestartPolicy, Supervisor

from .conftest import Fakes, Notes, is_running, until

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path

    from hotline.stack.children import Child
    from hotline.stack.gates import Gate

FAST = RestartPolicy(first_pause=0.05, longest_pause=0.4, grace=0.5)


@contextlib.asynccontextmanager
async def running(
    children: Sequence[tuple[Child, Gate]], notes: Notes, *, policy: RestartPolicy = FAST
) -> AsyncGenerator[Supervisor]:
    supervisor = Supervisor(children, notes, policy)
    ready = asyncio.Event()

    async def announce() -> None:
        ready.set()

    task = asyncio.create_task(supervisor.run(announce))
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED, timeout=30)
    waiting.cancel()
    try:
        yield supervisor
    finally:
        supervisor.stop()
        await task


async def test_what_a_child_needs_is_well_before_it_starts(fakes: Fakes, notes: Notes) -> None:
    children = [fakes.child("redis"), fakes.child("rasa", needs=("redis",)), fakes.child("worker")]
    async with running(children, notes):
        order = [sentence.split()[0] for sentence in notes.said]
        assert sorted(order) == ["rasa", "redis", "worker"]
        assert order.index("redis") < order.index("rasa")
    assert notes.waited_for[0] == ["redis", "rasa", "worker"]
    assert notes.waited_for[-1] == []


@pytest.mark.fault
async def test_a_killed_child_is_started_again_with_growing_pauses(fakes: Fakes, notes: Notes) -> None:
    async with running([fakes.child("redis"), fakes.child("worker")], notes):
        for life in range(1, 4):
            await until(lambda life=life: len(fakes.lives("worker")) == life)
            await until(lambda life=life: sum("is back" in line for line in notes.said) == life - 1)
            os.kill(fakes.lives("worker")[-1][0], signal.SIGKILL)
        await until(lambda: sum("is back" in line for line in notes.said) == 3)
    deaths = [line for line in notes.said if "was killed (SIGKILL)" in line]
    assert [line.split("again in ")[1].split(" s ")[0] for line in deaths] == ["0.05", "0.1", "0.2"]
    assert len(fakes.lives("redis")) == 1


def test_the_pause_is_capped() -> None:
    policy = RestartPolicy(first_pause=0.5, longest_pause=30)
    assert [policy.pause(deaths) for deaths in (1, 2, 3, 20)] == [0.5, 1, 2, 30]


@pytest.mark.fault
async def test_a_child_that_ran_long_is_forgiven(fakes: Fakes, notes: Notes) -> None:
    policy = RestartPolicy(first_pause=0.05, settled=0.0, grace=0.5)
    async with running([fakes.child("worker")], notes, policy=policy):
        for life in (1, 2):
            await until(lambda life=life: len(fakes.lives("worker")) == life)
            await until(lambda life=life: sum("is back" in line for line in notes.said) == life - 1)
            os.kill(fakes.lives("worker")[-1][0], signal.SIGKILL)
        await until(lambda: sum("is back" in line for line in notes.said) == 2)
    assert sum("again in 0.05 s" in line for line in notes.said) == 2


@pytest.mark.fault
async def test_what_a_dead_child_had_started_dies_with_it(fakes: Fakes, notes: Notes) -> None:
    async with running([fakes.child("rasa", "--grandchild")], notes):
        child, grandchild = fakes.lives("rasa")[0]
        os.kill(child, signal.SIGKILL)
        await until(lambda: len(fakes.lives("rasa")) == 2)
        assert not is_running(grandchild)
    assert fakes.running() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_all_children_and_theirs(
    fakes: Fakes, notes: Notes, number: signal.Signals
) -> None:
    children = [
        fakes.child("redis"),
        fakes.child("rasa", "--grandchild"),
        fakes.child("stubborn", "--ignore-term"),
    ]
    supervisor = Supervisor(children, notes, FAST)

    async def interrupt() -> None:
        assert len(fakes.running()) == 4
        os.kill(os.getpid(), number)

    await supervisor.run(interrupt)
    assert fakes.running() == []


async def test_a_second_ctrl_c_does_not_wait_for_the_grace(fakes: Fakes, notes: Notes) -> None:
    supervisor = Supervisor([fakes.child("stubborn", "--ignore-term")], notes, RestartPolicy(grace=60.0))

    async def interrupt() -> None:
        loop = asyncio.get_running_loop()
        os.kill(os.getpid(), signal.SIGINT)
        loop.call_later(0.3, os.kill, os.getpid(), signal.SIGINT)

    async with asyncio.timeout(20):
        await supervisor.run(interrupt)
    assert fakes.running() == []


async def test_a_vital_child_that_cannot_start_ends_everything_with_one_sentence(
    fakes: Fakes, notes: Notes
) -> None:
    children = [fakes.child("redis"), fakes.child("webhook", "--fail", "3")]
    with pytest.raises(
        HotlineError, match=r"^webhook does not start: it ended with code 3; see .*webhook\.log\.$"
    ):
        await Supervisor(children, notes, FAST).run(_nothing)
    assert len(fakes.lives("webhook")) == 3
    assert fakes.running() == []


async def test_the_line_comes_up_without_rasa_and_keeps_trying(fakes: Fakes, notes: Notes) -> None:
    broken = fakes.child("rasa", "--fail", "1", vital=False)
    async with running([fakes.child("webhook"), broken], notes):
        assert notes.heard("webhook is up")
        assert notes.heard("rasa does not start: it ended with code 1")
        await until(lambda: len(fakes.lives("rasa")) > 3)


async def test_a_child_that_never_becomes_ready_is_given_up(fakes: Fakes, notes: Notes) -> None:
    child, _ = fakes.child("webhook", patience=0.3)

    async def closed() -> bool:
        return False

    with pytest.raises(HotlineError, match=r"was not ready after 0\.3 s"):
        await Supervisor([(child, closed)], notes, FAST).run(_nothing)
    assert fakes.running() == []


async def test_a_program_that_is_not_there_is_named(fakes: Fakes, notes: Notes) -> None:
    child, gate = fakes.child("worker")
    child._command = ["/no/such/program"]
    with pytest.raises(HotlineError, match=r"worker does not start: it cannot be run \(No such file"):
        await Supervisor([(child, gate)], notes, FAST).run(_nothing)


@pytest.mark.fault
async def test_nothing_outlives_a_supervisor_killed_with_9(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys; from pathlib import Path\n"
        "from hotline.stack.supervisor import RestartPolicy, Supervisor\n"
        "from tests.stack.conftest import Fakes, Notes\n"
        "fakes = Fakes(Path(sys.argv[1]))\n"
        "children = [fakes.child('redis'), fakes.child('rasa', '--grandchild')]\n"
        "async def say(): print('ready', flush=True)\n"
        "asyncio.run(Supervisor(children, Notes(), RestartPolicy(grace=0.5)).run(say))"
    )
    supervisor = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert supervisor.stdout
    assert await supervisor.stdout.readline() == b"ready\n"
    fakes = Fakes(tmp_path)
    assert len(fakes.running()) == 3
    supervisor.kill()
    await supervisor.wait()
    await until(lambda: fakes.running() == [])


async def _nothing() -> None:
    return
