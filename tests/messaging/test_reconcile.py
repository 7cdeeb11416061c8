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
from tests.stage.line import wait_until
from tests.stage.sending import GRACE, NOW, Sending

if TYPE_CHECKING:
    from hotline.privacy.vault import Vault
    from hotline.store import Store


@pytest.fixture
def sending(store: Store, vault: Vault) -> Sending:
    return Sending(store, vault)


async def test_a_send_that_the_carrier_lists_is_adopted_and_not_repeated(sending: Sending) -> None:
    await sending.orphan("r1")
    sending.lists("SM" + "7" * 32)
    sending.now += GRACE + 1
    assert await sending.sender.reconcile() == 1
    fields = await sending.outbox.read("r1")
    assert (fields["state"], fields["sid"]) == ("sent", "SM" + "7" * 32)
    assert not (await sending.outbox.take(sending.now)).id


async def test_a_send_that_the_carrier_does_not_list_is_queued_again(sending: Sending) -> None:
    await sending.orphan("r1")
    sending.lists("SM" + "7" * 32, body="other words")
    sending.lists("SM" + "8" * 32, after=-3600)
    sending.now += GRACE + 1
    assert await sending.sender.reconcile() == 1
    async with sending.running():
        await sending.called(1)
    assert [call.body for call in sending.carrier.calls] == ["words"]
    assert await sending.state("r1") == "sent"


async def test_the_same_words_to_the_same_person_are_never_taken_for_one_another(sending: Sending) -> None:
    """Two texts of the same words: one was sent and is known, the other never left."""
    await sending.queue("known")
    await sending.outbox.take(sending.now)
    await sending.outbox.accepted("known", "SM" + "7" * 32)
    await sending.orphan("lost")
    sending.lists("SM" + "7" * 32)
    sending.now += GRACE + 1
    assert await sending.sender.reconcile() == 1
    assert await sending.state("lost") == "queued"
    assert (await sending.outbox.read("known"))["sid"] == "SM" + "7" * 32


async def test_two_lost_sends_of_the_same_words_are_not_settled_by_one_listed_text(sending: Sending) -> None:
    await sending.orphan("one")
    await sending.orphan("two")
    sending.lists("SM" + "7" * 32)
    sending.now += GRACE + 1
    assert await sending.sender.reconcile() == 2
    assert sorted([await sending.state("one"), await sending.state("two")]) == ["queued", "sent"]


async def test_a_call_that_is_under_way_here_is_left_alone(sending: Sending) -> None:
    sending.carrier.hold = asyncio.Event()
    await sending.queue("r1")
    async with sending.running():
        await wait_until(lambda: sending.is_called(1), 5, "the call")
        sending.now += 10 * CALL_ENDS_WITHIN
        assert await sending.sender.reconcile() == 0
        sending.carrier.hold.set()
        await sending.called(1)
    assert len(sending.carrier.calls) == 1


async def test_what_a_live_worker_is_sending_is_left_to_it(sending: Sending) -> None:
    await sending.orphan("r1")
    await sending.store.redis.set(keys.alive_worker("dead-worker"), "1", ex=15)
    sending.now += GRACE + 1
    assert await sending.sender.reconcile() == 0
    assert await sending.state("r1") == "sending"


async def test_a_worker_that_lives_mends_its_own(sending: Sending) -> None:
    """However long it takes: the text may still wait for the one before it to the same person."""
    await sending.orphan("r1")
    await sending.store.redis.set(keys.alive_worker("dead-worker"), "1", ex=15)
    sending.now += CALL_ENDS_WITHIN + 1
    assert await sending.sender.reconcile() == 0
    await sending.store.redis.delete(keys.alive_worker("dead-worker"))
    assert await sending.sender.reconcile() == 1


async def test_a_send_is_not_judged_before_the_list_can_show_it(sending: Sending) -> None:
    await sending.orphan("r1")
    sending.now += GRACE - 1
    assert await sending.sender.reconcile() == 0


