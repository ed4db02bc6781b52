"""Which addresses the operator may ask on behalf of whoever writes a policy.

A policy names a server, and the operator's pod calls it from inside the cluster. An allow-list names the
servers that may be meant, by scheme, host and port, compared as the HTTP client itself understands them: what
it would connect to is what is compared. Whatever the list says, link-local addresses and those where clouds
serve their machines' credentials are never called. That is asked of the address that a name was resolved to,
and the connection goes to that very address, so that no second answer of the DNS can change it.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import requests
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

if TYPE_CHECKING:
    from collections.abc import Iterable

_PORTS = {"http": 80, "https": 443}
_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

FORBIDDEN = tuple(
    ipaddress.ip_network(network)
    for network in (
        "169.254.0.0/16",  # link-local, and the metadata of most clouds
        "fe80::/10",
        "fd00:ec2::/32",  # metadata of AWS over IPv6
        "fd20:ce::254/128",  # of Google Cloud over IPv6
        "100.100.100.200/32",  # of Alibaba Cloud
        "192.0.0.192/32",  # of Oracle Cloud, formerly
        "168.63.129.16/32",  # the host below a machine of Azure
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL = ipaddress.ip_network("64:ff9b:1::/48")
_COMPATIBLE = ipaddress.ip_network("::/96")
_TRANSLATED = ipaddress.ip_network("::ffff:0:0:0/96")


class AddressError(Exception):
    """An entry of the allow-list that cannot be meant; the text says why."""


class ForbiddenAddressError(HTTPError):
    """A name leads to an address that is never called."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Endpoint:
    """What a connection is made to."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AllowedAddresses:
    """The servers that a policy may name; None = any."""

    endpoints: frozenset[Endpoint] | None = None

    def allows(self, address: str) -> bool:
        """Tell whether a policy may name this address.

        One that is none is refused as such, when it is asked.
        """
        if self.endpoints is None:
            return True
        try:
            return endpoint(address) in self.endpoints
        except ValueError:
            return False


def allowed_addresses(entries: Iterable[str]) -> AllowedAddresses:
    """Return the allow-list, of entries like http://prometheus.monitoring:9090; none = any.

    Raises AddressError.
    """
    found = set()
    for entry in entries:
        try:
            found.add(endpoint(entry))
            bare = parse_url(entry).path in {None, "", "/"} and not set("?#") & set(entry)
        except ValueError:
            bare = False
        if not bare:
            raise AddressError(
                f"{entry!r} is not a scheme, a host and a port. Write --prometheus-allow like "
                "http://prometheus.monitoring:9090 (the chart's prometheus.allowedAddresses)."
            )
    return AllowedAddresses(endpoints=frozenset(found) if found else None)


def endpoint(address: str) -> Endpoint:
    """Return what the HTTP client would connect to. Raises ValueError where that is not plain to see."""
    if "\\" in address or not address.isprintable():
        raise ValueError(address)
    try:
        prepared = requests.Request("GET", address).prepare().url or ""
        parts = parse_url(prepared)
    except (HTTPError, requests.RequestException, UnicodeError) as error:
        raise ValueError(address) from error
    if parts.auth is not None or not parts.host or parts.scheme not in _PORTS:
        raise ValueError(address)
    return Endpoint(scheme=parts.scheme, host=_host(parts.host), port=parts.port or _PORTS[parts.scheme])


def _host(host: str) -> str:
    """Return the host in one form: names in small letters, addresses of IPv6 at their shortest."""
    bare = host.strip("[]").lower()
    try:
        return ipaddress.ip_address(bare).compressed
    except ValueError:
        return bare


def addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses of a host, to be connected to.

    Raises ForbiddenAddressError if one of them is forbidden.

    Forms that only the resolver reads, such as 0xa9fe.1 or 2852039166, are read by it here.
    """
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    for address in addresses:
        if is_forbidden(address):
            raise ForbiddenAddressError(address)
    return addresses


def is_forbidden(address: str) -> bool:
    """Tell whether an address is never called, in whichever way it is written into one of IPv6."""
    return any(form in network for form in _forms(address) for network in FORBIDDEN)


def _forms(address: str) -> Iterable[_Address]:
    """Yield the address, and the one of IPv4 that it may stand for."""
    given = ipaddress.ip_address(address.partition("%")[0])
    yield given
    if isinstance(given, ipaddress.IPv4Address):
        return
    if given.ipv4_mapped is not None:
        yield given.ipv4_mapped
    if given.sixtofour is not None:
        yield given.sixtofour
    if given.teredo is not None:
        yield from given.teredo
    if any(given in network for network in (_NAT64, _NAT64_LOCAL, _COMPATIBLE, _TRANSLATED)):
        yield ipaddress.IPv4Address(int(given) & 0xFFFFFFFF)
    if given in _NAT64_LOCAL:
        # Behind a prefix of 48, 56 or 64 bits the address is around the byte after bit 64 (RFC 6052).
        around = int(given) >> 64 << 56 | int(given) & (1 << 56) - 1
        for prefix in (48, 56, 64):
            yield ipaddress.IPv4Address(around >> (120 - prefix - 32) & 0xFFFFFFFF)
