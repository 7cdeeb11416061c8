"""A phone's text reaches the webhook as Twilio would bring it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator

from tests.simulator.network import ALERTS, HOTLINE, RESIDENT, Network, Receiver, wait_until

if TYPE_CHECKING:
    from tests.simulator.conftest import Starter

FIELDS = {
    "MessageSid", "SmsSid", "SmsMessageSid", "AccountSid", "From", "To", "Body", "NumMedia", "NumSegments",
    "SmsStatus", "ApiVersion", "FromCity", "FromState", "FromZip", "FromCountry", "ToCity", "ToState",
    "ToZip", "ToCountry",
}  # fmt: skip


@pytest.mark.parametrize(
    "body", ["What are my rights?", "¿Qué hago? 🚨", "ماذا أفعل", " a  b\n+&=%", "x" * 1600]
)
def test_a_text_is_posted_whole_and_signed(network: Network, receiver: Receiver, body: str) -> None:
    answer = network.text(RESIDENT, body)
    (hit,) = receiver.hits
    assert answer.json == {"sid": hit.form["MessageSid"], "webhook_status": 200}
    assert set(hit.form) == FIELDS
    assert (hit.form["From"], hit.form["To"], hit.form["Body"]) == (RESIDENT, HOTLINE, body)
    assert hit.form["SmsSid"] == hit.form["SmsMessageSid"] == hit.form["MessageSid"]
    signature = hit.headers["x-twilio-signature"]
    assert RequestValidator(network.token).validate(receiver.url(), hit.form, signature)
    assert not RequestValidator("another").validate(receiver.url(), hit.form, signature)


def test_a_photo_without_words_has_its_address_and_kind(network: Network, receiver: Receiver) -> None:
    media = ["/media/street.png", "https://example.org/b.jpg?x=1"]
    answer = network.text(RESIDENT, "", media=media)
    form = receiver.hits[0].form
    assert answer.json["sid"].startswith("MM")
    assert (form["Body"], form["NumMedia"]) == ("", "2")
    for place, kind in enumerate(("image/png", "image/jpeg")):
        assert f"/Messages/{answer.json['sid']}/Media/ME" in form[f"MediaUrl{place}"]
        assert form[f"MediaContentType{place}"] == kind
    with_picture = network.phone(RESIDENT)[-1]
    assert with_picture["media"] == [f"{network.base}/media/street.png", media[1]]


def test_a_channel_brings_its_own_fields(network: Network, receiver: Receiver) -> None:
    assert network.text("whatsapp:+18605553001", "hola").status == 200
    form = receiver.hits[0].form
    assert (form["From"], form["To"]) == ("whatsapp:+18605553001", f"whatsapp:{HOTLINE}")
    assert form["WaId"] == "18605553001"
    assert "FromCity" not in form


def test_the_phone_lists_what_it_sent_and_received_oldest_first(network: Network) -> None:
    phone = "+18605553002"
    sent = network.text(phone, "hola", to=ALERTS).json["sid"]
    received = network.send("buenas", to=phone)
    network.ends(received)
    first, second = network.phone(phone)
    assert first.pop("at") <= second.pop("at")
    shape = {"media": [], "num_segments": 1, "error_code": None}
    assert first == shape | {
        "sid": sent, "direction": "sent", "from": phone, "to": ALERTS, "body": "hola", "status": "received",
        "webhook_status": 200,
    }  # fmt: skip
    assert second == shape | {
        "sid": received, "direction": "received", "from": HOTLINE, "to": phone, "body": "buenas",
        "status": "delivered", "webhook_status": None,
    }  # fmt: skip
    assert network.client.messages(sent).fetch().direction == "inbound"
    assert [one["sid"] for one in network.get(f"/phones/{phone}/messages?limit=1").json] == [received]


def test_a_replayed_sid_is_posted_again_and_kept_once(network: Network, receiver: Receiver) -> None:
    phone = "+18605553003"
    sid = network.text(phone, "once").json["sid"]
    assert network.text(phone, "once", sid=sid).json == {"sid": sid, "webhook_status": 200}
    assert len(network.phone(phone)) == 1
    assert receiver.hits[0].form == receiver.hits[1].form
    chosen = "SM" + "ab" * 16
    assert network.text(phone, "chosen", sid=chosen).json["sid"] == chosen
    assert network.text("+18605553004", "not mine", sid=chosen).status == 409


def test_what_the_webhook_answers_is_told_and_nothing_is_retried_unasked(
    network: Network, receiver: Receiver
) -> None:
    receiver.answers.extend([503, 403, 0])
    assert [network.text(RESIDENT, "a").json["webhook_status"] for _ in range(3)] == [503, 403, 0]
    assert len(receiver.hits) == 3


def test_retries_follow_a_dead_or_failing_webhook_only(network: Network, receiver: Receiver) -> None:
    receiver.answers.extend([0, 503, 200])
    assert network.text(RESIDENT, "a", retries=3).json["webhook_status"] == 200
    assert len(receiver.hits) == 3
    assert len({hit.form["MessageSid"] for hit in receiver.hits}) == 1
    assert len({hit.headers["i-twilio-idempotency-token"] for hit in receiver.hits}) == 1
    receiver.answers.append(403)
    assert network.text(RESIDENT, "b", retries=3).json["webhook_status"] == 403
    assert len(receiver.hits) == 4


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/phones/8605550111/send", {"body": "a"}, 422),
        ("/phones/+18605550111/send", {}, 422),
        ("/phones/+18605550111/send", {"body": "x" * 1601}, 422),
        ("/phones/+18605550111/send", {"body": "a", "to": "nobody"}, 422),
        ("/phones/+18605550111/send", {"body": "a", "sid": "SM1"}, 422),
        ("/phones/+18605550111/send", {"body": "a", "retries": 6}, 422),
        ("/phones/+18605550111/send", {"body": "a", "colour": "red"}, 422),
        ("/phones/+18605550111/send", ["a"], 400),
        ("/phones/+18605550111/send", b"not json", 400),
    ],
)
def test_a_malformed_request_gets_one_sentence(
    network: Network, receiver: Receiver, path: str, body: Any, status: int
) -> None:
    answer = network.call("POST", path, body)
    assert answer.status == status
    assert answer.json["error"].endswith(".")
    assert receiver.hits == []


@pytest.mark.parametrize(
    "word", ["STOP", " stop ", "Unsubscribe", "END", "quit", "cancel", "STOPALL", "revoke"]
)
def test_a_stop_word_blocks_that_sender_only_until_start(network: Network, word: str) -> None:
    phone = "+18605553010"
    network.text(phone, word)
    with pytest.raises(TwilioRestException) as caught:
        network.send(to=phone)
    assert caught.value.code == 21610
    network.send("alerts still come", to=phone, sender=ALERTS)
    network.text(phone, "Start")
    assert network.ends(network.send("back", to=phone)) == "delivered"


@pytest.mark.parametrize("words", ["please stop", "STOP NOW", "alto", "1", "HELP"])
def test_other_words_block_nothing(network: Network, words: str) -> None:
    phone = "+18605553011"
    network.text(phone, words)
    assert network.ends(network.send(to=phone)) == "delivered"


def test_a_stop_word_on_a_channel_blocks_nothing(network: Network) -> None:
    phone = "whatsapp:+18605553012"
    network.text(phone, "STOP")
    assert network.ends(network.send(to=phone, sender=f"whatsapp:{HOTLINE}")) == "delivered"


def test_a_blocked_phone_still_reaches_the_webhook(network: Network, receiver: Receiver) -> None:
    phone = "+18605553013"
    network.text(phone, "STOP")
    assert network.text(phone, "ICE is at my door").json["webhook_status"] == 200
    assert [hit.form["Body"] for hit in receiver.hits] == ["STOP", "ICE is at my door"]


def test_the_networks_own_replies_are_off_unless_asked_for(network: Network, start: Starter) -> None:
    phone = "+18605553014"
    network.text(phone, "STOP")
    assert len(network.phone(phone)) == 1
    talkative = start(SIMULATOR_OPT_OUT_REPLIES="true")
    for word in ("HELP", "STOP", "STOP", "HELP", "START", "START"):
        talkative.text(phone, word)

    def replies() -> list[str]:
        return [
            one["body"][:33]
            for one in talkative.phone(phone)
            if one["direction"] == "received" and one["status"] == "delivered"
        ]

    expected = [
        "Reply STOP to unsubscribe. Msg&Da",
        "You have successfully been unsubs",
        "You have successfully been re-sub",
    ]
    wait_until(lambda: replies() == expected, what="three replies")


def test_phones_lists_the_demo_people_and_whoever_texted(network: Network) -> None:
    network.text("+18605553015", "hola")
    rows = {row["number"]: row for row in network.get("/phones").json}
    assert rows["+18605550101"]["name"] == "Responder 1"
    assert rows["+18605550103"]["role"] == "organizer"
    assert [rows[f"+186055501{n}"]["name"] for n in (11, 20)] == ["Resident 1", "Resident 10"]
    assert rows["+18605553015"]["messages"] == 1
