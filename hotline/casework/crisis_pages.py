"""A text about death, danger or violence at home: organizers are paged immediately and can answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from hotline.casework.questions import QUESTION_TTL
from hotline.content.fitting import fitted
from hotline.messaging.outbox import Outbound, Priority, queued
from hotline.store import MINUTE, Commit, keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hotline.content import Library
    from hotline.messaging.contacts import Person
    from hotline.privacy.vault import Vault
    from hotline.staff.roster import Roster, Staff
    from hotline.store import Store

WITHIN: Final = 60 * MINUTE  # seconds in which one phone's texts are one question
MOST: Final = 5  # pages in that time; further texts are kept but page nobody, so that others are seen
LONGEST: Final = 1600  # characters kept of them together


@dataclass(frozen=True)
class CrisisText:
    """One such text.

    Attributes:
        sid: MessageSid.
        person: who texted it, with the sealed number.
        lang: language they are answered in.
        text: masked.
        kinds: ``medical``, ``violence``, ``suicide``.
        now: seconds since the epoch.
        handle: set when one of the staff texted it.
    """

    sid: str
    person: Person
    lang: str
    text: str
    kinds: Sequence[str]
    now: float
    handle: str = ""


async def paged(
    store: Store, vault: Vault, library: Library, roster: Roster, crisis_text: CrisisText
) -> tuple[Commit, bool]:
    """The writes that tell people, and whether there is anybody to be told."""
    readers = _readers(roster, crisis_text.handle)
    key = keys.crisis(crisis_text.person.id)
    before = await store.hgetall(key)
    number, text = await _question(store, before.get("question", ""), crisis_text.text)
    commit = Commit()
    fields = {
        "person": crisis_text.person.id, "lang": crisis_text.lang, "text": text[-LONGEST:],
        "at": str(crisis_text.now), "crisis": " ".join(crisis_text.kinds),
    }  # fmt: skip
    commit.hset(keys.question(number), fields, QUESTION_TTL)
    commit.zadd(keys.questions_open, crisis_text.now * 1000, number)
    pages = int(before.get("pages", "0"))
    commit.hset(key, {"question": number, "pages": str(pages + 1)}, WITHIN)
    for member in readers if pages < MOST else ():
        words = _words(library, member, f"Q{number}", crisis_text)
        message = Outbound(
            f"{crisis_text.sid}q{member.handle}", member.person, member.address, words, priority=Priority.PAGE
        )
        commit.merge(queued(message, vault, crisis_text.now))
    return commit, bool(readers)


async def recent(store: Store, person: str) -> tuple[str, ...]:
    """The kinds of the crisis that somebody texted about within the hour and that is not answered yet."""
    number = await store.hget(keys.crisis(person), "question")
    kinds = await store.hget(keys.question(number), "crisis") if number else None
    return tuple((kinds or "").split())


async def _question(store: Store, open_one: str, text: str) -> tuple[str, str]:
    """The number under which people answer, and all that was texted under it."""
    if open_one and await store.zscore(keys.questions_open, open_one) is not None:
        so_far = await store.hget(keys.question(open_one), "text")
        return open_one, f"{so_far or ''} / {text}"
    return str(await store.incr(keys.questions_last)), text


def _readers(roster: Roster, but: str) -> list[Staff]:
    """Organizers; without any, those on call; without those, all staff."""
    for group in (roster.with_role("organizer"), roster.on_call(), roster.with_role("responder")):
        found = [member for member in group if member.handle != but]
        if found:
            return found
    return []


def _words(library: Library, member: Staff, code: str, crisis_text: CrisisText) -> str:
    what = ", ".join(library.say(f"crisis_is_{kind}", member.lang) for kind in crisis_text.kinds)
    blocked = "hotline" in crisis_text.person.blocked
    note = library.say("crisis_blocked", member.lang) if blocked else ""

    def write(values: Mapping[str, str]) -> str:
        return library.say(
            "crisis_page",
            member.lang,
            code=code,
            lang=crisis_text.lang,
            what=what,
            who=crisis_text.handle,
            note=note,
            **values,
        )

    return fitted(write, {"text": crisis_text.text}, rest=library.say("rest_how", member.lang, id=code))
