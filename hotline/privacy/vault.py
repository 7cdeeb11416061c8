"""The only place that turns a phone number into a pseudonym, and a sealed number back into a number."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os

import phonenumbers
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hotline.errors import SettingsError
from hotline.refusal import Reason, Refused

DRILL_PHONE = "drill:line"  # a made-up raid is reported by no real phone; nothing is ever sent to it
PSEUDONYM_LENGTH = 26
NONCE = 12  # bytes, NIST SP 800-38D


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=b"santuario", info=purpose).derive(secret.encode())


def parse_number(text: str, region: str = "US") -> str:
    """A number as people write it, as E.164.

    Raises:
        Refused: it is not a number that can be texted.
    """
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise Refused(Reason.BAD_NUMBER) from None
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason != phonenumbers.ValidationResult.IS_POSSIBLE:  # seven digits are possible, but only next door
        raise Refused(Reason.BAD_NUMBER)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Vault:
    """Seals numbers and bodies, and names people by keyed pseudonyms. Its keys live outside Redis.

    Args:
        secrets: secret keys, newest first. Encryption uses the first and opens with any;
            pseudonyms use the last, so that a rotation changes no pseudonym.
    """

    def __init__(self, secrets: list[str]) -> None:
        self._name_key = _derive(secrets[-1], b"pseudonym")
        self.drill = self.pseudonym(DRILL_PHONE)
        self.fingerprint = hmac.new(self._name_key, b"fingerprint", hashlib.sha256).hexdigest()[:16]
        self._seals = [AESGCM(_derive(secret, b"seal")) for secret in secrets]

    def pseudonym(self, address: str) -> str:
        """26 lower-case letters and digits for an address as Twilio writes it, channel prefix included.

        The same phone on SMS and on WhatsApp is two people to us: what one is told, asked or signed up for,
        the other is not, and an answer goes out where the text came in. See docs/architecture.md.
        """
        digest = hmac.new(self._name_key, address.encode(), hashlib.sha256).digest()
        return base64.b32encode(digest).decode().lower()[:PSEUDONYM_LENGTH]

    def seal(self, text: str) -> str:
        """Encrypt and authenticate a number or a body."""
        nonce = os.urandom(NONCE)
        return base64.urlsafe_b64encode(nonce + self._seals[0].encrypt(nonce, text.encode(), None)).decode()

    def open(self, sealed: str) -> str:
        """Decrypt what `seal` made.

        Raises:
            SettingsError: the secret key is not the one it was sealed with.
        """
        with contextlib.suppress(ValueError):  # not base64, or too short
            raw = base64.urlsafe_b64decode(sealed)
            for seal in self._seals:
                with contextlib.suppress(InvalidTag):
                    return seal.decrypt(raw[:NONCE], raw[NONCE:], None).decode()
        raise SettingsError("HOTLINE_SECRET_KEY is not the key this data was sealed with.")
