"""One-time links that open or recover an account: invitations, and resets of forgotten passwords."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from metatag_gateway.model.accounts import Role


@dataclass(frozen=True, slots=True)
class Invitation:
    """An account that somebody may make: `role` and `email` are the administrator's choice, the password theirs."""

    id: str
    email: str
    full_name: str | None
    role: Role
    # The administrator who invited.
    invited_by: str
    created_at: datetime
    expires_at: datetime
    # A digest of the link's secret, which is kept nowhere.
    token_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """A right to set a new password once. `password_hash` is the account's when it was asked for."""

    user_id: str
    created_at: datetime
    expires_at: datetime
    token_hash: str = field(repr=False)
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in plain text."""

    to: str
    subject: str
    text: str = field(repr=False)
