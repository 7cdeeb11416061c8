"""Alerts at the console: each step by who may take it, once, shown first, refused in a sentence."""

from __future__ import annotations

import ast
import asyncio
import re
from typing import TYPE_CHECKING

import pytest

from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import freeze
from hotline.incidents.roster import load_roster, seed_demo
from hotline.settings import load_settings
from hotline.stack.embedded import EmbeddedRedis
from tests.source import called, modules
from tests.webhook.console import ALERTS, NEWS, PASSWORD, Console, basic, hidden, refusal
from tests.webhook.door import Door
from webhook.console.remedies import here

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

    from hotline.store import Store

ALERT = {"kind": "alert", "text_en": ""}


@pytest.fixture(scope="module")
def shop(redis_server: EmbeddedRedis, tmp_path_factory: pytest.TempPathFactory) -> Generator[Door]:
    """A door with a price and without a night."""
    settings = load_settings(
        _env_file=None, environment="test", redis_url=redis_server.url,
        data_dir=tmp_path_factory.mktemp("console"), console_password=PASSWORD, segment_price=0.01,
        quiet_hours="none",
    )  # fmt: skip
    with Door(settings) as opened:
        yield opened


@pytest.fixture
async def console(shop: Door, store: Store) -> Console:
    """The demo's staff and nobody else."""
    await seed_demo(shop.settings)
    return Console(shop, store)


async def reached(console: Console, id_: str, **receipts: int) -> None:
    """What the carrier said of a broadcast."""
    await console.store.redis.hset(f"broadcast:{id_}", "state", "sent")  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either
    await console.store.redis.hset(f"broadcast:{id_}:counts", mapping={**receipts})  # pyright: ignore[reportGeneralTypeIssues] - same
    await console.store.redis.expire(f"broadcast:{id_}:counts", 1000)


# -- who acts


async def test_a_draft_is_shown_as_it_would_leave_before_anything_is_kept(console: Console) -> None:
    await console.sign_up(3)
    await console.sign_up(2, lang="es", first=3)
    await console.sign_up(1, "parkville", first=5)
    fields = NEWS | {"by": "organizer1", "zone": "Frog Hollow", "text_es": "Reunión a las seis en Ñuñoa."}
    answer = await console.send("confirm", fields)
    assert answer.status == 200
    for shown in ("5 people", "asked for other zones", "UCS-2", "GSM-7", 'lang="es"', "VERIFY 000", "cost"):
        assert shown in answer.text, shown
    assert await broadcasts.recent(console.store) == []
    assert await console.texts("organizer1") == []


async def test_a_draft_is_kept_with_its_writers_code_and_sent_with_another_organizers(
    console: Console,
) -> None:
    await console.sign_up(3)
    id_ = await console.drafted()
    assert await console.state(id_) == "draft"
    page = await console.page(f"/{id_}")
    assert "VERIFY" in page
    assert "3 people" in page
    assert (await console.approved(id_)).status == 303
    one = await broadcasts.load(console.store, id_)
    assert (one.state, one.by, one.approved_by, one.total) == ("sending", "organizer1", "organizer2", 3)
    assert one.code in (await console.texts("organizer1"))[-1], "the writer is told that it leaves"


async def test_one_person_cannot_be_two_by_choosing_another_handle(console: Console) -> None:
    """Whoever knows the password and holds one phone can neither draft nor send in the other's name."""
    await console.sign_up(1)
    id_ = await console.drafted()
    form = await console.form(f"/{id_}", "approve")
    own = await console.send("code", form | {"by": "organizer1"})
    assert "whoever drafted it cannot" in refusal(own)
    asked = await console.send("code", NEWS | {"by": "organizer1", "text_en": "Another one."})
    code = await console.code("organizer1")
    stolen = hidden(asked.text, "draft") | {"by": "organizer2", "code": code}
    for fields in (stolen, form | {"by": "organizer2", "code": code}):
        assert (await console.send("do", fields)).status == 422
    assert await console.state(id_) == "draft"
    assert len(await broadcasts.recent(console.store)) == 1


