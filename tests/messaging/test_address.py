"""Addresses: taken apart and put together again without loss; nothing else is taken for a channel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.messaging.address import Address, Route

PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_categories=["C", "Z"]))


@given(PRINTABLE)
def test_an_address_is_written_as_it_was_read(text: str) -> None:
    assert str(Address.parse(text)) == text


@given(PRINTABLE, PRINTABLE)
def test_a_way_back_is_read_as_it_was_written(sender: str, ours: str) -> None:
    route = Route.of(sender, ours)
    assert Route.read(str(route)) == route


@given(PRINTABLE, PRINTABLE)
def test_a_text_never_leaves_from_another_channel_than_its_readers(sender: str, ours: str) -> None:
    route = Route.of(sender, ours)
    leaves = route.sender("+18605550100")
    assert leaves is None or leaves.channel == route.to.channel


@pytest.mark.parametrize(
    ("text", "channel", "number"),
    [
        ("+18605550111", "", "+18605550111"),
        ("72404", "", ""),
        ("whatsapp:+18605550111", "whatsapp", "+18605550111"),
        ("messenger:24180000000000017", "messenger", ""),
        ("WHATSAPP:+18605550111", "", ""),
        (":+18605550111", "", ""),
        ("instagram:ana", "instagram", ""),
    ],
)
def test_what_an_address_says(text: str, channel: str, number: str) -> None:
    assert (Address.parse(text).channel, Address.parse(text).number) == (channel, number)
