"""Which addresses a server binds: a name stands for those of its addresses that belong to this machine.

A service that is on several networks and serves one of them listens on its name in that network only; the other
networks find a closed port, without a firewall.
"""

from __future__ import annotations

import socket

from metatag_runtime.errors import ErrorCode, MetatagError


def local_bind_addresses(hosts: str) -> list[str]:
    """Give the addresses to bind for one host, or several with commas; literal addresses are taken as they are.

    Blocks while a name is looked up. Raises MetatagError for a name that has no address of this machine.
    """
    found: list[str] = []
    for host in (part.strip().strip("[]") for part in hosts.split(",")):
        mine = [host] if _is_address(host) else [each for each in _looked_up(host) if _is_mine(each)]
        if not mine:
            raise MetatagError(
                f"Cannot listen on '{host}': it is no address of this machine. Name one of its addresses, or 0.0.0.0.",
                code=ErrorCode.INVALID_ARGUMENT,
            )
        found += [each for each in mine if each not in found]
    return found


def own_targets(listen: str) -> list[str]:
    """Give the "address:port" to bind for "host:port", or several with commas. Raises as local_bind_addresses."""
    targets = []
    for part in listen.split(","):
        host, _, port = part.strip().rpartition(":")
        targets += [f"[{each}]:{port}" if ":" in each else f"{each}:{port}" for each in local_bind_addresses(host)]
    return targets


def _is_address(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except (OSError, UnicodeError):
            continue
        return True
    return False


def _looked_up(host: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _is_mine(address: str) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True
