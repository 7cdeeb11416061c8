"""Sign-ups that an organizer brings as a CSV file: every line judged first, then all of them or none."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Final, cast

from hotline.messaging.contacts import Person
from hotline.privacy.redaction import mask
from hotline.privacy.vault import Vault, parse_number
from hotline.refusal import Reason, Refused
from hotline.store import Commit, Store, keys
from hotline.subscriptions import subscribers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from hotline.content.city import City

COLUMNS: Final = ("number", "zones", "language", "consent", "date")
MAY: Final = ("kinds", "night")  # columns that may be there too
MOST_LINES: Final = 5000  # people in one commit: Redis serves no other request while it runs
WORDS: Final = range(10, 501)  # characters that say how somebody agreed
_BATCH: Final = 500


@dataclass(frozen=True)
class Signup:
    """One line that can be used.

    Attributes:
        at: start of the day of consent in the city, seconds since the epoch.
        night: how they agreed to urgent alerts at night, "" when they did not.
    """

    line: int
    address: str
    zones: tuple[str, ...]
    lang: str
    consent: str
    at: float
    kinds: tuple[str, ...] = subscribers.KINDS
    night: str = ""


@dataclass(frozen=True)
class BadLine:
    """One line that cannot be used: its number in the file, two digits to find it by, and why."""

    line: int
    ending: str
    why: tuple[Refused, ...]


@dataclass(frozen=True)
class Sheet:
    """What a file holds."""

    good: tuple[Signup, ...]
    bad: tuple[BadLine, ...]


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do: who is new, how many said STOP, how many are signed up already."""

    new: tuple[tuple[Person, Signup], ...]
    stopped: int
    known: int


