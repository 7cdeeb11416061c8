"""Shifts by text: what one volunteer asks and another agrees to stands, and both know."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from hotline.staff import rollcall, shifts
from hotline.staff.roster import load_roster, remove_staff, set_on_call
from hotline.store import Conflict
from hotline.understanding.commands import staff_command
from tests.stage.stage import Stage

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store

ZONE = "America/New_York"


def at(text: str) -> float:
    """Seconds since the epoch of a time in the city."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp()


class Crew(Stage):
    """The team on a Saturday; rita has shift 1, on Mondays from six to eleven, and carl 2 on Tuesdays."""

    async def plan(self) -> None:
        self.now = at("2026-11-21 12:00")
        await shifts.add_shift(self.store, "rita", 0, (18 * 60, 23 * 60), ZONE)
        await shifts.add_shift(self.store, "carl", 1, (18 * 60, 23 * 60), ZONE)

    async def on(self, moment: str) -> set[str]:
        """Who is on shift then."""
        return set((await load_roster(self.store, at(moment))).plan.on_now(at(moment)))

    async def at_work(self, handle: str) -> None:
        """Somebody has a report."""
        await self.claimed(await self.opened("p", place="9 Ward St"), handle)


@pytest.fixture
async def crew(store: Store, vault: Vault, library: Library, settings: Settings) -> Crew:
    opened = Crew(store, vault, library, settings)
    await opened.begin()
    await opened.plan()
    return opened


@pytest.mark.parametrize(
    ("text", "kind", "argument"),
    [
        ("SWAP 12 maria", "swap", "12||maria"), ("swap #12 with Maria please", "swap", "12||Maria"),
        ("Cambio 3 2026-12-07 maria", "swap", "3|2026-12-07|maria"),
        ("cambiar 3 con maria-2", "swap", "3||maria-2"), ("trocar 3 com maria", "swap", "3||maria"),
        ("chanje 3 ak maria", "swap", "3||maria"), ("SWAP 3", "swap", "3||"), ("swap", "swap", ""),
        ("SWAP 3 2026-12-07", "swap", "3|2026-12-07|"), ("AWAY 2026-12-01", "away", "2026-12-01"),
        ("ausente 2026-12-01", "away", "2026-12-01"), ("folga: 2026-12-01", "away", "2026-12-01"),
        ("absan 2026-12-01", "away", "2026-12-01"), ("BACK 2026-12-01", "back", "2026-12-01"),
        ("OK 12", "ok", "12"), ("no 12", "no", "12"),
    ],
)  # fmt: skip
def test_words_about_shifts_are_understood_in_every_language(text: str, kind: str, argument: str) -> None:
    command = staff_command(text.removesuffix(" please"))
    assert command
    assert (command.kind, command.argument) == (kind, argument)


async def test_a_swap_stands_when_the_other_says_ok_and_both_are_told(crew: Crew) -> None:
    assert "1: mon 2026-11-23" in await crew.says("rita", "SHIFTS")
    assert "stays yours" in await crew.says("rita", "SWAP 1 Ana")
    asked = await crew.hears("ana")
    assert "rita asks you" in asked
    assert "mon 2026-11-23 6:00 pm-11:00 pm" in asked
    assert "OK 1" in asked
    assert await crew.on("2026-11-23 19:00") == {"rita"}, "nothing stands before she says so"
    assert "yours now" in await crew.says("ana", "OK 1")
    assert "ana takes it" in await crew.hears("rita")
    assert await crew.on("2026-11-23 19:00") == {"ana"}
    assert await crew.on("2026-11-30 19:00") == {"rita"}
    assert "That is over" not in await crew.says("rita", "SHIFTS")
    assert "No swap 1" in await crew.says("ana", "OK 1"), "answered once"


async def test_a_swap_of_another_week_is_of_that_day(crew: Crew) -> None:
    await crew.says("rita", "SWAP 1 2026-12-07 ana")
    await crew.says("ana", "OK 1")
    assert await crew.on("2026-12-07 19:00") == {"ana"}
    assert await crew.on("2026-11-23 19:00") == {"rita"}


async def test_a_no_leaves_the_shift_where_it_was_and_is_told(crew: Crew) -> None:
    await crew.says("rita", "SWAP 1 beto")
    assert "OK 1" in await crew.hears("beto")
    assert "rita" in await crew.says("beto", "NO 1")
    assert "beto cannot" in await crew.hears("rita")
    assert await crew.on("2026-11-23 19:00") == {"rita"}


