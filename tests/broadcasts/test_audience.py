"""Who gets it, counted before anything leaves, and the reason for everybody who does not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.broadcasts import audience
from hotline.broadcasts.broadcast import Broadcast
from hotline.broadcasts.drafting import DraftRequest
from hotline.broadcasts.states import BroadcastState
from hotline.messaging.contacts import Person, opt_out
from hotline.store import keys
from hotline.subscriptions import subscribers
from hotline.subscriptions.subscribers import Subscriber
from tests.stage.office import HOUR

if TYPE_CHECKING:
    from tests.stage.office import Office

REASON = "three callers we know saw it, no responder is free"
ZONES = ("all", "frog_hollow", "parkville")
KINDS = ("alert", "event", "news")


def broadcast(kind: str, zone: str) -> Broadcast:
    return Broadcast("1", BroadcastState.DRAFT, kind, "organizer1", {"en": "Hello."}, zone, 0.0)


async def add(
    office: Office, number: int, *zones: str, kinds: tuple[str, ...] = ("alert",), night: str = ""
) -> str:
    address = f"+1860557{number:04}"
    person = Person(id=office.vault.pseudonym(address), address=office.vault.seal(address))
    await office.store.commit(
        subscribers.added(
            person,
            zones or ("all",),
            "en",
            shown="x",
            channel="text",
            now=office.now,
            kinds=kinds,
            night=night,
        )
    )
    return person.id


@given(
    kind=st.sampled_from(KINDS), zone=st.sampled_from(ZONES),
    zones=st.sets(st.sampled_from(ZONES), min_size=1),
    kinds=st.sets(st.sampled_from(KINDS)), night=st.booleans(), stopped=st.booleans(), quiet=st.booleans(),
)  # fmt: skip
def test_nobody_gets_what_they_did_not_ask_for(
    kind: str, zone: str, zones: set[str], kinds: set[str], *, night: bool, stopped: bool, quiet: bool
) -> None:
    one = Subscriber("p", "sealed", "en", tuple(zones), frozenset(kinds), night)
    why = audience.left_out(one, broadcast(kind, zone), stopped=stopped, quiet=quiet)
    may = (
        not stopped and kind in kinds and bool({zone, "all"} & zones or zone == "all")
        and (night or not quiet or kind != "alert")
    )  # fmt: skip
    assert (why == "") == may


async def test_the_preview_counts_who_is_left_out_and_why(office: Office) -> None:
    await add(office, 1, "frog_hollow")
    await add(office, 2, "parkville")
    await add(office, 3, kinds=("event",))
    await office.store.commit(opt_out(await add(office, 4), "alerts"))
    one = await office.drafted(
        DraftRequest("organizer1", "alert", HOUR, {"en": "Vans."}, zone="Frog Hollow", override=REASON)
    )
    found = await audience.preview(office.store, office.library.city, office.settings, one, office.now)
    assert (found.people, found.excluded) == (1, {"kind": 1, "stopped": 1, "zone": 1})
    assert (found.segments, found.by_lang["en"].encoding) == (1, "GSM-7")


async def test_at_night_an_alert_reaches_those_who_agreed_to_that(office: Office) -> None:
    await add(office, 1)
    awake = await add(office, 2, night="At night too?")
    one = await office.drafted(
        DraftRequest("organizer1", "alert", 20 * HOUR, {"en": "Vans."}, override=REASON)
    )
    by_day = await audience.preview(office.store, office.library.city, office.settings, one, office.now)
    office.now += 12 * HOUR  # eleven in the evening
    by_night = await audience.preview(office.store, office.library.city, office.settings, one, office.now)
    assert (by_day.people, by_night.people, by_night.excluded) == (2, 1, {"night": 1})
    await office.approve(one.id, override=True)
    rows = [json.loads(row) for row in await office.store.redis.lrange(keys.broadcast_todo(one.id), 0, -1)]
    assert [row[0] for row in rows] == [awake]


async def test_the_demo_does_not_sleep(office: Office) -> None:
    demo = office.settings.model_copy(update={"environment": "demo"})
    assert audience.is_quiet(office.library.city, office.settings, office.now + 12 * HOUR)
    assert not audience.is_quiet(office.library.city, demo, office.now + 12 * HOUR)


@pytest.mark.parametrize("price", [None, 0.01])
async def test_characters_that_double_the_price_are_named(office: Office, price: float | None) -> None:
    one = await office.draft(es="Reunión mañana a las seis.")
    settings = office.settings.model_copy(update={"segment_price": price})
    found = await audience.preview(office.store, office.library.city, settings, one, office.now)
    assert found.by_lang["es"].encoding == "UCS-2"
    assert any("ó" in hint for hint in found.by_lang["es"].hints)


async def test_a_list_that_nobody_approves_goes_by_itself(office: Office) -> None:
    await office.sign_up(3, lang="ht")
    one = await office.draft()
    staged = await audience.stage(office.store, one, (), quiet=False)
    assert 0 < await office.store.redis.ttl(staged.key) <= audience.STAGED_TTL