async def test_a_list_that_cannot_be_read_settles_nothing(sending: Sending) -> None:
    await sending.orphan("r1")
    sending.carrier.unreadable = True
    sending.now += GRACE + 1
    assert await sending.sender.reconcile() == 0
    assert await sending.state("r1") == "unknown"
    assert await sending.outbox.unresolved(sending.now, GRACE) == [("r1", NOW)]
    sending.carrier.unreadable = False
    assert await sending.sender.reconcile() == 1
    assert await sending.state("r1") == "queued"


async def test_an_unknown_outcome_is_settled_by_the_list_and_never_repeated_blindly(sending: Sending) -> None:
    sending.carrier.errors.append(SendError("The carrier did not answer in time.", outcome="unknown"))
    await sending.queue("r1")
    async with sending.running():
        await wait_until(lambda: sending.has("r1", "unknown"), 5, "the unknown outcome")
        assert len(sending.carrier.calls) == 1
    sending.lists("SM" + "7" * 32)
    sending.now += GRACE + 1
    assert await sending.sender.reconcile() == 1
    assert (await sending.outbox.read("r1"))["sid"] == "SM" + "7" * 32
    assert len(sending.carrier.calls) == 1


async def test_a_person_who_stopped_meanwhile_does_not_get_the_text_again(sending: Sending) -> None:
    await sending.orphan("r1")
    await cast("Any", sending.store.redis.sadd(keys.optout("hotline"), "p1"))
    sending.now += GRACE + 1
    assert await sending.sender.reconcile() == 1
    assert (await sending.outbox.take(sending.now)).dropped == "opted-out"


async def test_words_that_came_to_the_carrier_changed_are_left_to_a_human(sending: Sending) -> None:
    """Of many texts one twice is worse than one in doubt: it stays unknown and is never sent again."""
    await sending.queue("b7:p1", broadcast="7", priority=Priority.ALERT)
    await Outbox(sending.store, "hotline", 1000, "dead-worker").take(sending.now)
    sending.lists("SM" + "7" * 32, body="words, as the carrier spells them")
    sending.now += GRACE + 1
    assert await sending.sender.reconcile() == 0
    assert await cast("Any", sending.store.redis.hgetall(keys.broadcast_ledger("7"))) == {"p1": "unknown"}
    sending.now += LOOKS * GRACE
    assert await sending.sender.reconcile() == 0
    assert await sending.outbox.unresolved(sending.now, GRACE) == []  # it holds nobody else up
    assert not (await sending.outbox.take(sending.now)).id
    await status_callbacks.status(
        sending.store, id_="b7:p1", sid="SM" + "7" * 32, state="delivered", code="", now=sending.now
    )
    assert await cast("Any", sending.store.redis.hgetall(keys.broadcast_ledger("7"))) == {"p1": "delivered"}


async def test_a_page_in_such_doubt_goes_again(sending: Sending) -> None:
    await sending.queue("page1", priority=Priority.PAGE)
    await Outbox(sending.store, "hotline", 1000, "dead-worker").take(sending.now)
    sending.lists("SM" + "7" * 32, body="words, as the carrier spells them")
    sending.now += PAGE_GRACE + 1
    assert await sending.sender.reconcile() == 1
    assert (await sending.outbox.take(sending.now)).id == "page1"


async def test_a_doubtful_text_of_a_broadcast_is_shown_as_unknown_at_once(sending: Sending) -> None:
    sending.carrier.errors.append(SendError("The carrier did not answer in time.", outcome="unknown"))
    await sending.queue("b7:p1", broadcast="7", priority=Priority.ALERT)
    async with sending.running():
        await wait_until(lambda: sending.has("b7:p1", "unknown"), 5, "the unknown outcome")
    counts = await cast("Any", sending.store.redis.hgetall(keys.broadcast_counts("7")))
    assert {name: count for name, count in counts.items() if count != "0"} == {"unknown": "1"}
