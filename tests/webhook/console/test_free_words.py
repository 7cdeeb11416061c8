"""No person alone texts free words to many from the console; a new form has to say how it keeps to that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import pytest

from hotline.broadcasts import broadcast as broadcasts
from hotline.store import keys
from tests.stage.console import ALERT, NEWS, Console, hidden, refusal
from webhook.console.forms import CODED, HOLDS

if TYPE_CHECKING:
    from typing import Any

WORDS: Final = "They drove away to the highway."
# What each form may do with words that somebody types.
DRAFTS: Final = ("draft", "close")  # kept with the writer's code, until a second person's code sends them
SENDS: Final = ("approve",)  # with that code
READY: Final = ("notice", "resume", "unfreeze")
NONE: Final = ("cancel", "pause", "freeze")


def test_every_form_says_whether_words_of_a_person_go_to_many() -> None:
    """Whoever adds one puts it here, and below what holds it, if it does."""
    assert sorted((*CODED, *HOLDS)) == sorted((*DRAFTS, *SENDS, *READY, *NONE))


async def leaving(console: Console) -> list[str]:
    """The kinds of what is on its way."""
    found = await broadcasts.recent(console.store)
    return sorted(one.kind for one in found if one.state in ("waiting", "sending"))


async def told(console: Console, **fields: str) -> str:
    """A broadcast that two people got; answers its number."""
    people = await console.office.sign_up(2)
    id_ = await console.sent(**fields)
    await console.reached(id_, sent=2)
    redis = cast("Any", console.store.redis)
    for person in people:
        await redis.hset(keys.broadcast_ledger(id_), person, "sent")
        await redis.hset(keys.broadcast_people(id_), person, '["x", "en"]')
    for part in ("ledger", "people"):
        await redis.expire(keys.broadcast(f"{id_}:{part}"), 1000)
    await redis.zrem(keys.broadcasts_sending, id_)
    return id_


async def closing_draft(console: Console, id_: str, by: str = "organizer1") -> str:
    looked = await console.send("confirm", {"what": "close", "id": id_, "by": by, "text_en": WORDS})
    assert "reaches nobody until another organizer sends it" in looked.text
    answer = await console.done(hidden(looked.text, "close"), by)
    assert answer.status == 303, refusal(answer)
    return answer.headers["Location"].rpartition("/")[2]


async def test_an_ending_in_own_words_waits_for_a_second_organizer(console: Console) -> None:
    id_ = await told(console)
    draft = await closing_draft(console, id_)
    assert (await console.office.state(draft), await console.office.state(id_)) == ("draft", "sent")
    assert await leaving(console) == []
    page = await console.page(f"/{draft}")
    assert "approved by nobody yet" in page
    assert "2 people" in page
    assert "A closing text by organizer1 waits for another organizer" in await console.page(f"/{id_}")
    offered = (await console.texts("organizer2"))[-1]
    one = await broadcasts.load(console.store, draft)
    assert WORDS in offered
    assert f"APPROVE {one.code}" in offered
    form = await console.form(f"/{draft}", "approve")
    own = await console.send("code", form | {"by": "organizer1"})
    assert "You wrote" in refusal(own)
    assert (await console.approved(draft)).status == 303
    assert (await console.office.state(draft), await console.office.state(id_)) == ("waiting", "closed")
    page = await console.page(f"/{draft}")
    assert "approved by organizer2" in page


async def test_the_writers_code_does_nothing_in_anothers_name(console: Console) -> None:
    """One person, who knows the password and holds one phone."""
    draft = await closing_draft(console, await told(console))
    form = await console.form(f"/{draft}", "approve")
    await console.send("code", form | {"by": "organizer2"})
    await console.send("code", NEWS | {"by": "organizer1"})
    code = await console.code("organizer1")
    answer = await console.send("do", form | {"by": "organizer2", "code": code})
    assert answer.status == 422
    assert await leaving(console) == []


async def test_ready_words_need_one_and_the_page_names_no_second(console: Console) -> None:
    report = await console.office.report("confirmed", zone="frog_hollow")
    id_ = await told(console, **ALERT, incident=report)
    looked = await console.send("confirm", {"what": "close", "id": id_, "by": "organizer1", "reason": "left"})
    answer = await console.done(hidden(looked.text, "close"), "organizer1")
    last = answer.headers["Location"].rpartition("/")[2]
    page = await console.page(f"/{last}")
    assert "in ready words, which need no second organizer" in page
    assert "approved by" not in page
    assert "<td>approve</td>" not in page


@pytest.mark.parametrize(
    ("kind", "reason", "said"),
    [
        ("event", "false", "is a meeting. It can be cancelled, or ends in your own words in every language."),
        ("news", "left", "is news, no ready words end it. Write the correction in every language."),
        ("news", "", "is news, no ready words end it. Write the correction in every language."),
    ],
)
async def test_an_ending_that_does_not_fit_is_neither_offered_nor_taken(
    console: Console, kind: str, reason: str, said: str
) -> None:
    id_ = await told(console, kind=kind)
    page = await console.page(f"/{id_}")
    assert "immigration agents" not in page
    assert ("It is cancelled" in page) == (kind == "event")
    for where in ("confirm", "code"):
        answer = await console.send(where, {"what": "close", "id": id_, "by": "organizer1", "reason": reason})
        assert (answer.status, said in refusal(answer)) == (422, True)
    assert await leaving(console) == []


async def test_english_is_not_taken_for_spanish_in_an_ending(console: Console) -> None:
    await console.office.sign_up(1, lang="es", first=10)
    id_ = await told(console, text_es="Reunion a las seis.")
    fields = {"what": "close", "id": id_, "by": "organizer1", "text_en": WORDS, "text_es": WORDS}
    answer = await console.send("confirm", fields)
    assert (answer.status, "ES text reads like EN" in refusal(answer)) == (422, True)
    draft = await console.send("confirm", NEWS | {"by": "organizer1", "text_es": WORDS})
    assert (draft.status, "ES text reads like EN" in refusal(draft)) == (422, True)
