"""Who comes to a report later gets links to its photos, too: each reader their own, each photo once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.incidents import incident as incidents
from hotline.incidents import witnesses
from hotline.incidents.incident import Incident
from hotline.incidents.photo_links import behind
from hotline.incidents.states import IncidentState
from hotline.staff.roster import add_staff, remove_staff
from hotline.store import DAY, Commit, Conflict, keys
from tests.stage.crew import MINUTES, TOKEN, Crew

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.incidents.incident import Change
    from hotline.incidents.photos import Photos
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store


@pytest.fixture
async def crew(store: Store, vault: Vault, library: Library, settings: Settings) -> Crew:
    opened = Crew(store, vault, library, settings)
    await opened.begin()
    return opened


async def test_organizers_who_are_paged_steps_later_get_the_photos_with_the_page(crew: Crew) -> None:
    report = await crew.open()
    await crew.sends(report, "van")
    assert await crew.sees("rita") == ["van"]
    while not (heard := await crew.hears("ana")):
        await crew.step(report)
    tokens = TOKEN.findall(heard)
    assert [await behind(crew.store, crew.vault, token) for token in tokens]
    assert "REPORT" in heard


async def test_who_takes_a_report_they_were_not_paged_for_gets_its_photos(crew: Crew) -> None:
    report = await crew.open()
    await crew.sends(report, "van")
    said = await crew.says("ana", f"TAKE {report}")
    assert "is yours" in said
    assert len(TOKEN.findall(said)) == 1


async def test_several_photos_come_in_one_text(crew: Crew) -> None:
    report = await crew.open()
    for name in ("van", "door", "plate"):
        await crew.sends(report, name)
    said = await crew.says("ana", f"TAKE {report}")
    assert "3 photos" in said
    assert len(TOKEN.findall(said)) == 3


async def test_a_backup_gets_the_photos_of_the_report_they_join(crew: Crew) -> None:
    report = await crew.open()
    await crew.sends(report, "van")
    await crew.says("rita", "1")
    await crew.says("ana", f"BACKUP {report}")
    await crew.sends(report, "door")
    assert await crew.sees("ana") == ["door"]


async def test_who_gets_a_report_after_a_pass_gets_the_photos_that_came_while_another_had_it(
    crew: Crew,
) -> None:
    """And rita, who has their links already, gets none twice."""
    report = await crew.open()
    await crew.sends(report, "van")
    await crew.says("ana", f"TAKE {report}")
    await crew.sends(report, "door")
    assert await crew.sees("rita") == ["van"]
    await crew.says("ana", "PASS")
    await crew.step(report)
    assert await crew.sees("rita") == ["door"]
    await crew.says("rita", "1")
    assert await crew.sees("rita") == []


async def test_who_is_given_a_report_at_the_console_gets_its_photos(crew: Crew) -> None:
    report = await crew.open()
    await crew.sends(report, "van")
    await crew.desk.change(report, lambda one: incidents.assigned(one, "ana", crew.now, MINUTES))
    assert await crew.sees("ana") == ["van"]


async def test_readers_of_a_report_get_the_photos_of_one_that_is_merged_into_it(crew: Crew) -> None:
    first = await crew.open()
    await crew.says("ana", f"TAKE {first}")
    second = await crew.open("900 Albany Avenue")
    await crew.sends(second, "van")
    await crew.says("beto", f"MERGE {second} {first}")
    assert await crew.sees("ana") == ["van"]


async def test_organizers_see_the_photos_of_a_report_in_the_side_tray(crew: Crew) -> None:
    """They decide by it whether to page everybody; a photo that comes later reaches them too."""
    report = await crew.open()
    await crew.says("rita", "1")
    await crew.says("rita", "PASS")
    await crew.sends(report, "van")
    await crew.hears("ana")
    aside = partial(witnesses.set_aside, reason="copied", organizers=["ana"], now=crew.now)
    await crew.desk.change(report, aside)
    assert await crew.sees("ana") == ["van"]
    await crew.sends(report, "door")
    assert await crew.sees("ana") == ["door"]


@pytest.mark.parametrize("photo_first", [True, False])
@pytest.mark.parametrize("by_witness", [True, False])
async def test_a_photo_and_a_claim_at_the_same_moment_always_meet(
    crew: Crew, *, photo_first: bool, by_witness: bool
) -> None:
    """Whichever commits first, the other one decides anew and sees it."""
    first = await crew.open()
    sender = first
    if by_witness:
        sender = await crew.open("900 Albany Avenue")
        await crew.says("beto", f"MERGE {sender} {first}")
    claim = await crew.decided("ana", f"TAKE {first}")
    await crew.fetched(sender, "van")
    photos = crew.photos()
    attach = await attaching(photos, crew, "van")
    early, late = (attach, claim) if photo_first else (claim, attach)
    await crew.store.commit(early)
    with pytest.raises(Conflict):
        await crew.store.commit(late)
    if photo_first:
        await crew.store.commit(await crew.decided("ana", f"TAKE {first}"))
    else:
        await photos.step()
    assert await crew.sees("ana") == ["van"]


async def attaching(photos: Photos, crew: Crew, name: str) -> Commit:
    """What showing a photo would write, not yet done."""
    caught: list[Commit] = []
    store = crew.store
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
    crew: Crew, vault: Vault
) -> None:
    report = await crew.open()
    await crew.sends(report, "van")
    [token] = TOKEN.findall(await crew.hears("rita"))
    assert await behind(crew.store, vault, token)
    await remove_staff(crew.store, "rita")
    assert not await behind(crew.store, vault, token)
    await add_staff(
        crew.store, vault, handle="rita", number="+18605550139", role="responder", languages=("en",)
    )
    assert not await behind(crew.store, vault, token)


async def test_of_two_reports_a_responders_photo_goes_to_the_one_they_name(crew: Crew) -> None:
    """Unnamed it waits: it is shown to nobody, and it is not lost."""
    reports = [await crew.open("120 Park Street"), await crew.open("900 Albany Avenue")]
    for report in reports:
        phone = crew.vault.seal(f"+1860556000{report}")
        await cast("Any", crew.store.redis.hset(keys.person(f"resident{report}"), "address", phone))
        await crew.store.redis.expire(keys.person(f"resident{report}"), DAY)
        await crew.says("rita", f"TAKE {report}")
    rita = crew.vault.pseudonym(crew.numbers["rita"])
    await crew.fetched("", "van", person=rita, by="rita")
    await crew.photos().step()
    assert await reached(crew) == []
    await crew.says("rita", f"#{reports[1]} look at this")
    crew.now += 60
    await crew.photos().step()
    assert await reached(crew) == [f"resident{reports[1]}"]


async def reached(crew: Crew) -> list[str]:
    """Residents to whom a photo is on its way."""
    found = [key async for key in crew.store.scan(keys.out("photo*"))]
    return [await cast("Any", crew.store.redis.hget(key, "person")) for key in found]


def test_a_transition_that_brings_a_report_to_nobody_owes_no_link() -> None:
    """Only those who come to it are looked at: most transitions cost nothing more."""
    from hotline.incidents.photo_links import _come  # noqa: PLC0415 - one rule of it

    held = incidents.claim(Incident("7", paged=("ana", "ben")), "ana", 10, MINUTES)
    assert held
    assert _come(held) == ("ana",)
    change: Change = incidents.report_state(held.after, "ana", IncidentState.ONSCENE, 20, MINUTES)
    assert _come(change) == ()
