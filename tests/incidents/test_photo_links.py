"""Who comes to a report later gets links to its photos, too: each reader their own, each photo once."""

from __future__ import annotations

import base64
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from hotline.incidents import incident as incidents
from hotline.incidents import witnesses
from hotline.incidents.incident import Incident
from hotline.incidents.photo_links import behind
from hotline.incidents.photos import Photos
from hotline.incidents.states import IncidentState
from hotline.messaging.carriers.media import CarrierMedia
from hotline.staff.roster import add_staff, remove_staff
from hotline.store import DAY, Commit, Conflict, keys
from tests.stage.stage import MINUTES, Stage

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.incidents.incident import Change
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store

TOKEN: Final = re.compile(r"/photos/([\w-]+)")


class Album(Stage):
    """The staff, and photos of open reports that come when a test says."""

    def photos(self) -> Photos:
        """What fetches them; here they are fetched already."""
        return Photos(
            self.incidents, self.vault, self.library, self.settings, CarrierMedia(self.settings), self.clock
        )

    async def fetched(self, report: str, name: str, **more: str) -> None:
        """A photo of a report's resident that only has to be shown."""
        sealed = self.vault.seal(base64.b64encode(name.encode()).decode())
        fields = {"person": f"resident{report}", "by": "", "at": str(self.now), "data": sealed} | more
        commit = Commit()
        commit.hset(keys.photo(name), fields, DAY)
        commit.zadd(keys.photos_due, self.now, name)
        await self.store.commit(commit)

    async def sends(self, report: str, name: str) -> None:
        """The resident's photo comes and is shown to whoever works on the report."""
        await self.fetched(report, name)
        await self.photos().step()

    async def sees(self, handle: str) -> list[str]:
        """Names of the photos behind the links somebody got since they looked last."""
        tokens = TOKEN.findall(await self.hears(handle))
        shown = [await behind(self.store, self.vault, token) for token in tokens]
        return [one.data.decode() for one in shown if one]


@pytest.fixture
async def album(store: Store, vault: Vault, library: Library, settings: Settings) -> Album:
    opened = Album(store, vault, library, settings)
    await opened.begin()
    return opened


async def test_organizers_who_are_paged_steps_later_get_the_photos_with_the_page(album: Album) -> None:
    report = await album.open()
    await album.sends(report, "van")
    assert await album.sees("rita") == ["van"]
    while not (heard := await album.hears("ana")):
        await album.step(report)
    tokens = TOKEN.findall(heard)
    assert [await behind(album.store, album.vault, token) for token in tokens]
    assert "REPORT" in heard


async def test_who_takes_a_report_they_were_not_paged_for_gets_its_photos(album: Album) -> None:
    report = await album.open()
    await album.sends(report, "van")
    said = await album.says("ana", f"TAKE {report}")
    assert "is yours" in said
    assert len(TOKEN.findall(said)) == 1


async def test_several_photos_come_in_one_text(album: Album) -> None:
    report = await album.open()
    for name in ("van", "door", "plate"):
        await album.sends(report, name)
    said = await album.says("ana", f"TAKE {report}")
    assert "3 photos" in said
    assert len(TOKEN.findall(said)) == 3


async def test_a_backup_gets_the_photos_of_the_report_they_join(album: Album) -> None:
    report = await album.open()
    await album.sends(report, "van")
    await album.says("rita", "1")
    await album.says("ana", f"BACKUP {report}")
    await album.sends(report, "door")
    assert await album.sees("ana") == ["door"]


async def test_who_gets_a_report_after_a_pass_gets_the_photos_that_came_while_another_had_it(
    album: Album,
) -> None:
    """And rita, who has their links already, gets none twice."""
    report = await album.open()
    await album.sends(report, "van")
    await album.says("ana", f"TAKE {report}")
    await album.sends(report, "door")
    assert await album.sees("rita") == ["van"]
    await album.says("ana", "PASS")
    await album.step(report)
    assert await album.sees("rita") == ["door"]
    await album.says("rita", "1")
    assert await album.sees("rita") == []


async def test_who_is_given_a_report_at_the_console_gets_its_photos(album: Album) -> None:
    report = await album.open()
    await album.sends(report, "van")
    await album.incidents.change(report, lambda one: incidents.assigned(one, "ana", album.now, MINUTES))
    assert await album.sees("ana") == ["van"]


