"""The command line at its work: staff, reports, broadcasts, subscribers, privacy."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

import pytest

from hotline.incidents import incident as incidents
from hotline.incidents import record
from hotline.incidents.roster import handle_of, load_roster, seed_demo
from hotline.runtime import Runtime
from hotline.sms.people import Person, save_person

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hotline.privacy.phones import Vault
    from hotline.settings import Settings
    from hotline.store import Store
    from tests.cli.conftest import Hotline, Outcome

NUMBER: Final = "+18605550155"
RESIDENT: Final = "+18605550111"


def done(outcome: Outcome) -> str:
    """What a command printed, once it is sure that it went well."""
    assert (outcome.code, outcome.err) == (0, ""), outcome
    return outcome.out


@pytest.fixture
async def demo(store: Store, settings: Settings) -> Store:
    """The demo's volunteers."""
    await seed_demo(settings)
    return store


@pytest.fixture
async def runtime(demo: Store, settings: Settings) -> AsyncGenerator[Runtime]:
    """What the line itself works with, beside the command line."""
    opened = Runtime.open(settings.model_copy(update={"redis_url": demo.url}))
    yield opened
    await opened.close()


async def reported(runtime: Runtime, text: str = "ICE is at 120 Park St") -> str:
    """An open incident of the resident; answers its number."""
    person = runtime.vault.pseudonym(RESIDENT)
    id_ = await record.next_id(runtime.store)
    commit = save_person(Person(person, runtime.vault.seal(RESIDENT), "en"))
    commit.merge(
        runtime.desk.opening(
            id_, reporter=person, text=text, lang="en", place="120 Park St", zone="", photos=0
        )
    )
    await runtime.store.commit(commit)
    return id_


async def claimed(runtime: Runtime, id_: str, handle: str, state: str = "") -> None:
    """The incident in a responder's hands, with a verdict when one is named."""
    now = runtime.clock()
    await runtime.desk.change(id_, lambda one: incidents.claim(one, handle, now, 15))
    if state:
        await runtime.desk.change(id_, lambda one: incidents.report_state(one, handle, state, now, 15))


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
    assert not await cast("Any", store.redis.smembers("staff:oncall"))


async def test_no_number_comes_out_of_the_roster(hotline: Hotline, demo: Store) -> None:
    for arguments in (("staff", "list"), ("staff", "list", "--json")):
        shown = done(await hotline(*arguments))
        assert "responder1" in shown
        assert not re.search(r"\d{7}", shown)
    assert "5550101" not in repr(await cast("Any", demo.redis.hgetall("staff")))


async def test_a_handle_that_changes_its_number_answers_to_the_new_one_only(
    hotline: Hotline, demo: Store, vault: Vault
) -> None:
    done(await hotline("staff", "add", "responder1", NUMBER, "--role", "responder"))
    assert await handle_of(demo, vault.pseudonym(NUMBER)) == "responder1"
    assert await handle_of(demo, vault.pseudonym("+18605550101")) == ""


async def test_a_lost_phone_is_cut_off_and_what_it_held_is_paged_again(
    hotline: Hotline, runtime: Runtime
) -> None:
    held, others = await reported(runtime), await reported(runtime)
    await claimed(runtime, held, "responder1")
    await claimed(runtime, others, "responder2")
    assert done(await hotline("staff", "revoke", "responder1")) == "responder1 is cut off.\n"
    assert "responder1" not in (await load_roster(runtime.store)).by_handle
    one, two = await record.load(runtime.store, held), await record.load(runtime.store, others)
    assert one
    assert two
    assert (one.held, one.claimed_by) == (False, "")
    assert one.due <= runtime.clock()
    assert (two.held, two.claimed_by) == (True, "responder2")


# -- reports


async def test_reports_are_listed_and_shown_without_a_number_or_a_pseudonym(
    hotline: Hotline, runtime: Runtime
) -> None:
    id_ = await reported(runtime)
    await claimed(runtime, id_, "responder1")
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
    for hidden in (RESIDENT[-7:], runtime.vault.pseudonym(RESIDENT)):
        assert hidden not in shown + repr(row)


async def test_the_stream_is_printed_one_event_a_line_oldest_first(
    hotline: Hotline, runtime: Runtime
) -> None:
    id_ = await reported(runtime)
    await claimed(runtime, id_, "responder1", "confirmed")
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


# -- broadcasts


async def drafted(hotline: Hotline, *more: str, kind: str = "event") -> str:
    """A draft of organizer1; answers its number."""
    made = await hotline(
        "broadcast", "draft", "--by", "organizer1", "--kind", kind, "--expires", "2h",
        "--text", "en=Meeting at six.", "--json", *more,
    )  # fmt: skip
    assert made.code == 0, made.err
    return str(made.json["id"])


@pytest.mark.usefixtures("demo")
async def test_a_broadcast_is_drafted_approved_paused_resumed_and_cancelled(hotline: Hotline) -> None:
    id_ = await drafted(hotline)

    async def state() -> str:
        return str((await hotline("broadcast", "status", id_, "--json")).json["state"])

    assert await state() == "draft"
    seen: list[str] = []
    for step in (("approve", id_, "--by", "organizer2"), ("pause", id_), ("resume", id_), ("cancel", id_)):
        assert f"Broadcast {id_}" in done(await hotline("broadcast", *step))
        seen.append(await state())
    assert seen == ["sending", "paused", "sending", "cancelled"]


