"""Status callbacks come signed, in order, to the address as given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twilio.request_validator import RequestValidator

from tests.simulator.network import HOTLINE, RESIDENT, Network, Receiver, wait_until

if TYPE_CHECKING:
    from tests.simulator.conftest import Starter
    from tests.simulator.network import Hit

TOKEN = "another-token-of-this-test"


def is_signed(hit: Hit, url: str, token: str) -> bool:
    return RequestValidator(token).validate(url, hit.form, hit.headers["x-twilio-signature"])


def test_sent_then_delivered_each_signed_over_the_whole_address(network: Network, receiver: Receiver) -> None:
    url = receiver.url("/twilio/status?intent=42&note=a%2Fb%20c")
    sid = network.send(status_callback=url)
    wait_until(lambda: receiver.statuses(sid) == ["sent", "delivered"], what="both callbacks")
    for hit in receiver.hits:
        assert hit.path == "/twilio/status?intent=42&note=a%2Fb%20c"
        assert is_signed(hit, url, network.token)
        assert not is_signed(hit, url.replace("42", "43"), network.token)
        assert hit.headers["i-twilio-idempotency-token"]
    assert receiver.hits[0].form == {
        "AccountSid": network.sid,
        "ApiVersion": "2010-04-01",
        "From": HOTLINE,
        "MessageSid": sid,
        "MessageStatus": "sent",
        "SmsSid": sid,
        "SmsStatus": "sent",
        "To": RESIDENT,
    }


def test_hundreds_of_messages_keep_the_order_of_each(network: Network, receiver: Receiver) -> None:
    sids = [network.send(f"{n}", status_callback=receiver.url("/status")) for n in range(200)]
    wait_until(lambda: len(receiver.hits) == 400, 20, "every callback")
    assert {tuple(receiver.statuses(sid)) for sid in sids} == {("sent", "delivered")}


def test_a_broken_callback_is_made_once_more_and_a_refused_one_is_not(
    network: Network, receiver: Receiver
) -> None:
    receiver.answers.extend([0, 200, 500])
    sid = network.send(status_callback=receiver.url("/status"))
    wait_until(lambda: len(receiver.hits) == 3, what="three requests")
    assert receiver.statuses(sid) == ["sent", "sent", "delivered"]
    first, again = receiver.hits[0].headers, receiver.hits[1].headers
    assert first["i-twilio-idempotency-token"] == again["i-twilio-idempotency-token"]
    following = network.send(status_callback=receiver.url("/status"))
    wait_until(lambda: receiver.statuses(following) == ["sent", "delivered"], what="both callbacks")
    assert receiver.statuses(sid) == ["sent", "sent", "delivered"]


def test_a_deaf_server_does_not_hold_messages_up(network: Network) -> None:
    assert network.ends(network.send(status_callback="http://127.0.0.1:9/status")) == "delivered"


def test_a_public_address_is_signed_but_its_server_is_called(start: Starter, receiver: Receiver) -> None:
    network = start(PUBLIC_BASE_URL="https://line.example.org", TWILIO_AUTH_TOKEN=TOKEN)
    url = "https://line.example.org/twilio/status?intent=7"
    sid = network.send(status_callback=url)
    wait_until(lambda: receiver.statuses(sid) == ["sent", "delivered"], what="both callbacks")
    assert all(is_signed(hit, url, TOKEN) for hit in receiver.hits)
    receiver.clear()
    assert network.text(RESIDENT, "hola").json["webhook_status"] == 200
    assert is_signed(receiver.hits[0], "https://line.example.org/twilio/inbound", TOKEN)


def test_a_message_that_waited_too_long_fails(start: Starter, receiver: Receiver) -> None:
    network = start(SIMULATOR_DELIVERY_MS="1100")
    sid = network.send(validity_period=1, status_callback=receiver.url("/status"))
    assert network.ends(sid) == "failed"
    assert network.client.messages(sid).fetch().error_code == 30036
