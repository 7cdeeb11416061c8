"""Addresses that a redirect may name: on the public internet, over https, and nothing of our own network."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, override

import pytest
from aiohttp.abc import AbstractResolver
from hypothesis import given
from hypothesis import strategies as st

from hotline.messaging.carriers.outside import PublicResolver, is_outside, is_public

if TYPE_CHECKING:
    from aiohttp.abc import ResolveResult

INSIDE = [
    "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0",
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_of_our_own_network_is_not_public(address: str) -> None:
    assert not is_public(address)
    host = f"[{address}]" if ":" in address else address
    assert not is_outside(f"https://{host}/van.jpg")


@pytest.mark.parametrize("address", ["52.216.1.1", "2600:1f18::1", "::ffff:52.216.1.1"])
def test_an_address_of_somebodys_server_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "http://media.example.org/van.jpg", "ftp://media.example.org/van.jpg", "file:///etc/passwd",
        "https://", "", "https://user@media.example.org/", "https://127.0.0.1@media.example.org/", "https://[",
        "https://a:99999/",
        "//media.example.org/van.jpg", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_not_asked(url: str) -> None:
    assert not is_outside(url)


@given(st.text(max_size=60))
def test_no_text_breaks_the_judgement(text: str) -> None:
    assert is_outside(text) in (True, False)
    assert is_outside(f"https://{text}") in (True, False)


class Known(AbstractResolver):
    """Answers what the test says."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            {"hostname": host, "host": one, "port": port, "family": family, "proto": 0, "flags": 0}
            for one in self.addresses
        ]

    @override
    async def close(self) -> None:
        """Nothing to let go."""


async def test_a_name_that_points_into_our_own_network_does_not_resolve() -> None:
    with pytest.raises(OSError, match="public"):
        await PublicResolver(Known(*INSIDE)).resolve("media.example.org")


async def test_of_a_names_addresses_only_the_public_ones_are_used() -> None:
    found = await PublicResolver(Known("10.0.0.1", "52.216.1.1")).resolve("media.example.org")
    assert [one["host"] for one in found] == ["52.216.1.1"]


async def test_loopback_by_another_spelling_resolves_to_nothing() -> None:
    """The system's own resolver reads these."""
    for name in ("localhost", "127.1", "0x7f.1", "2130706433"):
        with pytest.raises(OSError, match=r".*"):
            await PublicResolver().resolve(name)
