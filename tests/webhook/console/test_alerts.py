"""An alert at the console from its report to its end, and everything that holds it."""

from __future__ import annotations

import re

import pytest

from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import freeze
from hotline.broadcasts.states import BroadcastMove
from hotline.store import keys
from tests.stage.console import ALERT, ALERTS, NEWS, PASSWORD, Console, basic, hidden, refusal


async def test_an_alert_takes_the_ready_words_and_nags_until_its_people_are_told(console: Console) -> None:
    people = await console.office.sign_up(2, "frog_hollow")
    report = await console.office.report("confirmed", zone="frog_hollow")
    id_ = await console.sent(**ALERT, incident=report)
    one = await broadcasts.load(console.store, id_)
    assert "120 Park Street" in one.texts["es"]
    assert one.zone == "frog_hollow"
    await console.reached(id_, delivered=2)
    board = await console.door.get("/console", Authorization=basic(PASSWORD))
    for page in (board.text, await console.page()):
        assert f"Alert {one.code} is not closed" in page
        assert "2 people were told" in page
    looked = await console.send("confirm", {"what": "close", "id": id_, "by": "organizer1", "reason": "left"})
    assert "have left" in looked.text
    for person in people:
        await console.store.redis.hset(keys.broadcast_ledger(id_), person, "delivered")  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either
    await console.store.redis.expire(keys.broadcast_ledger(id_), 1000)
    answer = await console.done(hidden(looked.text, "close"), "organizer1")
    assert answer.status == 303
    assert await console.office.state(id_) == "closed"
    told = await broadcasts.load(console.store, answer.headers["Location"].rpartition("/")[2])
    assert (told.kind, told.closes) == ("closing", id_)
    board = await console.door.get("/console", Authorization=basic(PASSWORD))
    for page in (board.text, await console.page()):
        assert "is not closed" not in page
    again = await console.send("code", hidden(looked.text, "close"))
    assert (again.status, "nothing to close" in refusal(again)) == (409, True)


async def test_own_closing_words_are_needed_in_every_language_and_held_to_the_rules(console: Console) -> None:
    await console.office.sign_up(1)
    await console.office.sign_up(1, lang="es", first=1)
    id_ = await console.sent(text_es="Reunión a las seis.")
    await console.reached(id_, delivered=2)
    form = {"what": "close", "id": id_, "by": "organizer1"}
    for words, why in (
        ({"text_en": "All over."}, "read ES: it cannot be sent so. Write those words too"),
        ({"text_en": "Call 860-555-0123.", "text_es": "Ya."}, "number that is not in the city"),
    ):
        answer = await console.send("confirm", form | words)
        assert answer.status == 422
        assert why in refusal(answer)
        assert words["text_en"] in answer.text, "what was typed stays"
    good = await console.send("confirm", form | {"text_en": "It is over.", "text_es": "Ya terminó."})
    assert (good.status, "It is over." in good.text) == (200, True)
    assert await console.office.state(id_) == "sent"


async def test_an_alert_without_a_confirmed_report_needs_two_who_stand_for_it(console: Console) -> None:
    await console.office.sign_up(1)
    report = await console.office.report("onscene", zone="frog_hollow")
    answer = await console.send("confirm", NEWS | ALERT | {"by": "organizer1", "incident": report})
    assert answer.status == 422
    assert "Choose it" in refusal(answer)
    id_ = await console.drafted(kind="alert", override="Seen by three of us, no phone left")
    bare = await console.send("code", await console.form(f"/{id_}", "approve") | {"by": "organizer2"})
    assert (bare.status, "tick the box" in refusal(bare)) == (422, True)
    assert (await console.approved(id_, override="1")).status == 303
    assert "no confirmed report" in "".join(await console.texts("organizer2"))


async def test_people_whose_language_has_no_words_stop_it_before_a_code_is_texted(console: Console) -> None:
    await console.office.sign_up(1)
    await console.office.sign_up(1, lang="ht", first=1)
    id_ = await console.drafted()
    assert "No words for 1 people who read ht" in await console.page(f"/{id_}")
    before = await console.texts("organizer2")
    answer = await console.send("code", await console.form(f"/{id_}", "approve") | {"by": "organizer2"})
    assert (answer.status, "read HT" in refusal(answer)) == (422, True)
    assert await console.texts("organizer2") == before


