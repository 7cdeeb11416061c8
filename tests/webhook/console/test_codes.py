"""Who may act at the console: each with a code on their own phone, from our pages, once, in time."""

from __future__ import annotations

import asyncio
import re

import pytest

from hotline.broadcasts import broadcast as broadcasts
from hotline.broadcasts import freeze
from hotline.broadcasts.states import BroadcastMove
from hotline.store import keys
from tests.stage.console import NEWS, PASSWORD, Console, basic, hidden, refusal


async def test_a_draft_is_shown_as_it_would_leave_before_anything_is_kept(console: Console) -> None:
    await console.office.sign_up(3)
    await console.office.sign_up(2, lang="es", first=3)
    await console.office.sign_up(1, "parkville", first=5)
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
    await console.office.sign_up(3)
    id_ = await console.drafted()
    assert await console.office.state(id_) == "draft"
    page = await console.page(f"/{id_}")
    assert "VERIFY" in page
    assert "3 people" in page
    assert (await console.approved(id_)).status == 303
    one = await broadcasts.load(console.store, id_)
    assert (one.state, one.by, one.approved_by, one.total) == ("sending", "organizer1", "organizer2", 3)
    assert one.code in (await console.texts("organizer1"))[-1], "the writer is told that it leaves"


async def test_one_person_cannot_be_two_by_choosing_another_handle(console: Console) -> None:
    """Whoever knows the password and holds one phone can neither draft nor send in the other's name."""
    await console.office.sign_up(1)
    id_ = await console.drafted()
    form = await console.form(f"/{id_}", "approve")
    own = await console.send("code", form | {"by": "organizer1"})
    assert "You wrote" in refusal(own)
    asked = await console.send("code", NEWS | {"by": "organizer1", "text_en": "Another one."})
    code = await console.code("organizer1")
    stolen = hidden(asked.text, "draft") | {"by": "organizer2", "code": code}
    for fields in (stolen, form | {"by": "organizer2", "code": code}):
        assert (await console.send("do", fields)).status == 422
    assert await console.office.state(id_) == "draft"
    assert len(await broadcasts.recent(console.store)) == 1


@pytest.mark.parametrize("who", ["responder1", "nobody", ""])
async def test_only_organizers_act(console: Console, who: str) -> None:
    for where in ("confirm", "code", "do"):
        answer = await console.send(where, NEWS | {"by": who, "code": "123456"})
        assert answer.status == 422
        assert "Choose an organizer." in refusal(answer)
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
    assert (answer.status, "Wait" in refusal(answer)) == (422, True)


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
    await console.office.sign_up(2)
    id_ = await console.drafted()
    asked = await console.send("code", await console.form(f"/{id_}", "approve") | {"by": "organizer2"})
    form = hidden(asked.text, "approve") | {"code": await console.code("organizer2")}
    answers = await asyncio.gather(*[console.send("do", form) for _ in range(4)])
    assert min(answer.status for answer in answers) == 303
    assert all(answer.status in (409, 422) and refusal(answer) for answer in answers if answer.status != 303)
    assert [event["what"] for event in await broadcasts.history(console.store, id_)] == ["draft", "approve"]
    assert await console.store.redis.llen(keys.broadcast_todo(id_)) == 2  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either


@pytest.mark.parametrize("what", ["approve", "cancel"])
async def test_a_page_that_is_no_longer_true_changes_nothing(console: Console, what: str) -> None:
    id_ = await console.drafted()
    form = await console.form(f"/{id_}", what) | {"by": "organizer2"}
    asked = await console.send("code", form)
    await broadcasts.move(console.store, id_, BroadcastMove.CANCEL, now=console.runtime.clock())
    late = hidden(asked.text, what) | {"code": await console.code("organizer2")}
    for where, fields in (("code", form), ("do", late)):
        answer = await console.send(where, fields)
        assert (answer.status, "it is cancelled now: look at it again" in refusal(answer)) == (409, True)
    assert [event["what"] for event in await broadcasts.history(console.store, id_)] == ["draft", "cancel"]


async def test_words_that_changed_after_the_page_was_shown_are_not_sent(console: Console) -> None:
    await console.office.sign_up(1)
    id_ = await console.drafted()
    asked = await console.send("code", await console.form(f"/{id_}", "approve") | {"by": "organizer2"})
    await console.store.redis.hset(keys.broadcast(id_), "texts", '{"en": "Other words."}')  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either
    late = hidden(asked.text, "approve") | {"code": await console.code("organizer2")}
    assert (await console.send("do", late)).status == 409
    assert await console.office.state(id_) == "draft"


async def test_a_form_that_says_nothing_useful_is_refused(console: Console) -> None:
    for fields in ({}, {"what": "everything"}, {"what": "pause", "by": "organizer1", "id": "77"}):
        answer = await console.send("do", fields)
        assert (answer.status, bool(refusal(answer))) == (422, True)
    assert (await console.send("do", {"what": "x" * 40_000})).status == 413
