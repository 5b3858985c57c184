"""A second factor of one's own account, and its removal for somebody who has lost it."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request

from metatag_gateway.routes.access import Admin, SignedIn, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.common import Message
from metatag_gateway.schemas.second_factor import BeginTotpBody, CodeBody, RecoveryCodesView, TotpView

router = APIRouter()


@router.post("/api/auth/totp", tags=["User Management"], responses=known(409))
async def begin_totp(request: Request, caller: SignedIn, body: BeginTotpBody) -> TotpView:
    """Make a secret for an authenticator app. Nothing is asked for until a code of it is confirmed."""
    parts = dependencies_of(request)
    await parts.accounts.check_password(caller.user, body.password.get_secret_value())
    secret, uri = await parts.second_factor.begin(caller.user)
    return TotpView(secret=secret, uri=uri)


@router.post("/api/auth/totp/confirm", tags=["User Management"], responses=known(409))
async def confirm_totp(request: Request, caller: SignedIn, body: CodeBody) -> RecoveryCodesView:
    """Ask for codes from now on, at each sign-in. The recovery codes are shown this once; each counts once."""
    parts = dependencies_of(request)
    codes = await parts.second_factor.confirm(caller.user, body.code)
    parts.identity.forget(caller.user_id)
    return RecoveryCodesView(recovery_codes=codes)


@router.post("/api/auth/totp/remove", tags=["User Management"], responses=known(404))
async def remove_totp(request: Request, caller: SignedIn, body: CodeBody) -> Message:
    """Ask for codes no more; takes a code of the app, or a recovery code."""
    parts = dependencies_of(request)
    await parts.second_factor.remove(caller.user, body.code)
    parts.identity.forget(caller.user_id)
    return Message(message="Second factor removed")


@router.delete("/api/admin/users/{user_id}/totp", tags=["Administration"], responses=known(404))
async def remove_users_totp(request: Request, caller: Admin, user_id: UUID) -> Message:
    """Take the second factor away from somebody who has lost it."""
    parts = dependencies_of(request)
    await parts.second_factor.remove_for(str(user_id))
    parts.identity.forget(str(user_id))
    return Message(message="Second factor removed")
