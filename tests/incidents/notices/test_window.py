"""A person's words that a channel did not let through: whoever wrote them learns of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hotline.broadcasts.delivery.carrier_failures import CarrierFailures
from hotline.messaging import status_callbacks
from hotline.messaging.carriers.twilio import WINDOW

if TYPE_CHECKING:
    from tests.stage.stage import Stage


async def come_back(stage: Stage, words: str, code: int) -> None:
    """What holds these words fails at the carrier with a code; everything else arrives."""
    failures = CarrierFailures(stage.store, stage.vault, stage.library, stage.clock)
    box = stage.outbox(consequences=failures)
    waiting = [await box.take(stage.now + place) for place in range(50)]
    for place, taken in enumerate(one for one in waiting if one.id):
        failed = words in stage.vault.open(taken.fields["body"])
        await box.accepted(taken.id, f"SM{place}")
        await status_callbacks.status(
            stage.store, id_=taken.id, sid=f"SM{place}", state="failed" if failed else "delivered",
            code=str(code) if failed else "", now=stage.now, consequences=failures,
        )  # fmt: skip


async def test_a_responder_learns_that_their_words_did_not_reach_the_reporter(stage: Stage) -> None:
    """The reporter wrote by WhatsApp, and the day in which we may write is over."""
    report = await stage.reported("ines", "ICE is here")
    await stage.says("rita", "1")
    await stage.says("rita", f"#{report} they have left")
    for handle in stage.numbers:
        await stage.hears(handle)
    await come_back(stage, "they have left", WINDOW)
    assert "did not reach them" in await stage.hears("rita")
    assert "did not reach" not in await stage.hears("ana")


async def test_words_of_the_line_itself_that_do_not_arrive_are_told_to_nobody(stage: Stage) -> None:
    await stage.reported("ines", "ICE is here")
    await stage.says("rita", "1")
    for handle in stage.numbers:
        await stage.hears(handle)
    await come_back(stage, "", WINDOW)
    assert "did not reach" not in await stage.hears("rita")
