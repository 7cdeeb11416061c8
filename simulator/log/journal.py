"""The message log on disk: append-only JSON lines that survive a kill -9 of this process at any instant."""

from __future__ import annotations

import fcntl
import json
import os
from typing import TYPE_CHECKING, Any, cast

from simulator.settings import SimulatorError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Journal:
    """One log file, owned by one process. It holds numbers and words in clear, for its owner's eyes only.

    A line reaches the kernel before `append` returns, so a killed process loses none; only a loss of power
    can. There is no fsync: this is a simulator.
    """

    def __init__(self, path: Path) -> None:
        """Open or create the log.

        Raises:
            SimulatorError: another simulator has it open, or the folder cannot be written.
        """
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SimulatorError(f"Cannot write {path}: {error.strerror}; set DATA_DIR.") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go by the kernel, even at kill -9
        except OSError:
            os.close(self._file)
            raise SimulatorError(f"Another simulator writes {path}; stop it or set DATA_DIR.") from None
        self._size = os.fstat(self._file).st_size

    def append(self, record: dict[str, Any]) -> None:
        """Write one line.

        Raises:
            OSError: the disk refused; nothing of the line is left behind.
        """
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode(errors="replace") + b"\n"
        written = os.write(self._file, line)
        if written != len(line):
            os.ftruncate(self._file, self._size)
            raise OSError(f"{self._path} took only a part of a line: is the disk full?")
        self._size += written

    def read(self) -> Iterator[dict[str, Any]]:
        """Every line, oldest first; a torn last line is cut off.

        Raises:
            SimulatorError: a line cannot be read.
        """
        whole = 0
        with self._path.open("rb") as lines:
            for place, line in enumerate(lines, start=1):
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                yield self._parse(line, place)
        os.ftruncate(self._file, whole)
        self._size = whole

    def _parse(self, line: bytes, place: int) -> dict[str, Any]:
        try:
            record: object = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            raise SimulatorError(f"Line {place} of {self._path} is not a JSON object; move the file away.")
        return cast("dict[str, Any]", record)

    def close(self) -> None:
        """Let the file go."""
        os.close(self._file)
