"""Refresh tokens: families that rotate, with a short grace for clients that race themselves.

A successor is computed from the token it replaces (HMAC with the service's secret), so two racers, even on two
replicas, come to the same one, and only hashes are ever stored.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from metatag_gateway.errors import Unauthenticated
from metatag_gateway.identity import hash_secret
from metatag_gateway.model.accounts import Client, RefreshToken, Tokens, User
from metatag_gateway.model.audit import entry
from metatag_gateway.ports import AccountStore
from metatag_gateway.tokens import AccessTokens

log = structlog.get_logger("metatag.sessions")

BAD = "Invalid or expired refresh token"


class Sessions:
    """Opens, continues and ends sessions."""

    def __init__(
        self,
        store: AccountStore,
        tokens: AccessTokens,
        *,
        secret_keys: Sequence[str],
        life: timedelta,
        grace: timedelta,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`secret_keys` is newest first; older ones are tried for rotations that happened before a change."""
        self._store = store
        self._tokens = tokens
        self._secrets = secret_keys
        self._life = life
        self._grace = grace
        self._now = now

    async def open(self, user: User, client: Client) -> Tokens:
        """Start a family of refresh tokens for a user who has just proved a password."""
        raw = secrets.token_urlsafe(32)
        stored = self._stored(raw, user.id, str(uuid.uuid4()), client)
        act = entry("account.sign_in", "account", user.id, actor_id=user.id, session=stored.family_id)
        await self._store.add_refresh(stored, user.session_version, audit=act)
        return self._answer(user, stored.family_id, raw)

    async def continue_(self, raw: str, client: Client) -> Tokens:
        """Rotate: give the successor of a refresh token, the same one to everybody within the grace."""
        token = await self._store.refresh(hash_secret(raw))
        if token is None or token.revoked_at or token.expires_at <= self._now():
            raise Unauthenticated(BAD)
        user = await self._store.user(token.user_id)
        if user is None or not user.is_active:
            raise Unauthenticated(BAD)
        if await self._store.session_version(token.family_id) != user.session_version:
            # Ended, or opened with what was known before all sessions of the account were ended.
            raise Unauthenticated(BAD)
        if token.rotated_at is None:
            successor = self._successor(raw, self._secrets[0])
            stored = self._stored(successor, token.user_id, token.family_id, client)
            if await self._store.rotate_refresh(token, stored):
                return self._answer(user, token.family_id, successor)
            token = await self._store.refresh(token.token_hash) or token
        return self._answer(user, token.family_id, await self._again(raw, token))

    async def end(self, raw: str) -> str:
        """End the session of a refresh token and return its id; empty when it was no live one."""
        token = await self._store.refresh(hash_secret(raw))
        if token is None or token.revoked_at or token.expires_at <= self._now():
            return ""
        act = entry("account.sign_out", "session", token.family_id, actor_id=token.user_id)
        await self._store.revoke_family(token.family_id, audit=act)
        return token.family_id

    async def _again(self, raw: str, token: RefreshToken) -> str:
        if token.rotated_at is None or self._now() - token.rotated_at > self._grace:
            # Somebody holds a token that was replaced long ago: it may be stolen, so both lose the session.
            log.warning("refresh token used again, family ended", user_id=token.user_id, family=token.family_id)
            act = entry("session.reuse", "session", token.family_id, "refused", account=token.user_id)
            await self._store.revoke_family(token.family_id, audit=act)
            raise Unauthenticated(BAD)
        for secret in self._secrets:
            successor = self._successor(raw, secret)
            found = await self._store.refresh(hash_secret(successor))
            if found is not None and found.revoked_at is None:
                return successor
        raise Unauthenticated(BAD)

    def _successor(self, raw: str, secret: str) -> str:
        digest = hmac.new(secret.encode(), b"refresh-successor:" + raw.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def _stored(self, raw: str, user_id: str, family_id: str, client: Client) -> RefreshToken:
        now = self._now()
        return RefreshToken(
            id=str(uuid.uuid4()),
            user_id=user_id,
            family_id=family_id,
            token_hash=hash_secret(raw),
            created_at=now,
            expires_at=now + self._life,
            device_info=client.user_agent[:255],
            ip_address=client.address[:45],
        )

    def _answer(self, user: User, session_id: str, raw: str) -> Tokens:
        return Tokens(self._tokens.issue(user, session_id), raw, self._tokens.seconds)
