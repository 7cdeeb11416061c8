"""Consent records as a table, and the log of who took phone numbers out in clear."""

from __future__ import annotations

import csv
import getpass
import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast

from hotline.messaging.address import Route
from hotline.privacy.redaction import mask
from hotline.refusal import Reason, Refused
from hotline.store import Commit, Store, keys
from hotline.subscriptions import subscribers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from hotline.privacy.vault import Vault

COLUMNS: Final = (
    "person", "zones", "language", "consent", "consent_language", "at", "channel",
    "kinds", "night", "night_at",
)  # fmt: skip
SHORTEST_REASON: Final = 10  # characters
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute
_NUMBER: Final = re.compile(r"\+\d{7,15}")
_BATCH: Final = 500


@dataclass(frozen=True)
class Record:
    """One consent as it is kept; `address` is sealed, `night` empty where nobody agreed to nights."""

    person: str
    zones: tuple[str, ...]
    lang: str
    shown: str
    shown_lang: str
    at: float
    channel: str
    address: str
    kinds: tuple[str, ...]
    night: str = ""
    night_at: float = 0.0

    def cells(self) -> list[str]:
        """The row of a table, as `COLUMNS` names it."""
        night_at = _when(self.night_at) if self.night else ""
        return [
            self.person, ";".join(self.zones), self.lang, self.shown, self.shown_lang, _when(self.at),
            self.channel, ";".join(self.kinds), self.night, night_at,
        ]  # fmt: skip


@dataclass(frozen=True)
class ExportEntry:
    """One export with numbers: when (ISO 8601, UTC), who, why, how many people."""

    at: str
    who: str
    why: str
    people: int


async def load_all(store: Store) -> list[Record]:
    """Every consent, the oldest first."""
    people = sorted(str(one) for one in await store.smembers(keys.subscribers))
    found: list[Record] = []
    for start in range(0, len(people), _BATCH):
        batch = people[start : start + _BATCH]
        pipe = store.pipeline()
        for person in batch:
            pipe.hmget(keys.subscriber(person), "consent", "zones", "lang", "address", "kinds", "night")
        rows = cast("list[list[str | None]]", await pipe.execute())
        found += [_record(person, row) for person, row in zip(batch, rows, strict=True) if row[0]]
    return sorted(found, key=lambda one: (one.at, one.person))


def _record(person: str, row: list[str | None]) -> Record:
    consent, zones, lang, address, kinds, night = (cell or "" for cell in row)
    said, agreed = json.loads(consent), json.loads(night or "{}")
    return Record(
        person, tuple(json.loads(zones or "[]")), lang, said["shown"], said["lang"], float(said["at"]),
        said["channel"], address, tuple(json.loads(kinds or "[]")) or subscribers.KINDS,
        agreed.get("shown", ""), float(agreed.get("at", 0)),
    )  # fmt: skip


def _when(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")


def reason_given(text: str) -> str:
    """A reason fit to be kept: long enough to be one, without numbers.

    Raises:
        Refused: there is none.
    """
    if len(text.strip()) < SHORTEST_REASON:
        raise Refused(Reason.REASON_SHORT, least=SHORTEST_REASON)
    return mask(text.strip())


def who() -> str:
    """The login that runs this; its number where it has no name, as in a container."""
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (OSError, KeyError):
        return f"user {os.getuid()}"


async def log(store: Store, *, by: str, why: str, people: int, now: float) -> None:
    """Keep that numbers were taken out; no number is in it. `now` is seconds since the epoch."""
    at = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds")
    commit = Commit()
    commit.xadd(keys.exports, {"at": at, "who": by, "why": why, "people": people})
    await store.commit(commit)


async def logged(store: Store) -> list[ExportEntry]:
    """Exports with numbers, the oldest first."""
    rows = await store.xrange(keys.exports)
    return [ExportEntry(row["at"], row["who"], row["why"], int(row["people"])) for _, row in rows]


def write(path: Path, records: Iterable[Record], vault: Vault | None = None) -> None:
    """Write a table that only its owner can read (mode 0600); with a vault, numbers in clear.

    Raises:
        Refused: the file is there already.
        SettingsError: the secret key is another one.
    """
    rows = [
        [*one.cells(), *([str(Route.read(vault.open(one.address)).to)] if vault else [])] for one in records
    ]
    write_table(path, [*COLUMNS, *(["number"] if vault else [])], rows)


def already_there(path: Path) -> Refused:
    """Why nothing is written: nothing is ever written over."""
    return Refused(Reason.FILE_THERE, file=path.name)


def write_table(path: Path, columns: list[str], rows: Iterable[list[str]]) -> None:
    """Write any table that only its owner can read (mode 0600), and no spreadsheet computes with.

    Raises:
        Refused: the file is there already.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise already_there(path) from None
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(columns)
        table.writerows([_as_text(cell) for cell in row] for row in rows)


def _as_text(cell: str) -> str:
    if _NUMBER.fullmatch(cell):
        return cell
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