@pytest.mark.parametrize("who", ["responder1", "nobody", ""])
async def test_only_organizers_act(console: Console, who: str) -> None:
    for where in ("confirm", "code", "do"):
        answer = await console.send(where, NEWS | {"by": who, "code": "123456"})
        assert answer.status == 422
        assert "is not an organizer: choose an organizer." in refusal(answer)
    assert await broadcasts.recent(console.store) == []


async def test_a_code_is_for_the_words_it_was_asked_for(console: Console) -> None:
    asked = await console.send("code", NEWS | {"by": "organizer1"})
    code = await console.code("organizer1")
    changed = hidden(asked.text, "draft") | {"text_en": "Other words.", "code": code}
    answer = await console.send("do", changed)
    assert (answer.status, refusal(answer)) == (
        422, "That code was asked for something else: let a new one be texted.",
    )  # fmt: skip
    assert await broadcasts.recent(console.store) == []
    assert (await console.send("do", hidden(asked.text, "draft") | {"code": code})).status == 303


async def test_three_wrong_codes_void_the_right_one(console: Console) -> None:
    asked = await console.send("code", NEWS | {"by": "organizer1"})
    form, code = hidden(asked.text, "draft"), await console.code("organizer1")
    wrong = f"{(int(code) + 1) % 10**6:06}"
    said = [refusal(await console.send("do", form | {"code": wrong})) for _ in range(3)]
    assert [bool(re.search(f"Tries left: {left}", one)) for left, one in zip((2, 1), said, strict=False)] == [
        True, True,
    ]  # fmt: skip
    assert "void" in said[2]
    assert "No code waits" in refusal(await console.send("do", form | {"code": code}))
    assert await broadcasts.recent(console.store) == []


@pytest.mark.parametrize("code", ["", "12345", "abcdef"])
async def test_what_cannot_be_a_code_costs_no_try(console: Console, code: str) -> None:
    asked = await console.send("code", NEWS | {"by": "organizer1"})
    form = hidden(asked.text, "draft")
    for _ in range(5):
        assert "six digits" in refusal(await console.send("do", form | {"code": code}))
    assert (await console.send("do", form | {"code": await console.code("organizer1")})).status == 303


async def test_more_than_ten_codes_an_hour_are_refused(console: Console) -> None:
    for _ in range(10):
        assert (await console.send("code", NEWS | {"by": "organizer1"})).status == 200
    answer = await console.send("code", NEWS | {"by": "organizer1"})
    assert (answer.status, "wait" in refusal(answer)) == (422, True)


# -- the forms: from elsewhere, twice, too late


@pytest.mark.parametrize("where", ["confirm", "code", "do"])
@pytest.mark.parametrize("what", ["draft", "notice", "freeze", "pause"])
async def test_a_form_of_another_site_or_of_a_stranger_does_nothing(
    console: Console, where: str, what: str
) -> None:
    fields = NEWS | {"what": what, "by": "organizer1", "id": "1"}
    for origin in ("https://evil.example", "null", ""):
        assert (await console.send(where, fields, Origin=origin)).status == 403
    for password in ("", PASSWORD + "x"):
        assert (await console.send(where, fields, Authorization=basic(password))).status == 401
    assert await broadcasts.recent(console.store) == []
    assert await console.texts("organizer1") == []
    assert not await freeze.frozen(console.store)


async def test_the_same_form_sent_twice_asks_for_one_code(console: Console) -> None:
    fields = NEWS | {"by": "organizer1", "once": "0123456789abcdef"}
    first, second = await asyncio.gather(*[console.send("code", fields) for _ in range(2)])
    assert (first.status, second.status) == (200, 200)
    assert len(await console.texts("organizer1")) == 1
    form = hidden(second.text, "draft")
    assert (await console.send("do", form | {"code": await console.code("organizer1")})).status == 303


