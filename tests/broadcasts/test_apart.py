"""One broadcast that cannot go on is nobody else's trouble, in whatever state it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import pytest
from prometheus_client import REGISTRY

from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import closing
from hotline.broadcasts.delivery.canaries import Watch
from hotline.broadcasts.drafting import DraftRequest
from hotline.settings import load_settings
from hotline.store import keys
from tests.stage.office import HOUR

if TYPE_CHECKING:
    from hotline.broadcasts.broadcast import Broadcast
    from tests.stage.office import Office

STATES = ("draft", "sending", "paused", "waiting", "sent", "closed", "cancelled")
BREAKAGES = {
    "words that are none": ("HSET", "texts", "{"),
    "no words of a language": ("HSET", "texts", '{"xx": "?"}'),
    "a time that is none": ("HSET", "expires", "soon"),
    "languages that are none": ("HSET", "langs", "["),
    "a person who is none": ("LPUSH", "todo", "?"),
}


async def in_state(office: Office, state: str) -> Broadcast:
    """An alert, or its closing text for ``waiting``, that has come so far."""
    one = await office.drafted(
        DraftRequest("organizer1", "alert", HOUR, incident=await office.report("confirmed"))
    )
    if state == "draft":
        return one
    await office.approve(one.id)
    if state in ("sent", "closed", "waiting"):
        for id_ in await office.deliver():
            await office.box.accepted(id_, f"SM{id_}")
    if state in ("paused", "cancelled"):
        await office.move(one.id, {"paused": "pause", "cancelled": "cancel"}[state])
    if state in ("closed", "waiting"):
        last = await closing.close(
            office.store, office.library, office.settings, one.id, now=office.now, by="organizer1",
            reason="left",
        )  # fmt: skip
        return last if state == "waiting" else one
    return await broadcasts.load(office.store, one.id)


async def broken(office: Office, id_: str, how: str) -> None:
    redis, (command, name, value) = cast("Any", office.store.redis), BREAKAGES[how]
    if command == "HSET":
        await redis.hset(keys.broadcast(id_), name, value)
    else:
        await redis.lpush(keys.broadcast(f"{id_}:{name}"), value)
        await redis.expire(keys.broadcast(f"{id_}:{name}"), int(HOUR))


async def texts_to(office: Office, handle: str) -> list[str]:
    bodies: list[str] = []
    person = (await office.incidents.roster()).by_handle[handle]
    for id_ in await office.store.redis.zrange(keys.outbox("hotline"), 0, -1):
        fields = await office.box.read(str(id_))
        if fields["person"] == person.person:
            bodies.append(office.vault.open(fields["body"]))
    return bodies


def troubles() -> float:
    found = REGISTRY.get_sample_value("hotline_broadcast_troubles_total", {"error": "RecordBroken"})
    return found or 0.0


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("how", BREAKAGES)
async def test_a_broadcast_that_fails_keeps_no_other_from_leaving(
    office: Office, state: str, how: str
) -> None:
    people = await office.sign_up(3)
    bad = await in_state(office, state)
    await broken(office, bad.id, how)
    good = await office.sending()
    for _ in range(8):
        await closing.hold_unfounded(office.store, office.now)
        await office.delivery.feed()
        for id_ in await office.taken():
            await office.box.accepted(id_, f"SM{id_}")
    ledger = await office.ledger(good.id)
    assert {ledger[person] for person in people} == {"sent"}
    service = office.incidents
    office.now += closing.PATIENCE + 1
    await closing.nag(service, office.vault, office.library, office.now)
    settings = load_settings(_env_file=None, environment="test", canary_numbers="+18605550190")
    watch = Watch(office.store, office.vault, office.library, settings, lambda: office.now)
    await watch.miss()


async def test_a_closing_text_without_the_language_of_a_phone_of_ours_still_reaches_the_people(
    office: Office,
) -> None:
    """Own words are written in the languages of the people; a canary may read another."""
    (person,) = await office.sign_up(1)
    settings = office.settings.model_copy(update={"canary_numbers": "+18605550190,+18605550191,+18605550192"})
    office.settings = settings
    one = await office.drafted(
        DraftRequest("organizer1", "alert", HOUR, incident=await office.report("confirmed"))
    )
    await office.approve(one.id)
    for id_ in await office.deliver():
        await office.box.accepted(id_, f"SM{id_}")
    last = await closing.close(
        office.store, office.library, settings, one.id, now=office.now, by="organizer1",
        texts={"en": "They have left the street."},
    )  # fmt: skip
    await office.approve(last.id)
    other = await office.sending()
    sent = await office.deliver()
    assert f"b{last.id}:{person}" in sent
    assert f"b{other.id}:{person}" in sent
    assert len(await office.ledger(last.id)) == 4, "our own phones see it too, in the words that there are"


async def test_the_trouble_is_said_once_by_its_kind_and_it_is_tried_again(office: Office) -> None:
    (person,) = await office.sign_up(1)
    one = await office.sending()
    texts = await cast("Any", office.store.redis.hget(keys.broadcast(one.id), "texts"))
    await broken(office, one.id, "words that are none")
    before = troubles()
    for _ in range(5):
        await office.delivery.feed()
    for handle in ("organizer1", "organizer2"):
        assert len([body for body in await texts_to(office, handle) if "cannot go on" in body]) == 1
    assert troubles() == before + 1
    await cast("Any", office.store.redis.hset(keys.broadcast(one.id), "texts", texts))
    office.now += 61
    assert await office.deliver() == [f"b{one.id}:{person}"]
