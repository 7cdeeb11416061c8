"""Photos of a report: fetched from Twilio, stripped, kept encrypted for days, shown by links that end."""

from __future__ import annotations

import base64
import contextlib
from typing import TYPE_CHECKING, Final

import aiohttp
import structlog
from redis.exceptions import LockError

from hotline import metrics
from hotline.errors import BadPicture, SettingsError
from hotline.incidents.incident import Change, Incident, Notice
from hotline.incidents.photo_links import attached, link
from hotline.incidents.records import load
from hotline.messaging.contacts import load_person
from hotline.messaging.outbox import Outbound, queued
from hotline.privacy import pending_removals
from hotline.privacy.decoding import NotDecoded, cleaned_apart
from hotline.store import AWAY, DAY, Commit, Conflict, keys

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.content import Library
    from hotline.incidents.service import IncidentService
    from hotline.messaging.carriers.media import CarrierMedia
    from hotline.messaging.inbox import Inbound
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store

log = structlog.get_logger(__name__)

KEPT: Final = 7 * DAY
LEASE: Final = 60.0  # seconds one worker has for one photo
PAUSE: Final = 10.0
WAITS: Final = 10 * 60.0  # seconds a photo without a report waits for one; then it is erased
GIVEN_UP: Final = DAY  # the carrier or this machine may be away for hours; the photo is evidence
RAREST: Final = 600.0  # seconds between two tries
TRIES: Final = 5  # of one that nobody knows what is wrong with
BATCH: Final = 10
REST: Final = 1.0


def noted(inbound: Inbound, now: float, *, by: str = "", report: str = "") -> Commit:
    """The writes that have the photos of a text fetched.

    Args:
        inbound: the text.
        now: seconds since the epoch.
        by: handle of the responder who sent it.
        report: number of the one they say it is for, when they work on several.
    """
    commit = Commit()
    for place, url in enumerate(inbound.media):
        id_ = f"{inbound.sid}{place}"
        fields = {"person": inbound.person, "url": url, "by": by, "report": report, "at": str(now)}
        if not url:  # it stands at no address of the carrier's: the report counts it, nobody can see it
            continue
        commit.hset(keys.photo(id_), fields, KEPT)
        commit.zadd(keys.photos_due, now, id_, only="new")
    return commit


async def addressed(store: Store, handle: str, report: str) -> Commit:
    """The writes that give a responder's photos that wait to one of the reports they work on."""
    commit = Commit()
    for id_ in await store.zrange(keys.photos_due):
        by, known = await store.hmget(keys.photo(id_), "by", "report")
        if by == handle and not known:
            commit.hset(keys.photo(id_), {"report": report})
            commit.if_member(keys.photos_due, str(id_))
    return commit


