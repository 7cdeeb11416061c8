"""One switch holds every alert and nothing else; nothing is lost by it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from hotline.broadcasts import approval, drafting, freeze
from hotline.messaging.outbox import Outbound, queued
from hotline.refusal import Reason, Refused

if TYPE_CHECKING:
    from tests.stage.office import Office


async def freezing(office: Office, by: str = "organizer1") -> None:
    await office.store.commit(freeze.freeze(by, office.now))


async def thawing(office: Office, by: str = "organizer2") -> None:
    await office.store.commit(freeze.unfreeze(by, office.now))


async def tried(office: Office) -> list[str]:
    """What the alerts outbox lets go in half a minute."""
    found: list[str] = []
    for _ in range(30):
        taken = await office.box.take(office.now)
        found += [taken.id] if taken.id else []
        office.now += 1
    return found


async def test_a_freeze_holds_what_waits_in_the_outbox_and_loses_nothing(office: Office) -> None:
    people = await office.sign_up(3)
    one = await office.sending()
    await office.delivery.feed()
    await freezing(office)
    assert await freeze.frozen(office.store)
    assert await tried(office) == []
    await thawing(office)
    assert not await freeze.frozen(office.store)
    assert sorted(await tried(office)) == sorted(f"b{one.id}:{person}" for person in people)


async def test_a_freeze_leaves_the_hotline_running(office: Office) -> None:
    await freezing(office)
    reply = Outbound("r1", "p1", office.vault.seal("+18605550111"), "Here are your rights.")
    await office.store.commit(queued(reply, office.vault, office.now))
    assert (await office.outbox().take(office.now)).id == "r1"


async def test_the_ready_notice_passes_a_freeze(office: Office) -> None:
    (person,) = await office.sign_up(1)
    await freezing(office)
    notice = await drafting.notice(office.store, office.library, "organizer1", office.now)
    await office.approve(notice.id)
    await office.delivery.feed()
    assert await tried(office) == [f"b{notice.id}:{person}"]


async def test_nothing_else_is_approved_in_a_freeze(office: Office) -> None:
    await office.sign_up(1)
    one = await office.draft()
    await freezing(office)
    with pytest.raises(Refused, match=Reason.FROZEN):
        await approval.approve(
            office.store, office.library, office.settings, one.id, "organizer2", office.now
        )
    assert await office.state(one.id) == "draft"


async def test_a_freeze_twice_is_one_freeze_and_one_word_ends_it(office: Office) -> None:
    await freezing(office)
    await freezing(office, "organizer2")
    await thawing(office)
    assert not await freeze.frozen(office.store)


async def test_who_froze_and_unfroze_stands_in_the_history_by_handle(office: Office) -> None:
    await freezing(office)
    office.now += 60
    await thawing(office)
    rows = await freeze.history(office.store)
    assert [(row["by"], row["what"]) for row in rows] == [
        ("organizer1", "freeze"),
        ("organizer2", "unfreeze"),
    ]
    assert rows[0]["at"] < rows[1]["at"]


async def test_every_worker_is_woken_at_both_ends(office: Office) -> None:
    heard = office.store.woken()
    async with asyncio.timeout(5):
        assert await anext(heard) == ""  # it listens
        await freezing(office)
        await thawing(office)
        assert {await anext(heard) for _ in range(3)} == {"broadcasts", "alerts"}
    await heard.aclose()
