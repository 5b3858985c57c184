"""Accounts: register, sign in and out, password."""

from __future__ import annotations

from fastapi import APIRouter, Request

from metatag_gateway.routes.access import Anyone, SignedIn, client_of, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.auth import (
    LoginBody,
    LoginView,
    LogoutView,
    PasswordBody,
    RefreshBody,
    RegisterBody,
    TokensView,
    UserView,
)

router = APIRouter(prefix="/api/auth", tags=["User Management"])


@router.post("/register", status_code=201, responses=known(403, public=True))
async def register(request: Request, body: RegisterBody) -> UserView:
    """Make an account. Emails are compared without case; sign in next."""
    accounts = dependencies_of(request).accounts
    user = await accounts.register(body.email, body.password.get_secret_value(), body.full_name, client_of(request))
    return UserView.model_validate(user)


@router.post("/login", responses=known(401, 403, public=True))
async def login(request: Request, body: LoginBody) -> LoginView:
    """Open a session: an access token for the header, and a refresh token to continue.

    Where the account has a second factor and `code` is missing, the answer is 401, `second_factor_required`.
    """
    accounts = dependencies_of(request).accounts
    user, tokens = await accounts.login(body.email, body.password.get_secret_value(), client_of(request), body.code)
    return LoginView.model_validate({"user": user, "tokens": tokens})


@router.post("/refresh", responses=known(401, public=True))
async def refresh(request: Request, body: RefreshBody) -> TokensView:
    """Continue a session. The token rotates; within 30 seconds the old one gives the same successor."""
    tokens = await dependencies_of(request).accounts.refresh(body.refresh_token, client_of(request))
    return TokensView.model_validate(tokens)


@router.post("/logout", responses=known(public=True))
async def logout(request: Request, body: RefreshBody) -> LogoutView:
    """End the session of a refresh token; an unknown one is no error."""
    return LogoutView(message=await dependencies_of(request).accounts.logout(body.refresh_token))


@router.get("/me", responses=known())
async def me(caller: Anyone) -> UserView:
    """Give the caller's account."""
    return UserView.model_validate(caller.user)


@router.post("/logout-all", responses=known())
async def logout_all(request: Request, caller: SignedIn) -> LogoutView:
    """End all sessions of the account, this one too."""
    await dependencies_of(request).accounts.logout_everywhere(caller.user)
    return LogoutView(message="All sessions have ended")


@router.post("/password", responses=known())
async def change_password(request: Request, caller: SignedIn, body: PasswordBody) -> TokensView:
    """Change the password; all other sessions end, API keys too if asked, and a new pair of tokens is given."""
    current, new = body.current_password.get_secret_value(), body.new_password.get_secret_value()
    tokens = await dependencies_of(request).accounts.change_password(
        caller.user, current, new, client_of(request), end_api_keys=body.revoke_api_keys
    )
    return TokensView.model_validate(tokens)
