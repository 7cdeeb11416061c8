"""Photos of a report: fetched from Twilio, stripped, kept encrypted for days, shown by links that end."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

import aiohttp
import structlog

from hotline import metrics
from hotline.errors import InputError
from hotline.incidents.incident import Change, Incident, Notice
from hotline.incidents.record import load
from hotline.privacy.pictures import cleaned
from hotline.sms.outbox import Outbound, queued
from hotline.sms.people import load_person
from hotline.store import AWAY, DAY, Commit, Conflict

if TYPE_CHECKING:
    from collections.abc import Callable

    from hotline.content import Library
    from hotline.incidents.desk import Desk
    from hotline.privacy.phones import Vault
    from hotline.settings import Settings
    from hotline.sms.inbox import Inbound
    from hotline.store import Store

log = structlog.get_logger(__name__)

KEPT: Final = 7 * DAY
LINK: Final = DAY  # seconds a link opens
LARGEST: Final = 8 * 1024 * 1024  # bytes; carriers stay under 5 MB
LEASE: Final = 60.0  # seconds one worker has for one photo
PAUSE: Final = 10.0
WAITS: Final = 10 * 60.0  # seconds a photo without a report waits for one; then it is erased
TRIES: Final = 5
MOST: Final = 4  # links that somebody gets who comes later
TWILIO: Final = "https://api.twilio.com"
BATCH: Final = 10


def noted(inbound: Inbound, now: float, *, by: str = "") -> Commit:
    """The writes that have the photos of a text fetched; `by` is the handle of a responder who sent it."""
    commit = Commit()
    for place, url in enumerate(inbound.media):
        id_ = f"{inbound.sid}{place}"
        fields = {"person": inbound.person, "url": url, "by": by, "at": str(now)}
        commit.hset(f"photo:{id_}", fields, KEPT)
        commit.write("ZADD", "photos:due", "NX", now, id_)
    return commit


@dataclass(frozen=True)
class Shown:
    """A photo behind a link: JPEG bytes."""

    data: bytes


async def behind(store: Store, vault: Vault, token: str) -> Shown | None:
    """The photo a link opens; None when the link is unknown or over, or its holder was cut off."""
    fields = await cast("Any", store.redis.hgetall(f"photo:link:{token}"))
    if not fields:
        return None
    handle = fields.get("handle", "")
    if handle and not await cast("Any", store.redis.hexists("staff", handle)):
        return None
    data = await cast("Any", store.redis.hget(f"photo:{fields['photo']}", "data"))
    return Shown(base64.b64decode(vault.open(data))) if data else None


def link(commit: Commit, public_url: str, id_: str, handle: str) -> str:
    """One reader's own address of a photo; the commit makes it work for a day."""
    token = secrets.token_urlsafe(16)
    commit.hset(f"photo:link:{token}", {"photo": id_, "handle": handle}, LINK)
    return f"{public_url}/photos/{token}"


async def links(store: Store, one: Incident, public_url: str, handle: str) -> tuple[Commit, list[str]]:
    """Links to the photos of an event for somebody who comes to it later than they did; the last few."""
    commit, found = Commit(), list[str]()
    for incident in (one.id, *one.children):
        found += [
            str(id_) for id_ in await cast("Any", store.redis.lrange(f"incident:{incident}:photos", 0, -1))
        ]
    kept = [id_ for id_ in found if await cast("Any", store.redis.hexists(f"photo:{id_}", "data"))]
    return commit, [link(commit, public_url, id_, handle) for id_ in kept[-MOST:]]


