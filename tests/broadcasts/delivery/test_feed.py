"""A broadcast through the real line: one text per person, even when one of two workers dies."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from hotline.broadcasts import approval, drafting
from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts.delivery.feed import AHEAD, PUT_OFF, Delivery, outbox_of
from hotline.broadcasts.drafting import DraftRequest
from hotline.broadcasts.freeze import freeze, unfreeze
from hotline.content import Library
from hotline.errors import SendError
from hotline.messaging.contacts import opt_out
from hotline.privacy.vault import Vault
from hotline.settings import ROOT, load_settings
from hotline.store import Store, keys
from hotline.subscriptions import subscribers
from tests.stage.line import ALERTS, Line, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stage.office import Office

PEOPLE: Final = [f"+1860556{number:04}" for number in range(40)]
INVALID, STOPPED = "+18605550191", "+18605550157"
WORDS: Final = "Meeting at six, 10 Main St."


async def approved(store: Store, vault: Vault) -> str:
    """A broadcast to all of them, to a number that is none, and to one who has stopped."""
    for number in (*PEOPLE, INVALID, STOPPED):
        await subscribers.add_by_number(
            store, vault, number, ("all",), "en", consent="asked at the fair", now=time.time()
        )
    await store.commit(opt_out(vault.pseudonym(STOPPED), "alerts"))
    library = Library.load(ROOT / "content", "hartford")
    settings = load_settings(_env_file=None, environment="test")
    request = DraftRequest("organizer1", "event", 600, {"en": WORDS})
    one = await drafting.draft(store, library, settings, request, time.time())
    await approval.approve(store, library, settings, one.id, "organizer2", time.time())
    return one.id


async def test_every_person_gets_exactly_one_text_although_a_worker_is_killed_midway(
    tmp_path: Path,
) -> None:
    async with Line(tmp_path, ALERTS_PER_SECOND="20") as line:
        await line.start("simulator", "webhook", "worker", "worker2")
        store, vault = Store(line.redis.url, "hartford"), Vault(line.settings.secret_keys)
        id_ = await approved(store, vault)

        async def receipts(*states: str) -> int:
            found = (await broadcasts.load(store, id_)).receipts
            return sum(found.get(state, 0) for state in states)

        async def some() -> bool:
            return await receipts("sent", "delivered") >= 10

        async def all_settled() -> bool:
            return await receipts("delivered", "failed", "opted-out") == len(PEOPLE) + 1

        await wait_until(some, 20, "ten texts leaving")
        dead = keys.alive_worker(f"*-{line.pid('worker')}-*")
        line.kill("worker")
        await store.redis.delete(*await store.redis.keys(dead))  # spares the wait for its heartbeat to end
        assert await receipts("delivered") < len(PEOPLE)
        await wait_until(all_settled, 30, "every text being settled")
        for number in PEOPLE:
            (got,) = [one for one in await line.messages(number) if one["direction"] == "received"]
            assert WORDS in got["body"]
            assert got["from"] == ALERTS
        for number in (INVALID, STOPPED):
            assert await line.received(number) == []
        one = await broadcasts.load(store, id_)
        assert one.receipts == {"delivered": len(PEOPLE), "failed": 1}
        assert (one.state, one.total) == ("sent", len(PEOPLE) + 1)
        await store.close()


async def test_nothing_is_fed_while_alerts_are_frozen(office: Office) -> None:
    """Else the whole list would go through the outbox and wait there, out of reach of a new expiry."""
    people = await office.sign_up(AHEAD * 3)
    await office.sending()
    await office.store.commit(freeze("organizer1", office.now))
    for _ in range(5):
        await office.delivery.feed()
        await office.box.take(office.now)
    assert await office.waiting() == 0
    await office.store.commit(unfreeze("organizer1", office.now))
    assert len(await office.deliver()) == len(people)


async def test_a_carrier_that_is_away_is_not_tried_for_everybody(office: Office) -> None:
    """What has to be tried again waits in its place, and the rest of the list waits behind it."""
    await office.sign_up(30)
    one = await office.sending()
    small = office.worker()
    small._ahead = 1
    for _ in range(60):
        await small.feed()
        for id_ in await _taken_now(office):
            await office.box.failed(id_, SendError("away", outcome="retry", retry_after=3600), office.now)
    assert (await broadcasts.load(office.store, one.id)).receipts == {"queued": PUT_OFF}


async def _taken_now(office: Office) -> list[str]:
    taken = await office.box.take(office.now)
    office.now += 0.1
    return [taken.id] if taken.id else []


async def test_each_person_always_gets_alerts_from_the_same_of_several_numbers(office: Office) -> None:
    people = await office.sign_up(60)
    numbers = {person: outbox_of(person, 3) for person in people}
    assert set(numbers.values()) == {"alerts", "alerts2", "alerts3"}
    assert numbers == {person: outbox_of(person, 3) for person in people}
    assert {outbox_of(person, 1) for person in people} == {"alerts"}


async def test_a_text_by_any_alert_number_honours_the_same_stop(office: Office) -> None:
    (person,) = await office.sign_up(1)
    name = outbox_of(person, 3)
    settings = office.settings.model_copy(update={"alerts_more_senders": "+18605550198,+18605550197"})
    delivery = Delivery(office.store, office.vault, office.library, settings, lambda: office.now)
    await office.sending()
    await delivery.feed()
    await office.store.commit(opt_out(person, "alerts"))
    assert (await office.outbox(name).take(office.now)).dropped == "opted-out"
