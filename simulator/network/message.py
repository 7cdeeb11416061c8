"""One message, as the network keeps it, as Twilio's API shows it and as a phone shows it."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Final, Literal

from simulator.network.segments import segments

API_VERSION: Final = "2010-04-01"
ERRORS: Final = {
    30003: "Unreachable destination handset",
    30005: "Unknown destination handset",
    30007: "Message filtered",
    30036: "Validity period expired",
    63016: "Failed to send freeform message because you are outside the allowed window",
}
MOVING: Final = frozenset({"queued", "sent", "receiving"})

type Direction = Literal["inbound", "outbound-api", "outbound-reply"]
type Status = Literal["queued", "sent", "delivered", "undelivered", "failed", "receiving", "received"]


def new_sid(media: list[str]) -> str:
    """A fresh MessageSid: MM for a message with pictures, SM otherwise."""
    return ("MM" if media else "SM") + secrets.token_hex(16)


@dataclass(slots=True)
class Message:
    """One message. Times are seconds since 1970.

    Attributes:
        sender: Twilio's `From`.
        callback: address of status callbacks, empty for none.
        validity: seconds the message may wait in the queue.
        error: Twilio's error code, 0 for none.
        redacted: the API shows no body any more; the phone that got the text still has it.
        deleted: the API does not know it any more; the phone still has it.
        media_gone: places of the pictures that the account deleted; the phone still has them.
        copy: id of the inbound text that this one became at a listening number of the account, else empty.
        webhook: what the webhook answered to an inbound text: HTTP status, 0 for no answer, -1 for not asked.
        number: place in the log, from 0.
    """

    sid: str
    direction: Direction
    sender: str
    to: str
    body: str
    created: float
    media: list[str] = field(default_factory=list[str])
    status: Status = "queued"
    callback: str = ""
    service: str = ""
    validity: int = 36_000
    updated: float = 0
    sent: float = 0
    error: int = 0
    redacted: bool = False
    deleted: bool = False
    media_gone: list[int] = field(default_factory=list[int])
    copy: str = ""
    webhook: int = -1
    number: int = 0

    @property
    def phone(self) -> str:
        """The person's side of the message."""
        return self.sender if self.direction == "inbound" else self.to

    @property
    def line(self) -> str:
        """The account's side of the message."""
        return self.to if self.direction == "inbound" else self.sender

    @property
    def moving(self) -> bool:
        """Whether its status will still change."""
        return self.status in MOVING

    @property
    def segments(self) -> int:
        """Billed segments."""
        return segments(self.body)


# `number` is given again when the log is read.
KEPT: Final = frozenset(entry.name for entry in fields(Message)) - {"number"}


def media_sid(message: str, place: int) -> str:
    """The id of a picture of a message: always the same."""
    return "ME" + hashlib.md5(f"{message}/{place}".encode(), usedforsecurity=False).hexdigest()


def as_record(message: Message) -> dict[str, Any]:
    """The message as a line of the log."""
    record = asdict(message)
    del record["number"]
    return record


def as_resource(message: Message, account: str) -> dict[str, Any]:
    """The message as Twilio's API shows it (Messages resource, api_version 2010-04-01)."""
    uri = f"/{API_VERSION}/Accounts/{account}/Messages/{message.sid}"
    return {
        "account_sid": account,
        "api_version": API_VERSION,
        "body": "" if message.redacted else message.body,
        "date_created": _rfc2822(message.created),
        "date_sent": _rfc2822(message.sent) if message.sent else None,
        "date_updated": _rfc2822(message.updated or message.created),
        "direction": message.direction,
        "error_code": message.error or None,
        "error_message": ERRORS.get(message.error),
        "from": message.sender,
        "messaging_service_sid": message.service or None,
        "num_media": str(len(message.media)),
        "num_segments": str(message.segments),
        "price": None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": message.status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def as_phone_entry(message: Message) -> dict[str, Any]:
    """The message as the person's phone shows it; `sent` means that the phone sent it."""
    return {
        "sid": message.sid,
        "direction": "sent" if message.direction == "inbound" else "received",
        "from": message.sender,
        "to": message.to,
        "body": message.body,
        "media": message.media,
        "status": message.status,
        "num_segments": message.segments,
        "at": datetime.fromtimestamp(message.created, UTC).isoformat(timespec="milliseconds"),
        "error_code": message.error or None,
        "webhook_status": message.webhook if message.webhook >= 0 else None,
    }


def _rfc2822(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(int(seconds), UTC))
