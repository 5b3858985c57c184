"""Invitations and resets of forgotten passwords. Their secrets come in bodies, which no log holds."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request

from metatag_gateway.routes.access import Admin, client_of, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.account_links import (
    AcceptBody,
    ForgottenBody,
    InvitationBody,
    InvitationsView,
    InvitationView,
    InvitedView,
    LinkBody,
    NewInvitationView,
    NewPasswordBody,
)
from metatag_gateway.schemas.auth import UserView
from metatag_gateway.schemas.common import Message

router = APIRouter()


@router.post("/api/admin/invitations", tags=["Administration"], status_code=201, responses=known(409))
async def invite_user(request: Request, caller: Admin, body: InvitationBody) -> NewInvitationView:
    """Invite somebody, also where registration is closed. An earlier invitation to the same email ends.

    Where mail is set up it carries the link; otherwise give `url` to who is meant, yourself.
    """
    made = await dependencies_of(request).invitations.invite(
        caller, body.email, body.full_name or None, body.role_asked() or "user"
    )
    view = InvitationView.model_validate(made.invitation).model_dump()
    return NewInvitationView(**view, token=made.token, url=made.url, is_mailed=made.is_mailed)


@router.get("/api/admin/invitations", tags=["Administration"], responses=known())
async def list_invitations(request: Request, caller: Admin) -> InvitationsView:
    """List the invitations that were not accepted yet and have not ended, newest first, at most 1,000."""
    found = await dependencies_of(request).invitations.list()
    return InvitationsView(invitations=[InvitationView.model_validate(each) for each in found])


@router.delete("/api/admin/invitations/{invitation_id}", tags=["Administration"], responses=known(404))
async def withdraw_invitation(request: Request, caller: Admin, invitation_id: UUID) -> Message:
    """End an invitation: its link holds no more."""
    await dependencies_of(request).invitations.withdraw(str(invitation_id))
    return Message(message="Invitation withdrawn")


@router.post("/api/auth/invitation", tags=["User Management"], responses=known(404, public=True))
async def look_at_invitation(request: Request, body: LinkBody) -> InvitedView:
    """Tell what a link invites to."""
    found = await dependencies_of(request).invitations.look(body.token.get_secret_value(), client_of(request))
    return InvitedView.model_validate(found)


@router.post(
    "/api/auth/invitation/accept", tags=["User Management"], status_code=201, responses=known(404, public=True)
)
async def accept_invitation(request: Request, body: AcceptBody) -> UserView:
    """Make the account of an invitation, which is used up. Sign in next."""
    token, password = body.token.get_secret_value(), body.password.get_secret_value()
    invitations = dependencies_of(request).invitations
    user = await invitations.accept(token, password, body.full_name or None, client_of(request))
    return UserView.model_validate(user)


@router.post("/api/auth/forgotten", tags=["User Management"], status_code=202, responses=known(404, public=True))
async def forget_password(request: Request, body: ForgottenBody) -> Message:
    """Send a link with which a forgotten password is set anew. The answer is the same for an email without account.

    404 where no mail is set up: an administrator sets a new password then.
    """
    await dependencies_of(request).password_resets.ask(body.email, client_of(request))
    return Message(message="If there is an account with this email, a mail with a link is on its way.")


@router.post("/api/auth/forgotten/password", tags=["User Management"], responses=known(404, public=True))
async def reset_forgotten_password(request: Request, body: NewPasswordBody) -> Message:
    """Set a new password with the link of the mail, once. All sessions end; API keys too if asked."""
    await dependencies_of(request).password_resets.use(
        body.token.get_secret_value(),
        body.password.get_secret_value(),
        client_of(request),
        end_api_keys=body.revoke_api_keys,
    )
    return Message(message="The password is changed; sign in with it.")
