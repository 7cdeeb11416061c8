"""What the roster owes by the clock: shifts that begin and end, reminders, weekly test page, weekly drill."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import pytest

from hotline.content.city import Weekly
from hotline.incidents import drill
from hotline.staff import rollcall, shifts
from tests.messaging.carriers.calls import OLD_WAYS
from tests.stage.clocked import MINUTE, ClockedLine, Scene

if TYPE_CHECKING:
    from hotline.staff.shifts import Shift

pytestmark = [pytest.mark.asyncio(loop_scope="module"), *OLD_WAYS]

HOUR: Final = 60 * MINUTE
REPORTS: Final = {
    "en": "ICE is at {house} Park St right now, two vans",
    "es": "la migra esta en la {house} Park St ahora, se llevan a alguien",
}


def local(clocked: ClockedLine, seconds: float) -> datetime:
    """The city's own clock so many seconds ahead."""
    return datetime.fromtimestamp(clocked.now() + seconds, ZoneInfo(clocked.runtime.library.city.timezone))


async def a_shift(clocked: ClockedLine, handle: str, ahead: float) -> Shift:
    """A weekly shift of one hour that begins in so many seconds, at the full minute before."""
    begins = local(clocked, ahead)
    start = begins.hour * 60 + begins.minute
    hours = (start, (start + 60) % (24 * 60))
    return await shifts.add_shift(clocked.runtime.store, handle, begins.weekday(), hours, str(begins.tzinfo))


def weekly(clocked: ClockedLine, monkeypatch: pytest.MonkeyPatch, name: str, ahead: float) -> None:
    """The city pack names a weekly occasion so many seconds ahead."""
    when = local(clocked, ahead)
    occasion = Weekly.model_validate({"day": shifts.DAYS[when.weekday()], "at": f"{when:%H:%M}"})
    library = clocked.runtime.library
    monkeypatch.setattr(library, "city", library.city.model_copy(update={name: occasion}))


async def off_call(clocked: ClockedLine, scene: Scene) -> None:
    """The second responder is not on call by hand."""
    await scene.play({"responder2 says": "OFF"}, {"responder2 hears": clocked.say("staff_off", "es")})


async def paged_at_once(clocked: ClockedLine, scene: Scene, house: int, lang: str) -> set[str]:
    """Who is paged by the first step of a new report, which is then closed."""
    await scene.play({f"resident{house // 100} says": REPORTS[lang].format(house=house)})
    await clocked.settled()
    one = (await clocked.runtime.incidents.open_ones())[-1]
    await scene.play(
        {"responder1 hears": f"REPORT {one.id}"},
        {"responder1 says": f"TAKE {one.id}"},
        {"responder1 hears": f"{one.id} is yours"},
        {"responder1 says": f"FALSE {one.id}"},
        {"responder1 hears": f"{one.id} noted"},
    )
    return set(one.paged)


@pytest.mark.parametrize("lang", ["en", "es"])
async def test_a_shift_puts_its_responder_on_call_without_a_word_and_takes_them_off(
    clocked: ClockedLine, scene: Scene, lang: str
) -> None:
    await off_call(clocked, scene)
    await a_shift(clocked, "responder2", ahead=30 * MINUTE)
    assert await paged_at_once(clocked, scene, 100, lang) == {"responder1"}
    await scene.play({"clock moves": 31 * MINUTE})
    assert await paged_at_once(clocked, scene, 200, lang) == {"responder1", "responder2"}
    await scene.play({"responder2 hears": "200 Park Street"}, {"clock moves": 61 * MINUTE})
    assert await paged_at_once(clocked, scene, 300, lang) == {"responder1"}


async def test_off_ends_this_shift_but_not_next_weeks(clocked: ClockedLine, scene: Scene) -> None:
    await off_call(clocked, scene)
    await a_shift(clocked, "responder2", ahead=10 * MINUTE)
    await scene.play({"clock moves": 11 * MINUTE})
    assert await paged_at_once(clocked, scene, 100, "en") == {"responder1", "responder2"}
    await off_call(clocked, scene)
    assert await paged_at_once(clocked, scene, 200, "es") == {"responder1"}
    await scene.play({"clock moves": 7 * 24 * HOUR})
    await clocked.minute()
    assert await paged_at_once(clocked, scene, 300, "en") == {"responder1", "responder2"}


