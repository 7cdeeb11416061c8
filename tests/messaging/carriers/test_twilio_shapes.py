"""Answers that no honest network gives: what may be done after each, and that nothing of it is told."""

from __future__ import annotations

import asyncio
import logging
import traceback
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from hotline.errors import SendError
from hotline.stack.embedded import free_port
from tests.messaging.carriers.calls import OLD_WAYS, PHONE, WORDS, a_carrier, failure, send

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from hotline.messaging.carriers.twilio import TwilioCarrier
    from hotline.settings import Settings

pytestmark = OLD_WAYS


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
        (400, 21606, "retry"),
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
