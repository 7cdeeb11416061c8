"""The board: closed unless a password is set, and never a number on it. And: no route without a lock."""

from __future__ import annotations

import base64
import re
import shutil
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr
from starlette.routing import Route

from hotline.casework import violations
from hotline.casework.violations import Violation
from hotline.content import Library
from hotline.content.signing import SignOff, sign
from hotline.incidents import records
from hotline.incidents.incident import Change, Incident
from hotline.incidents.states import IncidentState
from hotline.staff.roster import Roster, seed_demo
from hotline.store import keys
from tests.stage.door import PHONE, Door, a_form

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store

PASSWORD: Final = "a long password of the board"
PUBLIC_ROUTES: Final = {"/health/live", "/health/ready"}


def basic(password: str, name: str = "anybody") -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


async def test_without_a_password_configured_the_board_is_closed(settings: Settings) -> None:
    with Door(settings.model_copy(update={"console_password": SecretStr("")})) as door:
        for headers in ({}, {"Authorization": basic("")}, {"Authorization": basic(PASSWORD)}):
            answer = await door.get("/console", **headers)
            assert answer.status == 403
            assert "set CONSOLE_PASSWORD" in answer.text


@pytest.mark.parametrize(
    "given",
    [
        "",
        "Basic",
        "Basic !!!",
        "Basic /w==",
        basic(""),
        basic(PASSWORD[:-1]),
        basic(PASSWORD + "x"),
        basic("ü" * 28),
        f"Bearer {PASSWORD}",
        basic("", name=PASSWORD),
    ],
)
async def test_without_the_right_password_the_board_asks_for_it(door: Door, store: Store, given: str) -> None:
    await door.text(a_form(body="ICE is at 120 Park St"))
    answer = await door.get("/console", **({"Authorization": given} if given else {}))
    assert (answer.status, answer.text) == (401, "Password needed.")
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert await store.redis.zcard(keys.incidents_open) == 1


async def test_the_board_shows_incidents_and_staff_and_no_number(
    door: Door, store: Store, vault: Vault
) -> None:
    await seed_demo(door.settings)
    await door.text(a_form(body="ICE is at 120 Park St, call 860-555-0177"))
    answer = await door.get("/console", Authorization=basic(PASSWORD))
    assert answer.status == 200
    for shown in ("120 Park St", "responder1", "[number]", "opened"):
        assert shown in answer.text
    for phone in (PHONE, "+18605550101", "+18605550177", "+18605550100"):
        assert phone[-7:] not in answer.text.replace("-", "")
        assert vault.pseudonym(phone) not in answer.text
    sealed = [await store.redis.hget(key, "address") for key in await store.redis.keys(keys.person("*"))]  # pyright: ignore[reportGeneralTypeIssues] - redis-py types the async answer as either
    assert sealed
    assert not any(str(address) in answer.text for address in sealed)


def shown_ids(page: str) -> list[str]:
    return re.findall(r"<tr class=\"(?:open|quiet)\">\s*<td>(\d+)", page)


async def test_every_unclaimed_report_is_on_the_board_oldest_first_and_what_is_not_shown_is_counted(
    door: Door, store: Store
) -> None:
    def an(id_: int, state: str, by: str = "", same_as: str = "") -> Incident:
        return Incident(
            str(id_),
            state=IncidentState(state),
            opened_at=1_800_000_000.0 + id_,
            claimed_by=by,
            same_as=same_as,
        )

    ended = [an(number, "ended", "maria") for number in range(1, 81)]
    waiting = [an(number, "paging") for number in range(81, 135)]
    held = [an(135, "claimed", "maria"), an(136, "opened", same_as="135"), an(137, "ended")]
    for one in (*ended, *waiting, *held):
        await store.commit(records.written(None, Change(one, "opened", "reporter"), one.opened_at))
    page = (await door.get("/console", Authorization=basic(PASSWORD))).text
    ids = list(map(int, shown_ids(page)))
    assert ids[: len(waiting)] == list(range(81, 135))
    assert ids[len(waiting) :][:3] == [137, 136, 135]
    assert len(ids) == len(set(ids))
    assert f"{137 - len(ids)} older reports that are over are not shown" in page
    assert "54 reports that nobody has taken" in page


@pytest.mark.parametrize("id_", ["1:log", "x", "", "-1", "0" * 400])
async def test_taking_what_is_no_report_is_answered_in_a_sentence(door: Door, store: Store, id_: str) -> None:
    await seed_demo(door.settings)
    await door.text(a_form(body="ICE is at 120 Park St"))
    ours = {"Authorization": basic(PASSWORD), "Origin": door.settings.public_url}
    answer = await door.post(urlencode({"id": id_, "handle": "responder1"}), "/console/take", **ours)
    assert answer.status == 409
    assert await store.redis.zcard(keys.incidents_open) == 1
    assert "look at the board again" in answer.text


async def test_the_board_of_an_empty_line_says_so(door: Door, store: Store) -> None:
    answer = await door.get("/console", Authorization=basic(PASSWORD))
    assert answer.status == 200
    assert "Nothing reported." in answer.text
    assert await store.redis.dbsize() == 0


