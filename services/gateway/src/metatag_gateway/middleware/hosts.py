"""The names that this server answers to: a foreign page must not reach it under a name of its own (DNS rebinding)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from metatag_gateway.problems import problem
from metatag_runtime.errors import ErrorCode


class HostCheck:
    """Refuses a request whose Host is none of the names, or whose Origin is another's.

    An address always passes as Host: nobody can point it elsewhere.
    """

    def __init__(self, app: ASGIApp, *, names: Iterable[str], origins: Iterable[str] = ()) -> None:
        """`names` are host names; `origins` are those whose pages may call besides, `*` for all."""
        self._app = app
        self._origins = frozenset(origins)
        self._names = frozenset(name.lower().rstrip(".") for name in names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self._is_own(host):
            sentence = "This server does not answer to that name; see METATAG_GATEWAY_ALLOWED_HOSTS."
            answer = problem(400, sentence, ErrorCode.INVALID_ARGUMENT)
        elif origin is not None and not self._may_call(origin, host):
            sentence = "Pages of that origin may not call this server; see METATAG_GATEWAY_CORS_ORIGINS."
            answer = problem(403, sentence, ErrorCode.PERMISSION_DENIED)
        else:
            await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await answer(scope, receive, send)

    def _may_call(self, origin: str, host: str) -> bool:
        own = origin.partition("://")[2].lower() == host.lower()
        return own or origin in self._origins or "*" in self._origins

    def _is_own(self, host: str) -> bool:
        name = host.lower()
        name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
        name = name.rstrip(".")
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self._names or name.endswith(".localhost")
        return True
