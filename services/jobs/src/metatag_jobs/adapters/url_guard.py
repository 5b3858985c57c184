"""Which addresses a user's URL may lead to: public ones, and those that the operator allows by name or network."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import idna

from metatag_jobs.adapters.public_address import Address, is_public
from metatag_jobs.errors import SourceRefused, SourceUnavailable

MAX_URL = 4000

BAD_SCHEME = "URL must start with http:// or https://"


@dataclass(frozen=True)
class Target:
    """A checked URL: connect to `address`, speak to `host`."""

    scheme: str
    host: str
    port: int
    address: str
    url: str


class UrlGuard:
    """Resolves and checks. The caller connects to the address that was checked, so a changing answer gains nothing."""

    def __init__(self, allow: str = "") -> None:
        """`allow`: comma-separated host names, addresses and networks, "host:port" for one port only."""
        self._hosts: set[str] = set()
        self._networks: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
        for entry in filter(None, (part.strip().lower() for part in allow.split(","))):
            try:
                self._networks.append(ipaddress.ip_network(entry, strict=False))
            except ValueError:
                self._hosts.add(entry.rstrip("."))

    async def check(self, url: str) -> Target:
        """Give where to connect for a URL; raises SourceRefused, SourceUnavailable."""
        scheme, host, port = _parts(url)
        addresses = await self._resolve(host, port)
        if host not in self._hosts and f"{host}:{port}" not in self._hosts:
            for address in addresses:
                self._require_public(address)
        return Target(scheme, host, port, str(addresses[0]), url)

    def _require_public(self, address: Address) -> None:
        if any(address.version == network.version and address in network for network in self._networks):
            return
        if not is_public(address):
            # The address itself is not told: the answer must not map the network behind us.
            raise SourceRefused("The URL leads to an address that is not public.")

    @staticmethod
    async def _resolve(host: str, port: int) -> Sequence[Address]:
        try:
            return [ipaddress.ip_address(host)]
        except ValueError:
            pass
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(10):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError, TimeoutError) as error:
            raise SourceUnavailable("Request failed: the host name could not be resolved") from error
        addresses = [ipaddress.ip_address(entry[4][0].split("%")[0]) for entry in found]  # type: ignore[union-attr]
        if not addresses:
            raise SourceUnavailable("Request failed: the host name could not be resolved")
        return addresses


def _parts(url: str) -> tuple[str, str, int]:
    if len(url) > MAX_URL or any(ord(char) < 33 for char in url):
        raise SourceRefused("The URL is too long or holds blanks.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SourceRefused("The URL is malformed.") from None
    if parts.scheme.lower() not in ("http", "https"):
        raise SourceRefused(BAD_SCHEME)
    if parts.username is not None or parts.password is not None:
        raise SourceRefused("The URL must not hold a user name or password.")
    scheme = parts.scheme.lower()
    return scheme, _host(parts.hostname or ""), port or (443 if scheme == "https" else 80)


def _host(written: str) -> str:
    """Give a host's one spelling: what is resolved is what is named in Host and TLS."""
    host = written.lower()
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except idna.IDNAError:
            raise SourceRefused("The URL is malformed.") from None
    host = host.rstrip(".")
    if not host:
        raise SourceRefused("The URL names no host.")
    # Neither an address with a zone nor any name holds them.
    if any(char in "%\\\x7f" for char in host):
        raise SourceRefused("The URL is malformed.")
    return host
