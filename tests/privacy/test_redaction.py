"""Status claims, phone and case numbers never stay in a text; addresses, times and the sense of it do."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.privacy.redaction import mask, redact_event

LONGEST = 1600


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("I am undocumented", "I am [immigration status]"),
        ("im illegal can they take me", "im [immigration status] can they take me"),
        ("I’m an undocumented immigrant", "I’m [immigration status]"),
        ("my husband is undocumented", "my husband is [immigration status]"),
        ("can I call 911 if I don't have papers", "can I call 911 if I [immigration status]"),
        ("my visa expired last year", "[immigration status] last year"),
        ("I overstayed my visa", "I [immigration status]"),
        ("no tengo papeles puedo llamar al 911", "[immigration status] puedo llamar al 911"),
        ("soy indocumentado y mi esposa es ilegal", "soy [immigration status] y mi esposa es [immigration status]"),
        ("vivo aqui sin papeles", "vivo aqui [immigration status]"),
        ("se me venció la visa", "[immigration status]"),
        ("mi hermano no tiene papeles", "mi hermano [immigration status]"),
        ("sou ilegal e não tenho papel", "sou [immigration status] e [immigration status]"),
        ("mwen pa gen papye", "[immigration status]"),
        ("je suis sans papiers", "je suis [immigration status]"),
        ("jestem tu nielegalnie", "jestem tu [immigration status]"),
    ],
)
def test_a_status_claim_is_masked_and_the_sentence_stays_readable(text: str, kept: str) -> None:
    assert mask(text) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("call 860-555-0111", "call [number]"), ("+1 (860) 555-0111", "[number]"), ("8605550111.", "[number]."),
        ("860 5550111", "[number]"), ("555-0111", "[number]"), ("+55 11 91234-5678", "[number]"),
        ("tel8605550111", "tel[number]"), ("06106 860 555 0111", "06106 [number]"),
        ("my A number is A123 456 789", "my A number is [A-number]"), ("A# 098765432", "[A-number]"),
        ("ssn 123-45-6789", "ssn [social security number]"), ("mail juan.p@example.com now", "mail [e-mail] now"),
    ],
)  # fmt: skip
def test_numbers_that_name_somebody_are_masked(text: str, kept: str) -> None:
    assert mask(text) == kept


@pytest.mark.parametrize(
    "text",
    ["120 Park St", "450 Main St 06106", "at 9:40 6 agents 3 cars", "call 911", "211 or 988", "2-928(a)", "2025-09-05",
     "in 2019-2024", "5.12.2025", "plate AB12345", "route 84 exit 46", "Q12 yes", "I have TPS can I travel", "my DACA expired",
     "can undocumented people call the police", "is it illegal to film", "the agents have no warrant", "$1500 bond"],
)  # fmt: skip
def test_what_answers_and_responders_need_is_kept(text: str) -> None:
    assert mask(text) == text


@given(st.text(alphabet=st.sampled_from("0123456789 -+().A#@amionteghd,:/"), max_size=80) | st.text(max_size=80))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = mask(text)
    assert mask(once) == once


@given(st.integers(min_value=2000000000, max_value=9999999999), st.sampled_from(["{}", "+1{}", "1-{}", "({})", "x{} y"]))
def test_no_ten_digit_number_survives(number: int, form: str) -> None:
    assert not re.search(r"\d{7}", mask(form.format(number)))


@pytest.mark.parametrize(
    "unit",
    ["i am ", "my a ", "1 ", "1-", "a@", "a.", "A", "9", "(", "mi a ", "i don't have ", "+1", " ", "i am  ", "no tengo ", "A1 "],
)
def test_the_worst_text_is_masked_in_linear_time(unit: str) -> None:
    started = time.thread_time()
    mask((unit * LONGEST)[:LONGEST])
    assert time.thread_time() - started < 0.05


def test_a_log_line_keeps_neither_numbers_nor_bodies() -> None:
    event: dict[str, Any] = {
        "event": "sent to +18605550111",
        "body": "help", "text": "x", "To": "+18605550111", "from": "y", "phone": "z",
        "sid": "SM0123456789abcdef0123456789abcdef",
        "nested": {"body": "x", "who": ["whatsapp:+18605550111", 18605550111]},
        "error": ValueError("no route to 860-555-0111"),
        "count": 3, "seconds": 1763847298.25, "ok": True,
        "timestamp": "2026-11-22T21:34:58.123456Z",
    }  # fmt: skip
    kept = redact_event(None, "info", event)
    assert "555" not in repr(kept)
    assert not {"body", "text", "To", "from", "phone"} & kept.keys()
    assert kept["event"] == "sent to [number]"
    assert kept["sid"] == "SM0123456789abcdef0123456789abcdef"
    assert kept["timestamp"] == "2026-11-22T21:34:58.123456Z"
    assert (kept["count"], kept["seconds"], kept["ok"]) == (3, 1763847298.25, True)
    assert kept["nested"] == {"who": ["whatsapp:[number]", "[number]"]}
