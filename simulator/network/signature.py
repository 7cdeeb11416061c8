"""Twilio's webhook signature, written from its description and not from its package."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def sign(token: str, url: str, form: Mapping[str, str]) -> str:
    """The value of `X-Twilio-Signature`.

    HMAC-SHA1, keyed with the auth token, over the address and then each name and value in the order of the
    names; base64. Source: twilio.com/docs/usage/security.

    Args:
        token: the account's auth token.
        url: the whole address as the account knows it, query string included.
        form: the POST parameters; an empty value still contributes its name.
    """
    signed = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()
