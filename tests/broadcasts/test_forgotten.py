"""Who asks to be forgotten stands in no list, no ledger and no count, wherever their text is."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hotline.broadcasts import broadcast as broadcasts
from hotline.messaging import status_callbacks
from hotline.privacy import retention
from hotline.store import keys
from tests.stage.office import Office

if TYPE_CHECKING:
    from hotline.stack.embedded import EmbeddedRedis

PEOPLE = 6


async def holds(office: Office, id_: str, gone: set[str]) -> None:
    """The counts are the ledger's, and whoever waits is somebody who will get it."""
    one, ledger = await broadcasts.load(office.store, id_), await office.ledger(id_)
    redis = cast("Any", office.store.redis)
    ahead = one.receipts.get("queued", 0) + one.receipts.get("sending", 0)
    assert dict(Counter(ledger.values())) == one.receipts
    assert one.total == sum(one.langs.values())
    assert one.total == len(ledger) + await redis.llen(keys.broadcast_todo(id_))
    assert one.waiting == ahead + await redis.llen(keys.broadcast_todo(id_))
    assert not gone & set(ledger)
    assert not gone & set(await redis.hkeys(keys.broadcast_people(id_)))


async def lived(
    url: str, fed: int, taken: int, accepted: int, gone: list[int], late: list[int], *, twice: bool
) -> None:
    office = await Office.alone(url)
    store = office.store
    try:
        await office.begin()
        people = await office.sign_up(PEOPLE - 2)
        people += await office.sign_up(2, lang="es", first=PEOPLE)
        one = await office.draft(en="Meeting at six.", es="Reunion a las seis.")
        await office.approve(one.id)
        office.delivery._ahead = fed  # pyright: ignore[reportPrivateUsage] - how many may wait in the outbox
        await office.delivery.feed()
        under_way = [(await office.box.take(office.now + place)).id for place in range(min(taken, fed))]
        for id_ in under_way[:accepted]:
            await office.box.accepted(id_, f"SM{id_}")
        forgotten: set[str] = set()
        for place in gone * (2 if twice else 1):
            await store.commit(await retention.forget(store, people[place]))
            forgotten.add(people[place])
            await holds(office, one.id, forgotten)
        for id_ in under_way:  # what the carrier says of them meanwhile
            await office.box.accepted(id_, f"SM{id_}")
            await status_callbacks.status(store, id_=id_, sid=f"SM{id_}", state="delivered", code="")
            await office.box.requeue(id_)
        await holds(office, one.id, forgotten)
        office.delivery._ahead = 100  # pyright: ignore[reportPrivateUsage] - as above
        await office.delivery.feed()
        await office.taken()
        for place in late:
            await store.commit(await retention.forget(store, people[place]))
            forgotten.add(people[place])
        await holds(office, one.id, forgotten)
        assert len(await office.ledger(one.id)) == PEOPLE - len(forgotten)
        assert await retention.unbounded(store) == []
    finally:
        await store.close()


which = st.lists(st.integers(0, PEOPLE - 1), unique=True)


def test_counts_equal_the_ledger_whoever_is_forgotten_and_when(redis_server: EmbeddedRedis) -> None:
    @hypothesis_settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.integers(0, PEOPLE), st.integers(0, PEOPLE), st.integers(0, PEOPLE), which, which, st.booleans()
    )
    def any_of_them(
        fed: int,
        taken: int,
        accepted: int,
        gone: list[int],
        late: list[int],
        twice: bool,  # noqa: FBT001
    ) -> None:
        asyncio.run(lived(redis_server.url, fed, taken, accepted, gone, late, twice=twice))

    any_of_them()