async def test_the_same_approval_sent_twice_sends_once(console: Console) -> None:
    await console.sign_up(2)
    id_ = await console.drafted()
    asked = await console.send("code", await console.form(f"/{id_}", "approve") | {"by": "organizer2"})
    form = hidden(asked.text, "approve") | {"code": await console.code("organizer2")}
    answers = await asyncio.gather(*[console.send("do", form) for _ in range(4)])
    assert min(answer.status for answer in answers) == 303
    assert all(answer.status in (409, 422) and refusal(answer) for answer in answers if answer.status != 303)
    assert [event["what"] for event in await broadcasts.history(console.store, id_)] == ["draft", "approve"]
    assert await console.store.redis.llen(f"broadcast:{id_}:todo") == 2  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either


@pytest.mark.parametrize("what", ["approve", "cancel"])
async def test_a_page_that_is_no_longer_true_changes_nothing(console: Console, what: str) -> None:
    id_ = await console.drafted()
    form = await console.form(f"/{id_}", what) | {"by": "organizer2"}
    asked = await console.send("code", form)
    await broadcasts.move(console.store, id_, "cancel", now=console.runtime.clock())
    late = hidden(asked.text, what) | {"code": await console.code("organizer2")}
    for where, fields in (("code", form), ("do", late)):
        answer = await console.send(where, fields)
        assert (answer.status, "it is cancelled now: look at it again" in refusal(answer)) == (409, True)
    assert [event["what"] for event in await broadcasts.history(console.store, id_)] == ["draft", "cancel"]


async def test_words_that_changed_after_the_page_was_shown_are_not_sent(console: Console) -> None:
    await console.sign_up(1)
    id_ = await console.drafted()
    asked = await console.send("code", await console.form(f"/{id_}", "approve") | {"by": "organizer2"})
    await console.store.redis.hset(f"broadcast:{id_}", "texts", '{"en": "Other words."}')  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either
    late = hidden(asked.text, "approve") | {"code": await console.code("organizer2")}
    assert (await console.send("do", late)).status == 409
    assert await console.state(id_) == "draft"


async def test_a_form_that_says_nothing_useful_is_refused(console: Console) -> None:
    for fields in ({}, {"what": "everything"}, {"what": "pause", "by": "organizer1", "id": "77"}):
        answer = await console.send("do", fields)
        assert (answer.status, bool(refusal(answer))) == (422, True)
    assert (await console.send("do", {"what": "x" * 40_000})).status == 413


# -- an alert from its report to its end


async def test_an_alert_takes_the_ready_words_and_nags_until_its_people_are_told(console: Console) -> None:
    people = await console.sign_up(2, "frog_hollow")
    report = await console.report("confirmed")
    id_ = await console.sent(**ALERT, incident=report)
    one = await broadcasts.load(console.store, id_)
    assert "120 Park Street" in one.texts["es"]
    assert one.zone == "frog_hollow"
    await reached(console, id_, delivered=2)
    board = await console.door.get("/console", Authorization=basic(PASSWORD))
    for page in (board.text, await console.page()):
        assert f"Alert {one.code} is not closed" in page
        assert "2 people were told" in page
    looked = await console.send("confirm", {"what": "close", "id": id_, "by": "organizer1", "reason": "left"})
    assert "have left" in looked.text
    for person in people:
        await console.store.redis.hset(f"broadcast:{id_}:ledger", person, "delivered")  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either
    await console.store.redis.expire(f"broadcast:{id_}:ledger", 1000)
    answer = await console.done(hidden(looked.text, "close"), "organizer1")
    assert answer.status == 303
    assert await console.state(id_) == "closed"
    told = await broadcasts.load(console.store, answer.headers["Location"].rpartition("/")[2])
    assert (told.kind, told.closes) == ("closing", id_)
    board = await console.door.get("/console", Authorization=basic(PASSWORD))
    for page in (board.text, await console.page()):
        assert "is not closed" not in page
    again = await console.send("code", hidden(looked.text, "close"))
    assert (again.status, "nothing to close" in refusal(again)) == (409, True)


