"""The official client finds the Messages API it knows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from simulator.log.book import Book
from simulator.network.channels import is_shut
from simulator.network.message import Message
from tests.simulator.network import ALERTS, HOTLINE, OTHER, RESIDENT, Network, Rebased

if TYPE_CHECKING:
    from collections.abc import Callable

MISSING = "SM" + "0" * 32


def code_of(call: Callable[[], object]) -> tuple[int, int]:
    """HTTP status and Twilio's code of a refusal."""
    with pytest.raises(TwilioRestException) as caught:
        call()
    return caught.value.status, int(caught.value.code or 0)


def test_a_created_message_is_queued_and_can_be_fetched(network: Network) -> None:
    message = network.client.messages.create(to=RESIDENT, from_=HOTLINE, body="hola 👋 " * 12)
    assert (message.status, message.direction, message.num_segments) == ("queued", "outbound-api", "2")
    assert (message.to, message.from_, message.date_sent) == (RESIDENT, HOTLINE, None)
    assert message.sid
    assert message.sid.startswith("SM")
    assert network.ends(message.sid) == "delivered"
    fetched = network.client.messages(message.sid).fetch()
    assert (fetched.body, fetched.error_code) == (message.body, None)
    assert fetched.date_sent
    assert fetched.date_created
    assert fetched.date_created <= fetched.date_sent <= datetime.now(UTC) + timedelta(seconds=1)


def test_a_message_with_a_picture_has_an_id_and_a_count_of_its_own_kind(network: Network) -> None:
    message = network.client.messages.create(
        to=RESIDENT, from_=HOTLINE, media_url=["https://example.org/a.png"]
    )
    assert message.sid
    assert message.sid.startswith("MM")
    assert message.num_media == "1"


def test_a_messaging_service_sends_from_the_hotline(network: Network) -> None:
    service = "MG" + "a" * 32
    message = network.client.messages.create(to=RESIDENT, messaging_service_sid=service, body="Hi")
    assert (message.from_, message.messaging_service_sid) == (HOTLINE, service)


def test_the_list_is_newest_first_and_filtered(network: Network) -> None:
    phone = "+18605551001"
    sids = [network.send(f"n{n}", to=phone, sender=(HOTLINE, ALERTS)[n % 2]) for n in range(6)]
    network.send("not for that phone", to=OTHER)
    assert [row.sid for row in network.client.messages.list(to=phone)] == sids[::-1]
    assert [row.sid for row in network.client.messages.list(to=phone, from_=ALERTS)] == sids[5::-2]
    network.text(phone, "from the phone")
    assert [row.body for row in network.client.messages.list(from_=phone)] == ["from the phone"]


def test_pages_follow_each_other_while_texts_arrive(network: Network) -> None:
    phone = "+18605551002"
    sids = [network.send(f"n{n}", to=phone) for n in range(23)]
    seen: list[str | None] = []
    for row in network.client.messages.stream(to=phone, page_size=5):
        if len(seen) == 7:
            network.send("arrives meanwhile", to=phone)
        seen.append(row.sid)
    assert seen == sids[::-1]
    page = network.client.messages.page(to=phone, page_size=20)
    assert len(list(page)) == 20
    assert page.next_page_url
    following = page.next_page()
    assert following
    assert len(list(following)) == 4
    assert following.next_page_url is None


def test_the_list_knows_when_a_message_was_sent(network: Network) -> None:
    phone = "+18605551003"
    sid = network.send("dated", to=phone)
    network.ends(sid)
    now = datetime.now(UTC)
    listed = network.client.messages.list

    def found(**limits: object) -> bool:
        return [row.sid for row in listed(to=phone, **limits)] == [sid]  # pyright: ignore[reportArgumentType] - names are the client's own

    assert found(date_sent=now.date())
    assert found(date_sent_after=now - timedelta(minutes=1))
    assert found(date_sent_before=now + timedelta(minutes=1))
    assert found(date_sent_after=now.date().isoformat(), date_sent_before=now.date().isoformat())
    assert not found(date_sent_after=now + timedelta(minutes=1))
    assert not found(date_sent_before=now - timedelta(minutes=1))
    assert not found(date_sent=(now - timedelta(days=1)).date())
    assert not found(date_sent_before=(now - timedelta(days=1)).date().isoformat())


def test_redaction_empties_the_record_but_not_the_phone(network: Network) -> None:
    phone = "+18605551004"
    sid = network.send("between us", to=phone)
    network.ends(sid)
    assert network.client.messages(sid).update(body="").body == ""
    assert network.client.messages(sid).fetch().body == ""
    assert [one["body"] for one in network.phone(phone)] == ["between us"]
    assert code_of(lambda: network.client.messages(sid).update(body="other words")) == (400, 20001)


def test_a_deleted_message_is_gone_from_the_record_only(network: Network) -> None:
    phone = "+18605551005"
    sid = network.send("forget this", to=phone)
    network.ends(sid)
    assert network.client.messages(sid).delete()
    assert code_of(lambda: network.client.messages(sid).fetch()) == (404, 20404)
    assert network.client.messages.list(to=phone) == []
    assert [one["body"] for one in network.phone(phone)] == ["forget this"]


