"""An answer leaves by the channel and the sender of ours that it came by; two channels are two people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.stage.line import ALERTS, HOTLINE, RESPONDER1, Line

if TYPE_CHECKING:
    from pathlib import Path

NUMBER = "+18605550111"
PAGE = "111000000000222"
PHONES = {
    f"whatsapp:{NUMBER}": f"whatsapp:{HOTLINE}",
    "messenger:24180000000000017": f"messenger:{PAGE}",
}


@pytest.mark.parametrize("phone", PHONES)
async def test_whoever_reports_on_a_channel_is_answered_and_relayed_on_it_and_responders_by_sms(
    tmp_path: Path, phone: str
) -> None:
    """Safety text, question and the responder's words; the responder sees no difference."""
    async with Line(tmp_path) as line:
        await line.start("simulator", "webhook", "worker")
        await line.text(phone, "la migra esta en 120 Park St")
        await line.hears(RESPONDER1, "REPORT")
        await line.text(RESPONDER1, "1")
        await line.hears(RESPONDER1, "is yours")
        await line.text(RESPONDER1, "stay inside, I am two streets away")
        await line.hears(phone, "two streets away")
        heard = [one for one in await line.messages(phone) if one["direction"] == "received"]
        assert {(one["from"], one["to"]) for one in heard} == {(PHONES[phone], phone)}
        assert {one["status"] for one in heard} <= {"queued", "sent", "delivered"}
        paged = [one for one in await line.messages(RESPONDER1) if one["direction"] == "received"]
        assert {one["from"] for one in paged} == {HOTLINE}
        assert await line.received(NUMBER) == []


async def test_a_text_to_another_sender_of_ours_on_the_channel_is_answered_from_that_one(
    tmp_path: Path,
) -> None:
    """Also when the same person wrote to the first one before."""
    phone = f"whatsapp:{NUMBER}"
    async with Line(tmp_path) as line:
        await line.start("simulator", "webhook", "worker")
        await line.text(phone, "MENU")
        await line.hears(phone, "1", after=0)
        count = len(await line.received(phone))
        await line.text(phone, "MENU", to=f"whatsapp:{ALERTS}")
        await line.hears(phone, "1", after=count)
        heard = [one["from"] for one in await line.messages(phone) if one["direction"] == "received"]
        assert (heard[0], heard[-1]) == (f"whatsapp:{HOTLINE}", f"whatsapp:{ALERTS}")