async def test_cards_that_nobody_signed_or_that_expired_are_on_the_board(
    settings: Settings, store: Store, tmp_path: Path
) -> None:
    content = shutil.copytree(settings.content_dir, tmp_path / "content")
    today = Library.load(content, "hartford").city.today()
    for lang in ("en", "es", "pt", "ht"):
        sign(content, "hartford", SignOff("national.bond", lang, "Test Lawyer", "lawyer", today), today)
    path = content / "legal/national/rights.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"review_by: \S+", "review_by: 2020-01-02", text, count=1), encoding="utf-8")
    with Door(
        settings.model_copy(update={"console_password": SecretStr(PASSWORD), "content_dir": content})
    ) as door:
        board = (await door.get("/console", Authorization=basic(PASSWORD))).text
    listed = re.findall(r"<td>((?:national|hartford|connecticut)\.[\w.]+)</td>", board)
    assert "national.bond" not in listed
    assert "national.minors" in listed
    assert listed[0] == "national.basic_rights", "what expired comes first"
    assert "2020-01-02, expired" in board
    assert "<td>en, es, pt, ht</td>" in board
    assert await store.redis.dbsize() == 0


async def test_open_violations_are_counted_on_the_board_and_their_words_are_not_there(
    door: Door, store: Store, vault: Vault
) -> None:
    runtime = door.runtime
    for id_, state in (("1", "open"), ("2", "closed"), ("3", "open")):
        one = Violation(id_, 1_800_000_000.0, "en", "an officer asked zarzamora")
        await store.commit(violations.opened(one, Roster([]), runtime.library, vault))
        await store.commit(violations.noted(id_, state=state))
    board = (await door.get("/console", Authorization=basic(PASSWORD))).text
    assert "Violations open: 2" in board
    assert "zarzamora" not in board


async def test_what_residents_write_stays_words_on_the_board(door: Door, store: Store) -> None:
    await door.text(a_form(body="ICE is at 120 Park St <script>alert(1)</script>"))
    answer = await door.get("/console", Authorization=basic(PASSWORD))
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert await store.redis.zcard(keys.incidents_open) == 1


async def test_the_board_is_kept_by_no_browser_and_framed_by_no_page(door: Door, store: Store) -> None:
    headers: Mapping[str, str] = (await door.get("/console", Authorization=basic(PASSWORD))).headers
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert await store.redis.dbsize() == 0


async def test_every_route_is_signed_or_behind_a_password_or_public_on_purpose(
    door: Door, store: Store
) -> None:
    """Called as a stranger would: a new route without a lock fails here."""
    routes = [route for route in door.app.routes if isinstance(route, Route)]
    assert len(routes) == len(door.app.routes), "a route of another kind: teach this test about it"
    assert {route.path for route in routes} > PUBLIC_ROUTES
    for route in routes:
        for method in (route.methods or set()) - {"HEAD"}:
            assert method in {"GET", "POST"}
            call = door.post(a_form(), route.path) if method == "POST" else door.get(route.path)
            status = (await call).status
            if route.path in PUBLIC_ROUTES:
                assert status in {200, 503}
            else:
                locked = 404 if "{token}" in route.path else 401  # the address itself is the key
                wanted = 401 if route.path.startswith("/console") else 403 if method == "POST" else locked
                assert status == wanted, f"{method} {route.path} lets strangers in"
    assert await store.redis.dbsize() == 0


@pytest.mark.parametrize("path", ["/", "/docs", "/redoc", "/openapi.json", "/metrics", "/webhook"])
async def test_nothing_else_is_there(door: Door, path: str) -> None:
    assert (await door.get(path, Authorization=basic(PASSWORD))).status == 404


async def test_a_report_can_be_taken_at_the_board_once_and_only_from_the_board(
    door: Door, store: Store
) -> None:
    """One winner, as by text; a form of another site is refused, though the browser knows the password."""
    await seed_demo(door.settings)
    await door.text(a_form(body="ICE is at 120 Park St"))
    body = "id=1&handle=responder1"
    ours = {"Authorization": basic(PASSWORD), "Origin": door.settings.public_url}
    for wrong in (ours | {"Origin": "https://evil.example"}, {"Authorization": basic(PASSWORD)}):
        assert (await door.post(body, "/console/take", **wrong)).status == 403
    assert "responder1" in (await door.post(body, "/console/take", **ours)).text  # back on the board
    assert (await door.post("id=1&handle=responder2", "/console/take", **ours)).status == 409
    assert (await door.post("id=9&handle=responder1", "/console/take", **ours)).status == 409
    assert (await door.post("id=1&handle=nobody", "/console/take", **ours)).status == 409
    one = await records.load(store, "1")
    assert one is not None
    assert (one.state, one.claimed_by) == ("claimed", "responder1")
    assert "Take 1" not in (await door.get("/console", Authorization=basic(PASSWORD))).text
