"""What the console shows: how far texts are, nothing private, and why something cannot be done."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from hotline.settings import load_settings
from hotline.stack.embedded import EmbeddedRedis
from hotline.staff.roster import load_roster
from hotline.store import keys
from tests.stage.console import ALERTS, NEWS, PASSWORD, Console, basic, refusal
from tests.stage.door import Door
from tests.stage.office import Office

if TYPE_CHECKING:
    from pathlib import Path


async def test_progress_shows_what_became_of_every_text_and_why_some_failed(console: Console) -> None:
    await console.office.sign_up(9)
    id_ = await console.sent()
    await console.store.redis.hset(  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either
        keys.broadcast_counts(id_),
        mapping={"delivered": 3, "sent": 1, "failed": 1, "undelivered": 1, "unknown": 1, "queued": 1},
    )
    await console.store.redis.hset(keys.broadcast_codes(id_), mapping={30006: 1, 30007: 1})  # pyright: ignore[reportGeneralTypeIssues] - same
    for key in ("counts", "codes"):
        await console.store.redis.expire(keys.broadcast(f"{id_}:{key}"), 1000)
    page = re.sub(r"\s+", " ", await console.page(f"/{id_}"))
    for row in (
        "<td>Waiting to be sent</td><td>2</td>", "<td>Delivered</td><td>3</td>", "<td>Failed</td><td>2</td>",
        "<td>the number cannot be reached by text (error 30006)</td><td>1</td>",
        "<td>the carrier refused the words (error 30007)</td><td>1</td>",
        "7 of 9 people, about 1 min left.", '<progress max="9" value="7"',
    ):  # fmt: skip
        assert row in page, row


async def test_pages_look_again_by_themselves_only_while_something_moves(console: Console) -> None:
    await console.office.sign_up(1)
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
    people = await console.office.sign_up(2)
    evil = 'Seen <script>alert(1)</script> and "quoted" here'
    id_ = await console.drafted(kind="alert", override=evil, text_en="Meeting <b>at</b> six.")
    await console.approved(id_, override="1")
    await console.reached(id_, delivered=2)
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


async def test_a_refusal_says_what_to_do_on_the_page(console: Console) -> None:
    missing = await console.door.get(f"{ALERTS}/99", Authorization=basic(PASSWORD))
    assert (missing.status, refusal(missing)) == (422, "We have no number 99. Go back to the alerts.")


@pytest.mark.parametrize("id_", ["1:todo", "code:482", "1%3Atodo", "%2A", "1/drill/x", "٣"])
async def test_an_address_names_a_broadcast_and_no_other_key(console: Console, id_: str) -> None:
    await console.office.sign_up(1)
    assert await console.sent() == "1"
    answer = await console.door.get(f"{ALERTS}/{id_}", Authorization=basic(PASSWORD))
    assert answer.status in (404, 422)
    form = {"what": "pause", "by": "organizer1", "id": id_, "seen": "sending"}
    assert (await console.send("do", form)).status == 422
    assert await console.office.state("1") == "sending"


async def test_with_redis_away_every_page_and_form_says_so(tmp_path: Path) -> None:
    with EmbeddedRedis(tmp_path / "own", port=0) as server:
        settings = load_settings(
            _env_file=None, environment="test", redis_url=server.url, data_dir=tmp_path,
            console_password=PASSWORD,
        )  # fmt: skip
        with Door(settings) as door:
            line = door.runtime
            own = Console(door, Office(line.store, line.vault, line.library, settings))
            server.kill()
            pages = [await door.get(path, Authorization=basic(PASSWORD)) for path in ("/console", ALERTS)]
            forms = [
                await own.send(where, NEWS | {"by": "organizer1", "code": "123456"})
                for where in ("confirm", "code", "do")
            ]
    for answer in (*pages, *forms):
        assert (answer.status, answer.text) == (503, "Redis does not answer: see hotline doctor.")
