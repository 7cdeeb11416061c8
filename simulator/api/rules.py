"""What Twilio accepts as a new message, and the error code of what it does not."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

from simulator.network import reserved
from simulator.network.channels import PERSON, channel_of
from simulator.network.message import Message, new_sid
from simulator.refusal import Refusal

if TYPE_CHECKING:
    from simulator.log.book import Book
    from simulator.network.channels import Channels

type Form = dict[str, list[str]]

LONGEST_BODY: Final = 1_600
_SENDER: Final = re.compile(rf"{PERSON.pattern}|\d{{5,6}}|(?=.*[A-Za-z])[A-Za-z0-9 ]{{1,11}}")
_SERVICE: Final = re.compile(r"MG[0-9a-fA-F]{32}")


def is_person(address: str) -> bool:
    """Whether an address can be a person's: E.164, or with a channel's prefix."""
    return bool(PERSON.fullmatch(address))


def read_form(body: bytes) -> Form:
    """The fields of a form; repeated ones keep their order, blank ones stay.

    Raises:
        Refusal: 20001, it is not a form in UTF-8.
    """
    try:
        return parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        raise Refusal(400, 20001, "The request body is not form-encoded UTF-8.") from None


def new_message(form: Form, book: Book, channels: Channels) -> Message:
    """A message as asked for, checked but not yet kept.

    Args:
        form: fields of the create request.
        book: knows who opted out.
        channels: the account's senders.

    Raises:
        Refusal: with Twilio's code.
    """
    to, sender = _first(form, "To"), _first(form, "From")
    body, media = _first(form, "Body"), [url for url in form.get("MediaUrl", []) if url]
    service = _service(form)
    _check_addresses(to, sender, service)
    sender = sender or channels.default(channel_of(to))
    channels.check(to, sender)
    if not body and not media:
        raise Refusal(400, 21602, "Message body is required.")
    if len(body) > LONGEST_BODY:
        raise Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
    reserved.refuse(to)
    if book.blocked(to, sender):
        raise Refusal.opted_out()
    return Message(
        sid=new_sid(media),
        direction="outbound-api",
        sender=sender,
        to=to,
        body=body,
        created=time.time(),
        media=media,
        callback=_callback(form),
        service=service,
        validity=_validity(form),
    )


def _check_addresses(to: str, sender: str, service: str) -> None:
    if not to:
        raise Refusal(400, 21604, "A 'To' phone number is required.")
    if not sender and not service:
        raise Refusal(400, 21603, "A 'From' phone number is required.")
    if not is_person(to):
        raise Refusal.invalid_to(to)
    if sender and not _SENDER.fullmatch(sender):
        raise Refusal(400, 21212, f"The 'From' number {sender} is not a valid phone number.")
    if to == sender:
        raise Refusal(400, 21266, "The 'To' and 'From' number cannot be the same.")


def _service(form: Form) -> str:
    service = _first(form, "MessagingServiceSid")
    if service and not _SERVICE.fullmatch(service):
        raise Refusal(400, 21701, "The Messaging Service does not exist.")
    return service


def _callback(form: Form) -> str:
    url = _first(form, "StatusCallback")
    if url and not _callable(url):
        raise Refusal(400, 21609, f"The 'StatusCallback' URL {url} is not a valid URL.")
    return url


def _callable(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    # Underscores: Twilio's own restriction on callback hosts.
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in (parts.hostname or "")


def _validity(form: Form) -> int:
    given = _first(form, "ValidityPeriod") or "36000"
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= 36_000):
        raise Refusal(400, 21621, "The 'ValidityPeriod' must be a number of seconds from 1 to 36000.")
    return int(given)


def _first(form: Form, name: str) -> str:
    return form.get(name, [""])[0]
