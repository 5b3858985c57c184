"""What invitations, forgotten passwords and the end of accounts need from outside."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any, Protocol

from metatag_gateway.model.account_links import Invitation, Letter, PasswordReset
from metatag_gateway.model.accounts import User
from metatag_gateway.model.audit import AuditEntry
from metatag_gateway.model.erasures import Erasure


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


class ErasureStore(Protocol):
    """The end of accounts. Every method is one transaction."""

    async def delete_user(self, user_id: str, account_digest: str, *, audit: AuditEntry | None = None) -> bool:
        """Remove an account with all that hangs on it here, and enter it among the erasures; False for none.

        Raises Conflict for the last active administrator.
        """

    async def erasures(self) -> list[Erasure]:
        """Return the deleted accounts of which something may be left."""

    async def blank_addresses(self, user_id: str) -> int:
        """Take network addresses from some of a deleted account's audit entries and return how many.

        Call again until it is 0. Nothing else of an entry can change.
        """

    async def end_erasure(self, user_id: str, *, audit: AuditEntry | None = None) -> bool:
        """Forget an erasure; False where another process did."""

    async def session_opened_at(self, user_id: str, session_id: str) -> datetime | None:
        """Return when a live session of an account was opened by a sign-in; None where there is none."""

    async def rows_of(self, user_id: str) -> dict[str, list[dict[str, Any]]]:
        """Return API keys, sessions and identities of an account without hashes and secrets, by kind."""


class AccountData(Protocol):
    """What the jobs service keeps of an account."""

    async def erase(self, user_id: str) -> bool:
        """Have all of it removed, and return whether no row is left; ask again until then."""

    def export(self, user_id: str) -> AsyncIterator[str | bytes]:
        """Return all of it as files: the path of each, then its bytes in chunks."""
