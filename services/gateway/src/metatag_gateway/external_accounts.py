"""Accounts of people whom a single sign-on provider knows: found by issuer and subject, made at the first sign-in."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import structlog
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from metatag_gateway.errors import AccountDisabled, Conflict, Forbidden, Unauthenticated
from metatag_gateway.identity import Identity
from metatag_gateway.model.accounts import Client, Role, Tokens, User, new_user
from metatag_gateway.model.audit import entry
from metatag_gateway.model.external import ExternalClaims
from metatag_gateway.ports import AccountStore, IdentityProvider, Limiter, Rate
from metatag_gateway.second_factor import fernet_key
from metatag_gateway.sessions import Sessions

log = structlog.get_logger("metatag.oidc")

# A sign-in at the provider may take this long, and the way back to the page this. Seconds.
BEGUN_SECONDS = 600
BACK_SECONDS = 60


@dataclass(frozen=True, slots=True)
class GroupRules:
    """Which groups may enter, and what they may do. Empty `users`: everybody whom the provider lets in."""

    administrators: frozenset[str] = frozenset()
    auditors: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()

    def role(self, groups: frozenset[str]) -> Role:
        """Return the role of somebody in `groups`; Forbidden for who is in none that may enter."""
        if groups & self.administrators:
            return "administrator"
        if groups & self.auditors:
            return "auditor"
        if self.users and not groups & self.users:
            raise Forbidden("Your account at the single sign-on provider is in no group that may use this.")
        return "user"


class ExternalAccounts:
    """The use cases of single sign-on."""

    def __init__(
        self,
        *,
        provider: IdentityProvider,
        store: AccountStore,
        sessions: Sessions,
        identity: Identity,
        limiter: Limiter,
        secret_keys: Sequence[str],
        rules: GroupRules,
        groups: Callable[[ExternalClaims], frozenset[str]],
        link_verified_email: bool = False,
    ) -> None:
        """`groups` reads the groups of claims; `link_verified_email` gives an account to who proves its email."""
        self._provider = provider
        self._store = store
        self._sessions = sessions
        self._identity = identity
        self._limiter = limiter
        self._seal = MultiFernet([Fernet(fernet_key(secret, b"metatag gateway oidc")) for secret in secret_keys])
        self._rules = rules
        self._groups = groups
        self._link = link_verified_email

    async def begin(self) -> tuple[str, str]:
        """Return where the browser goes, and the sealed memory of this sign-in, which it brings back in a cookie."""
        begun = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        url = await self._provider.authorization_url(begun["state"], begun["nonce"], begun["verifier"])
        return url, self._seal.encrypt(json.dumps(begun).encode()).decode()

    async def come_back(self, cookie: str, state: str, code: str) -> str:
        """Return a ticket of who has signed in, good once and for a minute, together with the same cookie."""
        begun = self._opened(cookie, BEGUN_SECONDS)
        if not hmac.compare_digest(str(begun.get("state", "")).encode(), state.encode()) or not state:
            raise Unauthenticated("The sign-in was begun elsewhere; begin again.")
        claims = await self._provider.exchange(code, begun["verifier"], begun["nonce"])
        user = await self._account(claims)
        ticket = {"user": user.id, "state": begun["state"], "id": secrets.token_hex(16)}
        return self._seal.encrypt(json.dumps(ticket).encode()).decode()

    async def sign_in(self, cookie: str, ticket: str, client: Client) -> tuple[User, Tokens]:
        """Open a session for a ticket, where the browser that began brings it."""
        begun, found = self._opened(cookie, BEGUN_SECONDS + BACK_SECONDS), self._opened(ticket, BACK_SECONDS)
        if not found.get("user") or found.get("state") != begun.get("state"):
            raise Unauthenticated("The sign-in was begun elsewhere; begin again.")
        if await self._limiter.take(f"oidc-ticket:{found['id']}", Rate(1, BACK_SECONDS * 2)) > 0:
            raise Unauthenticated("The sign-in was used already; begin again.")
        user = await self._store.user(found["user"])
        if user is None:
            raise Unauthenticated("User not found")
        if not user.is_active:
            raise AccountDisabled
        return user, await self._sessions.open(user, client)

    async def by_token(self, token: str) -> tuple[User, float]:
        """Return the account of a bearer token of the issuer, and when the token ends (seconds since the epoch)."""
        claims = await self._provider.check(token)
        return await self._account(claims), claims.ends_at

    def _opened(self, sealed: str, seconds: int) -> dict[str, str]:
        try:
            found: dict[str, str] = json.loads(self._seal.decrypt(sealed.encode(), ttl=seconds))
        except (InvalidToken, ValueError) as error:
            raise Unauthenticated("The sign-in has taken too long, or was begun elsewhere; begin again.") from error
        return found

    async def _account(self, claims: ExternalClaims) -> User:
        """Return the account of who is meant, with the role that the groups give; made at the first time."""
        role = self._rules.role(self._groups(claims))
        user = await self._store.external_user(self._provider.issuer, claims.subject)
        if user is None:
            user = await self._first_time(claims, role)
        elif user.role != role:
            changed = await self._store.change_user(
                user.id,
                is_admin=role == "administrator",
                is_auditor=role == "auditor",
                audit=entry("account.change", "account", user.id, role=role, by="single sign-on"),
            )
            self._identity.forget(user.id)
            user = changed or user
        if not user.is_active:
            raise AccountDisabled
        return user

    async def _first_time(self, claims: ExternalClaims, role: Role) -> User:
        if "@" not in claims.email:
            raise Forbidden("The single sign-on provider gives no email of yours; ask its administrator for it.")
        issuer, known = self._provider.issuer, await self._store.user_by_email(claims.email)
        if known is None:
            fresh = new_user(claims.email, "", claims.name or None, role=role)
            made = replace(fresh, is_verified=claims.email_verified)
            act = entry("account.create", "account", made.id, actor_id=made.id, role=role, by="single sign-on")
            if await self._store.add_user(made, external=(issuer, claims.subject), audit=act):
                return made
            # Another request of the same person was first.
            known = await self._store.user_by_email(claims.email)
        user = await self._store.external_user(issuer, claims.subject)
        if user is not None:
            return user
        if known is None or not (self._link and claims.email_verified):
            # Whoever made it may not be who signs in now: registration asks for no proof of an email.
            raise Conflict("There is an account with your email already; ask an administrator to rename or join it.")
        act = entry("account.link", "account", known.id, actor_id=known.id, by="single sign-on")
        await self._store.link_external(known.id, issuer, claims.subject, audit=act)
        self._identity.forget(known.id)
        self._identity.forget_keys()
        return await self._account(claims)
