"""Opens incidents, stores their transitions, and queues the texts that each transition has to send."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import structlog

from hotline import metrics
from hotline.incidents import deduplication, escalation, holder, photo_links, records, witnesses
from hotline.incidents.incident import Change, Incident
from hotline.incidents.notice import Notice
from hotline.incidents.notices.phrasing import phrased
from hotline.incidents.notices.texts import Texts
from hotline.incidents.states import IncidentState
from hotline.incidents.witnesses import FOLLOW
from hotline.messaging.contacts import opt_in
from hotline.messaging.outbox import Outbound, Priority, queued
from hotline.staff import REPORTER
from hotline.staff.roster import Roster, load_roster
from hotline.store import AWAY, DAY, Commit, Conflict, keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.store import Store

log = structlog.get_logger(__name__)

BATCH: Final = 50
REPAIR_AFTER: Final = 60.0  # seconds past due before the auditor calls it forgotten
TRIES: Final = 50
STUMBLE: Final = 5.0  # seconds until a step that failed is tried again


class IncidentService:
    """Everything that happens to incidents. Each step is stored together with its texts."""

    def __init__(
        self,
        store: Store,
        vault: Vault,
        library: Library,
        clock: Callable[[], float],
        public_url: str = "",
    ) -> None:
        self.store = store
        self._vault = vault
        self._library = library
        self._clock = clock
        self._public_url = public_url
        self._texts = Texts(store, vault, library)

    def opening(
        self,
        id_: str,
        *,
        reporter: str,
        text: str,
        lang: str,
        place: str,
        zone: str,
        photos: int,
        drill: bool = False,
        address: str = "",
    ) -> Commit:
        """The writes that open an incident, with the reporter's safety text; the worker pages at once.

        `address` is the reporter's, sealed: without one nobody is there to be told.
        """
        now = self._clock()
        fresh = Incident(
            id=id_,
            reporter=reporter,
            lang=lang,
            place=place,
            zone=zone,
            words=(text,) if text else (),
            photos=photos,
            opened_at=now,
            policy=tuple({"who": s.who, "after_seconds": s.after_seconds} for s in self._library.city.policy),
            began=now,
            due=now,
            drill=drill,
        )
        commit = records.written(None, Change(fresh, fresh.state, "reporter"), now)
        commit.merge(opt_in(reporter, "hotline"))  # who stopped us and calls for help wants to be answered
        if address:
            words = phrased(self._library, fresh, Notice(REPORTER, "raid_safety"), lang)
            safety = Outbound(
                f"i{id_}v1safety", reporter, address, words, priority=Priority.SAFETY, incident=id_
            )
            commit.merge(queued(safety, self._vault, now))
        return commit

    async def reported_by(self, person: str) -> Incident | None:
        """The live incident a resident reported, if any."""
        id_ = await self.store.get(keys.reporter(person))
        found = await records.load(self.store, str(id_)) if id_ else None
        return found if found and found.live else None

    async def open_ones(self) -> list[Incident]:
        """Every live incident, oldest first."""
        return [found for found in await records.load_many(self.store, keys.incidents_open) if found.live]

    async def recent(self, seconds: float) -> list[Incident]:
        """Every incident of the last time, live or not, oldest first."""
        since = (self._clock() - seconds) * 1000
        ids = await self.store.zrangebyscore(keys.incidents_all, since, "+inf")
        return await records.load_ids(self.store, ids)

    async def written(self, before: Incident, change: Change, roster: Roster) -> Commit:
        """A transition with its texts, ready to be committed."""
        now = self._clock()
        commit = records.written(before, change, now)
        links, more = await photo_links.owed(self.store, change, roster, self._public_url)
        commit.merge(links)
        commit.merge(await self._texts.owed(before, change.after, (*change.notices, *more), roster, now))
        return commit

    async def roster(self) -> Roster:
        """Everybody, with who is on call now."""
        return await load_roster(self.store, self._clock())

    async def tick(self) -> float:
        """Fire every due step; answers the seconds until the next one (at most 5)."""
        now = self._clock()
        due = await self.store.zrangebyscore(keys.incidents_due, "-inf", now * 1000, BATCH)
        if due:
            roster = await load_roster(self.store, now)
            for id_ in map(str, due):
                await self._guarded(id_, roster, now)
        nearest = await self.store.lowest(keys.incidents_due)
        return 5.0 if nearest is None else min(5.0, max(0.0, nearest / 1000 - self._clock()))

    async def _guarded(self, id_: str, roster: Roster, now: float) -> None:
        """One incident that cannot be decided must not keep the others from being paged."""
        try:
            await self._step(id_, roster, now)
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - said by kind, tried again, and the others go on
            log.error("incident step failed", incident=id_, error=type(error).__name__)
            metrics.UNGUARDED.inc()
            await self.store.reschedule(keys.incidents_due, id_, (now + STUMBLE) * 1000)

    async def _step(self, id_: str, roster: Roster, now: float) -> None:
        found = await records.load(self.store, id_)
        if found is None or not found.live:
            await self.store.zrem(keys.incidents_due, id_)
            return
        late = found.due > now and not found.same_as  # a reading of an older timer: put right, nothing else
        try:
            await self.store.commit(
                records.put_off(found, found.due) if late else await self._next(found, roster, now)
            )
        except Conflict:
            log.info("incident moved on while its step was being decided", incident=id_)

    async def _next(self, found: Incident, roster: Roster, now: float) -> Commit:
        """The writes of a due incident's next step: sorted first, then followed or escalated."""
        if found.same_as:
            first = await records.load(self.store, found.same_as)
            change = witnesses.follow(found, first, now)
            return (
                await self.written(found, change, roster) if change else records.put_off(found, now + FOLLOW)
            )
        if found.state is IncidentState.OPENED and not found.looked_at:
            return await self._sorted(found, roster, now)
        if found.tray:
            # Its policy begins now, not when it opened.
            out = witnesses.taken_out(found, now, by="line").after
            return await self.written(found, escalation.advance(out, roster, now), roster)
        change = escalation.advance(found, roster, now)
        commit = await self.written(found, change, roster)
        return await holder.unless_written(self.store, found, change, commit, roster, now)

    async def _sorted(self, fresh: Incident, roster: Roster, now: float) -> Commit:
        recent = await self.recent(DAY)
        verdict = deduplication.sort(fresh, recent)
        if verdict.kind == "witness":
            first = next(one for one in recent if one.id == verdict.of)
            oncall = [member.handle for member in roster.on_call()]
            return await self.both(fresh, first, *witnesses.link(fresh, first, now, oncall=oncall), roster)
        if verdict.kind == "tray":
            organizers = [member.handle for member in roster.with_role("organizer")]
            return await self.written(
                fresh, witnesses.set_aside(fresh, verdict.reason, organizers, now), roster
            )
        change = escalation.advance(fresh, roster, now)
        looked = replace(change, after=replace(change.after, looked_at=True))
        return await self.written(fresh, looked, roster)

    async def both(
        self, one: Incident, other: Incident, change: Change, its: Change | None, roster: Roster
    ) -> Commit:
        """The writes of two transitions that happen together or not at all."""
        commit = await self.written(one, change, roster)
        if its:
            commit.merge(await self.written(other, its, roster))
        return commit

    async def change(self, id_: str, decide: Callable[[Incident], Change | None]) -> Incident | None:
        """Read, decide and commit until no one else was first; the incident as it is afterwards.

        Args:
            id_: number of the incident.
            decide: pure; None leaves the incident as it is.
        """
        for _ in range(TRIES):
            found = await records.load(self.store, id_)
            change = decide(found) if found else None
            if found is None or change is None:
                return found
            try:
                await self.store.commit(await self.written(found, change, await self.roster()))
            except Conflict:
                continue
            return replace(change.after, version=found.version + 1)
        raise Conflict("incident")

    async def audit(self) -> int:
        """Prove that each open incident has a next step ahead; repair those that do not, and count them."""
        now = self._clock()
        repaired = 0
        found = await self.open_ones()
        metrics.OPEN_INCIDENTS.set(len(found))
        for one in found:
            score = await self.store.zscore(keys.incidents_due, one.id)
            if score is not None and score / 1000 > now - REPAIR_AFTER:
                continue
            log.error("open incident without a next step, repaired", incident=one.id)
            metrics.UNGUARDED.inc()
            change = Change(replace(one, due=now), "repaired")
            try:
                await self.store.commit(await self.written(one, change, await self.roster()))
            except Conflict:
                continue
            repaired += 1
        return repaired
