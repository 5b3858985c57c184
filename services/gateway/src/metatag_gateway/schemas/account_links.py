"""Invitations and resets of forgotten passwords."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, SecretStr

from metatag_gateway.model.accounts import Role
from metatag_gateway.schemas.auth import Email, FullName, Password, RoleBody
from metatag_gateway.schemas.common import Body, Payload

LinkToken = Annotated[SecretStr, Field(min_length=1, max_length=200)]


class InvitationBody(RoleBody):
    """Who is invited, and to what."""

    email: Email = Field(examples=["bina@example.com"])
    full_name: FullName | None = Field(None, examples=["Bina Devi"])


class InvitationView(Payload):
    """An invitation that was not accepted yet."""

    id: str
    email: str
    full_name: str | None
    role: Role
    invited_by: str
    created_at: datetime
    expires_at: datetime


class InvitationsView(Payload):
    """Invitations that were not accepted yet, newest first."""

    invitations: list[InvitationView]


class NewInvitationView(InvitationView):
    """A new invitation; `token` and `url`, empty where the page's address is not set, are shown this once."""

    token: str
    url: str
    is_mailed: bool


class LinkBody(Body):
    """The secret of a link."""

    token: LinkToken


class InvitedView(Payload):
    """What a link invites to."""

    email: str
    full_name: str | None
    role: Role
    expires_at: datetime


class AcceptBody(LinkBody):
    """The choices of who is invited."""

    password: Password
    full_name: FullName | None = None


class ForgottenBody(Body):
    """Whose password is forgotten."""

    email: Email = Field(examples=["asha@example.com"])


class NewPasswordBody(LinkBody):
    """A new password in the place of a forgotten one."""

    password: Password
    revoke_api_keys: bool = Field(False, description="End the account's API keys too.")
