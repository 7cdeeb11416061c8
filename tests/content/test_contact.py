"""Who gets HELP reads how to reach whoever runs the line: carriers ask for it, and so do people."""

from __future__ import annotations

from typing import Any

import pytest

from hotline.content import Library
from hotline.errors import SettingsError
from hotline.settings import ROOT, load_settings
from hotline.text.segments import count

PRODUCTION: dict[str, Any] = {
    "environment": "production",
    "twilio_account_sid": "AC" + "1" * 32,
    "twilio_auth_token": "x" * 32,
    "hotline_secret_key": "x" * 32,
    "hotline_sender": "+18602220100",
    "alerts_sender": "+18602220199",
    "public_base_url": "https://line.example.org",
    "redis_url": "redis://127.0.0.1:1/0",
}


def test_production_without_a_contact_of_its_own_does_not_start() -> None:
    with pytest.raises(SettingsError, match="production needs its own HOTLINE_CONTACT"):
        load_settings(**PRODUCTION)
    for contact in ("860-222-0111", "help@line.org", "line.org/help"):
        assert load_settings(**PRODUCTION, hotline_contact=contact).hotline_contact == contact


@pytest.mark.parametrize(
    "contact", ["", "ask Maria", "{phone}", "860-222\n0111", "ajuda@informação.org", "x" * 61]
)
def test_a_contact_is_a_phone_an_email_or_a_page(contact: str) -> None:
    with pytest.raises(
        SettingsError, match="HOTLINE_CONTACT: write a phone number, an e-mail address or a page"
    ):
        load_settings(hotline_contact=contact)


@pytest.mark.parametrize("lang", ["en", "es", "pt", "ht"])
def test_help_names_the_contact_and_costs_two_segments_at_most(lang: str) -> None:
    library = Library.load(ROOT / "content", "hartford")
    text = library.say("help", lang, contact="c" * 60)
    assert "c" * 60 in text
    assert library.city.line_name in text
    assert count(text).count <= 2
    assert count(library.say("help", lang, contact=load_settings().hotline_contact)).encoding == "GSM-7"
