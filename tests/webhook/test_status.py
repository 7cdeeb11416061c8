"""Status callbacks: signed, forward only, and never an error for a text we do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

import pytest

from hotline.messaging import status_callbacks
from hotline.messaging.outbox import Outbound, Outbox, queued
from hotline.store import Commit, Store, keys
from tests.stage.door import PUBLIC, STATUS, sign

if TYPE_CHECKING:
    from hotline.privacy.vault import Vault
    from tests.stage.door import Door

SID = "SM" + "4" * 32
NOW = 1_800_000_000.0


def callback(state: str, sid: str = SID, **more: str) -> str:
    fields = {
        "ApiVersion": "2010-04-01",
        "MessageStatus": state,
        "SmsSid": sid,
        "SmsStatus": state,
        "To": "+18605550111",
        "From": "+18605550100",
        "MessageSid": sid,
        "AccountSid": "AC" + "0" * 32,
    }
    return urlencode(fields | more)


@pytest.fixture
async def sent(store: Store, vault: Vault) -> Outbox:
    """An outbox whose text r1 the carrier has taken."""
    box = Outbox(store, "hotline", 1000, "w1")
    await store.commit(queued(Outbound("r1", "p1", vault.seal("+18605550111"), "words"), vault, NOW))
    await box.take(NOW)
    await box.accepted("r1", SID)
    return box


async def test_a_status_moves_forward_only(door: Door, sent: Outbox) -> None:
    seen: list[str] = []
    for state in ("queued", "sent", "sending", "delivered", "sent", "undelivered", "failed"):
        assert (await door.text(callback(state), STATUS)).status == 200
        seen.append((await sent.read("r1"))["status"])
    assert seen == ["queued", "sent", "sent", "delivered", "delivered", "delivered", "delivered"]


async def test_a_failure_keeps_its_code_and_lets_the_number_go(door: Door, sent: Outbox) -> None:
    await door.text(callback("undelivered", ErrorCode="30003"), STATUS)
    fields = await sent.read("r1")
    assert (fields["status"], fields["code"]) == ("undelivered", "30003")
    assert not {"address", "body"} & set(fields)


@pytest.mark.parametrize("state", ["delivered", "partially_delivered", "a state of next year"])
async def test_a_status_of_a_text_we_do_not_know_is_no_error_and_keeps_nothing(
    door: Door, store: Store, state: str
) -> None:
    answer = await door.text(callback(state), STATUS)
    assert (answer.status, answer.text) == (200, '<?xml version="1.0" encoding="UTF-8"?><Response/>')
    assert await store.redis.dbsize() == 0


async def test_a_status_we_do_not_know_changes_nothing(door: Door, sent: Outbox) -> None:
    before = await sent.read("r1")
    assert (await door.text(callback("a state of next year"), STATUS)).status == 200
    assert await sent.read("r1") == before


async def test_a_callback_with_our_id_proves_a_send_whose_answer_was_lost(
    door: Door, store: Store, vault: Vault
) -> None:
    box = Outbox(store, "hotline", 1000, "w1")
    await store.commit(queued(Outbound("b1:p/1", "p1", vault.seal("+18605550111"), "words"), vault, NOW))
    await box.take(NOW)
    assert (await door.text(callback("sent"), f"{STATUS}?intent=b1%3Ap%2F1")).status == 200
    fields = await box.read("b1:p/1")
    assert (fields["state"], fields["sid"], fields["status"]) == ("sent", SID, "sent")
    assert await box.unresolved(NOW + 100, 0) == []


async def test_our_id_is_part_of_what_is_signed(door: Door, sent: Outbox) -> None:
    form = callback("delivered")
    signed = sign(form, f"{PUBLIC}{STATUS}?intent=other")
    assert (await door.post(form, f"{STATUS}?intent=r1", X_Twilio_Signature=signed)).status == 403
    assert "status" not in await sent.read("r1")


async def test_an_unsigned_status_changes_nothing(door: Door, sent: Outbox) -> None:
    assert (await door.post(callback("delivered"), STATUS)).status == 403
    assert "status" not in await sent.read("r1")


@pytest.mark.parametrize("lacking", ["MessageStatus", "MessageSid"])
async def test_a_callback_without_its_facts_is_refused(door: Door, sent: Outbox, lacking: str) -> None:
    form = callback("delivered").replace(f"{lacking}=", f"Not{lacking}=")
    answer = await door.text(form, STATUS)
    assert (answer.status, answer.text) == (400, f"{lacking} is missing.")
    assert "status" not in await sent.read("r1")


class Overtaken(Store):
    """A store whose first commit is held up until a later callback of the same text is through."""

    held_up = False

    async def commit(self, commit: Commit) -> None:
        if not self.held_up:
            self.held_up = True
            await status_callbacks.status(self, id_="", sid=SID, state="delivered", code="")
        await super().commit(commit)


async def test_a_callback_that_is_overtaken_on_its_way_does_not_move_the_state_back(sent: Outbox) -> None:
    """Twilio does not keep their order, and two may be handled at the same instant."""
    overtaken = Overtaken(sent.store.url, "hartford")
    await status_callbacks.status(overtaken, id_="", sid=SID, state="sent", code="")
    await overtaken.close()
    assert (await sent.read("r1"))["status"] == "delivered"


async def test_a_broadcast_counts_what_became_of_each_text(door: Door, store: Store, vault: Vault) -> None:
    box = Outbox(store, "alerts", 1000, "w1")
    text = Outbound("b7:p1", "p1", vault.seal("+18605550111"), "words", sender="alerts", broadcast="7")
    await store.commit(queued(text, vault, NOW))
    await box.take(NOW)
    await box.accepted("b7:p1", SID)
    await cast("Any", store.redis.expire(keys.broadcast_ledger("7"), 60))
    await door.text(callback("delivered"), STATUS)
    assert await cast("Any", store.redis.hgetall(keys.broadcast_ledger("7"))) == {"p1": "delivered"}


ABSURD = ["9" * 5000, "-1", "30003.5", "٣٠٠٠٣", "1e9", "0x7533", "abc", " ", "³"]


@pytest.mark.parametrize("code", ABSURD)
async def test_a_code_that_is_no_code_is_unknown_and_the_status_still_counts(
    door: Door, sent: Outbox, code: str
) -> None:
    """Never an error: Twilio would not tell us again."""
    assert (await door.text(callback("undelivered", ErrorCode=code), STATUS)).status == 200
    fields = await sent.read("r1")
    assert (fields["status"], fields["code"]) == ("undelivered", "")
