"""A number of the account that only listens: what is delivered to it comes in, whoever sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from twilio.request_validator import RequestValidator

from simulator.settings import SimulatorError, load_settings
from tests.simulator.network import ALERTS, RESIDENT, Network, Receiver, wait_until

if TYPE_CHECKING:
    from tests.simulator.conftest import Starter

CANARY = "+18605550190"


def inbound(receiver: Receiver) -> list[dict[str, str]]:
    """Inbound texts that the account's server got, in order."""
    return [hit.form for hit in list(receiver.hits) if hit.form.get("SmsStatus") == "received"]


def posted(receiver: Receiver, count: int = 1) -> list[dict[str, str]]:
    wait_until(lambda: len(inbound(receiver)) >= count, what="the inbound text")
    return inbound(receiver)


@pytest.mark.parametrize("sender", [ALERTS, "+18605559999"])
def test_what_is_delivered_to_a_canary_is_posted_signed_as_a_text_from_its_sender(
    start: Starter, receiver: Receiver, sender: str
) -> None:
    network = start(SIMULATOR_CANARIES=CANARY)
    sid = network.send("Confirmed: 12 Park St ñ", to=CANARY, sender=sender)
    (form,) = posted(receiver)
    assert (form["From"], form["To"], form["Body"]) == (sender, CANARY, "Confirmed: 12 Park St ñ")
    assert form["MessageSid"] not in ("", sid)
    hit = next(hit for hit in receiver.hits if hit.form is form)
    signature = hit.headers["x-twilio-signature"]
    assert RequestValidator(network.token).validate(receiver.url(), hit.form, signature)
    assert network.ends(sid) == "delivered"


def test_a_text_to_anybody_else_is_not_posted(start: Starter, receiver: Receiver) -> None:
    network = start(SIMULATOR_CANARIES=f"{CANARY}, +18605550189")
    network.ends(network.send(to=RESIDENT, sender=ALERTS))
    network.send("to the second canary", to="+18605550189", sender=ALERTS)
    assert [form["To"] for form in posted(receiver)] == ["+18605550189"]


def test_without_the_setting_no_number_listens(network: Network, receiver: Receiver) -> None:
    network.ends(network.send(to=CANARY, sender=ALERTS))
    network.text(RESIDENT, "hola")
    assert [form["From"] for form in inbound(receiver)] == [RESIDENT]


def test_what_a_canary_got_is_posted_again_until_the_webhook_takes_it(
    start: Starter, receiver: Receiver
) -> None:
    network = start(SIMULATOR_CANARIES=CANARY)
    receiver.answers += [503, 0, 200]
    network.send("once", to=CANARY, sender=ALERTS)
    forms = posted(receiver, 3)
    assert len({form["MessageSid"] for form in forms}) == 1
    wait_until(lambda: network.phone(CANARY)[0]["webhook_status"] == 200, what="the answer being kept")


def test_what_a_canary_got_before_a_kill_is_posted_after_it_under_the_same_id(
    start: Starter, receiver: Receiver
) -> None:
    network = start(SIMULATOR_CANARIES=CANARY)
    receiver.answers += [503] * 3
    network.send("once", to=CANARY, sender=ALERTS)
    posted(receiver)
    network.kill()
    receiver.answers.clear()
    before = len(inbound(receiver))
    network.start()
    forms = posted(receiver, before + 1)
    assert len({form["MessageSid"] for form in forms}) == 1
    wait_until(lambda: network.phone(CANARY)[0]["webhook_status"] == 200, what="the answer being kept")
    network.kill()
    network.start()
    network.text(RESIDENT, "hola")  # comes after whatever a start posts
    assert [form["From"] for form in inbound(receiver)[before + 1 :]] == [RESIDENT]


def test_a_canary_that_is_no_number_is_refused() -> None:
    with pytest.raises(SimulatorError, match="SIMULATOR_CANARIES: write the number as"):
        load_settings(_env_file=None, simulator_canaries="+18605550190,bird")
