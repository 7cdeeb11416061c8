"""The official client on the second phone network: how a call can end, and what may be done then."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hotline.errors import SendError
from hotline.messaging.carriers import twilio
from hotline.stack.embedded import free_port
from tests.messaging.carriers.calls import OLD_WAYS, PHONE, WORDS, a_carrier, failure, send
from tests.messaging.carriers.processes import program
from tests.stage.line import PROGRAMS

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from hotline.messaging.carriers.twilio import TwilioCarrier
    from hotline.settings import Settings

pytestmark = OLD_WAYS
INVALID, OPTED_OUT = "+18605550191", "+18605550194"


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Address of a phone network that calls nobody back."""
    port = free_port()
    variables = {
        "SIMULATOR_PORT": str(port),
        "SIMULATOR_WEBHOOK_URL": f"http://127.0.0.1:{free_port()}/twilio/inbound",
        "DATA_DIR": str(tmp_path_factory.mktemp("network")),
    }
    with program(PROGRAMS["simulator"], f"http://127.0.0.1:{port}/health", **variables):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
async def carrier(settings: Settings, simulator: str) -> AsyncGenerator[TwilioCarrier]:
    """The carrier port on the simulator, with every fault switched off again afterwards."""
    async with a_carrier(settings, simulator) as opened:
        yield opened
    async with aiohttp.ClientSession() as session, session.delete(f"{simulator}/_faults") as answer:
        assert answer.status == 200


async def faulty(simulator: str, **faults: float) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{simulator}/_faults", json=faults) as answer,
    ):
        assert answer.status == 200


async def received(simulator: str, phone: str) -> list[dict[str, Any]]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{simulator}/phones/{phone}/messages") as answer,
    ):
        return await answer.json()


async def test_a_text_that_is_taken_has_its_sid_and_reaches_the_phone(
    carrier: TwilioCarrier, simulator: str
) -> None:
    sid = await send(carrier, "+18605550118", "¿Puede ICE entrar? 🙏")
    assert sid.startswith("SM")
    assert len(sid) == 34
    (got,) = await received(simulator, "+18605550118")
    assert (got["body"], got["direction"], got["sid"]) == ("¿Puede ICE entrar? 🙏", "received", sid)


async def test_a_picture_goes_along(carrier: TwilioCarrier, simulator: str) -> None:
    await send(carrier, "+18605550117", media=f"{simulator}/media/street.png")
    (got,) = await received(simulator, "+18605550117")
    assert got["media"] == [f"{simulator}/media/street.png"]


async def test_an_invalid_number_is_refused_for_good(carrier: TwilioCarrier) -> None:
    error = await failure(carrier, INVALID)
    assert (error.outcome, error.code, str(error)) == ("refused", 21211, "The number cannot take texts.")


async def test_a_person_whom_the_carrier_knows_as_stopped_is_refused_for_good(carrier: TwilioCarrier) -> None:
    error = await failure(carrier, OPTED_OUT)
    assert (error.outcome, error.code, str(error)) == ("refused", 21610, "The person opted out.")
    assert error.code in twilio.OPTED_OUT


async def test_a_busy_carrier_is_asked_again_when_it_says(carrier: TwilioCarrier, simulator: str) -> None:
    await faulty(simulator, fail_429=1)
    error = await failure(carrier)
    assert (error.outcome, error.code) == ("retry", 20429)
    assert error.retry_after >= 1


async def test_a_carrier_that_breaks_leaves_the_outcome_unknown(
    carrier: TwilioCarrier, simulator: str
) -> None:
    """A 500 may come after acceptance: never sent again blindly."""
    await faulty(simulator, fail_500=1)
    assert (await failure(carrier)).outcome == "unknown"


async def test_a_connection_that_breaks_after_acceptance_is_unknown_and_found_in_the_list(
    carrier: TwilioCarrier, simulator: str
) -> None:
    began = datetime.now(UTC)
    await faulty(simulator, drop_after_accept=1)
    assert (await failure(carrier, "+18605550116")).outcome == "unknown"
    (found,) = await carrier.sent_to("+18605550116", began)
    assert found.body == WORDS
    (got,) = await received(simulator, "+18605550116")
    assert got["sid"] == found.sid


async def test_a_time_out_after_acceptance_is_unknown_and_found_in_the_list(
    settings: Settings, simulator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = datetime.now(UTC)
    monkeypatch.setattr(twilio, "CALL_TIMEOUT", 0.3)
    await faulty(simulator, latency_ms=2000)
    async with a_carrier(settings, simulator) as impatient:
        try:
            error = await failure(impatient, "+18605550115")
        finally:
            await faulty(simulator, latency_ms=0)
        assert [one.body for one in await impatient.sent_to("+18605550115", began)] == [WORDS]
    assert error.outcome == "unknown"


async def test_the_list_holds_what_we_sent_since_then_and_nothing_a_person_wrote(
    carrier: TwilioCarrier, simulator: str
) -> None:
    phone = "+18605550114"
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{simulator}/phones/{phone}/send", json={"body": "from the person"}) as answer,
    ):
        assert answer.status == 200
    sids = [await send(carrier, phone, words) for words in ("one", "two")]
    now = datetime.now(UTC)
    found = await carrier.sent_to(phone, now - timedelta(minutes=1))
    assert {one.sid for one in found} == set(sids)
    assert {one.body for one in found} == {"one", "two"}
    assert await carrier.sent_to(phone, now + timedelta(minutes=1)) == []


async def test_a_carrier_that_is_not_there_is_tried_again(settings: Settings) -> None:
    """Not even connected: certainly not accepted."""
    async with a_carrier(settings, f"http://127.0.0.1:{free_port()}") as nobody:
        assert (await failure(nobody)).outcome == "retry"
        with pytest.raises(SendError) as caught:
            await nobody.sent_to(PHONE, datetime.now(UTC))
    assert caught.value.outcome == "retry"


async def test_nothing_is_sent_into_a_connection_that_the_carrier_may_be_closing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connections: set[int] = set()

    async def note(request: web.Request) -> web.Response:
        assert request.transport
        connections.add(request.transport.get_extra_info("peername")[1])
        return web.json_response({})

    app = web.Application()
    app.router.add_get("/messages", note)
    async with TestServer(app) as server:
        client = twilio.RebasedHttpClient(str(server.make_url("")))
        await client.request("GET", "https://api.example/messages")
        await client.request("GET", "https://api.example/messages")
        assert len(connections) == 1
        monkeypatch.setattr("aiohttp.connector.monotonic", lambda: time.monotonic() + 5)  # five quiet seconds
        await client.request("GET", "https://api.example/messages")
        assert len(connections) == 2
        await client.close()