async def test_readers_of_a_report_get_the_photos_of_one_that_is_merged_into_it(album: Album) -> None:
    first = await album.open()
    await album.says("ana", f"TAKE {first}")
    second = await album.open("900 Albany Avenue")
    await album.sends(second, "van")
    await album.says("beto", f"MERGE {second} {first}")
    assert await album.sees("ana") == ["van"]


async def test_organizers_see_the_photos_of_a_report_in_the_side_tray(album: Album) -> None:
    """They decide by it whether to page everybody; a photo that comes later reaches them too."""
    report = await album.open()
    await album.says("rita", "1")
    await album.says("rita", "PASS")
    await album.sends(report, "van")
    await album.hears("ana")
    aside = partial(witnesses.set_aside, reason="copied", organizers=["ana"], now=album.now)
    await album.incidents.change(report, aside)
    assert await album.sees("ana") == ["van"]
    await album.sends(report, "door")
    assert await album.sees("ana") == ["door"]


@pytest.mark.parametrize("photo_first", [True, False])
@pytest.mark.parametrize("by_witness", [True, False])
async def test_a_photo_and_a_claim_at_the_same_moment_always_meet(
    album: Album, *, photo_first: bool, by_witness: bool
) -> None:
    """Whichever commits first, the other one decides anew and sees it."""
    first = await album.open()
    sender = first
    if by_witness:
        sender = await album.open("900 Albany Avenue")
        await album.says("beto", f"MERGE {sender} {first}")
    claim = await album.decided("ana", f"TAKE {first}")
    await album.fetched(sender, "van")
    photos = album.photos()
    attach = await attaching(photos, album, "van")
    early, late = (attach, claim) if photo_first else (claim, attach)
    await album.store.commit(early)
    with pytest.raises(Conflict):
        await album.store.commit(late)
    if photo_first:
        await album.store.commit(await album.decided("ana", f"TAKE {first}"))
    else:
        await photos.step()
    assert await album.sees("ana") == ["van"]


async def attaching(photos: Photos, album: Album, name: str) -> Commit:
    """What showing a photo would write, not yet done."""
    caught: list[Commit] = []
    store = album.store
    real, store.commit = store.commit, caught_by(caught)
    try:
        await photos.step()
    finally:
        store.commit = real
    assert caught, name
    return caught[-1]


def caught_by(caught: list[Commit]) -> Any:
    async def commit(one: Commit) -> None:
        caught.append(one)

    return commit


async def test_a_link_of_a_lost_phone_stays_shut_when_its_handle_gets_a_new_phone(
    album: Album, vault: Vault
) -> None:
    report = await album.open()
    await album.sends(report, "van")
    [token] = TOKEN.findall(await album.hears("rita"))
    assert await behind(album.store, vault, token)
    await remove_staff(album.store, "rita")
    assert not await behind(album.store, vault, token)
    await add_staff(
        album.store, vault, handle="rita", number="+18605550139", role="responder", languages=("en",)
    )
    assert not await behind(album.store, vault, token)


async def test_of_two_reports_a_responders_photo_goes_to_the_one_they_name(album: Album) -> None:
    """Unnamed it waits: it is shown to nobody, and it is not lost."""
    reports = [await album.open("120 Park Street"), await album.open("900 Albany Avenue")]
    for report in reports:
        phone = album.vault.seal(f"+1860556000{report}")
        await cast("Any", album.store.redis.hset(keys.person(f"resident{report}"), "address", phone))
        await album.store.redis.expire(keys.person(f"resident{report}"), DAY)
        await album.says("rita", f"TAKE {report}")
    rita = album.vault.pseudonym(album.numbers["rita"])
    await album.fetched("", "van", person=rita, by="rita")
    await album.photos().step()
    assert await reached(album) == []
    await album.says("rita", f"#{reports[1]} look at this")
    album.now += 60
    await album.photos().step()
    assert await reached(album) == [f"resident{reports[1]}"]


async def reached(album: Album) -> list[str]:
    """Residents to whom a photo is on its way."""
    found = [key async for key in album.store.scan(keys.out("photo*"))]
    return [await cast("Any", album.store.redis.hget(key, "person")) for key in found]


def test_a_transition_that_brings_a_report_to_nobody_owes_no_link() -> None:
    """Only those who come to it are looked at: most transitions cost nothing more."""
    from hotline.incidents.photo_links import _come  # noqa: PLC0415 - one rule of it

    held = incidents.claim(Incident("7", paged=("ana", "ben")), "ana", 10, MINUTES)
    assert held
    assert _come(held) == ("ana",)
    change: Change = incidents.report_state(held.after, "ana", IncidentState.ONSCENE, 20, MINUTES)
    assert _come(change) == ()
