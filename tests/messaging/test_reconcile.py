"""What a crash left open is settled by the carrier's own list, and never sent twice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.errors import SendError
from hotline.messaging import status_callbacks
from hotline.messaging.outbox import Outbox, Priority
from hotline.messaging.sender import CALL_ENDS_WITHIN, LOOKS, PAGE_GRACE
from hotline.store import keys
from tests.messaging.stage import GRACE, NOW, Stage
from tests.stage.line import wait_until

if TYPE_CHECKING:
    from hotline.privacy.vault import Vault
    from hotline.store import Store


@pytest.fixture
def stage(store: Store, vault: Vault) -> Stage:
    return Stage(store, vault)


async def test_a_send_that_the_carrier_lists_is_adopted_and_not_repeated(stage: Stage) -> None:
    await stage.orphan("r1")
    stage.lists("SM" + "7" * 32)
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 1
    fields = await stage.outbox.read("r1")
    assert (fields["state"], fields["sid"]) == ("sent", "SM" + "7" * 32)
    assert not (await stage.outbox.take(stage.now)).id


async def test_a_send_that_the_carrier_does_not_list_is_queued_again(stage: Stage) -> None:
    await stage.orphan("r1")
    stage.lists("SM" + "7" * 32, body="other words")
    stage.lists("SM" + "8" * 32, after=-3600)
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 1
    async with stage.running():
        await stage.called(1)
    assert [call.body for call in stage.carrier.calls] == ["words"]
    assert await stage.state("r1") == "sent"


async def test_the_same_words_to_the_same_person_are_never_taken_for_one_another(stage: Stage) -> None:
    """Two texts of the same words: one was sent and is known, the other never left."""
    await stage.queue("known")
    await stage.outbox.take(stage.now)
    await stage.outbox.accepted("known", "SM" + "7" * 32)
    await stage.orphan("lost")
    stage.lists("SM" + "7" * 32)
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 1
    assert await stage.state("lost") == "queued"
    assert (await stage.outbox.read("known"))["sid"] == "SM" + "7" * 32


async def test_two_lost_sends_of_the_same_words_are_not_settled_by_one_listed_text(stage: Stage) -> None:
    await stage.orphan("one")
    await stage.orphan("two")
    stage.lists("SM" + "7" * 32)
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 2
    assert sorted([await stage.state("one"), await stage.state("two")]) == ["queued", "sent"]


async def test_a_call_that_is_under_way_here_is_left_alone(stage: Stage) -> None:
    stage.carrier.hold = asyncio.Event()
    await stage.queue("r1")
    async with stage.running():
        await wait_until(lambda: stage.is_called(1), 5, "the call")
        stage.now += 10 * CALL_ENDS_WITHIN
        assert await stage.sender.reconcile() == 0
        stage.carrier.hold.set()
        await stage.called(1)
    assert len(stage.carrier.calls) == 1


async def test_what_a_live_worker_is_sending_is_left_to_it(stage: Stage) -> None:
    await stage.orphan("r1")
    await stage.store.redis.set(keys.alive_worker("dead-worker"), "1", ex=15)
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 0
    assert await stage.state("r1") == "sending"


async def test_a_worker_that_lives_mends_its_own(stage: Stage) -> None:
    """However long it takes: the text may still wait for the one before it to the same person."""
    await stage.orphan("r1")
    await stage.store.redis.set(keys.alive_worker("dead-worker"), "1", ex=15)
    stage.now += CALL_ENDS_WITHIN + 1
    assert await stage.sender.reconcile() == 0
    await stage.store.redis.delete(keys.alive_worker("dead-worker"))
    assert await stage.sender.reconcile() == 1


async def test_a_send_is_not_judged_before_the_list_can_show_it(stage: Stage) -> None:
    await stage.orphan("r1")
    stage.now += GRACE - 1
    assert await stage.sender.reconcile() == 0


async def test_a_list_that_cannot_be_read_settles_nothing(stage: Stage) -> None:
    await stage.orphan("r1")
    stage.carrier.unreadable = True
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 0
    assert await stage.state("r1") == "unknown"
    assert await stage.outbox.unresolved(stage.now, GRACE) == [("r1", NOW)]
    stage.carrier.unreadable = False
    assert await stage.sender.reconcile() == 1
    assert await stage.state("r1") == "queued"


async def test_an_unknown_outcome_is_settled_by_the_list_and_never_repeated_blindly(stage: Stage) -> None:
    stage.carrier.errors.append(SendError("The carrier did not answer in time.", outcome="unknown"))
    await stage.queue("r1")
    async with stage.running():
        await wait_until(lambda: stage.has("r1", "unknown"), 5, "the unknown outcome")
        assert len(stage.carrier.calls) == 1
    stage.lists("SM" + "7" * 32)
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 1
    assert (await stage.outbox.read("r1"))["sid"] == "SM" + "7" * 32
    assert len(stage.carrier.calls) == 1


async def test_a_person_who_stopped_meanwhile_does_not_get_the_text_again(stage: Stage) -> None:
    await stage.orphan("r1")
    await cast("Any", stage.store.redis.sadd(keys.optout("hotline"), "p1"))
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 1
    assert (await stage.outbox.take(stage.now)).dropped == "opted-out"


async def test_words_that_came_to_the_carrier_changed_are_left_to_a_human(stage: Stage) -> None:
    """Of many texts one twice is worse than one in doubt: it stays unknown and is never sent again."""
    await stage.queue("b7:p1", broadcast="7", priority=Priority.ALERT)
    await Outbox(stage.store, "hotline", 1000, "dead-worker").take(stage.now)
    stage.lists("SM" + "7" * 32, body="words, as the carrier spells them")
    stage.now += GRACE + 1
    assert await stage.sender.reconcile() == 0
    assert await cast("Any", stage.store.redis.hgetall(keys.broadcast_ledger("7"))) == {"p1": "unknown"}
    stage.now += LOOKS * GRACE
    assert await stage.sender.reconcile() == 0
    assert await stage.outbox.unresolved(stage.now, GRACE) == []  # it holds nobody else up
    assert not (await stage.outbox.take(stage.now)).id
    await status_callbacks.status(
        stage.store, id_="b7:p1", sid="SM" + "7" * 32, state="delivered", code="", now=stage.now
    )
    assert await cast("Any", stage.store.redis.hgetall(keys.broadcast_ledger("7"))) == {"p1": "delivered"}


async def test_a_page_in_such_doubt_goes_again(stage: Stage) -> None:
    await stage.queue("page1", priority=Priority.PAGE)
    await Outbox(stage.store, "hotline", 1000, "dead-worker").take(stage.now)
    stage.lists("SM" + "7" * 32, body="words, as the carrier spells them")
    stage.now += PAGE_GRACE + 1
    assert await stage.sender.reconcile() == 1
    assert (await stage.outbox.take(stage.now)).id == "page1"


async def test_a_doubtful_text_of_a_broadcast_is_shown_as_unknown_at_once(stage: Stage) -> None:
    stage.carrier.errors.append(SendError("The carrier did not answer in time.", outcome="unknown"))
    await stage.queue("b7:p1", broadcast="7", priority=Priority.ALERT)
    async with stage.running():
        await wait_until(lambda: stage.has("b7:p1", "unknown"), 5, "the unknown outcome")
    counts = await cast("Any", stage.store.redis.hgetall(keys.broadcast_counts("7")))
    assert {name: count for name, count in counts.items() if count != "0"} == {"unknown": "1"}
