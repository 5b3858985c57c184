"""API keys for machines, and what an administrator does with accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from metatag_gateway.record_ports import Webhooks
from metatag_gateway.routes.access import Admin, SignedIn, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.auth import (
    KeyBody,
    KeysView,
    KeyView,
    NewKeyView,
    NewUserBody,
    NewUserView,
    ResetBody,
    ResetView,
    UserPatch,
    UsersView,
    UserView,
)
from metatag_gateway.schemas.common import Message
from metatag_runtime.errors import InvalidArgument

router = APIRouter()


@router.get("/api/auth/keys", tags=["API Keys"], responses=known())
async def list_keys(request: Request, caller: SignedIn) -> KeysView:
    """List the account's live API keys."""
    found = await dependencies_of(request).accounts.keys(caller.user)
    return KeysView(keys=[KeyView.model_validate(key) for key in found])


@router.post("/api/auth/keys", tags=["API Keys"], status_code=201, responses=known(409))
async def make_key(request: Request, caller: SignedIn, body: KeyBody) -> NewKeyView:
    """Make an API key for a pipeline. The key is shown this once; only its hash is kept."""
    life = timedelta(days=body.expires_in_days) if body.expires_in_days else None
    key, secret = await dependencies_of(request).accounts.make_key(caller.user, body.name, body.scopes, life)
    return NewKeyView(**KeyView.model_validate(key).model_dump(), key=secret)


@router.delete("/api/auth/keys/{key_id}", tags=["API Keys"], responses=known(404))
async def revoke_key(request: Request, caller: SignedIn, key_id: UUID) -> Message:
    """End an API key."""
    await dependencies_of(request).accounts.revoke_key(caller.user, str(key_id))
    return Message(message="API key revoked")


@router.get("/api/admin/users", tags=["Administration"], responses=known())
async def list_users(
    request: Request,
    caller: Admin,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
    query: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$", description="Part of email or name.")] = "",
) -> UsersView:
    """List accounts, oldest first."""
    users, total = await dependencies_of(request).accounts.list_users(limit, offset, query)
    views = [UserView.model_validate(user) for user in users]
    return UsersView(users=views, total=total, limit=limit, offset=offset)


@router.patch("/api/admin/users/{user_id}", tags=["Administration"], responses=known(404, 409))
async def change_user(request: Request, caller: Admin, user_id: UUID, body: UserPatch) -> UserView:
    """Disable or enable an account, or give it a role. Disabling ends its sessions and switches its webhooks off."""
    role = body.role_asked()
    if body.is_active is None and role is None:
        raise InvalidArgument("Send is_active, role or both.")
    found = dependencies_of(request)
    changed = await found.accounts.set_user(caller, str(user_id), active=body.is_active, role=role)
    if body.is_active is False:
        # After the account: were jobs away, the answer is 503, and the same request may be sent again.
        await _switch_off(found.webhooks, str(user_id))
    return UserView.model_validate(changed)


@router.post("/api/admin/users", tags=["Administration"], status_code=201, responses=known(409))
async def add_user(request: Request, caller: Admin, body: NewUserBody) -> NewUserView:
    """Make an account for somebody, also where registration is closed. Its first password is shown this once."""
    password = body.password.get_secret_value() if body.password else ""
    accounts = dependencies_of(request).accounts
    user, first = await accounts.add_user(
        caller, body.email, password, body.full_name or None, role=body.role_asked() or "user"
    )
    return NewUserView(**UserView.model_validate(user).model_dump(), first_password=first)


@router.post("/api/admin/users/{user_id}/password", tags=["Administration"], responses=known(404))
async def reset_password(request: Request, caller: Admin, user_id: UUID, body: ResetBody) -> ResetView:
    """Set a new password for an account: its sessions and API keys end. The password is shown this once."""
    password = body.password.get_secret_value() if body.password else ""
    new = await dependencies_of(request).accounts.reset_password(caller, str(user_id), password)
    return ResetView(user_id=str(user_id), password=new)


async def _switch_off(webhooks: Webhooks, user_id: str) -> None:
    for each in await webhooks.webhooks(user_id):
        if each.active:
            await webhooks.change(user_id, each.id, url=None, events=None, active=False)
