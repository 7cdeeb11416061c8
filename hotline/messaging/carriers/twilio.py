"""Twilio behind the carrier port: the official client, an address that can be moved, errors with a policy."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from hotline.errors import SendError, SendOutcome

if TYPE_CHECKING:
    from twilio.http.response import Response

    from hotline.settings import Settings

CALL_TIMEOUT: Final = 10.0
CONNECTIONS: Final = 200
# Seconds, where aiohttp keeps 15. Our simulator lets go of a quiet connection after uvicorn's 5; how long
# Twilio keeps one we do not know. What is sent into one that is just being closed may have arrived or not,
# and has to wait for the reconciliation.
KEEP_ALIVE: Final = 4.0
# Twilio's words on these codes: twilio.com/docs/api/errors. Codes that Twilio's documents do not promise are
# hints with a safe default (facts T42, T60 to T63): an unknown 4xx is refused, never retried.
NO_CHANNEL: Final = 63007  # we have no sender on that channel
WINDOW: Final = 63016  # WhatsApp, Messenger: we may write for a day after the person did, no longer
OPTED_OUT: Final = frozenset({21610, 63014})
DEAD_NUMBER: Final = frozenset({21211, 21614, 21635, 30005, 30006})
SENDER_WRONG: Final = frozenset({20003, 21606, 21612, 21408, 21608, 21910, 30032, 30034, 30002, NO_CHANNEL})
CONTENT_REFUSED: Final = frozenset({21617, 30007})
TRANSIENT: Final = frozenset({20429, 21611, 30001, 30003, 30008, 30022})
# An operator can repair these while texts wait: wrong token, suspended account, registration pending.
ACCOUNT_WRONG: Final = frozenset({20003, 21606, 30002, 30032, 30034})
# May as well be about this one number: a country we do not text to, a trial account's unverified number.
PERHAPS_SENDER: Final = SENDER_WRONG - ACCOUNT_WRONG
TOO_LONG: Final = 21617
TOO_LARGE: Final = frozenset({TOO_LONG, 21605, 30019})  # 21605: a trial account takes 160 characters
FILTERED: Final = 30007
# Said in a callback: certainly not sent, because more than the sender's share was waiting.
THROTTLED: Final = frozenset({30001, 30022})
ACCOUNT_PAUSE: Final = 30.0

# The client writes addresses and words into its log records: they end here.
_silent = logging.getLogger("hotline.twilio")
_silent.addHandler(logging.NullHandler())
_silent.propagate = False
_silent.setLevel(logging.CRITICAL)


def signed(token: str, url: str, form: dict[str, str]) -> dict[str, str]:
    """The header with which Twilio signs a form, for a drill that comes in by the same door."""
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, form)}


@dataclass(frozen=True)
class Sent:
    """A text in Twilio's own list.

    Attributes:
        sid: MessageSid.
        body: words as Twilio keeps them.
        created: when Twilio took it.
    """

    sid: str
    body: str
    created: datetime


class Carrier(Protocol):
    """Hands texts to a carrier and can look up what was handed over."""

    async def send(self, *, to: str, sender: str, body: str, callback: str, validity: int, media: str) -> str:
        """Hand one text over; returns the carrier's id.

        Raises:
            SendError: with what may be done about it.
        """
        ...

    async def sent_to(self, to: str, since: datetime) -> list[Sent]:
        """What was handed over to an address since an instant.

        Raises:
            SendError: the list could not be read.
        """
        ...

    async def close(self) -> None:
        """Let connections go."""
        ...


class RebasedHttpClient(AsyncTwilioHttpClient):
    """Twilio's async client with scheme and host replaced, for the simulator and for regional proxies."""

    def __init__(self, base_url: str) -> None:
        super().__init__(pool_connections=False, logger=_silent)
        # Its own session stops at 100 connections and five minutes.
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=CONNECTIONS, keepalive_timeout=KEEP_ALIVE),
            timeout=aiohttp.ClientTimeout(total=CALL_TIMEOUT),
        )
        self._base = urlsplit(base_url) if base_url else None

    async def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Response:
        """Send a request to the moved address.

        Raises:
            SendError: the carrier is busy (429), with the seconds it asked for.
        """
        if self._base:
            parts = urlsplit(url)
            url = urlunsplit(parts._replace(scheme=self._base.scheme, netloc=self._base.netloc))
        # The client hands its own "no time-out" on, which beats the session's.
        async with asyncio.timeout(CALL_TIMEOUT):
            response = await super().request(method, url, *args, **kwargs)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise SendError(
                reason(20429), outcome="retry", code=20429, retry_after=_seconds(response.headers)
            )
        return response


