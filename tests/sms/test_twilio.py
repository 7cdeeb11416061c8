"""The official client on the second phone network: how a call can end, and what may be done then."""

from __future__ import annotations

import asyncio
import logging
import traceback
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hotline.errors import SendError
from hotline.settings import load_settings
from hotline.sms import twilio
from hotline.sms.twilio import TwilioCarrier
from hotline.stack.embedded import free_port
from tests.line import PROGRAMS
from tests.sms.processes import program

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator

    from hotline.settings import Settings

# The twilio package signs in to the API by means that aiohttp will drop in its next major version.
pytestmark = [
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]

PHONE: Final = "+18605550119"
WORDS: Final = "zebra words that no log may hold"
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


@asynccontextmanager
async def a_carrier(settings: Settings, url: str) -> AsyncGenerator[TwilioCarrier]:
    carrier = TwilioCarrier(
        load_settings(_env_file=None, **settings.model_dump() | {"twilio_api_base_url": url})
    )
    try:
        yield carrier
    finally:
        await carrier.close()


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


async def send(carrier: TwilioCarrier, to: str = PHONE, body: str = WORDS, media: str = "") -> str:
    """One call as the sender makes it."""
    return await carrier.send(
        to=to, sender="+18605550100", body=body, callback="http://127.0.0.1:9/s?intent=x",
        validity=900, media=media,
    )  # fmt: skip


async def failure(carrier: TwilioCarrier, to: str = PHONE) -> SendError:
    with pytest.raises(SendError) as caught:
        await send(carrier, to)
    return caught.value


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


# -- shapes that the simulator cannot make


@asynccontextmanager
async def answering(
    settings: Settings, answer: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> AsyncGenerator[TwilioCarrier]:
    """A carrier behind which one handler answers everything."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    async with (
        TestServer(app) as server,
        a_carrier(settings, f"http://127.0.0.1:{server.port}") as carrier,
    ):
        yield carrier


def twilio_error(status: int, code: int) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(_: web.Request) -> web.StreamResponse:
        body = {"code": code, "message": f"Error about {PHONE}: {WORDS}", "more_info": "", "status": status}
        return web.json_response(body, status=status)

    return answer


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, 21211, "refused"),
        (400, 21614, "refused"),
        (400, 21635, "refused"),
        (400, 21610, "refused"),
        (400, 63014, "refused"),
        (400, 21617, "refused"),
        (400, 21606, "refused"),
        (400, 21612, "refused"),
        (400, 21408, "refused"),
        (400, 21608, "refused"),
        (400, 21611, "retry"),
        (400, 99999, "refused"),
        (404, 20404, "refused"),
        (401, 20003, "retry"),
        (403, 30002, "retry"),
        (400, 30032, "retry"),
        (400, 30034, "retry"),
        (429, 20429, "retry"),
        (500, 20500, "unknown"),
        (503, 20503, "unknown"),
    ],
)
async def test_each_refusal_says_whether_the_text_may_be_tried_again(
    settings: Settings, status: int, code: int, outcome: str
) -> None:
    async with answering(settings, twilio_error(status, code)) as carrier:
        error = await failure(carrier)
    assert (error.outcome, error.code) == (outcome, code)


async def test_what_we_must_mend_ourselves_is_not_tried_again_at_once(settings: Settings) -> None:
    async with answering(settings, twilio_error(401, 20003)) as carrier:
        assert (await failure(carrier)).retry_after >= 10


async def _reset(request: web.Request) -> web.StreamResponse:
    assert request.transport
    request.transport.abort()
    return web.Response()


async def _half_an_answer(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(status=201, headers={"Content-Length": "5000"})
    await response.prepare(request)
    await response.write(b'{"sid": "SM')
    assert request.transport
    request.transport.abort()
    return response


async def _no_json(_: web.Request) -> web.StreamResponse:
    return web.Response(status=201, text="<html>Welcome to the hotel's network</html>")


async def _no_sid(_: web.Request) -> web.StreamResponse:
    return web.json_response({}, status=201)


async def _gateway(_: web.Request) -> web.StreamResponse:
    return web.Response(status=502, text="<html>Bad Gateway</html>")


@pytest.mark.parametrize("answer", [_reset, _half_an_answer, _no_json, _no_sid, _gateway])
async def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(
    settings: Settings, answer: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> None:
    async with answering(settings, answer) as carrier:
        assert (await failure(carrier)).outcome == "unknown"


async def test_a_busy_carrier_that_names_no_time_is_still_only_busy(settings: Settings) -> None:
    async with answering(settings, twilio_error(429, 20429)) as carrier:
        error = await failure(carrier)
    assert (error.outcome, error.retry_after) == ("retry", 0)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(twilio_error(401, 20003), id="refused"),
        pytest.param(twilio_error(500, 20500), id="broken"),
        pytest.param(twilio_error(429, 20429), id="busy"),
        pytest.param(_reset, id="reset"),
        pytest.param(_no_json, id="no JSON"),
    ],
)
async def test_a_list_that_cannot_be_read_is_asked_for_again(
    settings: Settings, answer: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> None:
    async with answering(settings, answer) as carrier:
        with pytest.raises(SendError) as caught:
            await carrier.sent_to(PHONE, datetime.now(UTC))
    assert caught.value.outcome == "retry"


async def test_many_calls_are_under_way_at_once(settings: Settings) -> None:
    """The client's own session would stop at a hundred connections and let the rest wait."""
    under_way, all_there = 0, asyncio.Event()

    async def answer(_: web.Request) -> web.StreamResponse:
        nonlocal under_way
        under_way += 1
        if under_way == 150:
            all_there.set()
        await all_there.wait()
        return web.json_response({"sid": f"SM{under_way:032}"}, status=201)

    async with answering(settings, answer) as carrier, asyncio.timeout(8):
        sids = await asyncio.gather(*[send(carrier) for _ in range(150)])
    assert len(sids) == 150


async def test_neither_number_nor_words_are_in_an_error_or_a_log_line(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """At the lowest level, of every logger, of every library."""
    errors: list[SendError] = []
    with caplog.at_level(logging.DEBUG):
        for answer in (
            twilio_error(400, 21211),
            twilio_error(500, 20500),
            twilio_error(429, 1),
            _reset,
            _no_sid,
        ):
            async with answering(settings, answer) as carrier:
                errors.append(await failure(carrier))
        async with a_carrier(settings, f"http://127.0.0.1:{free_port()}") as nobody:
            errors.append(await failure(nobody))
    said = [text for error in errors for text in (repr(error), "".join(traceback.format_exception(error)))]
    logged = [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    for text in (*said, *logged):
        assert PHONE[1:] not in text
        assert "%2B1860" not in text
        assert "zebra" not in text
