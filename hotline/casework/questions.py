"""Questions for a person: kept under a number, shown to staff, answered by text through the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.content.fitting import SPOKEN, fitted, parts
from hotline.messaging.contacts import load_person
from hotline.messaging.outbox import Outbound, Priority, queued
from hotline.store import DAY, Commit, keys

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.staff.roster import Roster, Staff
    from hotline.store import Store

QUESTION_TTL = 30 * DAY


async def ask(
    store: Store,
    vault: Vault,
    library: Library,
    roster: Roster,
    *,
    person: str,
    lang: str,
    text: str,
    now: float,
) -> Commit:
    """The writes that pass a resident's words to those on call, or to organizers when nobody is."""
    number = str(await store.incr(keys.questions_last))
    commit = Commit()
    key = keys.question(number)
    commit.hset(key, {"person": person, "lang": lang, "text": text, "at": str(now)}, QUESTION_TTL)
    commit.zadd(keys.questions_open, now * 1000, number)
    for place, member in enumerate(_readers(roster, lang)):
        words = _page(library, f"Q{number}", lang, text, member.lang)
        message = Outbound(f"q{number}n{place:02}", member.person, member.address, words)
        commit.merge(queued(message, vault, now))
    return commit


def _page(library: Library, code: str, lang: str, text: str, to: str) -> str:
    """What one of the team reads of it; `to` is their language."""
    rest = library.say("rest_how", to, id=code)
    return fitted(
        lambda some: library.say("question_page", to, code=code, lang=lang, **some), {"text": text}, rest=rest
    )


async def words_of(store: Store, number: str) -> str:
    """What was asked, masked; "" when there is no such question."""
    return str(await store.hget(keys.question(number), "text") or "")


def _readers(roster: Roster, lang: str) -> list[Staff]:
    return roster.on_call(lang=lang) or roster.on_call() or roster.with_role("organizer")


async def answer(
    store: Store,
    vault: Vault,
    library: Library,
    *,
    number: str,
    text: str,
    cause: str,
    now: float,
    by: str = "",
) -> Commit | None:
    """The writes that send an answer to the resident who asked; None: no such open question."""
    fields = await store.hgetall(keys.question(number))
    if not fields or await store.zscore(keys.questions_open, number) is None:
        return None
    person = await load_person(store, fields["person"])
    if not person.address:
        return None
    commit = Commit()
    commit.if_member(keys.questions_open, number)
    commit.zrem(keys.questions_open, number)
    crisis = bool(fields.get("crisis"))  # an emergency asks no consent: their text cried for help
    urgent = Priority.PAGE if crisis else Priority.REPLY
    lang = person.lang or fields["lang"]
    said = parts(text, lambda _, part: library.say("question_reply", lang, text=part), most=SPOKEN)
    for place, words in enumerate(said):
        message = Outbound(
            f"{cause}a{place or ''}", person.id, person.address, words,
            priority=urgent, force=crisis, author=by,
        )  # fmt: skip
        commit.merge(queued(message, vault, now))
    return commit