def _seconds(headers: Any) -> float:
    value = str((headers or {}).get("Retry-After", ""))
    return float(value) if value.isdigit() else 0.0


class TwilioCarrier:
    """The carrier port on the official `twilio` client. Make it inside a running event loop."""

    def __init__(self, settings: Settings) -> None:
        self._http = RebasedHttpClient(settings.api_base_url)
        token = settings.twilio_auth_token.get_secret_value()
        self._client = Client(settings.twilio_account_sid, token, http_client=self._http)

    async def send(self, *, to: str, sender: str, body: str, callback: str, validity: int, media: str) -> str:
        """Hand one text over; see `Carrier.send`."""
        extra: dict[str, Any] = {"validity_period": validity} if validity else {}
        if media:
            extra["media_url"] = [media]
        try:
            message = await self._client.messages.create_async(
                to=to, from_=sender, body=body, status_callback=callback, **extra
            )
        except TwilioRestException as error:
            raise _classified(error) from None
        except (TimeoutError, aiohttp.ClientConnectorError) as error:
            raise _unreached(error) from None
        except (TwilioException, aiohttp.ClientError, OSError, ValueError):
            raise SendError("The connection broke during the call.", outcome="unknown") from None
        if not message.sid:
            raise SendError("The carrier gave no id.", outcome="unknown")
        return message.sid

    async def sent_to(self, to: str, since: datetime) -> list[Sent]:
        """What Twilio lists for an address; see `Carrier.sent_to`.

        Not filtered by DateSent: a text that is still queued at Twilio has none.
        """
        try:
            listed = await self._client.messages.list_async(to=to, limit=50)
        except (TwilioException, TimeoutError, aiohttp.ClientError, OSError, ValueError):
            raise SendError("The carrier's list could not be read.", outcome="retry") from None
        found = [
            Sent(str(row.sid), row.body or "", row.date_created or datetime.now(UTC))
            for row in listed
            if str(row.direction).startswith("outbound")
        ]
        # Twilio's dates have whole seconds: one second of grace, or a match from this very second is missed.
        return [row for row in found if row.created >= since - timedelta(seconds=1)]

    async def close(self) -> None:
        """Close the HTTP session."""
        await self._http.close()


def _unreached(error: Exception) -> SendError:
    # Not even connected: certainly not accepted. A time-out may have come after acceptance.
    if isinstance(error, aiohttp.ClientConnectorError):
        return SendError("The carrier could not be reached.", outcome="retry")
    return SendError("The carrier did not answer in time.", outcome="unknown")


def _classified(error: TwilioRestException) -> SendError:
    code, status = int(error.code or 0), int(error.status or 0)
    outcome: SendOutcome
    if code in ACCOUNT_WRONG:
        return SendError(reason(code), outcome="retry", code=code, retry_after=ACCOUNT_PAUSE)
    if code in TRANSIENT:
        outcome = "retry"
    elif status >= 500:
        outcome = "unknown"
    else:
        outcome = "refused"
    return SendError(reason(code), outcome=outcome, code=code)


def reason(code: int) -> str:
    """Plain words for a Twilio error code."""
    table = (
        (OPTED_OUT, "The person opted out."),
        (DEAD_NUMBER, "The number cannot take texts."),
        (SENDER_WRONG, "Our sender or account is not set up for this; tell the operator."),
        (CONTENT_REFUSED, "The carrier refused the words; a human must look."),
        (TRANSIENT, "The carrier is busy."),
        ({WINDOW}, "Their app lets us write for a day after they did; that day is over."),
    )
    return next((words for codes, words in table if code in codes), "The carrier refused the text.")
