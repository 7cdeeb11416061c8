"""Addresses on the public internet: https only, and without our credentials."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, override
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver
from aiohttp.resolver import ThreadedResolver

if TYPE_CHECKING:
    from aiohttp.abc import ResolveResult


def is_public(address: str) -> bool:
    """Whether an IP address is somebody's on the internet: no machine of ours, no neighbour, no loopback."""
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        found = found.ipv4_mapped or found
    return found.is_global and not found.is_multicast


def is_outside(url: str) -> bool:
    """Whether an address may be asked at all. A name is judged again when it is resolved."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.scheme != "https" or not host or "@" in parts.netloc:
        return False
    try:
        return is_public(host)
    except ValueError:  # a name
        return True


class PublicResolver(AbstractResolver):
    """Resolves names to public addresses only: a name may point into our own network."""

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        self._resolver = resolver or ThreadedResolver()

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """What a name resolves to.

        Raises:
            OSError: it has no public address.
        """
        found = [one for one in await self._resolver.resolve(host, port, family) if is_public(one["host"])]
        if not found:
            raise OSError("The name has no public address.")
        return found

    @override
    async def close(self) -> None:
        """Close the connections."""
        await self._resolver.close()
