"""The command line at its work: staff, reports, subscribers, privacy."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, cast

import pytest

from hotline.incidents import records
from hotline.messaging.contacts import Person, save_person
from hotline.staff.roster import handle_of, load_roster
from hotline.store import Key, keys
from tests.cli.scene import NUMBER, RESIDENT, done, reported

if TYPE_CHECKING:
    from hotline.privacy.vault import Vault
    from hotline.store import Store
    from tests.cli.conftest import Hotline
    from tests.stage.office import Office

# -- staff


async def test_a_volunteer_is_added_listed_and_removed(hotline: Hotline, store: Store, vault: Vault) -> None:
    said = done(
        await hotline(
            "staff", "add", "ana", "(860) 555-0155", "--role", "responder", "--languages", "es, en",
            "--zones", "Frog Hollow", "--on-call",
        )
    )  # fmt: skip
    assert said == "ana is on the roster as responder.\n"
    listed = await hotline("staff", "list", "--json")
    assert listed.json == [
        {
            "handle": "ana",
            "role": "responder",
            "languages": ["es", "en"],
            "zones": ["frog_hollow"],
            "oncall": True,
        }
    ]
    assert await handle_of(store, vault.pseudonym(NUMBER)) == "ana"
    assert "ana" in done(await hotline("staff", "list"))
    assert done(await hotline("staff", "remove", "ana")) == "ana is off the roster.\n"
    assert (await hotline("staff", "list", "--json")).json == []
    assert await handle_of(store, vault.pseudonym(NUMBER)) == ""
    assert not await cast("Any", store.redis.smembers(keys.staff_oncall))


async def test_no_number_comes_out_of_the_roster(hotline: Hotline, office: Office) -> None:
    for arguments in (("staff", "list"), ("staff", "list", "--json")):
        shown = done(await hotline(*arguments))
        assert "responder1" in shown
        assert not re.search(r"\d{7}", shown)
    assert "5550101" not in repr(await cast("Any", office.store.redis.hgetall(keys.staff)))


async def test_a_handle_that_changes_its_number_answers_to_the_new_one_only(
    hotline: Hotline, office: Office, vault: Vault
) -> None:
    done(await hotline("staff", "add", "responder1", NUMBER, "--role", "responder"))
    assert await handle_of(office.store, vault.pseudonym(NUMBER)) == "responder1"
    assert await handle_of(office.store, vault.pseudonym("+18605550101")) == ""


async def test_a_lost_phone_is_cut_off_and_what_it_held_is_paged_again(
    hotline: Hotline, office: Office
) -> None:
    held, others = await reported(office), await reported(office)
    await office.claimed(held, "responder1")
    await office.claimed(others, "responder2")
    assert done(await hotline("staff", "revoke", "responder1")) == "responder1 is cut off.\n"
    assert "responder1" not in (await load_roster(office.store)).by_handle
    one, two = await records.load(office.store, held), await records.load(office.store, others)
    assert one
    assert two
    assert (one.held, one.claimed_by) == (False, "")
    assert one.due <= time.time()
    assert (two.held, two.claimed_by) == (True, "responder2")


# -- reports


async def test_reports_are_listed_and_shown_without_a_number_or_a_pseudonym(
    hotline: Hotline, office: Office
) -> None:
    id_ = await reported(office)
    await office.claimed(id_, "responder1")
    (row,) = (await hotline("reports", "list", "--json")).json
    assert (row["id"], row["state"], row["place"], row["claimed_by"]) == (
        id_,
        "claimed",
        "120 Park St",
        "responder1",
    )
    shown = done(await hotline("reports", "show", id_)) + done(await hotline("reports", "list"))
    assert "ICE is at 120 Park St" in shown
    assert re.search(r"opened\s+by reporter", shown)
    assert re.search(r"claimed\s+by responder1", shown)
    for hidden in (RESIDENT[-7:], office.vault.pseudonym(RESIDENT)):
        assert hidden not in shown + repr(row)


async def test_the_stream_is_printed_one_event_a_line_oldest_first(hotline: Hotline, office: Office) -> None:
    id_ = await reported(office)
    await office.claimed(id_, "responder1", "confirmed")
    lines = done(await hotline("reports", "tail", "--no-follow")).splitlines()
    assert [re.findall(r'"type": "(\w+)"', line) for line in lines] == [
        ["opened"],
        ["claimed"],
        ["confirmed"],
    ]
    last = done(await hotline("reports", "tail", "--no-follow", "--count", "1")).splitlines()
    assert last == lines[-1:]
    assert done(await hotline("reports", "tail", "--no-follow", "--count", "0")) == ""


async def test_an_empty_line_has_no_reports(hotline: Hotline, store: Store) -> None:
    assert (await hotline("reports", "list", "--json")).json == []
    assert done(await hotline("reports", "tail", "--no-follow")) == ""
    assert await store.redis.dbsize() == 0


# -- subscribers and privacy


async def test_subscribers_are_counted_by_zone_and_language(hotline: Hotline, store: Store) -> None:
    for number, zones, lang in (
        ("+18605550151", "all", "en"),
        ("+18605550152", "Frog Hollow", "es"),
        ("+18605550153", "frog hollow, parkville", "es"),
        ("+18605550154", "Parkville", "en"),
    ):
        done(
            await hotline(
                "subscribers",
                "add",
                number,
                "--consent",
                "asked at the June fair",
                "--zones",
                zones,
                "--lang",
                lang,
            )
        )
    assert done(await hotline("subscribers", "count")) == "4 people (en 2, es 2).\n"
    assert done(await hotline("subscribers", "count", "--zone", "frog hollow")) == "3 people (en 1, es 2).\n"
    kept = repr(
        [await cast("Any", store.redis.hgetall(key)) for key in await store.redis.keys(keys.subscriber("*"))]
    )
    assert "asked at the June fair" in kept
    assert "555015" not in kept


async def test_forgetting_a_phone_leaves_nothing_of_it_but_its_stop(
    hotline: Hotline, store: Store, vault: Vault
) -> None:
    person = vault.pseudonym(NUMBER)
    done(await hotline("subscribers", "add", NUMBER, "--consent", "signed on paper in May"))
    await store.commit(save_person(Person(person, vault.seal(NUMBER), "es", card="hartford.b")))
    await cast("Any", store.redis.sadd(keys.optout("hotline"), person))
    assert done(await hotline("forget", "860 555 0155")) == "Forgotten.\n"
    assert done(await hotline("subscribers", "count")) == "0 people.\n"
    assert await store.redis.keys(f"*{person}*") == []
    assert await cast("Any", store.redis.smembers(keys.optout("hotline"))) == {person}


@pytest.mark.parametrize("written", [NUMBER, f"whatsapp:{NUMBER}"])
async def test_a_phone_is_forgotten_on_every_channel_it_wrote_from(
    hotline: Hotline, store: Store, vault: Vault, written: str
) -> None:
    addresses = (NUMBER, f"whatsapp:{NUMBER}", f"rcs:{NUMBER}")
    for address in addresses:
        await store.commit(save_person(Person(vault.pseudonym(address), vault.seal(address), "es")))
    assert done(await hotline("forget", written)) == "Forgotten.\n"
    assert await store.redis.keys(keys.person("*")) == []


async def test_holdings_count_what_is_kept_and_for_how_long(hotline: Hotline, office: Office) -> None:
    await reported(office)
    shown = done(await hotline("holdings"))
    for words in (keys.incident("*"), keys.person("*"), "90 days", "staff", "permanent"):
        assert words in shown
    for hidden in (RESIDENT[-7:], office.vault.pseudonym(RESIDENT), "Park St", "a fault"):
        assert hidden not in shown


async def test_holdings_call_what_nobody_registered_a_fault(hotline: Hotline, store: Store) -> None:
    await store.redis.set(Key("mystery:1"), "1", ex=60)
    assert "please report it" in done(await hotline("holdings"))
    await store.redis.delete(Key("mystery:1"))
