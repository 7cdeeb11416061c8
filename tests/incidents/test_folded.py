"""A report that is folded into another one is read by somebody, always; safety texts wait for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from hotline.incidents import records, witnesses
from hotline.staff.roster import add_staff, set_on_call
from hotline.store import keys
from tests.stage.crew import Crew

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store

REAL: Final = "they are breaking the door of my neighbor, apartment 3"


@pytest.fixture
async def crew(store: Store, vault: Vault, library: Library, settings: Settings) -> Crew:
    """Rita responds, sol too, in Spanish and not on call; ana organizes."""
    opened = Crew(store, vault, library, settings)
    await opened.begin()
    opened.numbers["sol"] = "+18605550136"
    await add_staff(store, vault, handle="sol", number="+18605550136", role="responder", languages=("es",))
    return opened


async def order(crew: Crew) -> list[str]:
    """Kinds of what waits, in the order it will leave."""
    redis = cast("Any", crew.store.redis)
    return [
        await redis.hget(keys.out(id_), "kind") for id_ in await redis.zrange(keys.outbox("hotline"), 0, -1)
    ]


async def test_safety_texts_to_reporters_leave_after_every_page_and_before_other_replies(crew: Crew) -> None:
    for place in ("1 Park Street", "900 Main Street", "20 Ward Street"):
        await crew.reported("mia", "ICE is here", place=place)
        await crew.says("mia", "HELP")
        crew.numbers["mia"] = f"+1860555{len(crew.numbers) + len(place):04}"
    kinds = await order(crew)
    assert kinds == sorted(kinds, key=["page", "safety", "reply"].index)
    assert kinds.count("safety") == 3
    assert kinds.count("page") == 3


async def test_a_report_folded_into_one_that_nobody_has_is_paged_too(
    crew: Crew,
) -> None:
    first = await crew.reported("prankster", "ice lol")
    await crew.hears("rita")
    await crew.store.commit(set_on_call("sol", on=True))
    fresh = await crew.reported("mia", REAL, place="124 Park Street")
    for handle in ("rita", "sol"):
        said = await crew.hears(handle)
        assert REAL in said
        assert "124 Park Street" in said
        assert f"TAKE {first}" in said
        assert f"SPLIT {fresh}" in said
    assert (await order(crew)).count("page") == 3, "rita's first page, and both were called for the second"


async def test_who_is_paged_later_reads_every_witness(crew: Crew) -> None:
    """The page of a step that comes after a report was folded, and of a report that is free again."""
    first = await crew.reported("prankster", "ice lol")
    await crew.reported("mia", REAL)
    while not (heard := await crew.hears("sol")):
        await crew.step(first)
    assert REAL in heard
    assert REAL in await crew.says("ana", f"TAKE {first}"), "and who takes it without having been paged"
    await crew.says("ana", "PASS")
    await crew.desk.tick()
    assert REAL in await crew.hears("rita")


async def test_a_report_folded_into_one_that_was_not_paged_yet_is_in_its_page(crew: Crew) -> None:
    """Both came before the worker looked at the first one."""
    await crew.reported("prankster", "ice lol")
    one = await records.load(crew.store, "1")
    await crew.reported("mia", REAL, place="900 Main Street")
    other = await records.load(crew.store, "2")
    assert one
    assert other
    roster = await crew.desk.roster()
    unpaged = await crew.desk.change("1", lambda found: witnesses.split(found, None, crew.now, by="line")[0])
    assert unpaged
    changes = witnesses.link(other, unpaged, crew.now)
    await crew.store.commit(await crew.desk.both(other, unpaged, *changes, roster))
    await crew.hears("rita")
    await crew.desk.tick()
    assert REAL in await crew.hears("rita")


async def test_a_flood_of_folded_reports_is_read_without_filling_the_lane_of_pages(crew: Crew) -> None:
    await crew.reported("prankster", "ice lol")
    for number in range(12):
        await crew.reported(f"prankster{number}", f"ice lol {number}")
    assert (await order(crew)).count("page") == 1 + witnesses.CALLED
    heard = await crew.hears("rita")
    assert all(f"ice lol {number}" in heard for number in range(12)), "below the pages, but never silently"


async def test_a_report_folded_into_one_that_somebody_has_is_read_by_them_alone(crew: Crew) -> None:
    await crew.reported("prankster", "ICE is here")
    await crew.says("rita", "1")
    await crew.store.commit(set_on_call("sol", on=True))
    await crew.reported("mia", REAL)
    assert REAL in await crew.hears("rita")
    assert await crew.hears("sol") == ""
