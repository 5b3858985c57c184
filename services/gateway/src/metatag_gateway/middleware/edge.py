"""The edge of every request: id, client, headers, log and metrics; and the last catch of a fault."""

from __future__ import annotations

import time

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from metatag_gateway.middleware.proxies import Proxies, route_path
from metatag_gateway.problems import from_error, internal_sentence, problem
from metatag_runtime.context import request_id, use_request_id
from metatag_runtime.errors import ErrorCode
from metatag_runtime.failures import as_unavailable
from metatag_runtime.tracing import TRACE_KEY, begin_span, end_span

log = structlog.get_logger("metatag.access")

REQUESTS = Counter("metatag_gateway_requests_total", "Requests ended.", ["method", "route", "status"])
SECONDS = Histogram(
    "metatag_gateway_request_seconds",
    "Duration of requests in seconds.",
    ["method", "route"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300),
)

_QUIET = frozenset({"/livez", "/readyz", "/api/health"})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_API_POLICY = "default-src 'none'; frame-ancestors 'none'"
# A PDF or picture is there to be framed, by pages of other origins too.
_SHOWN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; plugin-types application/pdf"


class Edge:
    """Outermost but for CORS; every answer passes here."""

    def __init__(self, app: ASGIApp, *, proxies: Proxies, hsts_seconds: int = 0) -> None:
        self._app = app
        self._proxies = proxies
        self._hsts_seconds = hsts_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        use_request_id(headers.get("x-request-id"))
        self._proxies.resolve(scope)
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        exchange = _Exchange(scope, send, self._hsts_seconds, headers.get(TRACE_KEY))
        try:
            await self._app(scope, receive, exchange.send)
        except Exception as error:
            log.error("request failed", path=scope["path"], exc_info=error)
            if exchange.status:
                # The answer is half out: cutting the connection is the only way to say that it is not whole.
                raise
            # A full disk or a database that is away passes; anything else is a fault of ours.
            passing = as_unavailable(error)
            answer = from_error(passing) if passing else problem(500, internal_sentence(), ErrorCode.INTERNAL)
            await answer(scope, receive, exchange.send)
        finally:
            exchange.end()


class _Exchange:
    """One request's way out: adds headers, remembers the status, writes the log line."""

    def __init__(self, scope: Scope, send: Send, hsts_seconds: int, trace_parent: str | None) -> None:
        # The trace begins here, or goes on if the caller sends its own; the route is known at the end only.
        self._span = begin_span("request", trace_parent, server=True)
        self._scope = scope
        self._send = send
        self._hsts_seconds = hsts_seconds
        self._start = time.monotonic()
        self.status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._add_headers(MutableHeaders(scope=message))
        await self._send(message)

    def _add_headers(self, headers: MutableHeaders) -> None:
        headers["x-request-id"] = request_id()
        headers.setdefault("x-content-type-options", "nosniff")
        headers.setdefault("referrer-policy", "no-referrer")
        kind = headers.get("content-type", "")
        shown = kind.startswith(("application/pdf", "image/"))
        headers.setdefault("content-security-policy", _SHOWN_POLICY if shown else _API_POLICY)
        if kind.startswith("application/json"):
            headers.setdefault("cache-control", "no-store")
        if self._hsts_seconds and self._scope["scheme"] == "https":
            headers.setdefault("strict-transport-security", f"max-age={self._hsts_seconds}; includeSubDomains")

    def end(self) -> None:
        """Log and count; the query is left out, because tokens and addresses of documents travel in it."""
        seconds = time.monotonic() - self._start
        route = getattr(self._scope.get("route"), "path", "unknown")
        method = self._scope["method"] if self._scope["method"] in _METHODS else "other"
        REQUESTS.labels(method, route, str(self.status)).inc()
        SECONDS.labels(method, route).observe(seconds)
        self._span.update_name(f"{method} {route}")
        end_span(self._span, "ok" if 0 < self.status < 500 else str(self.status))
        client = self._scope.get("client")
        write = log.debug if route_path(self._scope) in _QUIET else log.info
        write(
            "request",
            method=method,
            path=self._scope["path"][:500],
            status=self.status,
            ms=round(seconds * 1000, 1),
            client=client[0] if client else "",
            user_id=self._scope.get("state", {}).get("user_id", ""),
        )
