"""What residents text in a measurement, and the form and signature Twilio would send it with."""

from __future__ import annotations

import random
import re
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlencode

from twilio.request_validator import RequestValidator

from hotline.settings import DEMO_SID, DEMO_TOKEN, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

HOTLINE: Final = "+18605550100"
PATH: Final = "/twilio/inbound"
EXAMPLES: Final = ROOT / "nlu_data" / "nlu"
# Urgent texts are mixed in by number, and nobody shall leave the line while it is measured.
LEFT_OUT: Final = ("report_raid.", "unsubscribe_alerts.", "delete_my_data.")
URGENT: Final = (
    "ICE is at {spot} right now, two cars",
    "la migra esta en la {spot}, se llevan a un señor",
)
URGENT_EVERY: Final = 20  # one text in twenty
LONG_EVERY: Final = 7
TEXTS_EACH: Final = 3  # of one resident
# Far from each other: a second report of one event is one more witness, and pages nobody again.
STREETS: Final = (
    "Park Street", "Broad Street", "Ward Street", "Main Street", "Washington Street", "Lafayette Street",
    "Franklin Avenue", "Albany Avenue", "Maple Avenue", "Farmington Avenue", "Capitol Avenue",
)  # fmt: skip
FIRST_HOUSE: Final = 1000  # four digits: no house number is part of another one
HOUSES: Final = 90

_validator = RequestValidator(DEMO_TOKEN)


class Request(NamedTuple):
    """One webhook: the MessageSid it carries, its body and its headers."""

    sid: str
    body: bytes
    headers: dict[str, str]


def phone(number: int) -> str:
    """A phone that can belong to nobody: no exchange begins with 0."""
    return f"+1860{number:07}"


@cache
def questions() -> tuple[str, ...]:
    """Some 2,500 short texts in English and Spanish, the assistant's own examples, always in the same order.

    So many, because a few would measure how well something remembers them.
    """
    found: list[str] = []
    for path in sorted(EXAMPLES.glob("*.e[ns].yml")):
        if not path.name.startswith(LEFT_OUT):
            found += re.findall(r"^ +- (\S.*)$", path.read_text(), re.MULTILINE)
    random.Random(1).shuffle(found)
    return tuple(text.replace("[immigration status]", "undocumented") for text in found)


def question(number: int) -> str:
    """The n-th question of a day."""
    return questions()[number % len(questions())]


def mixed(number: int) -> str:
    """The words of the n-th text of a day: questions, some of them long, now and then an urgent report."""
    if number % URGENT_EVERY == 0:
        return urgent(number // URGENT_EVERY)
    more = f"? {question(number + 7)}, {question(number + 8)} 🙏" if number % LONG_EVERY == 0 else ""
    return question(number) + more


def urgent(number: int) -> str:
    """An urgent report from a place of its own."""
    return URGENT[number % len(URGENT)].format(spot=spot(number))


def spot(number: int) -> str:
    """The place of the n-th urgent report: 990 of them, then the first again."""
    house = FIRST_HOUSE + number // len(STREETS) % HOUSES * 100
    return f"{house} {STREETS[number % len(STREETS)]}"


def form(number: int, sender: str, words: str) -> dict[str, str]:
    """The twenty fields Twilio sends with a text (twilio.com/docs/messaging/guides/webhook-request)."""
    sid = f"SM{number:032x}"
    return {
        "ToCountry": "US",
        "ToState": "CT",
        "SmsMessageSid": sid,
        "NumMedia": "0",
        "ToCity": "",
        "FromZip": "06106",
        "SmsSid": sid,
        "FromState": "CT",
        "SmsStatus": "received",
        "FromCity": "HARTFORD",
        "Body": words,
        "FromCountry": "US",
        "To": HOTLINE,
        "MessagingServiceSid": "MG" + "0" * 32,
        "ToZip": "",
        "NumSegments": "1",
        "MessageSid": sid,
        "AccountSid": DEMO_SID,
        "From": sender,
        "ApiVersion": "2010-04-01",
    }


def signed(url: str, fields: dict[str, str]) -> Request:
    """The webhook as Twilio sends it, signed by Twilio's own package."""
    sid = fields["MessageSid"]
    headers = {
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
        "X-Twilio-Signature": _validator.compute_signature(url, fields),
        "I-Twilio-Idempotency-Token": f"{sid[2:10]}-0000-4000-8000-{sid[-12:]}",
    }
    return Request(sid, urlencode(fields).encode(), headers)


def day(url: str, first: int, count: int) -> Iterator[Request]:
    """Texts of many residents, each with a MessageSid of its own."""
    for number in range(first, first + count):
        yield signed(url, form(number, phone(number // TEXTS_EACH), mixed(number)))
