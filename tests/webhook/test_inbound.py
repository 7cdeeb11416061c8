"""A text that Twilio signed is stored whole before the 200, once, and an urgent one with its incident."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st
from prometheus_client import generate_latest

from hotline.incidents import incident as incidents
from hotline.incidents import photos, records
from hotline.messaging.address import Route
from hotline.privacy.redaction import mask
from hotline.staff.roster import seed_demo
from hotline.store import keys
from tests.payloads import Payload, payloads
from tests.stage.door import PHONE, a_form, mailbox

if TYPE_CHECKING:
    from hotline.privacy.vault import Vault
    from hotline.store import Store
    from tests.stage.door import Door

ACCEPTED = [one for one in payloads() if one.status == 200]
REFUSED = [pytest.param(one, id=one.label) for one in payloads() if one.status != 200]
URGENT = "ICE is at 120 Park St"
RESPONDER = "+18605550101"


async def events(store: Store) -> list[dict[str, Any]]:
    rows = cast("list[Any]", await store.redis.xrange(keys.reports))
    return [json.loads(fields["event"]) for _, fields in rows]


@pytest.mark.parametrize("payload", ACCEPTED, ids=lambda one: one.label)
async def test_what_twilio_posts_is_stored_as_it_was_texted(
    door: Door, store: Store, vault: Vault, payload: Payload
) -> None:
    answer = await door.text(payload.form)
    assert (answer.status, answer.text) == (200, '<?xml version="1.0" encoding="UTF-8"?><Response/>')
    assert answer.headers["Content-Type"].startswith("text/xml")
    address = payload.stored["address"]
    person = vault.pseudonym(address)
    (kept,) = await mailbox(store, person)
    sealed = await cast("Any", store.redis.hget(keys.person(person), "address"))
    assert payload.stored == {
        "address": str(Route.read(vault.open(str(sealed))).to),
        "sender": kept.sender,
        "body": vault.open(kept.body),
        "media": [vault.open(url) for url in kept.media],
        "urgency": kept.urgency,
        "opt_out": kept.opt_out,
    }


@pytest.mark.parametrize("payload", REFUSED)
async def test_a_form_that_cannot_be_a_text_is_refused_with_a_reason_and_nothing_is_stored(
    door: Door, store: Store, payload: Payload
) -> None:
    answer = await door.text(payload.form)
    assert (answer.status, answer.text) == (payload.status, payload.reason)
    assert await store.redis.dbsize() == 0


async def test_a_form_of_more_fields_than_twilio_has_is_refused(door: Door, store: Store) -> None:
    answer = await door.text(a_form(**{f"A{number}": "1" for number in range(500)}))
    assert (answer.status, answer.text) == (400, "The form has too many fields.")
    assert await store.redis.dbsize() == 0


async def test_of_a_field_that_is_there_twice_the_first_counts_and_both_are_signed(
    door: Door, store: Store, vault: Vault
) -> None:
    form = a_form() + "&Body=more&From=%2B18605550112"
    assert (await door.text(form)).status == 200
    (kept,) = await mailbox(store, vault.pseudonym(PHONE))
    assert vault.open(kept.body) == "What are my rights?"
    assert not await mailbox(store, vault.pseudonym("+18605550112"))


# Carriage returns are kept, surrogates cannot be sent.
@limits(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(body=st.text(max_size=200), address=st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
async def test_any_words_of_any_phone_are_stored_masked_and_nothing_else_is_lost(
    door: Door, store: Store, vault: Vault, body: str, address: str
) -> None:
    assert (await door.text(a_form(body=body, sender=address))).status == 200
    kept = await mailbox(store, vault.pseudonym(address))
    assert vault.open(kept[-1].body) == mask(body)


async def test_the_same_text_again_is_accepted_and_stored_once(
    door: Door, store: Store, vault: Vault
) -> None:
    form = a_form("SM" + "5" * 32)
    assert [(await door.text(form)).status for _ in range(3)] == [200, 200, 200]
    assert len(await mailbox(store, vault.pseudonym(PHONE))) == 1
    assert await store.redis.xlen(keys.inbox_ready) == 1


async def test_the_same_text_fifty_times_at_once_is_stored_once(
    door: Door, store: Store, vault: Vault
) -> None:
    form = a_form()
    answers = await asyncio.gather(*[door.text(form) for _ in range(50)])
    assert {answer.status for answer in answers} == {200}
    assert len(await mailbox(store, vault.pseudonym(PHONE))) == 1
    assert await store.redis.xlen(keys.inbox_ready) == 1


async def test_texts_of_one_person_wait_in_the_order_they_came(
    door: Door, store: Store, vault: Vault
) -> None:
    for number in range(5):
        await door.text(a_form(body=f"line {number}"))
    kept = await mailbox(store, vault.pseudonym(PHONE))
    assert [vault.open(one.body) for one in kept] == [f"line {number}" for number in range(5)]
    assert await store.redis.xlen(keys.inbox_ready) == 1


async def test_an_urgent_text_has_its_incident_and_its_report_before_the_answer(
    door: Door, store: Store, vault: Vault
) -> None:
    """No worker runs here: whatever is there was there before the 200."""
    await door.text(a_form(body=URGENT))
    one = await records.load(store, "1")
    assert one
    assert (one.state, one.place, one.reporter) == ("opened", "120 Park Street", vault.pseudonym(PHONE))
    (event,) = await events(store)
    assert (event["type"], event["by"], event["incident"]["text"]) == ("opened", "reporter", URGENT)
    assert [name for name, _ in await store.redis.zrange(keys.incidents_due, 0, -1, withscores=True)] == ["1"]
    (kept,) = await mailbox(store, vault.pseudonym(PHONE))
    assert (kept.urgency, kept.incident) == ("page", "1")


async def test_an_urgent_text_that_twilio_repeats_opens_one_incident(door: Door, store: Store) -> None:
    form = a_form(body=URGENT)
    answers = await asyncio.gather(*[door.text(form) for _ in range(20)])
    assert {answer.status for answer in answers} == {200}
    assert len(await events(store)) == 1
    assert await store.redis.zcard(keys.incidents_all) == 1


async def test_a_second_urgent_text_of_the_same_person_opens_no_second_incident(
    door: Door, store: Store, vault: Vault
) -> None:
    await door.text(a_form(body=URGENT))
    assert (await door.text(a_form(body="ICE is taking people at 120 Park St now"))).status == 200
    assert await store.redis.zcard(keys.incidents_all) == 1
    kept = await mailbox(store, vault.pseudonym(PHONE))
    assert [(one.urgency, one.incident) for one in kept] == [("page", "1"), ("page", "")]


async def test_urgent_texts_of_one_person_at_the_same_instant_open_one_incident_and_are_all_kept(
    door: Door, store: Store, vault: Vault
) -> None:
    await asyncio.gather(*[door.text(a_form(body=URGENT)) for _ in range(12)])
    assert await store.redis.zcard(keys.incidents_all) == 1
    assert len(await mailbox(store, vault.pseudonym(PHONE))) == 12


async def test_urgent_texts_of_two_people_open_two_incidents(door: Door, store: Store) -> None:
    for sender in (PHONE, "+18605550112"):
        await door.text(a_form(body=URGENT, sender=sender))
    assert await store.redis.zcard(keys.incidents_open) == 2


async def test_what_a_responder_writes_about_the_incident_they_hold_opens_none(
    door: Door, store: Store, vault: Vault
) -> None:
    await seed_demo(door.settings)
    await door.text(a_form(body=URGENT))
    runtime = door.runtime
    one = await records.load(store, "1")
    assert one
    change = incidents.claim(one, "responder1", runtime.clock(), 15)
    assert change
    await store.commit(records.written(one, change, runtime.clock()))
    assert (await door.text(a_form(body="ICE is at 130 Park St too", sender=RESPONDER))).status == 200
    assert await store.redis.zcard(keys.incidents_all) == 1
    (relayed,) = await mailbox(store, vault.pseudonym(RESPONDER))
    assert relayed.incident == ""


async def test_a_responder_who_holds_nothing_reports_like_anybody(door: Door, store: Store) -> None:
    await seed_demo(door.settings)
    await door.text(a_form(body=URGENT, sender=RESPONDER))
    assert await store.redis.zcard(keys.incidents_open) == 1


async def test_a_text_is_counted_by_its_route_and_answer_only(door: Door, store: Store) -> None:
    await door.text(a_form(body=URGENT))
    assert await store.redis.dbsize()
    shown = generate_latest().decode()
    assert 'hotline_webhooks_total{answer="opened",route="inbound"}' in shown
    assert "605550111" not in shown


@pytest.mark.parametrize(
    "form",
    [
        {"body": "", "Latitude": "41.7571", "Longitude": "-72.6893", "Address": "120 Park St, Hartford"},
        {"body": "", "Latitude": "41.7571", "Longitude": "-72.6893"},
        {"body": "https://maps.apple.com/?ll=41.7571,-72.6893&q=Pin"},
        {"body": "Dropped Pin https://maps.app.goo.gl/abcDEF123"},
    ],
)
async def test_a_shared_location_pages(door: Door, store: Store, form: dict[str, str]) -> None:
    """Somebody who cannot type shares where they are."""
    await door.text(a_form(**form))
    (one,) = await events(store)
    assert one["type"] == "opened"
    if "Latitude" in form:
        assert "41.7571" in one["incident"]["text"]
        assert one["incident"]["place"]


@pytest.mark.parametrize(("latitude", "longitude"), [("", ""), ("x", "1"), ("41.7", ""), ("9" * 50, "1")])
async def test_half_a_location_is_none(door: Door, store: Store, latitude: str, longitude: str) -> None:
    """The words alone decide."""
    await door.text(a_form(body="what are my rights", Latitude=latitude, Longitude=longitude))
    assert await events(store) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/a.jpg",
        "http://api.twilio.com/2010-04-01/Accounts/AC"
        + "0" * 32
        + f"/Messages/MM{'a' * 32}/Media/ME{'b' * 32}",
        "https://api.twilio.com/2010-04-01/Accounts/AC"
        + "1" * 32
        + f"/Messages/MM{'a' * 32}/Media/ME{'b' * 32}",
        "",
    ],
)
async def test_a_photo_at_a_strange_address_still_pages_and_is_never_fetched(
    door: Door, store: Store, vault: Vault, url: str
) -> None:
    """The words are kept, the photo counts in the report; its address is not even stored."""
    await door.text(a_form(body="", NumMedia="1", MediaUrl0=url))
    (kept,) = await mailbox(store, vault.pseudonym(PHONE))
    assert (kept.urgency, kept.media) == ("page", ("",))
    (one,) = await events(store)
    assert (one["type"], one["incident"]["photos"]) == ("opened", 1)
    assert photos.noted(kept, 0.0).writes == []


@pytest.mark.parametrize("field", ["NumMedia", "NumSegments", "ErrorCode", "Latitude", "Longitude"])
@pytest.mark.parametrize(
    "value", ["9" * 5000, "-1", "1e9", "٣", "³", "NaN", "inf", "0x7", " ", "1" + "0" * 300]
)
async def test_a_number_that_is_none_never_costs_the_text(
    door: Door, store: Store, vault: Vault, field: str, value: str
) -> None:
    fields = {"Latitude": "41.7", "Longitude": "-72.6"} if field in ("Latitude", "Longitude") else {}
    assert (await door.text(a_form(**fields | {field: value}))).status == 200
    (kept,) = await mailbox(store, vault.pseudonym(PHONE))
    assert vault.open(kept.body).startswith("What are my rights?")


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [("91", "1"), ("-90.1", "1"), ("1", "180.5"), ("999", "999"), ("٤١.٧", "-72.6")],
)
async def test_a_place_that_is_nowhere_is_none(
    door: Door, store: Store, latitude: str, longitude: str
) -> None:
    await door.text(a_form(body="what are my rights", Latitude=latitude, Longitude=longitude))
    assert await events(store) == []