async def test_on_in_a_shift_takes_an_off_back(clocked: ClockedLine, scene: Scene) -> None:
    await off_call(clocked, scene)
    await a_shift(clocked, "responder2", ahead=10 * MINUTE)
    await scene.play({"clock moves": 11 * MINUTE})
    await off_call(clocked, scene)
    await scene.play({"responder2 says": "ON"}, {"responder2 hears": clocked.say("staff_on", "es")})
    assert await paged_at_once(clocked, scene, 100, "es") == {"responder1", "responder2"}


async def test_a_shift_is_announced_once_in_the_hour_before_it(clocked: ClockedLine, scene: Scene) -> None:
    await a_shift(clocked, "responder1", ahead=2 * HOUR)
    await a_shift(clocked, "responder2", ahead=2 * HOUR)
    await clocked.minute()
    await scene.play({"responder1 hears nothing": None}, {"clock moves": 61 * MINUTE})
    await clocked.minute()
    await clocked.minute()
    for who, opening in (("responder1", "Your shift: "), ("responder2", "Su turno")):
        [heard] = await scene.read(who)
        assert heard.startswith(opening)
    await scene.play({"clock moves": HOUR})
    await clocked.minute()
    assert len(await scene.read("responder1")) == 1


async def test_the_weekly_test_page_leaves_by_the_clock_and_organizers_hear_who_was_silent(
    clocked: ClockedLine, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    weekly(clocked, monkeypatch, "rollcall", ahead=5 * MINUTE)
    await clocked.minute()
    await scene.play({"responder1 hears nothing": None}, {"clock moves": 6 * MINUTE})
    await clocked.minute()
    await clocked.minute()
    assert await scene.read("responder1") == [clocked.say("rollcall_page", "en")]
    assert await scene.read("responder2") == [clocked.say("rollcall_page", "es")]
    await scene.play(
        {"responder1 says": "OK"},
        {"responder1 hears": clocked.say("rollcall_thanks", "en")},
        {"clock moves": rollcall.WAIT},
    )
    await clocked.minute()
    await clocked.minute()
    told = clocked.say("rollcall_missing", "en", answered=1, total=2, missing="responder2")
    for who in ("organizer1", "organizer2"):
        assert await scene.read(who) == [told]
    await scene.play({"clock moves": 7 * 24 * HOUR - rollcall.WAIT})
    await clocked.minute()
    assert (await scene.read("responder2")).count(clocked.say("rollcall_page", "es")) == 2


async def test_the_weekly_drill_goes_the_true_path_once_and_is_kept(
    clocked: ClockedLine, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    weekly(clocked, monkeypatch, "drill", ahead=5 * MINUTE)
    await clocked.minute()
    assert await clocked.runtime.incidents.open_ones() == []
    await scene.play({"clock moves": 6 * MINUTE})
    await clocked.minute()
    await clocked.minute()
    marks = {
        "responder1": clocked.say("page_drill_mark", "en"),
        "responder2": clocked.say("page_drill_mark", "es"),
    }
    await scene.play(
        {"responder1 hears": [marks["responder1"], "REPORT 1"]},
        {"responder2 hears": [marks["responder2"], "AVISO 1"]},
        {"responder1 says": "1"},
        {"responder1 hears": "1 is yours"},
        {"responder1 says": "FALSE"},
        {"responder1 hears": "1 noted"},
    )
    await clocked.minute()
    [found] = await drill.past(clocked.runtime.store)
    assert found.whole
    assert found.claimed_by == "responder1"
    for who, mark in marks.items():
        assert all(body.startswith(mark) for body in await scene.read(who))


async def test_a_drill_that_nobody_takes_ends_by_itself(
    clocked: ClockedLine, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    weekly(clocked, monkeypatch, "drill", ahead=-MINUTE)
    await clocked.minute()
    await scene.play({"responder1 hears": "REPORT 1"}, {"clock moves": drill.OVER_AFTER + MINUTE})
    await clocked.minute()
    await scene.play({"responder1 hears": clocked.say("page_closed", "en", id="1", state="over")})
    [found] = await drill.past(clocked.runtime.store)
    assert not found.whole
    assert await clocked.runtime.incidents.open_ones() == []
