"""Accepted texts: once, in order, one at a time for each resident, never lost."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.messaging import inbox
from hotline.messaging.inbox import Inbound, Turn
from hotline.store import Conflict, keys

if TYPE_CHECKING:
    from hotline.store import Store


def a_text(sid: str, person: str = "p1") -> Inbound:
    return Inbound(sid=sid, person=person, sender="hotline", body="sealed")


async def put(store: Store, sid: str, person: str = "p1") -> bool:
    return await inbox.accept(store, inbox.stored(a_text(sid, person), "sealed-address"))


async def take(store: Store, consumer: str = "w1", count: int = 10) -> list[Turn]:
    return await inbox.next_turns(store, consumer, count, block_ms=1)


async def test_a_repeated_webhook_stores_nothing(store: Store) -> None:
    await inbox.prepare(store)
    assert await put(store, "SM1")
    assert not await put(store, "SM1")
    assert len(await take(store)) == 1
    assert await cast("Any", store.redis.llen(keys.inbox("p1"))) == 1
    await store.redis.flushall()


async def test_one_residents_texts_are_handed_out_one_by_one_in_order(store: Store) -> None:
    await inbox.prepare(store)
    for number in range(5):
        await put(store, f"SM{number}")
    seen: list[str] = []
    while turns := await take(store):
        assert len(turns) == 1, "two texts of one person at once"
        seen.append(turns[0].inbound.sid)
        await store.commit(inbox.finished(turns[0]))
    assert seen == [f"SM{number}" for number in range(5)]


async def test_many_residents_are_handed_out_at_once(store: Store) -> None:
    await inbox.prepare(store)
    for number in range(8):
        await put(store, f"SM{number}", person=f"p{number}")
    turns = await take(store)
    assert len(turns) == 8
    for turn in turns:
        await store.commit(inbox.finished(turn))


async def test_a_dead_workers_turn_is_taken_over_and_its_own_ending_no_longer_counts(store: Store) -> None:
    await inbox.prepare(store)
    await put(store, "SM1")
    (dead,) = await take(store, "dead")
    await asyncio.sleep(0.02)
    (alive,) = await inbox.take_over(store, "alive", 0.01, 10)
    assert alive.inbound.sid == "SM1"
    assert alive.tries == 2
    with pytest.raises(Conflict):
        await store.commit(inbox.finished(dead))
    await store.commit(inbox.finished(alive))
    assert not await take(store)


async def test_a_turn_can_be_ended_only_once(store: Store) -> None:
    await inbox.prepare(store)
    await put(store, "SM1")
    await put(store, "SM2")
    (turn,) = await take(store)
    await store.commit(inbox.finished(turn))
    with pytest.raises(Conflict):
        await store.commit(inbox.finished(turn))
    (following,) = await take(store)
    assert following.inbound.sid == "SM2"
    await store.commit(inbox.finished(following))


async def test_a_text_that_fails_too_often_is_kept_for_a_human(store: Store) -> None:
    await inbox.prepare(store)
    await put(store, "SM1")
    (turn,) = await take(store)
    await store.commit(inbox.dead_letter(turn, "tries"))
    assert await store.redis.xlen(keys.dead) == 1
    assert not await take(store)


async def test_when_no_worker_is_left_half_way_nothing_is_lost_doubled_or_out_of_order(store: Store) -> None:
    """Random workers, each dropping some turns as a killed process would."""
    chance = random.Random(7)
    await inbox.prepare(store)
    for number in range(200):
        await put(store, f"SM{number:03}", person=f"p{number % 9}")
    handled: list[Turn] = []
    while len(handled) < 200:
        name = f"w{chance.randrange(3)}"
        turns = await take(store, name, 4) or await inbox.take_over(store, name, 0.001, 4)
        for turn in turns:
            if chance.random() < 0.7:
                await store.commit(inbox.finished(turn))
                handled.append(turn)
    sids = [turn.inbound.sid for turn in handled]
    assert len(set(sids)) == 200
    for person in {turn.inbound.person for turn in handled}:
        mine = [turn.inbound.sid for turn in handled if turn.inbound.person == person]
        assert mine == sorted(mine)
    assert await cast("Any", store.redis.hlen(keys.inbox_active)) == 0