class Photos:
    """Fetches what waits. Several workers may run: each photo is leased to one for a minute."""

    def __init__(
        self,
        service: IncidentService,
        vault: Vault,
        library: Library,
        settings: Settings,
        media: CarrierMedia,
        clock: Callable[[], float],
    ) -> None:
        self._incidents, self._store = service, service.store
        self._vault, self._library, self._settings, self._clock = vault, library, settings, clock
        self._media = media

    async def step(self) -> float:
        """Work on every photo that is due; answers the seconds until the next look."""
        now = self._clock()
        ids = await self._store.zrangebyscore(keys.photos_due, "-inf", now, BATCH)
        done = [await self._leased(id_) for id_ in map(str, ids)]
        return 0.0 if len(ids) == BATCH and any(done) else REST

    async def _leased(self, id_: str) -> bool:
        """Work on one photo, unless another worker does; only who holds a lease gives it back."""
        lease = self._store.lock(keys.photos_lease(id_), LEASE)
        if not await lease.acquire():
            return False
        try:
            await self._guarded(id_)
        finally:
            with contextlib.suppress(LockError):  # its minute is over: it may be another worker's now
                await lease.release()
        return True

    async def _guarded(self, id_: str) -> None:
        """One photo that cannot be handled must not hold the others up: it is tried again, then erased."""
        try:
            await self._one(id_)
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - said by kind; the loop goes on
            tries = int(await self._store.hget(keys.photo(id_), "tries") or 0) + 1
            log.error("photo failed", photo=id_, error=type(error).__name__, tries=tries)
            await (self._later(id_, PAUSE * tries, tries) if tries < TRIES else self._erase(id_))

    async def _one(self, id_: str) -> None:
        fields = await self._store.hgetall(keys.photo(id_))
        if not fields:
            await self._store.zrem(keys.photos_due, id_)
        elif "data" in fields:
            await self._attach(id_, fields)
        else:
            await self._fetch(id_, fields)

    async def _fetch(self, id_: str, fields: dict[str, str]) -> None:
        tries = int(fields.get("tries", "0")) + 1
        try:
            clean = await cleaned_apart(await self._download(fields["url"]))
        except (BadPicture, SettingsError) as error:
            log.info("photo refused", photo=id_, reason=str(error))
            metrics.PHOTOS.labels("refused").inc()
            await self._erase(id_)
        except (aiohttp.ClientError, TimeoutError, NotDecoded) as error:
            over = self._clock() - float(fields["at"]) > GIVEN_UP
            log.warning("photo not fetched", photo=id_, error=type(error).__name__, tries=tries)
            metrics.PHOTOS.labels("lost" if over else "retried").inc()
            await (self._erase(id_) if over else self._later(id_, min(RAREST, PAUSE * tries), tries))
        else:
            await self._keep(id_, fields, clean)

    async def _download(self, sealed: str) -> bytes:
        picture = self._media.addresses.read(self._vault.open(sealed))
        if picture is None:
            raise BadPicture("elsewhere")
        return await self._media.fetch(picture)

    async def _keep(self, id_: str, fields: dict[str, str], clean: bytes) -> None:
        """Store our copy; in the same step ask the carrier to delete its own."""
        sealed = self._vault.seal(base64.b64encode(clean).decode())
        commit = Commit()
        commit.if_field(keys.photo(id_), "data", "")
        commit.if_member(keys.photos_due, id_)  # forgotten meanwhile: nothing of it comes back
        commit.hset(keys.photo(id_), {"data": sealed})
        commit.merge(pending_removals.owed(id_, fields["url"], self._clock()))
        try:
            await self._store.commit(commit)
        except Conflict:
            return
        metrics.PHOTOS.labels("kept").inc()
        await self._attach(id_, fields)

    async def _attach(self, id_: str, fields: dict[str, str]) -> None:
        """Give a photo to those who work on its report, or wait until there is a report."""
        one = await self._incident(fields)
        if one is None:
            over = self._clock() - float(fields["at"]) > WAITS
            await (self._erase(id_) if over else self._later(id_, PAUSE, int(fields.get("tries", "0"))))
            return
        commit = Commit()
        commit.if_member(keys.photos_due, id_)
        commit.zrem(keys.photos_due, id_)
        commit.hset(keys.photo(id_), {"incident": one.id})
        commit.if_field(keys.incident(one.id), "version", str(one.version))
        commit.merge(attached(one, id_, KEPT))
        relayed = bool(fields["by"]) and one.reporter != fields["person"]
        commit.merge(await (self._to_reporter(id_, one) if relayed else self._to_staff(id_, one)))
        try:
            await self._store.commit(commit)
        except Conflict:  # the report moved on meanwhile: look again
            return

    async def _incident(self, fields: dict[str, str]) -> Incident | None:
        by, open_ones = fields["by"], await self._incidents.open_ones()
        worked_on = [one for one in open_ones if by and one.held and by in (one.claimed_by, *one.backups)]
        if worked_on:
            meant = [one for one in worked_on if len(worked_on) == 1 or one.id == fields.get("report", "")]
            return meant[0] if meant else None
        return await self._incidents.reported_by(fields["person"])

    async def _to_staff(self, id_: str, one: Incident) -> Commit:
        event = (await load(self._store, one.same_as) if one.same_as else None) or one
        roster = await self._incidents.roster()
        looking = roster.with_role("organizer") if event.tray else []
        readers = [roster.by_handle[name] for name in event.readers if name in roster.by_handle] + looking
        commit, notices = Commit(), list[Notice]()
        # Who takes it in this moment gets the photo, too: either they see it, or it sees them.
        commit.if_field(keys.incident(event.id), "version", str(event.version))
        for reader in readers:
            url = link(commit, self._settings.public_url, id_, reader)
            notices.append(Notice(reader.handle, "page_photo_link", {"id": event.id, "url": url}))
        change = Change(one, "photo", "reporter", {"photo": id_}, tuple(notices))
        commit.merge(await self._incidents.written(one, change, roster))
        return commit

    async def _to_reporter(self, id_: str, one: Incident) -> Commit:
        """A responder's photo goes to the reporter, as the responder's words do."""
        commit = Commit()
        person = await load_person(self._store, one.reporter)
        if person.address:
            url = link(commit, self._settings.public_url, id_)
            words = self._library.say("relay_to_reporter", person.lang or "en", text=url)
            message = Outbound(f"photo{id_}", person.id, person.address, words, incident=one.id)
            commit.merge(queued(message, self._vault, self._clock()))
        return commit

    async def _later(self, id_: str, seconds: float, tries: int) -> None:
        commit = Commit()
        commit.if_member(keys.photos_due, id_)
        commit.zadd(keys.photos_due, self._clock() + seconds, id_, only="known")
        commit.hset(keys.photo(id_), {"tries": tries})
        with contextlib.suppress(Conflict):
            await self._store.commit(commit)

    async def _erase(self, id_: str) -> None:
        """Nobody will look at it: delete it here, and ask the carrier to delete its copy."""
        commit = Commit()
        if url := await self._store.hget(keys.photo(id_), "url"):
            commit.merge(pending_removals.owed(id_, url, self._clock()))
        commit.delete(keys.photo(id_))
        commit.zrem(keys.photos_due, id_)
        await self._store.commit(commit)
