"""The network fails when and how a test asks for it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from requests.exceptions import ConnectionError as BrokenConnection
from twilio.base.exceptions import TwilioRestException

from tests.simulator.network import ALERTS, RESIDENT, Network, Receiver, wait_until

if TYPE_CHECKING:
    from tests.simulator.conftest import Starter

NO_FAULTS: dict[str, Any] = {
    "latency_ms": 0,
    "drop_after_accept": 0,
    "fail_500": 0,
    "fail_429": 0,
    "lose_callbacks": 0,
    "duplicate_callbacks": 0,
    "shuffle_callbacks": 0,
    "seed": None,
}


@pytest.mark.parametrize(("number", "code"), [("+18605550191", 21211), ("+18605550194", 21610)])
def test_a_reserved_number_is_refused_at_create(network: Network, number: str, code: int) -> None:
    with pytest.raises(TwilioRestException) as caught:
        network.send(to=number)
    assert (caught.value.status, caught.value.code) == (400, code)
    assert network.phone(number) == []


@pytest.mark.parametrize(
    ("number", "way", "code"),
    [
        ("+18605550192", ["sent", "undelivered"], 30003),
        ("+18605550193", ["failed"], 30007),
        ("+18605550195", ["sent", "undelivered"], 30005),
    ],
)
def test_a_reserved_number_fails_on_the_way(
    network: Network, receiver: Receiver, number: str, way: list[str], code: int
) -> None:
    sid = network.send(to=number, status_callback=receiver.url("/status"))
    assert network.ends(sid) == way[-1]
    message = network.client.messages(sid).fetch()
    assert message.error_code == code
    assert message.error_message
    wait_until(lambda: receiver.statuses(sid) == way, what="every callback")
    codes = [hit.form.get("ErrorCode") for hit in receiver.hits]
    assert codes == [None] * (len(way) - 1) + [str(code)]


def test_over_the_rate_a_sender_gets_429_with_the_time_to_wait(start: Starter) -> None:
    slow = start(SIMULATOR_MPS="2")
    answers = [slow.create() for _ in range(3)]
    assert [answer.status for answer in answers] == [201, 201, 429]
    assert answers[-1].headers["retry-after"] == "1"
    assert answers[-1].json["code"] == 20429
    assert slow.create(From=ALERTS).status == 201  # another sender has a rate of its own
    assert len(slow.phone(RESIDENT)) == 3
    wait_until(lambda: slow.create().status == 201, 3, "room for one more")


def test_without_a_rate_everything_is_queued(network: Network) -> None:
    assert {network.create(Body=f"{n}").status for n in range(60)} == {201}


@pytest.mark.parametrize(("fault", "status", "code"), [("fail_500", 500, 20500), ("fail_429", 429, 20429)])
def test_a_failing_api_accepts_nothing(network: Network, fault: str, status: int, code: int) -> None:
    phone = f"+1860555{status + 2000}"
    network.faults(**{fault: 1})
    answer = network.create(To=phone)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert ("retry-after" in answer.headers) == (status == 429)
    assert network.phone(phone) == []


def test_a_dropped_answer_leaves_an_accepted_message(network: Network) -> None:
    phone = "+18605552001"
    network.faults(drop_after_accept=1)
    with pytest.raises(BrokenConnection):
        network.send("accepted all the same", to=phone)
    network.faults(drop_after_accept=0)
    (listed,) = network.client.messages.list(to=phone)
    assert listed.sid
    assert network.ends(listed.sid) == "delivered"


def test_latency_comes_after_acceptance(network: Network) -> None:
    phone = "+18605552002"
    network.faults(latency_ms=300)
    began = time.monotonic()
    network.send(to=phone)
    assert time.monotonic() - began >= 0.3
    assert len(network.phone(phone)) == 1


def test_the_same_seed_gives_the_same_faults(network: Network) -> None:
    def run() -> list[int]:
        network.faults(fail_500=0.3, fail_429=0.2, seed=11)
        return [network.create().status for _ in range(25)]

    first = run()
    assert set(first) == {201, 429, 500}
    assert run() == first


def test_lost_callbacks_never_come_and_duplicates_come_twice(network: Network, receiver: Receiver) -> None:
    network.faults(lose_callbacks=1)
    lost = network.send(status_callback=receiver.url("/status"))
    assert network.ends(lost) == "delivered"
    network.faults(lose_callbacks=0, duplicate_callbacks=1)
    twice = network.send(status_callback=receiver.url("/status"))
    expected = ["sent", "sent", "delivered", "delivered"]
    wait_until(lambda: receiver.statuses(twice) == expected, what="every callback twice")
    assert receiver.statuses(lost) == []


def test_shuffled_callbacks_overtake_each_other_but_all_come(network: Network, receiver: Receiver) -> None:
    network.faults(shuffle_callbacks=1, seed=3)
    sids = [network.send(f"{n}", status_callback=receiver.url("/status")) for n in range(12)]
    wait_until(lambda: len(receiver.hits) == 2 * len(sids), what="every callback")
    orders = {tuple(receiver.statuses(sid)) for sid in sids}
    assert orders == {("sent", "delivered"), ("delivered", "sent")}


def test_faults_are_set_one_by_one_read_and_reset(network: Network) -> None:
    assert network.get("/_faults").json == NO_FAULTS
    assert network.faults(fail_500=0.5) == NO_FAULTS | {"fail_500": 0.5}
    assert network.faults(seed=4, latency_ms=1) == NO_FAULTS | {"fail_500": 0.5, "seed": 4, "latency_ms": 1}
    assert network.get("/_faults").json["latency_ms"] == 1
    assert network.call("DELETE", "/_faults").json == NO_FAULTS


@pytest.mark.parametrize("wrong", [{"fail_500": 1.5}, {"fail_501": 1}, {"latency_ms": -1}, {"seed": "a"}])
def test_an_unknown_fault_is_refused_by_name(network: Network, wrong: dict[str, Any]) -> None:
    answer = network.call("POST", "/_faults", wrong)
    assert answer.status == 422
    assert next(iter(wrong)) in answer.json["error"]
    assert network.get("/_faults").json == NO_FAULTS
