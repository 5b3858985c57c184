"""The gate before the framework: token, body and place of a request, in this order, before any route sees it.

The framework reads and parses a body before it looks at a token; here nobody's body is read who may not call.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import parse_qs

from prometheus_client import Gauge
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from metatag_gateway.errors import Forbidden, Unauthenticated
from metatag_gateway.identity import Identity
from metatag_gateway.limits import Quotas
from metatag_gateway.middleware.bodies import MIN_COUNTED_BYTES, Bodies, Body, BodyBounds, refuse_crowded, too_large
from metatag_gateway.middleware.proxies import route_path
from metatag_gateway.model.accounts import network_of
from metatag_gateway.model.audit import ORIGIN
from metatag_gateway.places import Places
from metatag_gateway.policies import PathPolicies, PathPolicy
from metatag_gateway.problems import from_error
from metatag_runtime.errors import Busy, MetatagError

IN_FLIGHT = Gauge("metatag_gateway_requests_in_flight", "Requests in work.")

# Answered even when there is no room: an orchestrator must not take a busy process for a dead one.
_ALWAYS = frozenset({"/livez", "/readyz"})
# A client that takes nothing of an answer for this long is gone. Seconds.
WRITE_SECONDS = 120.0
NO_SECOND_FACTOR = "Administrators need a second factor here; set one up with POST /api/auth/totp."
NO_ROOM = "The server has as much to do as it can; try again in a moment."


@dataclass(frozen=True, slots=True)
class GateBounds:
    """What one process takes: requests in work, and bodies, for callers with a token and for public paths apart."""

    max_in_flight: int
    # Administrators need a second factor for what only they may do.
    admin_second_factor: bool
    bodies: BodyBounds
    public_bodies: BodyBounds


@dataclass(slots=True, eq=False)
class _Lane:
    """Places and bodies of one kind of path: long requests of some users must not keep others from signing in."""

    places: Places
    bodies: Bodies


class Gate:
    """Lets a request pass to the application when its caller, its body and the process allow it."""

    def __init__(
        self, app: ASGIApp, *, policies: PathPolicies, identity: Identity, quotas: Quotas, bounds: GateBounds
    ) -> None:
        self._app = app
        self._policies = policies
        self._identity = identity
        self._quotas = quotas
        self._admin_second_factor = bounds.admin_second_factor
        self._private = _Lane(Places(bounds.max_in_flight), Bodies(bounds.bodies))
        self._public = _Lane(Places(bounds.max_in_flight), Bodies(bounds.public_bodies))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path = route_path(scope)
        if scope["type"] != "http" or path in _ALWAYS:
            await self._app(scope, receive, send)
            return
        policy = self._policies.find(scope["method"], path)
        scope["state"]["policy"] = policy
        body: Body | None = None
        lane = self._private if policy and policy.permission else self._public
        try:
            holder = await self._identify(scope, policy)
            if policy is not None and _has_body(scope):
                body = lane.bodies.open(holder)
                receive = await _body(scope, receive, policy, lane.bodies, body)
            await self._serve(lane.places, holder, (scope, receive, send))
        except MetatagError as error:
            await from_error(error)(scope, receive, send)
        finally:
            if body is not None:
                lane.bodies.close(body)

    async def _identify(self, scope: Scope, policy: PathPolicy | None) -> str:
        """Return who holds what the request takes: a user where a token is needed, else an address."""
        if policy is None or policy.permission is None:
            client = scope.get("client")
            return network_of(client[0]) if client else ""
        principal = await self._identity.principal(_token(scope, query=policy.permission.query_token))
        scope["state"]["user_id"] = principal.user_id
        scope["state"]["principal"] = principal
        ORIGIN.set(
            replace(ORIGIN.get(), actor_id=principal.user_id, actor_kind=principal.kind, key_id=principal.key_id)
        )
        await self._quotas.request(principal.user_id)
        policy.permission.check(principal)
        if self._admin_second_factor and policy.permission.admin and not principal.user.has_totp:
            raise Forbidden(NO_SECOND_FACTOR)
        return principal.user_id

    async def _serve(self, places: Places, holder: str, exchange: tuple[Scope, Receive, Send]) -> None:
        if not places.take(holder):
            raise Busy(NO_ROOM)
        IN_FLIGHT.inc()
        scope, receive, send = exchange
        try:
            await self._app(scope, receive, _bounded(send))
        finally:
            IN_FLIGHT.dec()
            places.give_back(holder)


async def _body(scope: Scope, receive: Receive, policy: PathPolicy, bodies: Bodies, body: Body) -> Receive:
    """Return what the application receives: the body read whole, or a form that it reads as it comes."""
    headers = Headers(scope=scope)
    is_form = policy.max_form_bytes != 0 and headers.get("content-type", "").lower().startswith("multipart/")
    max_bytes = policy.max_form_bytes if is_form else policy.max_body_bytes
    length = headers.get("content-length", "")
    if max_bytes is not None and length.isdigit() and int(length) > max_bytes:
        raise too_large(max_bytes)
    if is_form:
        return bodies.stream(body, receive, max_bytes)
    content = await bodies.read(body, receive, policy.max_body_bytes)
    if len(content) >= MIN_COUNTED_BYTES:
        await asyncio.to_thread(refuse_crowded, content)
    return _again(content, receive)


def _token(scope: Scope, *, query: bool) -> str:
    scheme, _, credentials = Headers(scope=scope).get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and credentials.strip():
        return credentials.strip()
    if query:
        with suppress(ValueError):
            values = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=100)
            return str(values.get("token", [""])[0])
    raise Unauthenticated("Not authenticated")


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def _again(content: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body that was read already, then what comes after it."""
    given = False

    async def take() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": content, "more_body": False}

    return take


def _bounded(send: Send) -> Send:
    """Return a `send` that gives up a client that takes nothing."""

    async def bounded(message: Message) -> None:
        async with asyncio.timeout(WRITE_SECONDS):
            await send(message)

    return bounded
