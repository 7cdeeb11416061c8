"""Links to photos: one reader's own, open for a day; who comes to a report later gets its too."""

from __future__ import annotations

import base64
import itertools
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from hotline.incidents.notice import Notice
from hotline.incidents.states import IncidentState
from hotline.store import DAY, Commit, keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hotline.incidents.incident import Change, Incident
    from hotline.privacy.vault import Vault
    from hotline.staff.roster import Roster, Staff
    from hotline.store import Key, Store

LIFE: Final = DAY  # seconds a link opens
MOST: Final = 12  # photos of a report, the newest, that somebody gets who comes later
TOGETHER: Final = 4  # links in one text
# Texts that bring a report to somebody who may not know its photos.
BRINGS: Final = (
    "page", "page_reopened", "page_yours", "page_yours_mute", "page_witness", "page_more", "page_tray",
)  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """A photo behind a link: JPEG bytes."""

    data: bytes


async def behind(store: Store, vault: Vault, token: str) -> Shown | None:
    """The photo a link opens; None when the link is unknown or over, or its holder's phone was cut off."""
    fields = await store.hgetall(keys.photo_link(token))
    if not fields:
        return None
    person = fields.get("person", "")
    if person and not await store.hexists(keys.staff_people, person):
        return None
    data = await store.hget(keys.photo(fields["photo"]), "data")
    return Shown(base64.b64decode(vault.open(data))) if data else None


def link(commit: Commit, public_url: str, id_: str, reader: Staff | None = None) -> str:
    """One reader's own address of a photo, which the commit makes work; without a reader, the reporter's."""
    token = secrets.token_urlsafe(16)
    commit.hset(keys.photo_link(token), {"photo": id_, "person": reader.person if reader else ""}, LIFE)
    if reader:
        commit.set(_seen(id_, reader), "1", LIFE)
    return f"{public_url}/photos/{token}"


def _seen(id_: str, reader: Staff) -> Key:
    return keys.photos_seen(id_, reader.person)


def attached(one: Incident, id_: str, life: int) -> Commit:
    """The write that makes a photo one of a report; `life` is how long it is kept, in seconds."""
    commit = Commit()
    commit.rpush(_album(one.id), id_)
    commit.expire(_album(one.id), life)
    return commit


def _album(id_: str) -> Key:
    return keys.incident_photos(id_)


async def owed(
    store: Store, change: Change, roster: Roster, public_url: str
) -> tuple[Commit, tuple[Notice, ...]]:
    """The links that a transition owes to those it brings a report: each photo that they have no link to.

    A photo that comes at the same moment is either among them or sees these readers: the commit fails on it.
    """
    readers = [roster.by_handle[name] for name in _come(change) if name in roster.by_handle]
    commit, notices = Commit(), list[Notice]()
    if not readers:
        return commit, ()
    ids = await _photos(store, change.after, commit)
    seen = await _seen_already(store, ids, readers)
    for reader in readers:
        unseen = [id_ for id_ in ids if _seen(id_, reader) not in seen]
        urls = [link(commit, public_url, id_, reader) for id_ in unseen]
        notices += _told(reader, change.after, urls)
    return commit, tuple(notices)


def _come(change: Change) -> tuple[str, ...]:
    """Handles that come to a report by a transition: paged, texted it, or by a word of their own."""
    brought = [notice.to for notice in change.notices if notice.key in BRINGS]
    own = [change.by] if change.event in (IncidentState.CLAIMED, "backup") else []
    return tuple(dict.fromkeys((*brought, *own)))


async def _photos(store: Store, one: Incident, commit: Commit) -> list[str]:
    """Ids of an event's photos that are still kept, witnesses' too; a further one makes the commit fail."""
    pipe = store.pipeline()
    albums = [_album(id_) for id_ in (one.id, *one.children)]
    for album in albums:
        pipe.lrange(album, 0, -1)
    listed = cast("list[list[str]]", await pipe.execute())
    for album, ids in zip(albums, listed, strict=True):
        commit.if_length(album, len(ids))
    found = list(itertools.chain.from_iterable(listed))
    for id_ in found:
        pipe.hexists(keys.photo(id_), "data")
    kept = await pipe.execute() if found else []
    return [id_ for id_, there in zip(found, kept, strict=True) if there][-MOST:]


async def _seen_already(store: Store, ids: list[str], readers: list[Staff]) -> set[str]:
    """In one trip, however many are paged: pages wait for this."""
    seen = [_seen(id_, reader) for reader in readers for id_ in ids]
    marks = await store.mget(*seen) if seen else []
    return {key for key, mark in zip(seen, marks, strict=True) if mark}


def _told(reader: Staff, one: Incident, urls: list[str]) -> Iterator[Notice]:
    for batch in itertools.batched(urls, TOGETHER):
        if len(batch) == 1:
            yield Notice(reader.handle, "page_photo_link", {"id": one.id, "url": batch[0]})
        else:
            values = {"id": one.id, "count": str(len(batch)), "urls": "\n".join(batch)}
            yield Notice(reader.handle, "page_photo_links", values)
