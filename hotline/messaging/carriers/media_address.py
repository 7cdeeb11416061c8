"""Where a picture stands at the carrier: read from what a webhook names, built anew from checked parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from hotline.settings import Settings

TWILIO: Final = "https://api.twilio.com"
# Twilio's docs, Media resource: no other address holds what people send.
PATH: Final = re.compile(
    r"/2010-04-01/Accounts/(?P<account>AC[0-9a-fA-F]{32})"
    r"/Messages/(?P<message>(?:SM|MM)[0-9a-fA-F]{32})/Media/(?P<media>ME[0-9a-fA-F]{32})"
)


@dataclass(frozen=True)
class Picture:
    """One picture of our own account at the carrier.

    Attributes:
        message: MessageSid.
        media: MediaSid.
    """

    message: str
    media: str


class MediaAddresses:
    """The only maker of addresses that the account's credentials are sent to for a picture.

    Args:
        base: scheme and host of the carrier's API, "" for Twilio itself.
        account: our AccountSid.
    """

    def __init__(self, base: str, account: str) -> None:
        self._base = base or TWILIO
        self._account = account

    @classmethod
    def of(cls, settings: Settings) -> MediaAddresses:
        """Those of an installation."""
        return cls(settings.api_base_url, settings.twilio_account_sid)

    def read(self, url: str) -> Picture | None:
        """The picture an address names; None when it is not one of our account at our carrier.

        Compared as text, not taken apart by a URL parser: two parsers can disagree on what the host is.
        A carrier behind a proxy of ours may still name its own host: the picture is asked for at the proxy.
        """
        for origin in (self._base, TWILIO):
            found = PATH.fullmatch(url.removeprefix(origin)) if url.startswith(origin) else None
            if found and found["account"] == self._account:
                return Picture(found["message"], found["media"])
        return None

    def to_fetch(self, picture: Picture) -> str:
        """Where it is fetched: GET."""
        return (
            f"{self._base}/2010-04-01/Accounts/{self._account}"
            f"/Messages/{picture.message}/Media/{picture.media}"
        )

    def to_delete(self, picture: Picture) -> str:
        """Where it is deleted: DELETE."""
        return f"{self.to_fetch(picture)}.json"