@pytest.mark.usefixtures("demo")
async def test_a_draft_says_who_must_act_next(hotline: Hotline) -> None:
    said = done(
        await hotline(
            "broadcast",
            "draft",
            "--by",
            "organizer1",
            "--kind",
            "news",
            "--expires",
            "1d",
            "--text",
            "en=Hello.",
        )
    )
    assert "A second organizer sends it: hotline broadcast approve 1" in said


async def test_who_drafted_a_broadcast_cannot_approve_it(hotline: Hotline, demo: Store) -> None:
    id_ = await drafted(hotline)
    refused = await hotline("broadcast", "approve", id_, "--by", "organizer1")
    assert (refused.code, refused.err) == (1, "A second organizer must approve: whoever drafted it cannot.\n")
    assert await cast("Any", demo.redis.hget(f"broadcast:{id_}", "state")) == "draft"
    assert not await demo.redis.exists("broadcasts:sending")


async def test_a_language_of_the_audience_without_its_text_stops_the_approval(
    hotline: Hotline, demo: Store
) -> None:
    done(await hotline("subscribers", "add", NUMBER, "--consent", "signed on paper in May", "--lang", "es"))
    id_ = await drafted(hotline)
    refused = await hotline("broadcast", "approve", id_, "--by", "organizer2")
    assert (refused.code, refused.err) == (1, "People in this audience read es: add that --text.\n")
    assert await cast("Any", demo.redis.hget(f"broadcast:{id_}", "state")) == "draft"
    assert not await demo.redis.exists(f"broadcast:{id_}:todo")


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("before", "step"),
    [
        ((), ("pause",)),
        ((), ("resume",)),
        (("approve",), ("resume",)),
        (("approve",), ("approve", "--by", "organizer2")),
        (("cancel",), ("cancel",)),
        (("cancel",), ("approve", "--by", "organizer2")),
    ],
)
async def test_a_broadcast_cannot_be_moved_out_of_turn(
    hotline: Hotline, before: tuple[str, ...], step: tuple[str, ...]
) -> None:
    id_ = await drafted(hotline)
    for name in before:
        more = ("--by", "organizer2") if name == "approve" else ()
        done(await hotline("broadcast", name, id_, *more))
    state = (await hotline("broadcast", "status", id_, "--json")).json["state"]
    refused = await hotline("broadcast", step[0], id_, *step[1:])
    assert (refused.code, refused.err) == (1, f"Broadcast {id_} is {state}: it cannot be changed that way.\n")
    assert (await hotline("broadcast", "status", id_, "--json")).json["state"] == state


async def test_an_alert_is_written_from_a_confirmed_incident_only(hotline: Hotline, runtime: Runtime) -> None:
    id_ = await reported(runtime)
    await claimed(runtime, id_, "responder1")
    text = (
        "--by",
        "organizer1",
        "--kind",
        "alert",
        "--expires",
        "90m",
        "--text",
        "en=Confirmed.",
        "--incident",
        id_,
    )
    refused = await hotline("broadcast", "draft", *text)
    assert (refused.code, "confirmed incident" in refused.err) == (1, True)
    now = runtime.clock()
    await runtime.desk.change(
        id_, lambda one: incidents.report_state(one, "responder1", "confirmed", now, 15)
    )
    made = await hotline("broadcast", "draft", *text, "--json")
    assert (made.code, made.json["kind"], made.json["incident"]) == (0, "alert", id_)


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
        [await cast("Any", store.redis.hgetall(key)) for key in await store.redis.keys("subscriber:*")]
    )
    assert "asked at the June fair" in kept
    assert "555015" not in kept


async def test_forgetting_a_phone_leaves_nothing_of_it_but_its_stop(
    hotline: Hotline, store: Store, vault: Vault
) -> None:
    person = vault.pseudonym(NUMBER)
    done(await hotline("subscribers", "add", NUMBER, "--consent", "signed on paper in May"))
    await store.commit(save_person(Person(person, vault.seal(NUMBER), "es", card="hartford.b")))
    await cast("Any", store.redis.sadd("optout:hotline", person))
    assert done(await hotline("forget", "860 555 0155")) == "Forgotten.\n"
    assert done(await hotline("subscribers", "count")) == "0 people.\n"
    assert await store.redis.keys(f"*{person}*") == []
    assert await cast("Any", store.redis.smembers("optout:hotline")) == {person}


async def test_holdings_count_what_is_kept_and_for_how_long(hotline: Hotline, runtime: Runtime) -> None:
    await reported(runtime)
    shown = done(await hotline("holdings"))
    for words in ("incident:*", "person:*", "90 days", "staff", "permanent"):
        assert words in shown
    for hidden in (RESIDENT[-7:], runtime.vault.pseudonym(RESIDENT), "Park St", "a fault"):
        assert hidden not in shown


async def test_holdings_call_what_nobody_registered_a_fault(hotline: Hotline, store: Store) -> None:
    await store.redis.set("mystery:1", "1", ex=60)
    assert "please report it" in done(await hotline("holdings"))
    await store.redis.delete("mystery:1")
