"""Which addresses are on the public internet, seen through the ways in which IPv6 wraps an IPv4 address."""

from __future__ import annotations

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# What the library of some Python versions calls global although nobody's documents are there.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(network)
    for network in (
        # Protocol assignments; Oracle's cloud keeps its metadata service here.
        "192.0.0.0/24",
        # Relays from IPv6 to IPv4.
        "192.88.99.0/24",
        # The host service of every machine in Azure.
        "168.63.129.16/32",
        "100.64.0.0/10",
        "3fff::/20",
    )
)

# All IPv6 addresses that are given to anybody. Outside lie loopback, local, translated and undefined ones.
_GIVEN = ipaddress.ip_network("2000::/3")

# A gateway turns these into the IPv4 address in their last four bytes.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# The third quarter of an ISATAP address; the last is the IPv4 address to which it is tunnelled.
_ISATAP = (0x00005EFE, 0x02005EFE)


def is_public(address: Address) -> bool:
    """Tell whether an address is on the public internet; an IPv6 address with a zone never is."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return False
        inner = _inner(address)
        if inner is not None:
            return is_public(inner)
        if address not in _GIVEN:
            return False
    if any(address.version == network.version and address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and not address.is_multicast


def _inner(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """Give the IPv4 address to which packets for this one go in the end, if there is one."""
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64 or (int(address) >> 32) & 0xFFFFFFFF in _ISATAP:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
