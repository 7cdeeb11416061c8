"""One report is alerted once, and a day has a most of broadcasts, however many hands are at it at once."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.broadcasts import approval, drafting
from hotline.broadcasts.drafting import DraftRequest
from hotline.refusal import Message, Reason, Refused
from hotline.store import Conflict, keys
from tests.stage.office import HOUR

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from hotline.broadcasts.broadcast import Broadcast
    from hotline.store import Commit
    from tests.stage.office import Office

REASON = "the agents came back, three of us saw it"


def alert(incident: str, **more: str) -> DraftRequest:
    return replace(DraftRequest("organizer1", "alert", HOUR, incident=incident), **more)  # pyright: ignore[reportArgumentType] - texts only


async def tried(work: Coroutine[Any, Any, Broadcast]) -> Broadcast | None:
    try:
        return await work
    except Refused:
        return None


async def told(office: Office, one: Broadcast) -> None:
    """Everybody has got it."""
    await office.approve(one.id)
    for id_ in await office.deliver():
        await office.box.accepted(id_, f"SM{id_}")


@pytest.mark.parametrize("state", ["draft", "sending", "paused", "sent", "cancelled", "closed"])
@pytest.mark.parametrize("zone", ["", "parkville"])
async def test_a_report_that_has_its_alert_gets_no_second_one(office: Office, state: str, zone: str) -> None:
    await office.sign_up(2)
    id_ = await office.report("confirmed", zone="frog_hollow")
    one = await office.drafted(alert(id_))
    if state in ("sending", "paused"):
        await office.approve(one.id)
    elif state != "draft":
        await told(office, one)
    if state == "paused":
        await office.move(one.id, "pause")
    if state in ("cancelled", "closed"):  # people were told all the same
        await cast("Any", office.store.redis.hset(keys.broadcast(one.id), "state", state))
    with pytest.raises(Refused, match=Reason.ALERTED) as caught:
        await office.drafted(alert(id_, zone=zone))
    assert caught.value.values == {
        "report": id_, "code": one.numbered, "state": Message(f"broadcast_state_{state}")
    }  # fmt: skip


async def test_an_alert_that_reached_nobody_leaves_room_for_another(office: Office) -> None:
    await office.sign_up(1)
    id_ = await office.report("confirmed")
    await office.move((await office.drafted(alert(id_))).id, "cancel")
    late = await office.drafted(alert(id_))
    office.now = late.expires + 1
    assert (await office.drafted(alert(id_))).state == "draft"


async def test_a_second_alert_needs_two_who_stand_for_it(office: Office) -> None:
    await office.sign_up(1)
    id_ = await office.report("confirmed")
    first = await office.drafted(alert(id_))
    again = await office.drafted(alert(id_, override=REASON))
    await told(office, first)
    with pytest.raises(Refused, match=Reason.NEEDS_TWO):
        await office.approve(again.id)
    assert await office.state(again.id) == "draft"
    assert (await office.approve(again.id, override=True)).state == "sending"


async def test_a_draft_from_before_another_alert_of_its_report_stays_a_draft(office: Office) -> None:
    await office.sign_up(1)
    id_ = await office.report("confirmed")
    first = await office.drafted(alert(id_))
    again = await office.drafted(alert(id_, override=REASON))
    await office.approve(again.id, override=True)
    for override in (False, True):
        with pytest.raises(Refused, match=Reason.ALERTED):
            await office.approve(first.id, override=override)
    assert await office.state(first.id) == "draft"


async def test_of_drafts_written_at_once_one_is_kept(office: Office) -> None:
    id_ = await office.report("confirmed")
    kept = await asyncio.gather(*[tried(office.drafted(alert(id_))) for _ in range(6)])
    assert len([one for one in kept if one]) == 1
    assert await office.store.redis.zcard(keys.broadcasts_all) == 1


async def committed(office: Office, *decided: tuple[Broadcast, Commit]) -> int:
    """How many of the decisions, each made without knowing of the others, still hold when they are done."""
    done = 0
    for _, commit in decided:
        with contextlib.suppress(Conflict):
            await office.store.commit(commit)
            done += 1
    return done


async def test_of_decisions_made_at_the_same_moment_one_holds(office: Office) -> None:
    await office.sign_up(1)
    id_ = await office.report("confirmed")

    async def drafting_() -> tuple[Broadcast, Commit]:
        return await drafting.drafted(office.store, office.library, office.settings, alert(id_), office.now)

    assert await committed(office, await drafting_(), await drafting_()) == 1
    ids = await office.store.redis.zrange(keys.broadcasts_all, 0, -1)
    again = await office.drafted(alert(id_, override=REASON))
    await cast("Any", office.store.redis.hset(keys.broadcast(again.id), "why", ""))

    async def approving(one: str) -> tuple[Broadcast, Commit]:
        return await approval.approved(
            office.store, office.library, office.settings, one, "organizer2", office.now
        )

    assert await committed(office, await approving(str(ids[0])), await approving(again.id)) == 1


async def test_of_two_drafts_approved_at_once_one_is_sent(office: Office) -> None:
    await office.sign_up(1)
    id_ = await office.report("confirmed")
    first = await office.drafted(alert(id_))
    again = await office.drafted(alert(id_, override=REASON))
    await cast("Any", office.store.redis.hset(keys.broadcast(again.id), "why", ""))
    sent = await asyncio.gather(*[tried(office.approve(one.id)) for one in (first, again)])
    assert len([one for one in sent if one]) == 1


async def test_two_approvals_at_once_do_not_pass_the_most_of_a_day(office: Office) -> None:
    few = office.settings.model_copy(update={"broadcasts_per_day": 3})
    drafts = [await office.draft() for _ in range(6)]

    def approving(one: Broadcast) -> Coroutine[Any, Any, Broadcast]:
        return approval.approve(office.store, office.library, few, one.id, "organizer2", office.now)

    sent = await asyncio.gather(*[tried(approving(one)) for one in drafts])
    assert len([one for one in sent if one]) == 3, "no more than three, and no fewer"


async def test_approvals_of_different_drafts_at_once_all_go(office: Office) -> None:
    drafts = [await office.draft() for _ in range(3)]
    sent = await asyncio.gather(*[tried(office.approve(one.id)) for one in drafts])
    assert all(sent)
