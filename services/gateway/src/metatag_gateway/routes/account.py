"""All of one account: its export, and its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from metatag_gateway.places import Places
from metatag_gateway.routes.access import Admin, SignedIn, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.account import DeletionBody, DeletionView
from metatag_runtime.errors import Busy

router = APIRouter()

_DELETED = "The account is deleted; what it had is being removed"


@router.post(
    "/api/account/export",
    tags=["User Management"],
    response_class=Response,
    responses={200: {"content": {"application/zip": {}}, "description": "The archive."}, **known()},
)
async def export_account(request: Request, caller: SignedIn) -> Response:
    """Give all that is kept of the account as a ZIP: documents, results, histories, lists, settings, audit entries."""
    found = dependencies_of(request)
    if not found.export_places.take(caller.user_id):
        raise Busy("Too many exports at once; try again in a moment.", retry_after=30.0)
    chunks = found.account_export.archive(caller.user)
    try:
        first = await anext(chunks)
    except BaseException:
        found.export_places.give_back(caller.user_id)
        raise
    headers = {"Content-Disposition": 'attachment; filename="metatag-account.zip"', "Cache-Control": "no-store"}
    body = _held(first, chunks, found.export_places, caller.user_id)
    return StreamingResponse(body, media_type="application/zip", headers=headers)


@router.delete("/api/account", tags=["User Management"], status_code=202, responses=known(409))
async def delete_account(request: Request, caller: SignedIn, body: DeletionBody | None = None) -> DeletionView:
    """Delete the caller's own account with everything it has, for good: by the password, or soon after a sign-in."""
    found = dependencies_of(request)
    password = body.password.get_secret_value() if body else ""
    if password:
        await found.accounts.check_password(caller.user, password)
    else:
        await found.erasure.require_fresh(caller)
    await found.erasure.delete(caller.user_id, caller)
    return DeletionView(message=_DELETED, user_id=caller.user_id)


@router.delete("/api/admin/users/{user_id}", tags=["Administration"], status_code=202, responses=known(404, 409))
async def delete_user(request: Request, caller: Admin, user_id: UUID) -> DeletionView:
    """Delete an account with everything it has, for good."""
    await dependencies_of(request).erasure.delete(str(user_id), caller)
    return DeletionView(message=_DELETED, user_id=str(user_id))


async def _held(first: bytes, chunks: AsyncIterator[bytes], places: Places, holder: str) -> AsyncIterator[bytes]:
    try:
        yield first
        async for chunk in chunks:
            yield chunk
    finally:
        places.give_back(holder)
