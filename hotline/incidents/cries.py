"""A text that speaks of death, danger or violence at home: people are told at once, and can answer it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

from hotline.content.fitting import fitted
from hotline.incidents.questions import QUESTION_TTL
from hotline.sms.outbox import Outbound, Priority, queued
from hotline.store import MINUTE, Commit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hotline.content import Library
    from hotline.incidents.roster import Roster, Staff
    from hotline.privacy.phones import Vault
    from hotline.sms.people import Person
    from hotline.store import Store

WITHIN: Final = 60 * MINUTE  # seconds in which one phone's texts are one question
MOST: Final = 5  # pages in that time: who texts more is read on, and buries nobody else
LONGEST: Final = 1600  # characters kept of them together


@dataclass(frozen=True)
class Cried:
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
    store: Store, vault: Vault, library: Library, roster: Roster, cried: Cried
) -> tuple[Commit, bool]:
    """The writes that tell people, and whether there is anybody to be told."""
    readers = _readers(roster, cried.handle)
    key = f"cried:{cried.person.id}"
    before = cast("dict[str, str]", await cast("Any", store.redis.hgetall(key)))
    number, text = await _question(store, before.get("question", ""), cried.text)
    commit = Commit()
    fields = {
        "person": cried.person.id, "lang": cried.lang, "text": text[-LONGEST:], "at": str(cried.now),
        "crisis": " ".join(cried.kinds),
    }  # fmt: skip
    commit.hset(f"question:{number}", fields, QUESTION_TTL)
    commit.write("ZADD", "questions:open", cried.now * 1000, number)
    pages = int(before.get("pages", "0"))
    commit.hset(key, {"question": number, "pages": str(pages + 1)}, WITHIN)
    for member in readers if pages < MOST else ():
        words = _words(library, member, f"Q{number}", cried)
        message = Outbound(
            f"{cried.sid}q{member.handle}", member.person, member.address, words, priority=Priority.PAGE
        )
        commit.merge(queued(message, vault, cried.now))
    return commit, bool(readers)


async def _question(store: Store, open_one: str, text: str) -> tuple[str, str]:
    """The number under which people answer, and all that was texted under it."""
    if open_one and await store.redis.zscore("questions:open", open_one) is not None:
        so_far = await cast("Any", store.redis.hget(f"question:{open_one}", "text"))
        return open_one, f"{so_far or ''} / {text}"
    return str(await store.redis.incr("questions:last")), text


def _readers(roster: Roster, but: str) -> list[Staff]:
    """Organizers; where there is none, whoever is on call, else whoever there is."""
    for group in (roster.with_role("organizer"), roster.on_call(), roster.with_role("responder")):
        found = [member for member in group if member.handle != but]
        if found:
            return found
    return []


def _words(library: Library, member: Staff, code: str, cried: Cried) -> str:
    what = ", ".join(library.say(f"crisis_is_{kind}", member.lang) for kind in cried.kinds)
    blocked = "hotline" in cried.person.blocked
    note = library.say("crisis_blocked", member.lang) if blocked else ""

    def write(values: Mapping[str, str]) -> str:
        return library.say(
            "crisis_page",
            member.lang,
            code=code,
            lang=cried.lang,
            what=what,
            who=cried.handle,
            note=note,
            **values,
        )

    return fitted(write, {"text": cried.text}, rest=library.say("rest_how", member.lang, id=code))