class Photos:
    """Fetches what waits. Several workers may run: each photo is leased to one for a minute."""

    def __init__(
        self, desk: Desk, vault: Vault, library: Library, settings: Settings, clock: Callable[[], float]
    ) -> None:
        self._desk, self._store = desk, desk.store
        self._vault, self._library, self._settings, self._clock = vault, library, settings, clock
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Let the connections go."""
        if self._session:
            await self._session.close()

    async def step(self) -> float:
        """Work on every photo that is due; answers the seconds until the next look."""
        now = self._clock()
        ids = await self._store.redis.zrangebyscore("photos:due", "-inf", now, start=0, num=BATCH)
        for id_ in map(str, ids):
            if await cast("Any", self._store.redis.set(f"photos:lease:{id_}", "1", nx=True, ex=int(LEASE))):
                await self._guarded(id_)
        return 0.0 if len(ids) == BATCH else 1.0

    async def _guarded(self, id_: str) -> None:
        """One photo that cannot be handled must not hold the others up: it is tried again, then erased."""
        try:
            await self._one(id_)
        except AWAY:
            raise
        except Exception as error:  # noqa: BLE001 - said by kind; the loop goes on
            tries = int(await cast("Any", self._store.redis.hget(f"photo:{id_}", "tries")) or 0) + 1
            log.error("photo failed", photo=id_, error=type(error).__name__, tries=tries)
            await (self._later(id_, PAUSE * tries, tries) if tries < TRIES else self._erase(id_, ""))
        finally:
            await self._store.redis.delete(f"photos:lease:{id_}")

    async def _one(self, id_: str) -> None:
        fields = cast("dict[str, str]", await cast("Any", self._store.redis.hgetall(f"photo:{id_}")))
        if not fields:
            await self._store.redis.zrem("photos:due", id_)
        elif "data" in fields:
            await self._attach(id_, fields)
        else:
            await self._fetch(id_, fields)

    async def _fetch(self, id_: str, fields: dict[str, str]) -> None:
        tries = int(fields.get("tries", "0")) + 1
        url = self._vault.open(fields["url"])
        try:
            clean = await asyncio.to_thread(cleaned, await self._download(url))
        except InputError as error:
            log.info("photo refused", photo=id_, reason=str(error))
            metrics.PHOTOS.labels("refused").inc()
            await self._erase(id_, url)
        except (aiohttp.ClientError, TimeoutError) as error:
            log.warning("photo not fetched", photo=id_, error=type(error).__name__, tries=tries)
            metrics.PHOTOS.labels("retried" if tries < TRIES else "lost").inc()
            await self._later(id_, PAUSE * tries, tries) if tries < TRIES else await self._erase(id_, url)
        else:
            sealed = self._vault.seal(base64.b64encode(clean).decode())
            commit = Commit()
            commit.guard("field", f"photo:{id_}", "data", "")
            commit.guard("member", "photos:due", id_)  # forgotten meanwhile: nothing of it comes back
            commit.write("HSET", f"photo:{id_}", "data", sealed)
            await self._delete_there(url)
            try:
                await self._store.commit(commit)
            except Conflict:
                return
            metrics.PHOTOS.labels("kept").inc()
            await self._attach(id_, fields)

    async def _download(self, url: str) -> bytes:
        """The file, with authentication to Twilio's own address only (docs: Media resource)."""
        if urlsplit(url).netloc != urlsplit(self._settings.api_base_url or TWILIO).netloc:
            raise InputError("The photo does not stand at the carrier's address.")
        async with self._connected().get(url, headers=self._auth()) as answer:
            if answer.status == 404:
                raise InputError("The carrier does not have the photo any more.")
            answer.raise_for_status()
            if not answer.content_type.startswith(("image/", "application/octet-stream")):
                raise InputError("The file is no picture.")
            data = await answer.content.read(LARGEST + 1)
            while len(data) <= LARGEST and (more := await answer.content.read(LARGEST)):
                data += more
        if len(data) > LARGEST:
            raise InputError("The picture is larger than 8 MiB.")
        return data

    async def _delete_there(self, url: str) -> None:
        """Leave no copy with Twilio: `DELETE …/Media/{sid}.json`. A failure is counted."""
        try:
            async with self._connected().delete(f"{url}.json", headers=self._auth()) as answer:
                gone = answer.status in (204, 404)
        except (aiohttp.ClientError, TimeoutError):
            gone = False
        if not gone:
            log.warning("the carrier still has a photo")
            metrics.PHOTOS.labels("left at carrier").inc()

    async def _attach(self, id_: str, fields: dict[str, str]) -> None:
        """Show a photo to whoever works on the report it belongs to, or wait for one."""
        one = await self._incident(fields)
        if one is None:
            over = self._clock() - float(fields["at"]) > WAITS
            await (self._erase(id_, "") if over else self._later(id_, PAUSE, int(fields.get("tries", "0"))))
            return
        commit = Commit()
        commit.guard("member", "photos:due", id_)
        commit.write("ZREM", "photos:due", id_)
        commit.write("HSET", f"photo:{id_}", "incident", one.id)
        commit.write("RPUSH", f"incident:{one.id}:photos", id_)
        commit.write("EXPIRE", f"incident:{one.id}:photos", KEPT)
        relayed = bool(fields["by"]) and one.reporter != fields["person"]
        commit.merge(await (self._to_reporter(id_, one) if relayed else self._to_staff(id_, one)))
        try:
            await self._store.commit(commit)
        except Conflict:  # the report moved on meanwhile: look again
            return

    async def _incident(self, fields: dict[str, str]) -> Incident | None:
        by, open_ones = fields["by"], await self._desk.open_ones()
        worked_on = [one for one in open_ones if by and one.held and by in (one.claimed_by, *one.backups)]
        if worked_on:
            return worked_on[0] if len(worked_on) == 1 else None
        return await self._desk.reported_by(fields["person"])

    async def _to_staff(self, id_: str, one: Incident) -> Commit:
        event = (await load(self._store, one.same_as) if one.same_as else None) or one
        readers = (event.claimed_by, *event.backups) if event.held else event.paged
        commit, notices = Commit(), list[Notice]()
        for handle in readers:
            url = link(commit, self._settings.public_url, id_, handle)
            notices.append(Notice(handle, "page_photo_link", {"id": event.id, "url": url}))
        change = Change(one, "photo", "reporter", {"photo": id_}, tuple(notices))
        commit.merge(await self._desk.written(one, change, await self._desk.roster()))
        return commit

    async def _to_reporter(self, id_: str, one: Incident) -> Commit:
        """A responder's photo goes to the reporter, as the responder's words do."""
        commit = Commit()
        person = await load_person(self._store, one.reporter)
        if person.address:
            url = link(commit, self._settings.public_url, id_, "")
            words = self._library.say("relay_to_reporter", person.lang or "en", text=url)
            message = Outbound(f"photo{id_}", person.id, person.address, words, incident=one.id)
            commit.merge(queued(message, self._vault, self._clock()))
        return commit

    async def _later(self, id_: str, seconds: float, tries: int) -> None:
        commit = Commit()
        commit.guard("member", "photos:due", id_)
        commit.write("ZADD", "photos:due", "XX", self._clock() + seconds, id_)
        commit.write("HSET", f"photo:{id_}", "tries", tries)
        with contextlib.suppress(Conflict):
            await self._store.commit(commit)

    async def _erase(self, id_: str, url: str) -> None:
        """Nobody will look at it: nothing of it stays, here or at the carrier."""
        if url:
            await self._delete_there(url)
        commit = Commit()
        commit.write("DEL", f"photo:{id_}")
        commit.write("ZREM", "photos:due", id_)
        await self._store.commit(commit)

    def _auth(self) -> dict[str, str]:
        settings = self._settings
        token = settings.twilio_auth_token.get_secret_value()
        return {"Authorization": aiohttp.encode_basic_auth(settings.twilio_account_sid, token)}

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20))
        return self._session