async def test_own_closing_words_are_needed_in_every_language_and_held_to_the_rules(console: Console) -> None:
    await console.sign_up(1)
    await console.sign_up(1, lang="es", first=1)
    id_ = await console.sent(text_es="Reunión a las seis.")
    await reached(console, id_, delivered=2)
    form = {"what": "close", "id": id_, "by": "organizer1"}
    for words, why in (
        ({"text_en": "All over."}, "read es: write those words too"),
        ({"text_en": "Call 860-555-0123.", "text_es": "Ya."}, "number that is not in the city"),
    ):
        answer = await console.send("confirm", form | words)
        assert answer.status == 422
        assert why in refusal(answer)
        assert words["text_en"] in answer.text, "what was typed stays"
    good = await console.send("confirm", form | {"text_en": "It is over.", "text_es": "Ya terminó."})
    assert (good.status, "It is over." in good.text) == (200, True)
    assert await console.state(id_) == "sent"


async def test_an_alert_without_a_confirmed_report_needs_two_who_stand_for_it(console: Console) -> None:
    await console.sign_up(1)
    report = await console.report("onscene")
    answer = await console.send("confirm", NEWS | ALERT | {"by": "organizer1", "incident": report})
    assert answer.status == 422
    assert "choose it" in refusal(answer)
    id_ = await console.drafted(kind="alert", override="Seen by three of us, no phone left")
    bare = await console.send("code", await console.form(f"/{id_}", "approve") | {"by": "organizer2"})
    assert (bare.status, "tick the box" in refusal(bare)) == (422, True)
    assert (await console.approved(id_, override="1")).status == 303
    assert "no confirmed report" in "".join(await console.texts("organizer2"))


async def test_people_whose_language_has_no_words_stop_it_before_a_code_is_texted(console: Console) -> None:
    await console.sign_up(1)
    await console.sign_up(1, lang="ht", first=1)
    id_ = await console.drafted()
    assert "No words for 1 people who read ht" in await console.page(f"/{id_}")
    before = await console.texts("organizer2")
    answer = await console.send("code", await console.form(f"/{id_}", "approve") | {"by": "organizer2"})
    assert (answer.status, "read ht" in refusal(answer)) == (422, True)
    assert await console.texts("organizer2") == before


async def test_a_second_draft_for_the_same_report_is_pointed_at(console: Console) -> None:
    report = await console.report("confirmed")
    first = await broadcasts.load(console.store, await console.drafted(**ALERT, incident=report))
    answer = await console.send("confirm", NEWS | ALERT | {"by": "organizer2", "incident": report})
    assert f"Report {report} has an alert already: {first.code}" in answer.text


# -- holding


async def test_pause_needs_no_code_and_everybody_is_told_so(console: Console) -> None:
    """A name that nothing proves is marked in the log, and even its owner gets a text."""
    await console.sign_up(1)
    id_ = await console.sent()
    form = await console.form(f"/{id_}", "pause") | {"by": "organizer1"}
    assert (await console.send("do", form)).status == 303
    assert (await console.send("do", form)).status == 409
    assert await console.state(id_) == "paused"
    assert (await broadcasts.history(console.store, id_))[-1]["by"] == "organizer1 (no code)"
    for handle in ("organizer1", "organizer2"):
        assert "organizer1 (no code)" in (await console.texts(handle))[-1]
    assert "paused by a person" in await console.page(f"/{id_}")
    resumed = await console.done(await console.form(f"/{id_}", "resume"), "organizer1")
    assert (resumed.status, await console.state(id_)) == (303, "sending")


@pytest.mark.parametrize("what", ["resume", "cancel", "unfreeze", "approve", "close", "notice", "draft"])
async def test_what_lets_texts_leave_or_cannot_be_taken_back_needs_a_code(
    console: Console, what: str
) -> None:
    await console.sign_up(1)
    id_ = await console.sent()
    await broadcasts.move(console.store, id_, "pause", now=console.runtime.clock())
    await console.store.commit(freeze.freeze("organizer1", console.runtime.clock()))
    page = await console.page(f"/{id_}")
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    fields = NEWS | {"what": what, "id": id_, "seen": found[1], "by": "organizer2", "reason": "left"}
    assert (await console.send("do", fields)).status == 422
    assert await console.state(id_) == "paused"
    assert await freeze.frozen(console.store)
    assert len(await broadcasts.recent(console.store)) == 1


