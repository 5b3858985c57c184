"""Single sign-on: to the provider and back, and a session for the page."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from metatag_gateway.errors import Unauthenticated
from metatag_gateway.external_accounts import BACK_SECONDS, BEGUN_SECONDS, ExternalAccounts
from metatag_gateway.routes.access import client_of, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.auth import LoginView, MethodsView, TicketBody
from metatag_runtime.errors import MetatagError, NotFound

router = APIRouter(tags=["User Management"])

COOKIE = "metatag_single_sign_on"


@router.get("/api/auth/methods", responses=known(public=True))
async def sign_in_methods(request: Request) -> MethodsView:
    """Tell how people sign in here."""
    parts = dependencies_of(request)
    return MethodsView(
        password=True,
        registration=parts.settings.registration == "open",
        single_sign_on=parts.external is not None,
        password_reset=parts.password_resets.is_open,
    )


# Both are for browsers, which the page sends there and the provider sends back.
@router.get("/sign-in/oidc", include_in_schema=False)
async def begin_single_sign_on(request: Request) -> Response:
    """Send the browser to the single sign-on provider."""
    url, cookie = await _external(request).begin()
    answer = RedirectResponse(url, 303)
    answer.set_cookie(
        COOKIE,
        cookie,
        max_age=BEGUN_SECONDS + BACK_SECONDS,
        path=_path(request),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get("/sign-in/oidc/callback", include_in_schema=False)
async def end_single_sign_on(
    request: Request,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4096)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Take the browser back from the provider, and send it to the page, which opens a session with the ticket."""
    external = _external(request)
    page = f"{request.scope.get('root_path', '')}/app/#/single-sign-on"
    try:
        if error or not code:
            raise Unauthenticated("The single sign-on provider refused the sign-in.")
        ticket = await external.come_back(request.cookies.get(COOKIE, ""), state, code)
    except MetatagError as failure:
        # A person looks at this answer: the page says what happened.
        return RedirectResponse(f"{page}?problem={failure.code}", 303, {"Cache-Control": "no-store"})
    return RedirectResponse(f"{page}/{ticket}", 303, {"Cache-Control": "no-store"})


@router.post("/api/auth/oidc/session", responses=known(401, 403, 404, public=True))
async def open_single_sign_on(request: Request, body: TicketBody) -> LoginView:
    """Open a session for a ticket, once, in the browser that began the sign-in."""
    cookie = request.cookies.get(COOKIE, "")
    user, tokens = await _external(request).sign_in(cookie, body.ticket, client_of(request))
    return LoginView.model_validate({"user": user, "tokens": tokens})


def _external(request: Request) -> ExternalAccounts:
    found = dependencies_of(request).external
    if found is None:
        raise NotFound("Single sign-on is not set up here.")
    return found


def _path(request: Request) -> str:
    return f"{request.scope.get('root_path', '')}/"