def read(path: Path, city: City, now: float) -> Sheet:
    """Judge every line of a file.

    Args:
        path: a CSV file, UTF-8, whose first line names the columns in any order.
        city: whose zones and languages count.
        now: seconds since the epoch; a consent of a later day is refused.

    Raises:
        Refused: no CSV, other columns, or too many lines.
    """
    today = city.local(now).date()
    good: dict[str, Signup] = {}
    bad: list[BadLine] = []
    for line, cells, (has, needs) in _rows(path):
        fits = has == needs
        found = _judge(line, cells, city, today) if fits else _misfit(line, has, needs)
        if isinstance(found, Signup) and found.address in good:
            first = good[found.address].line
            found = BadLine(line, _ending(found.address), (Refused(Reason.LINE_TWICE, line=first),))
        if isinstance(found, Signup):
            good[found.address] = found
        else:
            bad.append(found)
    return Sheet(tuple(good.values()), tuple(bad))


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str], tuple[int, int]]]:
    """Line number, counted from 1, and cells by column; none where they are too many or few."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        table = csv.reader(file, strict=True)
        try:
            names = _names(next(table, []))
            before = table.line_num
            for cells in table:
                line, before = before + 1, table.line_num
                if line > MOST_LINES + 1:
                    raise Refused(Reason.FILE_LONG, most=MOST_LINES)
                if any(cell.strip() for cell in cells):
                    yield (
                        line,
                        dict(zip(names, map(str.strip, cells), strict=False)),
                        (len(cells), len(names)),
                    )
        except csv.Error:
            raise Refused(Reason.FILE_NO_CSV, line=table.line_num) from None


def _names(heads: list[str]) -> list[str]:
    names = [head.strip().casefold() for head in heads]
    if set(names) - set(MAY) != set(COLUMNS) or len(set(names)) != len(names):
        raise Refused(Reason.FILE_COLUMNS, columns=COLUMNS, more=MAY)
    return names


def _misfit(line: int, has: int, needs: int) -> BadLine:
    return BadLine(line, "", (Refused(Reason.LINE_COLUMNS, has=has, needs=needs),))


def _judge(line: int, cells: dict[str, str], city: City, today: date) -> Signup | BadLine:
    why: list[Refused] = []
    address = _tried(lambda: parse_number(cells["number"]), why)
    zones = _tried(lambda: _zones(cells["zones"], city), why)
    lang = _tried(lambda: _language(cells["language"], city), why)
    consent = _tried(lambda: consented(cells["consent"], "consent"), why)
    at = _tried(lambda: _day(cells["date"], city, today), why)
    kinds = _tried(lambda: kinds_in(cells.get("kinds", "")), why)
    night = _tried(lambda: _night(cells.get("night", "")), why)
    if not (address and zones and lang and consent and at is not None and kinds and night is not None):
        return BadLine(line, _ending(cells["number"]), tuple(why))
    return Signup(line, address, zones, lang, consent, at, kinds, night)


def _tried[T](parse: Callable[[], T], why: list[Refused]) -> T | None:
    try:
        return parse()
    except Refused as refused:
        why.append(refused)
        return None


def _ending(number: str) -> str:
    """Two digits to find a line by; none of what is too short to be a number."""
    digits = "".join(filter(str.isdigit, number))
    return digits[-2:] if len(digits) >= 7 else ""


def _zones(text: str, city: City) -> tuple[str, ...]:
    parts = [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]
    found = [subscribers.zones_in(part, city) for part in parts]
    if not parts or not all(found):
        raise Refused(Reason.ZONE_UNKNOWN)
    zones = tuple(dict.fromkeys(zone for one in found for zone in one))
    return (subscribers.ALL,) if subscribers.ALL in zones else zones


def _language(text: str, city: City) -> str:
    if text.casefold() not in city.languages:
        raise Refused(Reason.LANGUAGE_UNKNOWN, langs=tuple(city.languages))
    return text.casefold()


def kinds_in(text: str) -> tuple[str, ...]:
    """Kinds named in a cell or an option; all of them when it is empty.

    Raises:
        Refused: something else is named.
    """
    parts = [part.strip().casefold() for part in text.replace(";", ",").split(",") if part.strip()]
    if set(parts) - set(subscribers.KINDS):
        raise Refused(Reason.KIND_UNKNOWN, kinds=subscribers.KINDS)
    return tuple(kind for kind in subscribers.KINDS if kind in parts) or subscribers.KINDS


def consented(text: str, column: str) -> str:
    """How somebody agreed, in words that may be kept.

    Raises:
        Refused: too short or long to say it, or what nobody may read is in it.
    """
    if len(text) not in WORDS:
        raise Refused(Reason.CONSENT_LENGTH, column=column, least=WORDS[0], most=WORDS[-1])
    if mask(text) != text:
        raise Refused(Reason.CONSENT_PRIVATE, column=column)
    return text


def _night(text: str) -> str:
    """How they agreed to urgent alerts at night; "" when they did not: nobody is woken unasked."""
    return consented(text, "night") if text else ""


def _day(text: str, city: City, today: date) -> float:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Refused(Reason.BAD_DAY) from None
    if day > today:
        raise Refused(Reason.DATE_AHEAD)
    return datetime.combine(day, time(), city.time_zone).timestamp()


async def plan(store: Store, vault: Vault, signups: Iterable[Signup]) -> ImportPlan:
    """Who would be added; people who stopped either sender, or are signed up already, would not."""
    people = {vault.pseudonym(one.address): one for one in signups}
    stopped = await _stopped(store, list(people))
    known = await _known(store, [person for person in people if person not in stopped])
    new = tuple(
        (Person(id=person, address=vault.seal(one.address)), one)
        for person, one in people.items()
        if person not in stopped | known
    )
    return ImportPlan(new, len(stopped), len(known))


async def add(store: Store, found: ImportPlan) -> int:
    """Add the new people of a plan in one step; answers how many.

    Raises:
        StoreUnavailable: Redis did not answer; repeat it: people who were added already stay as they are.
    """
    commit = Commit()
    for person, one in found.new:
        commit.merge(
            subscribers.added(
                person, one.zones, one.lang, shown=one.consent, channel="csv", now=one.at, kinds=one.kinds,
                night=one.night,
            )
        )  # fmt: skip
    await store.commit(commit)
    late = await _stopped(store, [person.id for person, _ in found.new])  # a STOP between look and commit
    undo = Commit()
    for person in late:
        undo.merge(subscribers.removed(person))
    await store.commit(undo)
    return len(found.new) - len(late)


async def _stopped(store: Store, people: list[str]) -> set[str]:
    pipe = store.pipeline()
    batches = _batches(people)
    for batch in batches:
        pipe.smismember(keys.optout("alerts"), batch)
        pipe.smismember(keys.optout("hotline"), batch)
    answers = iter(cast("list[list[int]]", await pipe.execute()))
    return {
        person
        for batch in batches
        for person, alerts, hotline in zip(batch, next(answers), next(answers), strict=True)
        if alerts or hotline
    }


async def _known(store: Store, people: list[str]) -> set[str]:
    known: set[str] = set()
    for batch in _batches(people):
        answers = await store.smismember(keys.subscribers, batch)
        known |= {person for person, there in zip(batch, answers, strict=True) if there}
    return known


def _batches(people: list[str]) -> list[list[str]]:
    return [people[start : start + _BATCH] for start in range(0, len(people), _BATCH)]
