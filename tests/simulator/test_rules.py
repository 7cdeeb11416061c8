"""The pure rules agree with independent implementations, on open input."""

from __future__ import annotations

import struct
import zlib

import pytest
import smsutil
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from simulator.api.listing import dates
from simulator.log.book import Book
from simulator.network.limits import RateLimit
from simulator.network.message import Message
from simulator.network.segments import segments
from simulator.network.signature import sign
from simulator.phones.pictures import HEIGHT, PICTURES, WIDTH, picture
from simulator.refusal import Refusal

no_surrogates = st.characters(codec="utf-8", exclude_characters="\x1b")
names = st.text(st.characters(min_codepoint=48, max_codepoint=122), min_size=1, max_size=12)


@given(st.text(no_surrogates, max_size=400) | st.text("aé€[]~\n🚨ñ", max_size=400))
def test_segments_agree_with_an_independent_count(text: str) -> None:
    assert segments(text) == max(1, len(smsutil.split(text).parts))


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
        ("á" * 70, 1), ("á" * 71, 2), ("🚨" * 35, 1), ("🚨" * 36, 2), ("á" * 66 + "🚨" + "á" * 65, 2),
        ("á" * 66 + "🚨" + "á" * 66, 3), ("ñ¿¡é" * 40, 1),
    ],
)  # fmt: skip
def test_segments_at_their_edges(text: str, count: int) -> None:
    assert segments(text) == count


@given(st.dictionaries(names, st.text(no_surrogates, max_size=40), max_size=12), st.text(min_size=1))
def test_twilios_own_validator_accepts_our_signature(form: dict[str, str], token: str) -> None:
    url = "https://line.example.org/twilio/inbound?a=1&b=%20"
    assert RequestValidator(token).validate(url, form, sign(token, url, form))


@given(st.integers(1, 20), st.lists(st.floats(0, 3), min_size=1, max_size=200))
def test_no_second_holds_more_than_the_rate_and_its_burst(rate: int, moments: list[float]) -> None:
    limit = RateLimit(rate)
    passed = [now for now in sorted(moments) if limit.wait("a", now) == 0]
    assert passed
    for first in passed:
        assert sum(first <= now < first + 1 for now in passed) <= 2 * rate


def test_waiting_as_told_is_enough() -> None:
    limit = RateLimit(0.25)
    assert limit.wait("a", 100.0) == 0
    assert limit.wait("a", 101.0) == 3
    assert limit.wait("a", 104.0) == 0


@pytest.mark.parametrize(
    "text", ["2026-11-22T10:00:00Z", "2026-11-22 10:00:00", "Sun, 22 Nov 2026 10:00:00 +0000"]
)
def test_dates_are_read_in_every_form(text: str) -> None:
    assert dates({"DateSent>": text}).since == 1795341600.0
    assert dates({"DateSent": text}) == dates({"DateSent": "2026-11-22"})


def test_a_date_that_is_none_is_refused() -> None:
    with pytest.raises(Refusal):
        dates({"DateSent": "yesterday"})


def message(number: int, to: str = "+1", sender: str = "+2") -> Message:
    return Message(
        f"SM{number:032}", "outbound-api", sender, to, "b", created=float(number), sent=number + 0.5
    )


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy")), max_size=40),
    st.sampled_from(["", "a", "b"]),
    st.sampled_from(["", "x"]),
    st.integers(0, 40),
    st.integers(0, 40),
)
def test_the_indexes_find_what_a_full_search_finds(
    rows: list[tuple[str, str]], to: str, sender: str, since: int, until: int
) -> None:
    book = Book()
    messages = [message(number + 1, *row) for number, row in enumerate(rows)]
    for one in messages:
        book.add(one)
    expected = [
        one
        for one in reversed(messages)
        if (not to or one.to == to)
        and (not sender or one.sender == sender)
        and one.sent >= since
        and (not until or one.sent <= until)
    ]
    assert list(book.select(to=to, sender=sender, since=since, until=until)) == expected


def test_time_that_steps_back_does_not_disorder_the_book() -> None:
    book = Book()
    for number in (5, 3, 4):
        book.add(message(number))
    assert [one.created for one in book.select()] == [5.0, 5.0, 5.0]
    assert [one.number for one in book.select(below=2)] == [1, 0]


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_a_png_of_the_size_it_says(name: str) -> None:
    data = picture(name)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", data[16:24]) == (WIDTH, HEIGHT)
    begin = data.index(b"IDAT") + 4
    (length,) = struct.unpack(">I", data[begin - 8 : begin - 4])
    assert len(zlib.decompress(data[begin : begin + length])) == (WIDTH * 3 + 1) * HEIGHT
    assert len(data) < 20_000
