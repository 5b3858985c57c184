"""Who may call what: the dependencies that routes name, and the errors that OpenAPI shows for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from metatag_gateway.errors import Forbidden
from metatag_gateway.model.accounts import Client, Principal
from metatag_gateway.routes.parts import parts_of
from metatag_gateway.schemas.common import Problem

BEARER = HTTPBearer(
    auto_error=False,
    bearerFormat="JWT or mt_...",
    description="An access token from login or refresh, or an API key (`mt_...`) with the scope that the path needs.",
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)]

_SENTENCES = {
    400: "A value is wrong; `errors` names the fields.",
    401: "No token, or one that does not hold.",
    403: "The account is disabled, or may not do this.",
    404: "It does not exist, or belongs to somebody else.",
    409: "It exists already, or its state does not allow the step.",
    413: "Too large.",
    415: "Not a PDF.",
    429: "Too much for now; see Retry-After.",
    500: "A fault on our side; the body carries a request id.",
    503: "Something that is needed does not answer, or there is no room; see Retry-After.",
    504: "It takes longer than the gateway waits.",
}


def known(*statuses: int, public: bool = False) -> dict[int | str, dict[str, Any]]:
    """Give the documented errors of a route: those that any may have, and the named ones."""
    always = (400, 413, 429, 500, 503) if public else (400, 401, 403, 413, 429, 500, 503, 504)
    return {status: {"model": Problem, "description": _SENTENCES[status]} for status in sorted({*always, *statuses})}


def client_of(request: Request) -> Client:
    """Give where a request comes from."""
    address = request.client.host if request.client else ""
    return Client(address, request.headers.get("user-agent", ""))


async def identify(request: Request, token: str) -> Principal:
    """Give who presents a token, and count the request."""
    parts = parts_of(request)
    principal = await parts.identity.principal(token)
    request.state.user_id = principal.user_id
    await parts.quotas.request(principal.user_id)
    return principal


def _needs(scope: str) -> Callable[[Request, HTTPAuthorizationCredentials | None], Awaitable[Principal]]:
    async def principal(request: Request, credentials: Credentials) -> Principal:
        found = await identify(request, credentials.credentials if credentials else "")
        return scoped(found, scope)

    return principal


def scoped(principal: Principal, scope: str) -> Principal:
    """Give the principal back, or Forbidden when it lacks the scope."""
    if scope not in principal.scopes:
        raise Forbidden(f"This API key lacks the scope '{scope}'.")
    return principal


async def _session(request: Request, credentials: Credentials) -> Principal:
    found = await identify(request, credentials.credentials if credentials else "")
    if found.kind != "session":
        raise Forbidden("An API key cannot manage the account; sign in.")
    return found


async def _admin(principal: Annotated[Principal, Depends(_session)]) -> Principal:
    if not principal.user.is_admin:
        raise Forbidden("Only an administrator may do this.")
    return principal


async def _viewer(
    request: Request,
    credentials: Credentials,
    token: Annotated[str | None, Query(description="The access token, where no header can be sent.")] = None,
) -> Principal:
    found = await identify(request, credentials.credentials if credentials else token or "")
    return scoped(found, "read")


Reader = Annotated[Principal, Depends(_needs("read"))]
Processor = Annotated[Principal, Depends(_needs("process"))]
Writer = Annotated[Principal, Depends(_needs("write"))]
# A signed-in person, not a key.
SignedIn = Annotated[Principal, Depends(_session)]
Admin = Annotated[Principal, Depends(_admin)]
# For what a frame or picture shows: the token may come in the query.
Viewer = Annotated[Principal, Depends(_viewer)]