async def test_one_button_and_one_question_freeze_every_alert(console: Console) -> None:
    await console.sign_up(1)
    asked = await console.send("confirm", await console.form("", "freeze") | {"by": "organizer1"})
    assert "Freeze all alerts now" in asked.text
    assert not await freeze.frozen(console.store)
    form = hidden(asked.text, "freeze")
    assert (await console.send("do", form)).status == 303
    assert (await console.send("do", form)).status == 409
    assert [event["by"] for event in await freeze.history(console.store)] == ["organizer1 (no code)"]
    board = await console.door.get("/console", Authorization=basic(PASSWORD))
    for page in (board.text, await console.page()):
        assert "Alerts are frozen" in page
    id_ = await console.drafted()
    stopped = await console.send("code", await console.form(f"/{id_}", "approve") | {"by": "organizer2"})
    assert "frozen: let them go on first" in refusal(stopped)
    assert (await console.done(await console.form("", "unfreeze"), "organizer2")).status == 303
    assert not await freeze.frozen(console.store)


async def test_the_ready_notice_passes_the_freeze_and_needs_a_second_organizer(console: Console) -> None:
    await console.sign_up(2)
    await console.store.commit(freeze.freeze("organizer1", console.runtime.clock()))
    looked = await console.send("confirm", await console.form("", "notice") | {"by": "organizer1"})
    assert "was not ours" in looked.text
    kept = await console.done(hidden(looked.text, "notice"), "organizer1")
    id_ = kept.headers["Location"].rpartition("/")[2]
    assert (await console.approved(id_)).status == 303
    assert await console.state(id_) == "sending"


async def test_a_drill_stands_in_the_way_and_says_that_nothing_was_sent(console: Console) -> None:
    await console.sign_up(3)
    id_ = await console.drafted(drill="1")
    answer = await console.approved(id_, "organizer1")
    assert answer.headers["Location"] == f"{ALERTS}/{id_}/drill"
    page = await console.page(f"/{id_}/drill")
    assert "<h1" in page
    assert "DRILL: NOTHING WAS SENT" in page
    assert "3 people" in page
    assert await console.store.redis.zcard("broadcasts:sending") == 0
    assert await console.store.redis.zcard("outbox:alerts") == 0


# -- what is shown


async def test_progress_shows_what_became_of_every_text_and_why_some_failed(console: Console) -> None:
    await console.sign_up(9)
    id_ = await console.sent()
    await console.store.redis.hset(  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either
        f"broadcast:{id_}:counts",
        mapping={"delivered": 3, "sent": 1, "failed": 1, "undelivered": 1, "unknown": 1, "queued": 1},
    )
    await console.store.redis.hset(f"broadcast:{id_}:codes", mapping={30006: 1, 30007: 1})  # pyright: ignore[reportGeneralTypeIssues] - same
    for key in ("counts", "codes"):
        await console.store.redis.expire(f"broadcast:{id_}:{key}", 1000)
    page = re.sub(r"\s+", " ", await console.page(f"/{id_}"))
    for row in (
        "<td>Waiting to be sent</td><td>2</td>", "<td>Delivered</td><td>3</td>", "<td>Failed</td><td>2</td>",
        "<td>the number cannot be reached by text (error 30006)</td><td>1</td>",
        "<td>the carrier refused the words (error 30007)</td><td>1</td>",
        "7 of 9 people, about 1 min left.", '<progress max="9" value="7"',
    ):  # fmt: skip
        assert row in page, row


