"""Who may call what: the dependencies that routes name, which the gate reads, and the errors in OpenAPI."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from metatag_gateway.model.accounts import Client, Principal
from metatag_gateway.policies import Permission
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
    412: "It was changed meanwhile: the version in If-Match is not its version any more.",
    413: "Too large.",
    415: "Not a PDF.",
    422: "The Idempotency-Key came before with another request.",
    428: "The If-Match header is missing.",
    429: "Too much for now; see Retry-After.",
    500: "A fault on our side; the body carries a request id.",
    503: "Something that is needed does not answer, or there is no room; see Retry-After.",
    504: "It takes longer than the gateway waits.",
    507: "The disk of the stored files is full; see Retry-After.",
}


def known(*statuses: int, public: bool = False) -> dict[int | str, dict[str, Any]]:
    """Give the documented errors of a route: those that any may have, and the named ones."""
    always = (400, 413, 429, 500, 503) if public else (400, 401, 403, 413, 429, 500, 503, 504)
    return {status: {"model": Problem, "description": _SENTENCES[status]} for status in sorted({*always, *statuses})}


def client_of(request: Request) -> Client:
    """Give where a request comes from."""
    address = request.client.host if request.client else ""
    return Client(address, request.headers.get("user-agent", ""))


def caller_of(request: Request) -> Principal:
    """Return who calls, as the gate found out before it let the request pass."""
    found = request.state.principal
    assert isinstance(found, Principal)
    return found


Dependency = Callable[..., Awaitable[Principal]]
_PERMISSIONS: dict[Dependency, Permission] = {}


def permission_of(dependency: Any) -> Permission | None:
    """Return what a dependency asks of callers; None for any that is about something else."""
    return _PERMISSIONS.get(dependency)


def _needs(**permission: Any) -> Dependency:
    async def principal(request: Request, credentials: Credentials) -> Principal:
        return caller_of(request)

    _PERMISSIONS[principal] = Permission(**permission)
    return principal


async def _viewer(
    request: Request,
    credentials: Credentials,
    token: Annotated[str | None, Query(description="The access token, where no header can be sent.")] = None,
) -> Principal:
    return caller_of(request)


_PERMISSIONS[_viewer] = Permission(scope="read", query_token=True)

Reader = Annotated[Principal, Depends(_needs(scope="read"))]
Processor = Annotated[Principal, Depends(_needs(scope="process"))]
Writer = Annotated[Principal, Depends(_needs(scope="write"))]
# A signed-in person, not a key.
SignedIn = Annotated[Principal, Depends(_needs(session=True))]
Admin = Annotated[Principal, Depends(_needs(session=True, admin=True))]
Auditor = Annotated[Principal, Depends(_needs(session=True, audit=True))]
# Any account, whatever its role; a key needs the scope `read`.
Anyone = Annotated[Principal, Depends(_needs(scope="read", any_role=True))]
# For what a frame or picture shows: the token may come in the query.
Viewer = Annotated[Principal, Depends(_viewer)]
