"""Which client a request comes from, when proxies stand in front: only trusted ones are believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import Scope

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Proxies:
    """Reads X-Forwarded-For and X-Forwarded-Proto of trusted proxies, and the prefix, into the scope."""

    def __init__(self, trusted: Iterable[str], root_path: str = "") -> None:
        """`trusted` are addresses or networks, as 10.0.0.0/8; `root_path` is where a proxy shows this server."""
        self._root_path = root_path
        self._trusted: list[Network] = [ipaddress.ip_network(part, strict=False) for part in trusted]

    def resolve(self, scope: Scope) -> None:
        """Set the scope's root path, and its client and scheme to what trusted proxies say."""
        if self._root_path:
            scope["root_path"] = self._root_path
            # Some proxies take the prefix off, some leave it; with ASGI it is part of the path.
            if not f"{scope['path']}/".startswith(f"{self._root_path}/"):
                scope["path"] = self._root_path + scope["path"]
        client = scope.get("client")
        if not self._trusted or not client or not self._is_trusted(client[0]):
            return
        headers = Headers(scope=scope)
        hops = [hop.strip() for value in headers.getlist("x-forwarded-for") for hop in value.split(",")]
        # From the nearest hop outwards: the first that is no proxy of ours is who it says it is.
        for hop in reversed(hops):
            address = _address(hop)
            if address is None:
                break
            scope["client"] = (address, 0)
            if not self._is_trusted(address):
                break
        proto = headers.get("x-forwarded-proto", "").split(",")[-1].strip().lower()
        if proto in ("http", "https"):
            websocket = scope["type"] == "websocket"
            scope["scheme"] = {"http": "ws", "https": "wss"}[proto] if websocket else proto

    def _is_trusted(self, host: str) -> bool:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def _address(hop: str) -> str | None:
    """Give the plain address of a hop, which may carry a port or brackets; None when it is none."""
    bare = hop.strip('"')
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return None
