"""A person's words that a channel did not let through: whoever wrote them learns of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hotline.broadcasts.delivery.carrier_failures import CarrierFailures
from hotline.messaging import status_callbacks
from hotline.messaging.carriers.twilio import WINDOW
from hotline.messaging.outbox import Outbox
from tests.stage.crew import Crew

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.vault import Vault
    from hotline.settings import Settings
    from hotline.store import Store


@pytest.fixture
async def crew(store: Store, vault: Vault, library: Library, settings: Settings) -> Crew:
    opened = Crew(store, vault, library, settings)
    await opened.begin()
    return opened


async def come_back(crew: Crew, words: str, code: int) -> None:
    """What holds these words fails at the carrier with a code; everything else arrives."""
    failures = CarrierFailures(crew.store, crew.vault, crew.library, lambda: crew.now)
    box = Outbox(crew.store, "hotline", 1000, "w1", consequences=failures)
    waiting = [await box.take(crew.now + place) for place in range(50)]
    for place, taken in enumerate(one for one in waiting if one.id):
        failed = words in crew.vault.open(taken.fields["body"])
        await box.accepted(taken.id, f"SM{place}")
        await status_callbacks.status(
            crew.store, id_=taken.id, sid=f"SM{place}", state="failed" if failed else "delivered",
            code=str(code) if failed else "", now=crew.now, consequences=failures,
        )  # fmt: skip


async def test_a_responder_learns_that_their_words_did_not_reach_the_reporter(crew: Crew) -> None:
    """The reporter wrote by WhatsApp, and the day in which we may write is over."""
    report = await crew.reported("ines", "ICE is here")
    await crew.says("rita", "1")
    await crew.says("rita", f"#{report} they have left")
    for handle in crew.numbers:
        await crew.hears(handle)
    await come_back(crew, "they have left", WINDOW)
    assert "did not reach them" in await crew.hears("rita")
    assert "did not reach" not in await crew.hears("ana")


async def test_words_of_the_line_itself_that_do_not_arrive_are_told_to_nobody(crew: Crew) -> None:
    await crew.reported("ines", "ICE is here")
    await crew.says("rita", "1")
    for handle in crew.numbers:
        await crew.hears(handle)
    await come_back(crew, "", WINDOW)
    assert "did not reach" not in await crew.hears("rita")
