"""Accounts: register, sign in, change password, end sessions, API keys, and what an administrator does."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from metatag_gateway.audit_log import AuditLog
from metatag_gateway.errors import (
    AccountDisabled,
    Conflict,
    Forbidden,
    QuotaExceeded,
    SecondFactorRequired,
    Unauthenticated,
)
from metatag_gateway.identity import KEY_MARK, Identity, hash_secret
from metatag_gateway.model.accounts import (
    SCOPES,
    ApiKey,
    Client,
    Principal,
    Role,
    Tokens,
    User,
    neighbourhood_of,
    network_of,
    new_user,
)
from metatag_gateway.model.audit import entry
from metatag_gateway.ports import AccountStore, Limiter, Passwords, Rate
from metatag_gateway.second_factor import SecondFactor
from metatag_gateway.sessions import Sessions
from metatag_gateway.stolen_passwords import refuse_stolen
from metatag_runtime.errors import InvalidArgument, NotFound

log = structlog.get_logger("metatag.accounts")

WRONG = "Invalid email or password"
LOGIN_WINDOW = 300.0
REGISTER_WINDOW = 3600.0
# A network that an account was signed in to from is remembered this long. Seconds.
KNOWN = Rate(1, 30 * 86_400.0)
# What a sign-in waits at most where many were tried, and how many of one network may wait at once. Seconds.
MAX_DELAY = 3.0
MAX_WAITING = 20


@dataclass(frozen=True, slots=True)
class Rules:
    """What an operator chose for accounts."""

    registration_open: bool = True
    login_attempts: int = 10
    register_attempts: int = 20
    api_keys_per_user: int = 20


class Accounts:
    """The use cases around an account."""

    def __init__(
        self,
        *,
        store: AccountStore,
        passwords: Passwords,
        sessions: Sessions,
        identity: Identity,
        limiter: Limiter,
        audit: AuditLog,
        second_factor: SecondFactor,
        rules: Rules,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._sessions = sessions
        self._identity = identity
        self._limiter = limiter
        self._audit = audit
        self._second_factor = second_factor
        self._rules = rules

    async def register(self, email: str, password: str, full_name: str | None, client: Client) -> User:
        """Make an account; the email must be new, whatever its case."""
        if not self._rules.registration_open:
            raise Forbidden("Registration is closed; ask an administrator for an account.")
        rate = Rate(self._rules.register_attempts, REGISTER_WINDOW)
        await self._throttle(f"register:{network_of(client.address)}", rate, "Too many registrations from this address")
        refuse_stolen(password)
        if await self._store.user_by_email(email) is not None:
            raise InvalidArgument("Email already registered")
        user = new_user(email, await self._passwords.hash(password), full_name)
        act = entry("account.register", "account", user.id, actor_id=user.id)
        if not await self._store.add_user(user, audit=act):
            raise InvalidArgument("Email already registered")
        log.info("account registered", user_id=user.id)
        return user

    async def login(self, email: str, password: str, client: Client, code: str = "") -> tuple[User, Tokens]:
        """Open a session for the right password, and the right code where the account has a second factor."""
        account = hash_secret(email.casefold())[:32]
        network = network_of(client.address)
        rate = Rate(self._rules.login_attempts, LOGIN_WINDOW)
        await self._throttle(f"login:{account}:{network}", rate, "Too many sign-in attempts")
        known = f"login-known:{account}:{network}"
        was_here = await self._was_here(known)
        suspicion = 0.0 if was_here else await self._slow_down(account, client.address)
        user = await self._store.user_by_email(email)
        hashed = user.password_hash if user else ""
        if not await self._passwords.verify(hashed, password, known=was_here, suspicion=suspicion) or user is None:
            await self._audit.record(entry("account.sign_in", "account", user.id if user else "", "refused"))
            raise Unauthenticated(WRONG)
        if not user.is_active:
            await self._audit.record(entry("account.sign_in", "account", user.id, "refused", reason="disabled"))
            raise AccountDisabled
        if user.has_totp:
            await self._require_code(user, code)
        await self._limiter.take(known, KNOWN)
        if self._passwords.is_outdated(hashed):
            hashed = await self._passwords.hash(password)
            await self._store.change_user(user.id, password_hash=hashed, replaces_hash=user.password_hash)
        return user, await self._sessions.open(user, client)

    async def _require_code(self, user: User, code: str) -> None:
        try:
            await self._second_factor.check(user, code)
        except SecondFactorRequired:
            if code:
                await self._audit.record(entry("account.sign_in", "account", user.id, "refused", reason="code"))
            raise

    async def check_password(self, user: User, password: str) -> None:
        """Return when the password is the account's; InvalidArgument otherwise."""
        rate = Rate(self._rules.login_attempts, LOGIN_WINDOW)
        await self._throttle(f"password:{user.id}", rate, "Too many attempts")
        known = await self._store.user(user.id)
        if known is None or not await self._passwords.verify(known.password_hash, password, known=True):
            # The door writes the refusal.
            raise InvalidArgument("The current password is not right")

    async def refresh(self, refresh_token: str, client: Client) -> Tokens:
        """Continue a session."""
        return await self._sessions.continue_(refresh_token, client)

    async def logout(self, refresh_token: str) -> str:
        """End one session, its access tokens included; an unknown token is no error."""
        ended = await self._sessions.end(refresh_token)
        self._identity.forget_session(ended)
        return "Successfully logged out" if ended else "Token already revoked or invalid"

    async def logout_everywhere(self, user: User) -> None:
        """End all sessions of an account, access tokens included."""
        await self._store.change_user(
            user.id, end_sessions=True, audit=entry("account.end_sessions", "account", user.id)
        )
        self._identity.forget(user.id)

    async def change_password(
        self, user: User, current: str, new: str, client: Client, *, end_api_keys: bool = False
    ) -> Tokens:
        """Replace the password, end all sessions (API keys too if asked), and open one for who did it."""
        await self.check_password(user, current)
        refuse_stolen(new)
        hashed = await self._passwords.hash(new)
        changed = await self._store.change_user(
            user.id,
            password_hash=hashed,
            end_sessions=True,
            end_api_keys=end_api_keys,
            audit=entry("account.password", "account", user.id, end_api_keys="yes" if end_api_keys else ""),
        )
        self._identity.forget(user.id)
        self._identity.forget_keys()
        if changed is None:
            raise Unauthenticated("User not found")
        return await self._sessions.open(changed, client)

    async def make_key(
        self, user: User, name: str, scopes: Sequence[str], life: timedelta | None
    ) -> tuple[ApiKey, str]:
        """Make an API key; the secret is shown this once."""
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown or not scopes:
            raise InvalidArgument(f"scopes must be some of: {', '.join(SCOPES)}")
        secret = KEY_MARK + secrets.token_urlsafe(32)
        now = datetime.now(UTC)
        key = ApiKey(
            id=str(uuid.uuid4()),
            user_id=user.id,
            name=name,
            prefix=secret[: len(KEY_MARK) + 6],
            key_hash=hash_secret(secret),
            scopes=tuple(scope for scope in SCOPES if scope in scopes),
            created_at=now,
            expires_at=now + life if life else None,
        )
        act = entry("key.create", "key", key.id, scopes=" ".join(key.scopes))
        if not await self._store.add_api_key(key, self._rules.api_keys_per_user, audit=act):
            raise Conflict(f"An account may hold {self._rules.api_keys_per_user} API keys; revoke one first.")
        return key, secret

    async def keys(self, user: User) -> list[ApiKey]:
        """List live API keys."""
        return await self._store.api_keys(user.id)

    async def revoke_key(self, user: User, key_id: str) -> None:
        """End an API key, at once on this replica."""
        if not await self._store.revoke_api_key(user.id, key_id, audit=entry("key.revoke", "key", key_id)):
            raise NotFound("API key not found")
        self._identity.forget_keys()

    async def list_users(self, limit: int, offset: int, query: str) -> tuple[list[User], int]:
        """List accounts, for an administrator."""
        return await self._store.list_users(limit, offset, query)

    async def count_users(self) -> dict[str, int]:
        """Return how many accounts there are: total, active, administrators, auditors."""
        return await self._store.count_users()

    async def set_user(
        self, admin: Principal, user_id: str, *, active: bool | None = None, role: Role | None = None
    ) -> User:
        """Disable or enable an account, or give it a role; nobody locks themselves out."""
        if user_id == admin.user_id and (active is False or role not in (None, "administrator")):
            raise Conflict("You cannot disable or demote your own account.")
        changed = await self._store.change_user(
            user_id,
            is_active=active,
            is_admin=None if role is None else role == "administrator",
            is_auditor=None if role is None else role == "auditor",
            end_sessions=active is False,
            audit=entry(
                "account.change", "account", user_id, active="" if active is None else str(active), role=role or ""
            ),
        )
        self._identity.forget(user_id)
        if changed is None:
            raise NotFound("User not found")
        log.info("account changed", user_id=user_id, active=active, role=role, by=admin.user_id)
        return changed

    async def add_user(
        self, admin: Principal, email: str, password: str, full_name: str | None, *, role: Role = "user"
    ) -> tuple[User, str]:
        """Make an account for somebody, and return it with its first password, made up where none is given."""
        first = password or secrets.token_urlsafe(12)
        refuse_stolen(first)
        user = new_user(email, await self._passwords.hash(first), full_name, role=role)
        if not await self._store.add_user(user, audit=entry("account.create", "account", user.id, role=role)):
            raise Conflict("Email already registered")
        log.info("account made", user_id=user.id, role=role, by=admin.user_id)
        return user, first

    async def reset_password(self, admin: Principal, user_id: str, password: str) -> str:
        """Set a new password for an account, end its sessions and API keys, and return the password."""
        new = password or secrets.token_urlsafe(12)
        refuse_stolen(new)
        changed = await self._store.change_user(
            user_id,
            password_hash=await self._passwords.hash(new),
            end_sessions=True,
            end_api_keys=True,
            audit=entry("account.reset_password", "account", user_id),
        )
        self._identity.forget(user_id)
        self._identity.forget_keys()
        if changed is None:
            raise NotFound("User not found")
        log.info("password reset", user_id=user_id, by=admin.user_id)
        return new

    async def ensure_admin(self, email: str, password: str) -> None:
        """Make the administrator that the settings name, unless the account exists."""
        if await self._store.user_by_email(email) is None:
            user = new_user(email, await self._passwords.hash(password), "Administrator", role="administrator")
            if await self._store.add_user(user, audit=entry("account.create", "account", user.id, role=user.role)):
                log.info("administrator made", user_id=user.id)

    async def _was_here(self, known: str) -> bool:
        """Return whether the account was signed in to from this network lately: guesses of others do not hold it up."""
        return await self._limiter.level(known, KNOWN) > 0

    async def _slow_down(self, account: str, address: str) -> float:
        """Have a sign-in wait when its account or its network has seen many: who guesses is slow, nobody is shut out.

        Addresses are cheap, so an account is guarded over all of them; and many people may share one. Returns what
        part of the attempts is used up, as the suspicion with which the password is compared: 0 to 1.
        """
        attempts, network = self._rules.login_attempts, network_of(address)
        buckets = {
            f"login-account:{account}": Rate(attempts * 3, LOGIN_WINDOW),
            f"login-address:{network}": Rate(attempts * 10, LOGIN_WINDOW),
        }
        # A whole range is not slowed down: it is only served after those that ask for less.
        around = {f"login-around:{neighbourhood_of(address)}": Rate(attempts * 100, LOGIN_WINDOW)}
        for bucket, rate in around.items():
            await self._limiter.take(bucket, rate)
        levels = (buckets | around).items()
        used = [await self._limiter.level(bucket, rate) / max(1, rate.count) for bucket, rate in levels]
        waits = [await self._limiter.take(bucket, rate) for bucket, rate in buckets.items()]
        wait = min(max(waits), MAX_DELAY)
        if wait <= 0:
            return max(used)
        async with self._limiter.hold(f"login-wait:{network}", MAX_WAITING) as held:
            if not held:
                raise QuotaExceeded("Too many sign-in attempts; try again in a few seconds.", retry_after=wait)
            await asyncio.sleep(wait)
        return max(used)

    async def _throttle(self, bucket: str, rate: Rate, sentence: str) -> None:
        wait = await self._limiter.take(bucket, rate)
        if wait > 0:
            raise QuotaExceeded(f"{sentence}; try again in {max(1, round(wait))} seconds.", retry_after=wait)
