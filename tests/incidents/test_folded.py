"""A report that is folded into another one is read by somebody, always; safety texts wait for pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from hotline.incidents import records, witnesses
from hotline.staff.roster import set_on_call
from hotline.store import keys

if TYPE_CHECKING:
    from tests.stage.stage import Stage

REAL: Final = "they are breaking the door of my neighbor, apartment 3"


@pytest.fixture
async def stage(stage: Stage) -> Stage:
    """Rita responds, sol too, in Spanish and not on call; ana organizes."""
    await stage.joins("sol", "es")
    return stage


async def order(stage: Stage) -> list[str]:
    """Kinds of what waits, in the order it will leave."""
    redis = cast("Any", stage.store.redis)
    return [
        await redis.hget(keys.out(id_), "kind") for id_ in await redis.zrange(keys.outbox("hotline"), 0, -1)
    ]


async def test_safety_texts_to_reporters_leave_after_every_page_and_before_other_replies(
    stage: Stage,
) -> None:
    for place in ("1 Park Street", "900 Main Street", "20 Ward Street"):
        await stage.reported("mia", "ICE is here", place=place)
        await stage.says("mia", "HELP")
        stage.numbers["mia"] = f"+1860555{len(stage.numbers) + len(place):04}"
    kinds = await order(stage)
    assert kinds == sorted(kinds, key=["page", "safety", "reply"].index)
    assert kinds.count("safety") == 3
    assert kinds.count("page") == 3


async def test_a_report_folded_into_one_that_nobody_has_is_paged_too(
    stage: Stage,
) -> None:
    first = await stage.reported("prankster", "ice lol")
    await stage.hears("rita")
    await stage.store.commit(set_on_call("sol", on=True))
    fresh = await stage.reported("mia", REAL, place="124 Park Street")
    for handle in ("rita", "sol"):
        said = await stage.hears(handle)
        assert REAL in said
        assert "124 Park Street" in said
        assert f"TAKE {first}" in said
        assert f"SPLIT {fresh}" in said
    assert (await order(stage)).count("page") == 3, "rita's first page, and both were called for the second"


async def test_who_is_paged_later_reads_every_witness(stage: Stage) -> None:
    """The page of a step that comes after a report was folded, and of a report that is free again."""
    first = await stage.reported("prankster", "ice lol")
    await stage.reported("mia", REAL)
    while not (heard := await stage.hears("sol")):
        await stage.step(first)
    assert REAL in heard
    assert REAL in await stage.says("ana", f"TAKE {first}"), "and who takes it without having been paged"
    await stage.says("ana", "PASS")
    await stage.incidents.tick()
    assert REAL in await stage.hears("rita")


async def test_a_report_folded_into_one_that_was_not_paged_yet_is_in_its_page(stage: Stage) -> None:
    """Both came before the worker looked at the first one."""
    await stage.reported("prankster", "ice lol")
    one = await records.load(stage.store, "1")
    await stage.reported("mia", REAL, place="900 Main Street")
    other = await records.load(stage.store, "2")
    assert one
    assert other
    roster = await stage.incidents.roster()
    unpaged = await stage.incidents.change(
        "1", lambda found: witnesses.split(found, None, stage.now, by="line")[0]
    )
    assert unpaged
    changes = witnesses.link(other, unpaged, stage.now)
    await stage.store.commit(await stage.incidents.both(other, unpaged, *changes, roster))
    await stage.hears("rita")
    await stage.incidents.tick()
    assert REAL in await stage.hears("rita")


async def test_a_flood_of_folded_reports_is_read_without_filling_the_lane_of_pages(stage: Stage) -> None:
    await stage.reported("prankster", "ice lol")
    for number in range(12):
        await stage.reported(f"prankster{number}", f"ice lol {number}")
    assert (await order(stage)).count("page") == 1 + witnesses.CALLED
    heard = await stage.hears("rita")
    assert all(f"ice lol {number}" in heard for number in range(12)), "below the pages, but never silently"


async def test_a_report_folded_into_one_that_somebody_has_is_read_by_them_alone(stage: Stage) -> None:
    await stage.reported("prankster", "ICE is here")
    await stage.says("rita", "1")
    await stage.store.commit(set_on_call("sol", on=True))
    await stage.reported("mia", REAL)
    assert REAL in await stage.hears("rita")
    assert await stage.hears("sol") == ""
