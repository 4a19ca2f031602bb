"""The address that a request is counted under: the client's, also behind proxies that the operator has named."""

from __future__ import annotations

import functools
import ipaddress
from collections.abc import Sequence
from typing import Final, TypeAlias, final

from generated.server import RawRequest

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

UNKNOWN: Final = "unknown"
"""Stands for every peer without an IP address, such as one on a Unix socket."""
_SUBSCRIBER_BITS: Final = (32, 64)
"""Length of the network, of IPv4 and of IPv6."""
_SITE_BITS: Final = (24, 56)
_CACHED: Final = 4096


@final
class ClientAddresses:
    """Finds the client of a request behind the proxies of `trusted` networks; without any, the peer is the client."""

    def __init__(self, trusted: Sequence[Network] = ()) -> None:
        self._trusted = tuple(trusted)

    def subscriber(self, request: RawRequest) -> str:
        """One subscriber: an IPv4 address, or an IPv6 network of 64 bits, all of which one machine can use."""
        return _network_of(self._client(request), *_SUBSCRIBER_BITS)

    def site(self, request: RawRequest) -> str:
        """The neighbourhood from which one person logs in: /24 of IPv4, /56 of IPv6."""
        return _network_of(self._client(request), *_SITE_BITS)

    def _client(self, request: RawRequest) -> str | None:
        client = request.client_host
        if not self._is_trusted(client):
            return client
        # From the right: each proxy appends the peer it saw, and only what trusted ones appended can be believed.
        for hop in reversed(b",".join(request.headers.every(b"x-forwarded-for")).decode("latin-1").split(",")):
            address = _without_port(hop.strip())
            if parse(address) is None:
                return client
            client = address
            if not self._is_trusted(client):
                return client
        return client

    def _is_trusted(self, client: str | None) -> bool:
        if not self._trusted:
            return False
        address = parse(client)
        return address is not None and any(address in network for network in self._trusted)


# The same few clients are asked about several times in each request.
@functools.lru_cache(_CACHED)
def parse(text: str | None) -> _Address | None:
    """`text` as an address, an IPv4 address in IPv6 form as IPv4; None when it is none."""
    try:
        address = ipaddress.ip_address(text or "")
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _without_port(hop: str) -> str:
    """The address of `203.0.113.7:443`, `[2001:db8::1]:443` or `[2001:db8::1]`; any other text as it is."""
    if hop.startswith("["):
        return hop[1:].partition("]")[0]
    return hop.partition(":")[0] if hop.count(":") == 1 else hop


@functools.lru_cache(_CACHED)
def _network_of(client: str | None, bits_4: int, bits_6: int) -> str:
    address = parse(client)
    if address is None:
        return UNKNOWN
    length = bits_4 if address.version == 4 else bits_6
    return str(
        address if length == address.max_prefixlen else ipaddress.ip_network(f"{address}/{length}", strict=False)
    )
