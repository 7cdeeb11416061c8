"""Calls to the carrier as the sender makes them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import pytest

from hotline.errors import SendError
from hotline.messaging.carriers.twilio import TwilioCarrier
from hotline.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hotline.settings import Settings

# The twilio package signs in to the API by means that aiohttp will drop in its next major version.
OLD_WAYS: Final = [
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]

PHONE: Final = "+18605550119"
WORDS: Final = "zebra words that no log may hold"


@asynccontextmanager
async def a_carrier(settings: Settings, url: str) -> AsyncGenerator[TwilioCarrier]:
    carrier = TwilioCarrier(
        load_settings(_env_file=None, **settings.model_dump() | {"twilio_api_base_url": url})
    )
    try:
        yield carrier
    finally:
        await carrier.close()


async def send(carrier: TwilioCarrier, to: str = PHONE, body: str = WORDS, media: str = "") -> str:
    """One call as the sender makes it."""
    return await carrier.send(
        to=to, sender="+18605550100", body=body, callback="http://127.0.0.1:9/s?intent=x",
        validity=900, media=media,
    )  # fmt: skip


async def failure(carrier: TwilioCarrier, to: str = PHONE) -> SendError:
    with pytest.raises(SendError) as caught:
        await send(carrier, to)
    return caught.value
