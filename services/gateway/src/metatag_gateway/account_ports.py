"""What one-time links of accounts need from outside: a store, and somebody who carries mail."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from metatag_gateway.model.account_links import Invitation, Letter, PasswordReset
from metatag_gateway.model.accounts import User
from metatag_gateway.model.audit import AuditEntry


class AccountLinkStore(Protocol):
    """Keeps invitations and resets. Of two that use one link at the same moment, one has it."""

    async def invite(self, invitation: Invitation, *, audit: AuditEntry | None = None) -> bool:
        """Store an invitation in place of an earlier one to the same email; False where an account has it."""

    async def invitation(self, token_hash: str, now: datetime) -> Invitation | None:
        """Return an invitation that can be accepted now."""

    async def invitations(self, now: datetime, limit: int) -> list[Invitation]:
        """Return invitations that can be accepted now, newest first."""

    async def withdraw(self, invitation_id: str, *, audit: AuditEntry | None = None) -> bool:
        """Delete an invitation; False where there is none."""

    async def accept(self, token_hash: str, user: User, now: datetime, *, audit: AuditEntry | None = None) -> bool:
        """Use an invitation up and add its account, both or neither; False where either cannot be."""

    async def add_reset(self, reset: PasswordReset, *, audit: AuditEntry | None = None) -> None:
        """Store a reset in place of earlier ones of the account."""

    async def reset_user(self, token_hash: str, now: datetime) -> str | None:
        """Return whose password a reset can set now; None where it was used, has ended or is void."""

    async def use_reset(
        self, token_hash: str, password_hash: str, now: datetime, *, end_api_keys: bool, audit: AuditEntry | None = None
    ) -> str | None:
        """Use a reset up: set the password and end all sessions, API keys too if asked; return whose it was.

        None, and nothing changes, where it was used, has ended, or the password was changed or the account disabled
        since it was asked for.
        """


class Mailer(Protocol):
    """Carries mail."""

    async def send(self, letter: Letter) -> None:
        """Hand a letter over to a mail server; raises Unavailable where none takes it."""
