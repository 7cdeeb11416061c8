"""Somebody in crisis is answered, and people are told, in the same step in which their text is stored."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.messaging.asked import FakeWords
from hotline.messaging.contacts import block, load_person, opt_out, save_person
from hotline.staff.roster import seed_demo
from hotline.store import keys
from tests.stage.door import PHONE, a_form, mailbox

if TYPE_CHECKING:
    from hotline.privacy.vault import Vault
    from hotline.store import Store
    from tests.stage.door import Door

ORGANIZER, RESPONDER = "+18605550103", "+18605550101"


async def waiting(store: Store, vault: Vault, phone: str) -> list[dict[str, str]]:
    """What waits to be sent to a phone, as it will leave."""
    redis, person = cast("Any", store.redis), vault.pseudonym(phone)
    found = [await redis.hgetall(key) async for key in redis.scan_iter(keys.out("*"))]
    mine = [fields | {"body": vault.open(fields["body"])} for fields in found if fields["person"] == person]
    return sorted(mine, key=lambda fields: fields["body"])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("i want to die", "Call or text 988"),
        ("ya no quiero vivir", "texto al 988"),
        ("mi bebe no respira", "Llame al 911 ahora"),
        ("meu marido me bate", "888-774-2900"),
        ("mwen vle mouri", "bay 988"),
    ],
)
async def test_the_words_and_the_page_wait_for_the_carrier_before_twilio_is_answered(
    door: Door, store: Store, vault: Vault, body: str, words: str
) -> None:
    await seed_demo(door.settings)
    assert (await door.text(a_form(body=body))).status == 200
    (said,) = await waiting(store, vault, PHONE)
    assert words in said["body"]
    assert said["kind"] == "page", "people must not wait behind safety texts"
    (page,) = await waiting(store, vault, ORGANIZER)
    assert page["body"].startswith("CRISIS Q1")
    assert page["kind"] == "page"
    (kept,) = await mailbox(store, vault.pseudonym(PHONE))
    assert kept.crisis, "the worker does not say it again"
    assert not await store.redis.zcard(keys.incidents_open)


@pytest.mark.parametrize(
    "body", ["i want to die lol", "my cat is bleeding a lot", "esse calor ta me matando"]
)
async def test_what_is_said_laughing_or_of_a_thing_is_left_to_the_worker(
    door: Door, store: Store, vault: Vault, body: str
) -> None:
    await seed_demo(door.settings)
    await door.text(a_form(body=body))
    assert not await waiting(store, vault, PHONE)
    (kept,) = await mailbox(store, vault.pseudonym(PHONE))
    assert not kept.crisis, "the worker asks its second look before anything else"


async def test_a_text_that_twilio_repeats_is_answered_once(door: Door, store: Store, vault: Vault) -> None:
    await seed_demo(door.settings)
    form = a_form(body="i want to die")
    await asyncio.gather(*[door.text(form) for _ in range(10)])
    assert len(await waiting(store, vault, PHONE)) == 1
    assert len(await waiting(store, vault, ORGANIZER)) == 1
    assert await store.redis.zcard(keys.questions_open) == 1


async def test_a_raid_and_a_crisis_in_one_text_page_both(door: Door, store: Store, vault: Vault) -> None:
    await seed_demo(door.settings)
    await door.text(a_form(body="ICE is at my door, i want to die"))
    assert await store.redis.zcard(keys.incidents_open) == 1
    said = [fields["body"] for fields in await waiting(store, vault, PHONE)]
    assert any("988" in body for body in said)
    assert len(said) == 2


async def test_what_is_kept_of_a_cry_is_masked(door: Door, store: Store, vault: Vault) -> None:
    await seed_demo(door.settings)
    await door.text(a_form(body="i want to die. call my mom 860-555-0177"))
    assert "0177" not in str(await cast("Any", store.redis.hgetall(keys.question("1"))))
    (page,) = await waiting(store, vault, ORGANIZER)
    assert "[number]" in page["body"]


async def test_who_stopped_us_is_answered_and_a_number_the_carrier_blocks_is_left_for_the_other(
    door: Door, store: Store, vault: Vault
) -> None:
    await seed_demo(door.settings)
    person = vault.pseudonym(PHONE)
    await store.commit(opt_out(person, "alerts"))
    await store.commit(block(person, "alerts"))
    await door.text(a_form(body="i want to die", To="+18605550199"))
    (said,) = await waiting(store, vault, PHONE)
    assert (said["sender"], said["force"]) == ("hotline", "1")


async def test_a_cry_of_the_staff_is_left_to_the_worker(door: Door, store: Store, vault: Vault) -> None:
    await seed_demo(door.settings)
    await door.text(a_form(body="Q3 if you want to die call 988", sender=ORGANIZER))
    assert not await waiting(store, vault, ORGANIZER)
    (kept,) = await mailbox(store, vault.pseudonym(ORGANIZER))
    assert kept.crisis == ()


async def test_the_words_of_a_false_text_that_we_asked_for_are_no_cry(
    door: Door, store: Store, vault: Vault
) -> None:
    person = await load_person(store, vault.pseudonym(PHONE))
    await store.commit(save_person(replace(person, asked=FakeWords(at=door.runtime.clock()))))
    await door.text(a_form(body="FAKE we will kill you. do you want to die"))
    assert not await waiting(store, vault, PHONE)