async def test_pages_look_again_by_themselves_only_while_something_moves(console: Console) -> None:
    await console.sign_up(1)
    id_ = await console.drafted()
    for path in ("", f"/{id_}"):
        assert "live.js" not in await console.page(path)
    await console.approved(id_)
    for path in ("", f"/{id_}"):
        assert "live.js" in await console.page(path)
    script = await console.door.get("/console/live.js", Authorization=basic(PASSWORD))
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert "script-src 'self'" in script.headers["Content-Security-Policy"]


async def test_no_page_shows_a_number_a_pseudonym_or_somebody_elses_markup(console: Console) -> None:
    people = await console.sign_up(2)
    evil = 'Seen <script>alert(1)</script> and "quoted" here'
    id_ = await console.drafted(kind="alert", override=evil, text_en="Meeting <b>at</b> six.")
    await console.approved(id_, override="1")
    await reached(console, id_, delivered=2)
    staff = (await load_roster(console.store)).by_handle.values()
    board = await console.door.get("/console", Authorization=basic(PASSWORD))
    pages = [board.text, await console.page(), await console.page(f"/{id_}"), await console.page("/new")]
    refused = await console.send("confirm", NEWS | {"by": "<i>", "override": evil, "expires": "9y"})
    for page in (*pages, refused.text):
        assert "<script>" not in page
        assert "<b>at" not in page
        assert "<i>" not in page
        assert "556000" not in page
        assert "55501" not in page
        assert not any(person in page for person in people)
        assert not any(member.person in page or member.address in page for member in staff)
    assert "&lt;script&gt;" in pages[2]
    assert "&lt;script&gt;" in refused.text


async def test_a_draft_that_is_refused_keeps_what_was_typed(console: Console) -> None:
    typed = NEWS | {"by": "organizer1", "text_en": "Go to http://bad.example.com now", "zone": "Parkville"}
    answer = await console.send("confirm", typed)
    assert answer.status == 422
    assert "link" in refusal(answer)
    assert "Go to http://bad.example.com now" in answer.text
    assert re.search(r"<option selected>Parkville</option>", answer.text)


async def test_refusals_say_what_to_do_on_the_page_and_name_no_command(console: Console) -> None:
    """Every sentence that alerts are refused with, as the console says it."""
    said = {
        ast.unparse(call)
        for module in modules("hotline/broadcasts")
        for call, _ in module.calls()
        if called(call) == "InputError"
    }
    assert any("--override" in text for text in said)
    for text in said:
        assert not re.search(r"--\w|hotline (?:broadcast|staff|reports|content)", here(text)), text
    missing = await console.door.get(f"{ALERTS}/99", Authorization=basic(PASSWORD))
    assert (missing.status, refusal(missing)) == (422, "There is no broadcast 99: go back to the alerts.")


@pytest.mark.parametrize("id_", ["1:todo", "code:482", "1%3Atodo", "%2A", "1/drill/x", "٣"])
async def test_an_address_names_a_broadcast_and_no_other_key(console: Console, id_: str) -> None:
    await console.sign_up(1)
    assert await console.sent() == "1"
    answer = await console.door.get(f"{ALERTS}/{id_}", Authorization=basic(PASSWORD))
    assert answer.status in (404, 422)
    form = {"what": "pause", "by": "organizer1", "id": id_, "seen": "sending"}
    assert (await console.send("do", form)).status == 422
    assert await console.state("1") == "sending"


async def test_with_redis_away_every_page_and_form_says_so(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "own", port=0) as server:
        settings = load_settings(
            _env_file=None, environment="test", redis_url=server.url, data_dir=tmp_path,
            console_password=PASSWORD,
        )  # fmt: skip
        with Door(settings) as door:
            own = Console(door, door.runtime.store)
            server.kill()
            pages = [await door.get(path, Authorization=basic(PASSWORD)) for path in ("/console", ALERTS)]
            forms = [
                await own.send(where, NEWS | {"by": "organizer1", "code": "123456"})
                for where in ("confirm", "code", "do")
            ]
    for answer in (*pages, *forms):
        assert (answer.status, answer.text) == (503, "Redis does not answer: see hotline doctor.")
