"""Who a request comes from and what it asked for, when proxies stand in front: only trusted ones are believed."""

from __future__ import annotations

import ipaddress
import re
import time
from collections.abc import Iterable

import structlog
from starlette.datastructures import Headers
from starlette.types import Scope

log = structlog.get_logger("metatag.proxies")
WARN_SECONDS = 3600.0

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
# What a proxy may claim: plain names only, so that no header can put words into our links.
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(:[0-9]{1,5})?")
_PREFIX = re.compile(r"(/[A-Za-z0-9._~-]{1,100}){1,10}")


class Proxies:
    """Reads X-Forwarded-For, -Proto, -Host and -Prefix of trusted proxies into the scope."""

    def __init__(self, trusted: Iterable[str], root_path: str = "") -> None:
        """`trusted` are addresses or networks, as 10.0.0.0/8; `root_path` is where a proxy shows this server."""
        self._root_path = root_path
        self._silent_until = 0.0
        self._trusted: list[Network] = [ipaddress.ip_network(part, strict=False) for part in trusted]

    def resolve(self, scope: Scope) -> None:
        """Set the scope's root path; and its client, scheme, host and root path to what trusted proxies say."""
        client = scope.get("client")
        prefix = self._root_path
        is_trusted = bool(self._trusted and client and self._is_trusted(client[0]))
        if not is_trusted and client:
            self._warn(scope, client[0])
        if is_trusted:
            headers = Headers(scope=scope)
            self._set_client(scope, headers)
            _set_scheme(scope, _nearest(headers, "x-forwarded-proto").lower())
            _set_host(scope, _nearest(headers, "x-forwarded-host"))
            told = _nearest(headers, "x-forwarded-prefix").rstrip("/")
            # A proxy that says where it shows us knows better than a setting.
            prefix = told if _PREFIX.fullmatch(told) else prefix
        if prefix:
            scope["root_path"] = prefix
            # Some proxies take the prefix off, some leave it; with ASGI it is part of the path.
            if not f"{scope['path']}/".startswith(f"{prefix}/"):
                scope["path"] = prefix + scope["path"]

    def _warn(self, scope: Scope, address: str) -> None:
        """Say, once an hour, that a proxy nobody named hides its clients: they all count as one address."""
        now = time.monotonic()
        if now >= self._silent_until and any(name == b"x-forwarded-for" for name, _ in scope["headers"]):
            self._silent_until = now + WARN_SECONDS
            log.warning(
                "X-Forwarded-For of a peer that METATAG_GATEWAY_TRUSTED_PROXIES does not name is not believed: "
                "all its clients count as one address",
                peer=address,
            )

    def _set_client(self, scope: Scope, headers: Headers) -> None:
        hops = [hop.strip() for value in headers.getlist("x-forwarded-for") for hop in value.split(",")]
        # From the nearest hop outwards: the first that is no proxy of ours is who it says it is.
        for hop in reversed(hops):
            address = _address(hop)
            if address is None:
                return
            scope["client"] = (address, 0)
            if not self._is_trusted(address):
                return

    def _is_trusted(self, host: str) -> bool:
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def route_path(scope: Scope) -> str:
    """Return the path of a request as the routes know it, without the prefix of a proxy."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _nearest(headers: Headers, name: str) -> str:
    """Give what the nearest proxy wrote: it appends to what it was sent, which may be anybody's."""
    values = headers.getlist(name)
    return values[-1].split(",")[-1].strip() if values else ""


def _set_scheme(scope: Scope, proto: str) -> None:
    if proto in ("http", "https"):
        scope["scheme"] = {"http": "ws", "https": "wss"}[proto] if scope["type"] == "websocket" else proto


def _set_host(scope: Scope, host: str) -> None:
    if _HOST.fullmatch(host):
        kept = [(name, value) for name, value in scope["headers"] if name != b"host"]
        scope["headers"] = [(b"host", host.encode()), *kept]


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