def test_a_message_on_its_way_cannot_be_changed(start: Callable[..., Network]) -> None:
    slow = start(SIMULATOR_DELIVERY_MS="60000")
    sid = slow.send()
    assert code_of(lambda: slow.client.messages(sid).delete()) == (409, 20009)
    assert code_of(lambda: slow.client.messages(sid).update(body="")) == (409, 20009)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"from_": HOTLINE, "to": ""}, 21604),
        ({"to": RESIDENT}, 21603),
        ({"to": RESIDENT, "from_": HOTLINE, "body": ""}, 21602),
        ({"to": RESIDENT, "from_": HOTLINE, "body": "x" * 1601}, 21617),
        ({"to": "8605550111", "from_": HOTLINE}, 21211),
        ({"to": "+1 860", "from_": HOTLINE}, 21211),
        ({"to": "whatsapp:8605550111", "from_": HOTLINE}, 21211),
        ({"to": RESIDENT, "from_": "+"}, 21212),
        ({"to": HOTLINE, "from_": HOTLINE}, 21266),
        ({"to": f"whatsapp:{RESIDENT}", "from_": HOTLINE}, 21910),
        ({"to": RESIDENT, "from_": f"whatsapp:{HOTLINE}"}, 21910),
        ({"to": "messenger:2418", "from_": f"whatsapp:{HOTLINE}"}, 21910),
        ({"to": f"whatsapp:{RESIDENT}", "from_": "whatsapp:+18605550166"}, 63007),
        ({"to": "messenger:2418", "from_": "messenger:999"}, 63007),
        ({"to": RESIDENT, "messaging_service_sid": "MG1"}, 21701),
        ({"to": RESIDENT, "from_": HOTLINE, "status_callback": "http://a_b/status"}, 21609),
        ({"to": RESIDENT, "from_": HOTLINE, "status_callback": "status"}, 21609),
        ({"to": RESIDENT, "from_": HOTLINE, "validity_period": 36001}, 21621),
    ],
)
def test_what_twilio_refuses_is_refused_with_its_code(
    network: Network, asked: dict[str, str], expected: int
) -> None:
    before = len(network.phone(RESIDENT))
    assert code_of(lambda: network.client.messages.create(**{"body": "Hi", **asked})) == (400, expected)
    assert len(network.phone(RESIDENT)) == before


def test_1600_characters_are_accepted(network: Network) -> None:
    sid = network.send("á" * 1600, validity_period=36000)
    assert network.client.messages(sid).fetch().num_segments == "24"


def test_channels_are_addresses_too(network: Network) -> None:
    asked = network.text("whatsapp:+18605551006", "hola").json["sid"]
    sid = network.send("Hi", to="whatsapp:+18605551006", sender=f"whatsapp:{HOTLINE}")
    assert network.ends(sid) == "delivered"
    assert [one["sid"] for one in network.phone("whatsapp:+18605551006")] == [asked, sid]


@pytest.mark.parametrize("wrote_to", ["", ALERTS])
def test_who_did_not_write_to_a_sender_on_a_channel_within_a_day_is_not_reached_from_it(
    network: Network, wrote_to: str
) -> None:
    """Taken, and then failed: Twilio says so by callback (63016). Plain texts have no such window."""
    phone = f"whatsapp:+1860555101{len(wrote_to) % 10}"
    if wrote_to:
        network.text(phone, "hola", to=f"whatsapp:{wrote_to}")
    sid = network.send("Hi", to=phone, sender=f"whatsapp:{HOTLINE}")
    assert network.ends(sid) == "failed"
    assert network.client.messages(sid).fetch().error_code == 63016


def test_the_window_of_a_channel_shuts_a_day_after_the_last_message() -> None:
    book, day = Book(), 24 * 3600
    heard = Message("SM1", "inbound", f"whatsapp:{RESIDENT}", f"whatsapp:{HOTLINE}", "hola", created=1000)
    book.add(heard)
    ends = (heard.sender, heard.to)
    assert [is_shut(book, *ends, now) for now in (1000, 1000 + day, 1001 + day)] == [False, False, True]
    assert not is_shut(book, RESIDENT, HOTLINE, 9e9)


def test_a_refusal_has_twilios_shape(network: Network) -> None:
    answer = network.get(f"/2010-04-01/Accounts/{network.sid}/Messages.json")
    assert answer.status == 401
    assert answer.json == {
        "code": 20003,
        "message": "Authenticate",
        "more_info": "https://www.twilio.com/docs/errors/20003",
        "status": 401,
    }


@pytest.mark.parametrize(("sid", "token"), [("", "wrong"), ("AC" + "1" * 32, ""), ("AC" + "1" * 32, "wrong")])
def test_only_the_account_with_its_token_is_let_in(network: Network, sid: str, token: str) -> None:
    http = Rebased(network.base)
    client = Client(sid or network.sid, token or network.token, http_client=http)
    assert code_of(lambda: client.messages.create(to=RESIDENT, from_=HOTLINE, body="Hi")) == (401, 20003)
    assert http.session
    http.session.close()


def test_what_is_not_there_is_a_404_in_twilios_shape(network: Network) -> None:
    assert code_of(lambda: network.client.messages(MISSING).fetch()) == (404, 20404)
    assert code_of(network.client.api.accounts("AC" + "1" * 32).messages(MISSING).fetch) == (404, 20404)
    assert code_of(network.client.incoming_phone_numbers("PN" + "0" * 32).fetch) == (404, 20404)