async def test_a_second_draft_for_the_same_report_is_pointed_at(console: Console) -> None:
    report = await console.office.report("confirmed", zone="frog_hollow")
    first = await broadcasts.load(console.store, await console.drafted(**ALERT, incident=report))
    answer = await console.send("confirm", NEWS | ALERT | {"by": "organizer2", "incident": report})
    assert f"Report {report} has its alert: {first.code} is a draft" in answer.text


# -- holding


async def test_pause_needs_no_code_and_everybody_is_told_so(console: Console) -> None:
    """A name that nothing proves is marked in the log, and even its owner gets a text."""
    await console.office.sign_up(1)
    id_ = await console.sent()
    form = await console.form(f"/{id_}", "pause") | {"by": "organizer1"}
    assert (await console.send("do", form)).status == 303
    assert (await console.send("do", form)).status == 409
    assert await console.office.state(id_) == "paused"
    assert (await broadcasts.history(console.store, id_))[-1]["by"] == "organizer1 (no code)"
    for handle in ("organizer1", "organizer2"):
        assert "organizer1 (no code)" in (await console.texts(handle))[-1]
    assert "paused by a person" in await console.page(f"/{id_}")
    resumed = await console.done(await console.form(f"/{id_}", "resume"), "organizer1")
    assert (resumed.status, await console.office.state(id_)) == (303, "sending")


@pytest.mark.parametrize("what", ["resume", "cancel", "unfreeze", "approve", "close", "notice", "draft"])
async def test_what_lets_texts_leave_or_cannot_be_taken_back_needs_a_code(
    console: Console, what: str
) -> None:
    await console.office.sign_up(1)
    id_ = await console.sent()
    await broadcasts.move(console.store, id_, BroadcastMove.PAUSE, now=console.runtime.clock())
    await console.store.commit(freeze.freeze("organizer1", console.runtime.clock()))
    page = await console.page(f"/{id_}")
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    fields = NEWS | {"what": what, "id": id_, "seen": found[1], "by": "organizer2", "reason": "left"}
    assert (await console.send("do", fields)).status == 422
    assert await console.office.state(id_) == "paused"
    assert await freeze.frozen(console.store)
    assert len(await broadcasts.recent(console.store)) == 1


async def test_one_button_and_one_question_freeze_every_alert(console: Console) -> None:
    await console.office.sign_up(1)
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
    assert "frozen. Let them go on first" in refusal(stopped)
    assert (await console.done(await console.form("", "unfreeze"), "organizer2")).status == 303
    assert not await freeze.frozen(console.store)


async def test_the_ready_notice_passes_the_freeze_and_needs_a_second_organizer(console: Console) -> None:
    await console.office.sign_up(2)
    await console.store.commit(freeze.freeze("organizer1", console.runtime.clock()))
    looked = await console.send("confirm", await console.form("", "notice") | {"by": "organizer1"})
    assert "was not ours" in looked.text
    kept = await console.done(hidden(looked.text, "notice"), "organizer1")
    id_ = kept.headers["Location"].rpartition("/")[2]
    assert (await console.approved(id_)).status == 303
    assert await console.office.state(id_) == "sending"


async def test_a_drill_stands_in_the_way_and_says_that_nothing_was_sent(console: Console) -> None:
    await console.office.sign_up(3)
    id_ = await console.drafted(drill="1")
    answer = await console.approved(id_, "organizer1")
    assert answer.headers["Location"] == f"{ALERTS}/{id_}/drill"
    page = await console.page(f"/{id_}/drill")
    assert "<h1" in page
    assert "DRILL: NOTHING WAS SENT" in page
    assert "3 people" in page
    assert await console.store.redis.zcard(keys.broadcasts_sending) == 0
    assert await console.store.redis.zcard(keys.outbox("alerts")) == 0
