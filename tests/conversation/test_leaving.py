"""STOP and START on either number: what ends, what comes back, and what the carrier blocks by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from hotline.errors import SendError
from hotline.sms import callbacks
from hotline.sms.outbox import Outbound, Outbox, queued
from tests.conversation.talk import NOW, Talk

if TYPE_CHECKING:
    from hotline.content import Library
    from hotline.privacy.phones import Vault
    from hotline.store import Store

SID: Final = "SM" + "4" * 32
SENDERS: Final = ("hotline", "alerts")


# -- what the carrier blocks by itself


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize(
    ("words", "opt_out"), [("STOP", ""), (" unsubscribe ", ""), ("PARAR", "STOP"), ("kanpe", "STOP")]
)
async def test_a_stop_that_the_carrier_answers_is_known_as_its_block(
    talk: Talk, sender: str, words: str, opt_out: str
) -> None:
    await talk.says(words, to=sender, opt_out=opt_out)
    assert (await talk.known()).blocked == {sender}


async def test_a_stop_in_ones_own_words_is_no_block_of_the_carrier(talk: Talk) -> None:
    await talk.says("please stop texting me")
    assert "hotline" in (await talk.known()).stopped
    assert not (await talk.known()).blocked


async def test_a_stop_on_whatsapp_is_confirmed_by_us_because_the_carrier_does_not(
    store: Store, vault: Vault, library: Library
) -> None:
    talk = Talk(store, vault, library, "whatsapp:+18605550111")
    await talk.begin()
    assert "no more texts" in "".join(await talk.says("STOP"))
    assert not (await talk.known()).blocked


@pytest.mark.parametrize("sender", SENDERS)
@pytest.mark.parametrize(
    ("words", "opt_out"), [("START", ""), ("unstop", ""), ("yes", ""), ("VOLVER", "START")]
)
async def test_a_start_that_the_carrier_answers_lifts_its_block_of_that_number_alone(
    talk: Talk, sender: str, words: str, opt_out: str
) -> None:
    for each in SENDERS:
        await talk.says("STOP", to=each)
    await talk.says(words, to=sender, opt_out=opt_out)
    assert (await talk.known()).blocked == set(SENDERS) - {sender}


async def test_an_urgent_text_lifts_our_stop_and_not_what_we_know_of_the_carriers_block(talk: Talk) -> None:
    await talk.says("STOP")
    await talk.store.commit(
        talk.desk.opening(
            "9", reporter=talk.person, text="ICE is here", lang="en", place="", zone="", photos=0
        )
    )
    known = await talk.known()
    assert "hotline" not in known.stopped
    assert known.blocked == {"hotline"}
    await talk.says("START")  # nothing of ours is to be lifted: the carrier's block is
    assert not (await talk.known()).blocked


@pytest.mark.parametrize("sender", ["hotline", "alerts", "alerts2"])
@pytest.mark.parametrize("said", ["at once", "later"])
async def test_a_refusal_of_the_carrier_shows_its_block(
    store: Store, vault: Vault, talk: Talk, sender: str, said: str
) -> None:
    """21610 on any send, in the answer or by callback: somebody stopped that number, and we had not heard."""
    box = Outbox(store, sender, 1000, "w1")
    text = Outbound("r1", talk.person, vault.seal("+18605550111"), "words", sender)
    await store.commit(queued(text, vault, NOW))
    await box.take(NOW)
    if said == "at once":
        await box.failed("r1", SendError("opted out", outcome="refused", code=21610), NOW)
    else:
        await box.accepted("r1", SID)
        await callbacks.status(store, id_="r1", sid=SID, state="failed", code="21610")
    known: Any = await talk.known()
    assert known.blocked == known.stopped == {sender.rstrip("2")}
