"""What Twilio posts to an account's server: a text that came in, and a new status of one that went out."""

from __future__ import annotations

import mimetypes
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from simulator.network.channels import channel_of, profile
from simulator.network.message import API_VERSION, media_sid

if TYPE_CHECKING:
    from simulator.network.message import Message, Status

# Where Twilio believes the two numbers to be; the empty one is common, and signed like any other.
_PLACE: Final = {
    "FromCity": "HARTFORD",
    "FromState": "CT",
    "FromZip": "06106",
    "FromCountry": "US",
    "ToCity": "",
    "ToState": "CT",
    "ToZip": "",
    "ToCountry": "US",
}


def inbound_form(message: Message, account: str, base: str) -> dict[str, str]:
    """Fields of Twilio's inbound webhook (facts T46 and T47); pictures stand under the API, at `base`."""
    form = {
        "MessageSid": message.sid,
        "SmsSid": message.sid,
        "SmsMessageSid": message.sid,
        "AccountSid": account,
        "From": message.sender,
        "To": message.to,
        "Body": message.body,
        "NumMedia": str(len(message.media)),
        "NumSegments": str(message.segments),
        "SmsStatus": "received",
        "ApiVersion": API_VERSION,
    }
    for place, url in enumerate(message.media):
        resource = f"/{API_VERSION}/Accounts/{account}/Messages/{message.sid}/Media"
        form[f"MediaUrl{place}"] = f"{base}{resource}/{media_sid(message.sid, place)}"
        form[f"MediaContentType{place}"] = mimetypes.guess_type(urlsplit(url).path)[0] or "image/jpeg"
    return form | (profile(message.sender) if channel_of(message.sender) else _PLACE)


def callback_form(message: Message, status: Status, account: str) -> dict[str, str]:
    """Fields of a status callback (facts T58)."""
    form = {
        "AccountSid": account,
        "ApiVersion": API_VERSION,
        "From": message.sender,
        "MessageSid": message.sid,
        "MessageStatus": status,
        "SmsSid": message.sid,
        "SmsStatus": status,
        "To": message.to,
    }
    if message.error:
        form["ErrorCode"] = str(message.error)
    if message.service:
        form["MessagingServiceSid"] = message.service
    if status in ("delivered", "undelivered"):
        form["RawDlrDoneDate"] = datetime.now(UTC).strftime("%y%m%d%H%M")
    return form
