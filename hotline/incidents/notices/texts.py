"""The texts that a transition has to send: to whom, in which words, with which priority."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from hotline.incidents import records
from hotline.incidents.notices import unreached
from hotline.incidents.notices.phrasing import WHOLE, phrased
from hotline.messaging.contacts import load_person
from hotline.messaging.outbox import Outbound, Priority, queued
from hotline.privacy.vault import parse_number
from hotline.staff import PARTNER, REPORTER
from hotline.store import Commit, keys

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.incidents.incident import Incident
    from hotline.incidents.notice import Notice
    from hotline.privacy.vault import Vault
    from hotline.staff.roster import Roster
    from hotline.store import Store


class Texts:
    """Turns notices into outbound texts."""

    def __init__(self, store: Store, vault: Vault, library: Library) -> None:
        self._store = store
        self._vault = vault
        self._library = library

    async def owed(
        self, before: Incident, after: Incident, notices: tuple[Notice, ...], roster: Roster, now: float
    ) -> Commit:
        """The writes that queue every text of a transition, once."""
        commit, pages = Commit(), list[str]()
        children = await self._children(after, notices, commit)
        known: dict[object, str] = {}  # many read the same words, and cutting them to size takes its time
        for place, notice in enumerate(notices):
            to = await self._recipient(after, notice, roster)
            if to is None:
                continue
            person, address, lang = to
            alike = (
                notice.key,
                lang,
                notice.to == PARTNER,
                *sorted(notice.values.items(), key=itemgetter(0)),
            )
            if alike not in known:
                known[alike] = phrased(self._library, after, notice, lang, children)
            message = Outbound(
                # The version makes the id: the same transition queues each of its texts once.
                id=f"i{after.id}v{before.version + 1}n{place:02}",
                person=person,
                address=address,
                body=known[alike],
                priority=_priority(notice),
                incident=after.id,
            )
            commit.merge(queued(message, self._vault, now))
            pages += [message.id] if notice.key in unreached.PAGES else []
        commit.merge(unreached.noted(before, pages))
        return commit

    async def _children(
        self, after: Incident, notices: tuple[Notice, ...], commit: Commit
    ) -> tuple[Incident, ...]:
        """The reports of an event's other witnesses, for whoever comes to it.

        A text of theirs in this moment makes the commit fail: it stands here, or finds these readers itself.
        """
        if not after.children or not any(notice.key in WHOLE for notice in notices):
            return ()
        found = await records.load_ids(self._store, after.children)
        for child in found:
            commit.if_field(keys.incident(child.id), "version", str(child.version))
        return tuple(found)

    async def _recipient(
        self, after: Incident, notice: Notice, roster: Roster
    ) -> tuple[str, str, str] | None:
        if notice.to == PARTNER:
            return self._partner()
        if notice.to == REPORTER:
            person = await load_person(self._store, after.reporter)
            return (person.id, person.address, person.lang or after.lang) if person.address else None
        member = roster.by_handle.get(notice.to)
        return (member.person, member.address, member.lang) if member else None

    def _partner(self) -> tuple[str, str, str] | None:
        """The partner's number, texted in the city's first language."""
        city = self._library.city
        if not city.partner_line:
            return None
        number = parse_number(city.partner_line)
        return self._vault.pseudonym(number), self._vault.seal(number), city.languages[0]


def _priority(notice: Notice) -> Priority:
    if not notice.page:
        return Priority.REPLY
    return Priority.SAFETY if notice.to == REPORTER else Priority.PAGE
