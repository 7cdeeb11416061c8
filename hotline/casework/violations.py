"""Reports that the ordinance was broken: not urgent, kept under a number for advocates."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from hotline.content.fitting import fitted
from hotline.incidents.incident import iso
from hotline.messaging.contacts import load_person
from hotline.messaging.outbox import Outbound, queued
from hotline.privacy.redaction import mask
from hotline.refusal import Reason, Refused
from hotline.store import DAY, Commit, keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.staff.roster import Roster
    from hotline.store import Store

VIOLATION_TTL: Final = 180 * DAY  # a complaint takes longer than an emergency
WORDS: Final = ("what", "when", "where")
COLUMNS: Final = ("id", "state", "at", "lang", "zone", "when", "where", "what", "contact")
# A spreadsheet runs a cell that begins so (OWASP, "CSV Injection"); a quote in front keeps it text.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Violation:
    """One report, in the reporter's own masked words.

    Attributes:
        id: its number, told to the reporter as "V3".
        at: when it was made, seconds since the epoch.
        lang: language of the words.
        state: ``open`` or ``closed``.
        zone: the neighborhood that `where` names, if any.
        contact: whether an advocate may text back: ``yes``, ``no``, or "" while not answered.
        reporter: pseudonym of who may be texted back; "" for everybody else.
    """

    id: str
    at: float
    lang: str
    what: str
    when: str = ""
    where: str = ""
    zone: str = ""
    state: Literal["open", "closed"] = "open"
    contact: Literal["yes", "no", ""] = ""
    reporter: str = ""

    def public(self) -> dict[str, str]:
        """What may be printed and exported: nothing that leads to the reporter."""
        values = asdict(self) | {"at": iso(self.at)}
        return {name: str(values[name]) for name in COLUMNS}


async def next_id(store: Store) -> str:
    """A number that no report ever had. Numbers may be skipped, never given twice."""
    return str(await store.incr(keys.violations_last))


def opened(one: Violation, roster: Roster, library: Library, vault: Vault) -> Commit:
    """The writes that keep a new report and tell each organizer of it, once, as an ordinary text."""
    commit = noted(one.id, **asdict(one))
    commit.zadd(keys.violations_all, one.at * 1000, one.id)
    for place, member in enumerate(roster.with_role("organizer")):
        words = _page(library, one, member.lang)
        told = Outbound(f"v{one.id}n{place:02}", member.person, member.address, words)
        commit.merge(queued(told, vault, one.at))
    return commit


def _page(library: Library, one: Violation, lang: str) -> str:
    """What an organizer reads of it; the text says how to see the rest."""
    return fitted(
        lambda some: library.say("violation_page", lang, id=one.id, lang=one.lang, **some),
        {"text": mask(one.what)},
    )


def noted(id_: str, **values: str | float) -> Commit:
    """The write that adds what is known of a report; the words are masked again."""
    fields = {name: mask(str(value)) if name in WORDS else str(value) for name, value in values.items()}
    commit = Commit()
    commit.hset(keys.violation(id_), fields, VIOLATION_TTL)
    return commit


async def load(store: Store, id_: str) -> Violation:
    """Read one report, written with or without its "V".

    Raises:
        Refused: there is none of that number.
    """
    number = id_.strip().upper().removeprefix("V")
    fields: dict[str, Any] = await store.hgetall(keys.violation(number))
    if "what" not in fields:
        raise Refused(Reason.NO_VIOLATION, id=number)
    fields["at"] = float(fields["at"])
    return Violation(**fields)


async def load_all(store: Store) -> list[Violation]:
    """Every report that is still kept, oldest first."""
    found: list[Violation] = []
    for id_ in await store.zrange(keys.violations_all):
        try:
            found.append(await load(store, str(id_)))
        except Refused:  # its lifetime ended before the index was trimmed
            continue
    return found


async def close(store: Store, id_: str) -> None:
    """Take a report off the open list; it stays readable until its lifetime ends, without its reporter.

    Raises:
        Refused: there is none of that number.
    """
    one = await load(store, id_)
    await store.commit(noted(one.id, state="closed", reporter=""))


async def reply(store: Store, vault: Vault, library: Library, *, id_: str, text: str, now: float) -> None:
    """Text back to a reporter who said yes to it.

    Raises:
        Refused: no such report, its reporter may not be texted, or the text is empty.
    """
    one = await load(store, id_)
    person = await load_person(store, one.reporter) if one.reporter else None
    if person is None or not person.address:
        raise Refused(Reason.NO_CONTACT, id=one.id)
    if not text.strip():
        raise Refused(Reason.NO_WORDS)
    words = library.say("question_reply", person.lang or one.lang, text=text.strip())
    message = Outbound(f"v{one.id}r{int(now * 1000)}", person.id, person.address, words)
    commit = queued(message, vault, now)
    commit.if_field(keys.person(person.id), "address", person.address)  # forgotten in this moment: not sent
    await store.commit(commit)


def as_csv(found: Iterable[Violation]) -> str:
    """A table with a heading line, as RFC 4180 has it, safe to open in a spreadsheet."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(COLUMNS)
    for one in found:
        table.writerow([_as_text(value) for value in one.public().values()])
    return written.getvalue()


def _as_text(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value
