"""Forgotten passwords: a one-time link by mail, which tells nobody whether there is an account."""

from __future__ import annotations

import asyncio
import secrets
from datetime import UTC, datetime, timedelta

import structlog

from metatag_gateway import letters
from metatag_gateway.account_ports import AccountLinkStore
from metatag_gateway.errors import QuotaExceeded
from metatag_gateway.identity import Identity, hash_secret
from metatag_gateway.letters import Outbox
from metatag_gateway.model.account_links import PasswordReset
from metatag_gateway.model.accounts import Client, network_of
from metatag_gateway.model.audit import entry
from metatag_gateway.ports import AccountStore, Limiter, Passwords, Rate
from metatag_gateway.stolen_passwords import refuse_stolen
from metatag_runtime.errors import MetatagError, NotFound

log = structlog.get_logger("metatag.accounts")

# What one network may ask for, what one email gets, and links that one network may try.
BY_ADDRESS, BY_EMAIL, TRIES = Rate(20, 3600.0), Rate(3, 3600.0), Rate(30, 300.0)
# Questions under way at once; one more is dropped, as a letter would be.
MAX_UNDER_WAY = 100
GONE = "The link was used or has ended; ask for a new one."


class PasswordResets:
    """The use cases around forgotten passwords."""

    def __init__(
        self,
        links: AccountLinkStore,
        accounts: AccountStore,
        *,
        passwords: Passwords,
        identity: Identity,
        limiter: Limiter,
        outbox: Outbox,
        life: timedelta,
    ) -> None:
        self._links = links
        self._accounts = accounts
        self._passwords = passwords
        self._identity = identity
        self._limiter = limiter
        self._outbox = outbox
        self._life = life
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_open(self) -> bool:
        """Whether forgotten passwords can be reset by mail."""
        return self._outbox.is_open

    async def ask(self, email: str, client: Client) -> None:
        """Send a link to an email that an account has. Who asks waits and learns the same for any other."""
        if not self.is_open:
            raise NotFound("Passwords are not reset by mail here; ask an administrator.")
        wait = await self._limiter.take(f"reset:{network_of(client.address)}", BY_ADDRESS)
        if wait > 0:
            raise QuotaExceeded("Too many requests from this address; try again later.", retry_after=wait)
        if len(self._tasks) >= MAX_UNDER_WAY:
            log.error("reset of a password dropped: too many are under way")
            return
        task = asyncio.create_task(self._send(email))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def use(self, token: str, password: str, client: Client, *, end_api_keys: bool) -> None:
        """Set a new password and end all sessions; NotFound where the link holds no more."""
        wait = await self._limiter.take(f"reset-use:{network_of(client.address)}", TRIES)
        if wait > 0:
            raise QuotaExceeded("Too many links from this address; try again later.", retry_after=wait)
        refuse_stolen(password)
        digest, now = hash_secret(token), datetime.now(UTC)
        user_id = await self._links.reset_user(digest, now)
        if user_id is None:
            raise NotFound(GONE)
        hashed = await self._passwords.hash(password)
        act = entry(
            "account.reset_password",
            "account",
            user_id,
            actor_id=user_id,
            by="mail",
            end_api_keys="yes" if end_api_keys else "",
        )
        if await self._links.use_reset(digest, hashed, now, end_api_keys=end_api_keys, audit=act) is None:
            raise NotFound(GONE)
        self._identity.forget(user_id)
        self._identity.forget_keys()
        log.info("password reset by mail", user_id=user_id)

    async def close(self) -> None:
        """Drop what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _send(self, email: str) -> None:
        """Store a reset and post its link, where there is an account with a password; leave silently otherwise."""
        try:
            async with asyncio.timeout(30.0):
                if await self._limiter.take(f"reset-mail:{hash_secret(email.casefold())[:32]}", BY_EMAIL) > 0:
                    return
                user = await self._accounts.user_by_email(email)
                # An account of single sign-on has no password that could be forgotten.
                if user is None or not user.is_active or not user.password_hash:
                    return
                token, now = secrets.token_urlsafe(32), datetime.now(UTC)
                made = PasswordReset(user.id, now, now + self._life, hash_secret(token), user.password_hash)
                await self._links.add_reset(made, audit=entry("account.reset_asked", "account", user.id))
        except (MetatagError, TimeoutError):
            log.warning("reset of a password not sent: the database does not answer")
            return
        # To the address that the account bears, and not to what was typed.
        self._outbox.post(letters.reset(user.email, self._outbox.link("reset", token), made.expires_at))
