"""Invitations: an administrator names an email and a role, its owner chooses the password through a one-time link."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from metatag_gateway import letters
from metatag_gateway.account_ports import AccountLinkStore
from metatag_gateway.errors import Conflict, QuotaExceeded
from metatag_gateway.identity import hash_secret
from metatag_gateway.letters import Outbox
from metatag_gateway.model.account_links import Invitation
from metatag_gateway.model.accounts import Client, Principal, Role, User, network_of, new_user
from metatag_gateway.model.audit import entry
from metatag_gateway.ports import Limiter, Passwords, Rate
from metatag_gateway.stolen_passwords import refuse_stolen
from metatag_runtime.errors import NotFound

# Links that one network may try: a secret has 256 bits, so this only spares the database.
TRIES = Rate(30, 300.0)
MAX_LISTED = 1000
GONE = "The invitation was used, withdrawn or has ended; ask for a new one."


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation that was just made, with its secret, and whether a mail carries it."""

    invitation: Invitation
    token: str
    url: str
    is_mailed: bool


class Invitations:
    """The use cases around invitations."""

    def __init__(
        self, store: AccountLinkStore, passwords: Passwords, limiter: Limiter, outbox: Outbox, life: timedelta
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._limiter = limiter
        self._outbox = outbox
        self._life = life

    async def invite(self, admin: Principal, email: str, full_name: str | None, role: Role) -> Invited:
        """Make an invitation, which ends an earlier one to the same email; Conflict where an account has it."""
        token, now = secrets.token_urlsafe(32), datetime.now(UTC)
        made = Invitation(
            id=str(uuid.uuid4()),
            email=email,
            full_name=full_name,
            role=role,
            invited_by=admin.user_id,
            created_at=now,
            expires_at=now + self._life,
            token_hash=hash_secret(token),
        )
        act = entry("account.invite", "invitation", made.id, role=role)
        if not await self._store.invite(made, audit=act):
            raise Conflict("Email already registered")
        url = self._outbox.link("invitation", token)
        self._outbox.post(letters.invitation(email, url, made.expires_at))
        return Invited(made, token, url, self._outbox.is_open)

    async def list(self) -> list[Invitation]:
        """Return what was not accepted yet, newest first, at most MAX_LISTED."""
        return await self._store.invitations(datetime.now(UTC), MAX_LISTED)

    async def withdraw(self, invitation_id: str) -> None:
        """End an invitation."""
        act = entry("account.uninvite", "invitation", invitation_id)
        if not await self._store.withdraw(invitation_id, audit=act):
            raise NotFound("Invitation not found")

    async def look(self, token: str, client: Client) -> Invitation:
        """Return what a link invites to; NotFound where it holds no more."""
        wait = await self._limiter.take(f"invitation:{network_of(client.address)}", TRIES)
        if wait > 0:
            raise QuotaExceeded("Too many links from this address; try again later.", retry_after=wait)
        found = await self._store.invitation(hash_secret(token), datetime.now(UTC))
        if found is None:
            raise NotFound(GONE)
        return found

    async def accept(self, token: str, password: str, full_name: str | None, client: Client) -> User:
        """Make the account with the password of its owner, and use the link up."""
        found = await self.look(token, client)
        refuse_stolen(password)
        hashed = await self._passwords.hash(password)
        user = new_user(found.email, hashed, full_name or found.full_name, role=found.role)
        act = entry("account.create", "account", user.id, actor_id=user.id, role=user.role, by="invitation")
        if not await self._store.accept(found.token_hash, user, datetime.now(UTC), audit=act):
            raise NotFound(GONE)
        return user
