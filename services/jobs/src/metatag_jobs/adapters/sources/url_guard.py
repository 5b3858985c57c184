"""Which addresses a user's URL may lead to: public ones, and those that the operator allows by name or network."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import idna

from metatag_jobs.adapters.sources.public_address import Address, is_public
from metatag_jobs.errors import SourceRefused, SourceUnavailable

MAX_URL = 4000

BAD_SCHEME = "URL must start with http:// or https://"
UNRESOLVED = "the host name could not be resolved; check how it is written"
_UNKNOWN = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
# All printable ASCII stays: what is %XX already, and what servers take although no standard names it.
_KEPT = "".join(map(chr, range(0x21, 0x7F)))
_AROUND = "".join(map(chr, range(0x21))) + "\x7f\xa0\u200b\ufeff"
_BREAKS = dict.fromkeys(map(ord, "\t\r\n"))


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
        if len(url) > MAX_URL:
            raise SourceRefused(f"The URL has more than {MAX_URL:,} characters.")
        url = encode_url(url)
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
        except socket.gaierror as error:
            # A name server that says no says it again; one that does not answer may.
            raise SourceUnavailable(UNRESOLVED, again=error.errno not in _UNKNOWN) from error
        except (OSError, UnicodeError, TimeoutError) as error:
            raise SourceUnavailable(UNRESOLVED) from error
        addresses = [ipaddress.ip_address(entry[4][0].split("%")[0]) for entry in found]  # type: ignore[union-attr]
        if not addresses:
            raise SourceUnavailable(UNRESOLVED)
        return addresses


def encode_url(url: str) -> str:
    """Return a URL as it is sent: blanks, controls and other letters behind the host as %XX, nothing else changed.

    People copy `<https://...>` and names of files with blanks; browsers send both so.
    """
    url = url.strip(_AROUND)
    if url.startswith("<") and url.endswith(">"):
        url = url[1:-1].strip(_AROUND)
    begin = 2 if url.startswith("//") else url.find("://") + 3 if "://" in url else 0
    at = min((place for sign in "/?#" if (place := url.find(sign, begin)) >= 0), default=len(url))
    # As browsers do: an address that was broken over lines in a mail is one.
    return url[:at] + quote(url[at:].translate(_BREAKS), safe=_KEPT, errors="replace")


def _parts(url: str) -> tuple[str, str, int]:
    if any(ord(char) < 33 for char in url):
        # They are left in the scheme and the host alone, where no two programs read them alike.
        raise SourceRefused("The URL is malformed.")
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
    if any(char in "%\\\x7f" or char.isspace() or ord(char) < 33 for char in host):
        raise SourceRefused("The URL is malformed.")
    return host
