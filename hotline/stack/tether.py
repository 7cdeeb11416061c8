"""No process outlives the stack: a death signal for children, and a watcher that ends orphaned groups.

``python tether.py SECONDS`` reads process groups from its standard input, one a line: ``123`` to watch
one, ``-123`` to forget it. When the input closes because the supervisor is gone, even by ``kill -9``, it
ends every group it still watches: SIGTERM, then SIGKILL after the given seconds. It uses the standard
library alone and is started by its path, so that it costs a few milliseconds and little memory.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PR_SET_PDEATHSIG = 1  # prctl(2)
_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None  # before fork: no import in a child


def die_with_parent() -> None:
    """Ask Linux to send this process SIGTERM when the thread that started it ends; elsewhere do nothing."""
    if _PRCTL is not None:
        _PRCTL(PR_SET_PDEATHSIG, signal.SIGTERM)


def tied() -> Callable[[], None] | None:
    """What `Popen` shall run in the child: nothing outside the main thread, for Linux watches the thread."""
    return die_with_parent if threading.current_thread() is threading.main_thread() else None


def follow_parent() -> None:
    """End with the `make` that started us, however it is told to.

    A SIGTERM it passes on, and of its death Linux tells us. But a SIGINT that is sent to `make` alone, as
    programs do, it keeps: it blocks the signal, waits for us to end, and would never stop.
    """
    die_with_parent()
    threading.Thread(target=_wait_for_interrupt, args=(os.getppid(),), daemon=True).start()


def _wait_for_interrupt(parent: int) -> None:
    seen = 0
    while seen < 2:  # make also blocks signals for an instant when it starts a command
        time.sleep(0.25)
        seen = seen + 1 if _blocks(parent, signal.SIGINT) else 0
    os.kill(os.getpid(), signal.SIGINT)


def _blocks(pid: int, number: signal.Signals) -> bool:
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:  # noqa: PTH123 - pathlib costs a slow start
            mask = next((line.split()[1] for line in status if line.startswith("SigBlk:")), "0")
    except OSError:
        return False
    return bool(int(mask, 16) >> (number - 1) & 1)


def group_lives(group: int) -> bool:
    """Whether a process group still has a member."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group that is all zombies
        return False
    return True


def signal_group(group: int, number: signal.Signals) -> None:
    """Send a signal to every member of a process group that may already be gone."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return


def end_groups(groups: set[int], seconds: float) -> None:
    """End all members of all groups: politely at first, by force once the seconds are over."""
    for group in groups:
        signal_group(group, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while any(map(group_lives, groups)) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in groups:
        signal_group(group, signal.SIGKILL)


def main() -> None:
    """Watch until the supervisor's end of the pipe closes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line)
        if group > 0:
            groups.add(group)
        else:
            groups.discard(-group)
    end_groups(groups, float(sys.argv[1]))


if __name__ == "__main__":
    main()