async def test_of_two_who_say_ok_to_one_shift_the_first_has_it(crew: Crew) -> None:
    await crew.says("rita", "SWAP 1 ana")
    await crew.says("rita", "SWAP 1 beto")
    late = await crew.decided("beto", "OK 2")
    await crew.says("ana", "OK 1")
    with pytest.raises(Conflict):
        await crew.store.commit(late)
    assert "ya no vale" in await crew.says("beto", "OK 2")
    assert await crew.on("2026-11-23 19:00") == {"ana"}


async def test_nobody_can_answer_for_somebody_else(crew: Crew) -> None:
    await crew.says("rita", "SWAP 1 ana")
    assert "1" in await crew.says("beto", "OK 1")
    assert await crew.on("2026-11-23 19:00") == {"rita"}


async def test_a_bare_ok_takes_no_shift_but_answers_the_test_page(crew: Crew) -> None:
    """A volunteer who answers a page half asleep has not taken a night."""
    await crew.says("carl", "SWAP 2 rita")
    await rollcall.begin(
        crew.store, crew.vault, crew.library, await crew.incidents.roster(), "2026-W47", crew.now
    )
    await crew.hears("rita")
    assert "test page" in await crew.says("rita", "OK")
    assert "OK 1" in await crew.says("rita", "ok")
    assert await crew.on("2026-11-24 19:00") == {"carl"}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("SWAP 1 nobody", "nobody called nobody"), ("SWAP 2 ana", "no shift of yours"),
        ("SWAP 1 2026-11-24 ana", "no shift of yours"), ("SWAP 1 2026-13-40 ana", "SWAP 3 maria"),
        ("SWAP 1 rita", "no shift of yours"), ("SWAP 9 ana", "no shift of yours"), ("SWAP 1", "SWAP 3 maria"),
        ("SWAP", "SWAP 3 maria"), ("AWAY", "AWAY 2026-12-24"), ("AWAY 2026-11-20", "from today on"),
        ("AWAY 2030-01-01", "from today on"), ("AWAY 2026-02-30", "from today on"),
    ],
)  # fmt: skip
async def test_what_cannot_be_done_says_how_it_can(crew: Crew, text: str, answer: str) -> None:
    assert answer in await crew.says("rita", text)


async def test_who_is_off_that_day_or_on_shift_then_is_not_asked(crew: Crew) -> None:
    await crew.says("ana", "AWAY 2026-11-23")
    assert "ana cannot" in await crew.says("rita", "SWAP 1 ana")
    await shifts.add_shift(crew.store, "beto", 0, (20 * 60, 22 * 60), ZONE)
    assert "beto cannot" in await crew.says("rita", "SWAP 1 beto")


async def test_who_became_busy_in_the_meantime_takes_nothing(crew: Crew) -> None:
    await crew.says("rita", "SWAP 1 ana")
    await crew.says("ana", "AWAY 2026-11-23")
    assert "It stays where it is" in await crew.says("ana", "OK 1")
    assert await crew.on("2026-11-23 19:00") == {"rita"}


async def test_a_day_off_is_told_to_organizers_when_it_leaves_a_shift_to_nobody(crew: Crew) -> None:
    said = await crew.says("rita", "AWAY 2026-11-23")
    assert "BACK 2026-11-23" in said
    assert "Nobody has your shift then: 1: mon 2026-11-23" in said
    assert "rita is off" in await crew.hears("ana")
    assert await crew.on("2026-11-23 19:00") == set()
    await crew.says("rita", "SWAP 1 ana")
    await crew.says("ana", "OK 1")
    assert await crew.on("2026-11-23 19:00") == {"ana"}


async def test_a_day_off_can_be_taken_back(crew: Crew) -> None:
    await crew.says("rita", "AWAY 2026-11-23")
    assert "mon 2026-11-23" in await crew.says("rita", "BACK 2026-11-23")
    assert await crew.on("2026-11-23 19:00") == {"rita"}


async def test_who_is_away_today_is_not_paged_today_by_hand_either(crew: Crew) -> None:
    await crew.store.commit(set_on_call("rita", on=True))
    await crew.says("rita", "AWAY 2026-11-21")
    assert not (await load_roster(crew.store, crew.now)).by_handle["rita"].oncall


async def test_words_to_a_reporter_are_never_taken_for_words_about_shifts(crew: Crew) -> None:
    """While somebody works on a report: "no", "away", "swap 3 cars", "no 12"."""
    await crew.at_work("rita")
    for text in ("no", "away", "swap 3 cars", "no 12", "ok"):
        said = await crew.says("rita", text)
        assert "nobody gets this" in said, "it went the reporter's way, who has no phone here"


async def test_a_swap_taken_by_a_phone_that_is_lost_goes_back(crew: Crew) -> None:
    await crew.says("rita", "SWAP 1 ana")
    await crew.says("ana", "OK 1")
    await remove_staff(crew.store, "ana")
    assert await crew.on("2026-11-23 19:00") == {"rita"}
