"""Pages that did not arrive: sent again short where they were too long, and said when all of them failed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from hotline.content.fitting import fitted, short
from hotline.incidents import records
from hotline.incidents.incident import Change
from hotline.messaging.carriers.twilio import TOO_LARGE
from hotline.messaging.outbox import Outbound, Priority, queued
from hotline.staff.roster import load_roster
from hotline.store import INCIDENT_TTL, Commit, keys

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hotline.content import Library
    from hotline.incidents.incident import Incident
    from hotline.privacy.vault import Vault
    from hotline.staff.roster import Roster, Staff
    from hotline.store import Key, Store

PAGES: Final = ("page", "page_reopened", "page_more")  # notices that call somebody to a report
LOST: Final = ("refused", "failed", "undelivered", "canceled")
SHORT: Final = "short"  # ends the id of a page that is sent again


def noted(before: Incident, ids: Iterable[str]) -> Commit:
    """The writes that remember the pages of a report, to know when all of them failed."""
    commit, key = Commit(), _key(before.id)
    found = dict.fromkeys(ids, "sent")
    if found and not before.run:  # a new run of the policy: who was reached before does not count
        commit.delete(key)
    if found:
        commit.hset(key, found, INCIDENT_TTL)
    return commit


def _key(id_: str) -> Key:
    return keys.incident_pages(id_)


class Unreached:
    """Decides what follows when a page fails; its writes are made in the step that stores the outcome."""

    def __init__(self, store: Store, vault: Vault, library: Library, clock: Callable[[], float]) -> None:
        self._store = store
        self._vault = vault
        self._library = library
        self._clock = clock

    async def also(self, id_: str, fields: dict[str, str], state: str, code: int) -> Commit:
        """What else follows when a text ended in a state; see `Consequences.also`."""
        number = fields.get("incident", "")
        if not number or state not in LOST:
            return Commit()
        kept = await self._store.hgetall(_key(number))
        one = await records.load(self._store, number)
        if id_ not in kept or one is None:
            return Commit()
        roster = await load_roster(self._store)
        member = next((m for m in roster.by_handle.values() if m.person == fields["person"]), None)
        waits = one.live and not one.held
        if code in TOO_LARGE and member and waits and not id_.endswith(SHORT):
            return self._again(id_, one, member)
        commit = Commit()
        for other, seen in kept.items():  # the last one to fail says it: two at once see each other
            commit.if_field(_key(number), other, seen)
        commit.hset(_key(number), {id_: "lost"})
        if waits and all(seen == "lost" for other, seen in kept.items() if other != id_):
            commit.merge(self._nobody(id_, one, roster, len(kept), code))
        return commit

    async def words(self, fields: dict[str, str], code: int) -> str:
        """A page that failed goes out under a new id, if at all; see `Consequences.words`."""
        del fields, code
        return ""

    def _again(self, id_: str, one: Incident, member: Staff) -> Commit:
        """The page in one segment: number, time and place."""
        commit, fresh = Commit(), f"{id_}{SHORT}"
        commit.merge(self._text(fresh, member, one, self._said("page_short", one, member, 1)))
        commit.hdel(_key(one.id), id_)
        commit.hset(_key(one.id), {fresh: "sent"}, INCIDENT_TTL)
        return commit

    def _nobody(self, id_: str, one: Incident, roster: Roster, pages: int, code: int) -> Commit:
        """Tell organizers, and start the next step of the policy now: this one reached nobody."""
        now = self._clock()
        early = max(0.0, one.due - now) if one.step else 0.0
        after = replace(one, began=one.began - early, due=one.due - early)
        commit = records.written(one, Change(after, "unreached", details={"error": str(code)}), now)
        for member in roster.with_role("organizer") or roster.with_role("operator"):
            words = self._said("page_unreached", one, member, 2, count=pages, error=code or "")
            commit.merge(self._text(f"{id_}unreached{member.handle}", member, one, words))
        return commit

    def _said(self, key: str, one: Incident, member: Staff, most: int, **values: object) -> str:
        lang = member.lang
        mark = f"{self._library.say('page_drill_mark', lang)} " if one.drill else ""
        facts = {"id": one.id, "time": self._library.city.clock(one.opened_at)} | values
        place = short(one.place) or self._library.say("place_unknown", lang)
        return fitted(
            lambda some: mark + self._library.say(key, lang, **{**facts, **some}), {"place": place}, most=most
        )

    def _text(self, id_: str, member: Staff, one: Incident, words: str) -> Commit:
        message = Outbound(id_, member.person, member.address, words, priority=Priority.PAGE, incident=one.id)
        return queued(message, self._vault, self._clock())
