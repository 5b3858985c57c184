"""Who is calling: a session's access token or an API key becomes a Principal, and the account is looked at."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import structlog

from metatag_gateway.errors import AccountDisabled, TokenEnded, Unauthenticated
from metatag_gateway.model.accounts import SCOPES, ApiKey, Principal, User
from metatag_gateway.ports import AccountStore
from metatag_gateway.tokens import AccessTokens, issuer_of
from metatag_runtime.errors import ErrorCode, MetatagError

log = structlog.get_logger("metatag.identity")

T = TypeVar("T")

ByToken = Callable[[str], Awaitable[tuple[User, float]]]

KEY_MARK = "mt_"
# An account or key just looked at is not looked at again for this long (seconds); so a disabled user is out at most
# this much later on other replicas, and at once on this one.
FRESH = 1.0
# While the database is away a session that was good goes on for this long (seconds); new accounts must wait.
STALE = 300.0
MOST = 10_000
# `last used` of a key is written at most this often.
TOUCH = timedelta(minutes=1)


class Identity:
    """Turns what a request presents into a Principal."""

    def __init__(self, store: AccountStore, tokens: AccessTokens, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._tokens = tokens
        self._users: _Recent[User] = _Recent(clock)
        self._keys: _Recent[ApiKey] = _Recent(clock)
        self._asked: _Shared[User] = _Shared()
        self._sessions: _Recent[bool] = _Recent(clock)
        self._asked_sessions: _Shared[bool] = _Shared()
        self._external: tuple[str, ByToken] | None = None

    def take_tokens_of(self, issuer: str, by_token: ByToken) -> None:
        """Take bearer tokens of another issuer too; `by_token` gives the account and the token's end."""
        self._external = issuer, by_token

    async def principal(self, token: str) -> Principal:
        """Give who presents `token`; Unauthenticated or AccountDisabled otherwise."""
        if not token:
            raise Unauthenticated("Not authenticated")
        if token.startswith(KEY_MARK):
            return await self._by_key(token)
        if self._external is not None and issuer_of(token) == self._external[0]:
            user, ends_at = await self._external[1](token)
            return Principal(user, "token", frozenset(SCOPES), ends_at=ends_at)
        claims = self._tokens.check(token)
        user = await self.user(claims.user_id)
        if user.session_version != claims.version:
            raise Unauthenticated
        await self._require_session(claims.session_id)
        return Principal(user, "session", frozenset(SCOPES), claims.session_id, claims.ends_at)

    async def user(self, user_id: str) -> User:
        """Give an active account, at most a second old."""
        user = self._users.get(user_id, FRESH)
        if user is None:
            # Many requests find the last look too old at one moment; one question answers them all.
            user = await self._asked.ask(user_id, lambda: self._look_up(user_id))
        if not user.is_active:
            raise AccountDisabled
        return user

    async def recheck(self, principal: Principal) -> None:
        """Look again at who holds a lasting connection.

        Raises Unauthenticated or AccountDisabled when its right is over: account, session, key or the key's end; and
        TokenEnded when only the access token has ended.
        """
        user = await self.user(principal.user_id)
        if principal.key_hash:
            key = await self._key(principal.key_hash)
            if not principal.scopes <= frozenset(key.scopes):
                raise Unauthenticated
            return
        if user.session_version != principal.user.session_version:
            raise Unauthenticated
        if principal.kind == "token" and self._tokens.is_over(principal.ends_at):
            raise TokenEnded
        await self._require_session(principal.session_id)
        if self._tokens.is_over(principal.ends_at):
            raise TokenEnded

    def forget(self, user_id: str) -> None:
        """Look at the account again at the next request."""
        self._users.drop(user_id)
        self._asked.drop(user_id)

    def forget_session(self, session_id: str) -> None:
        """Look at the session again at the next request."""
        self._sessions.drop(session_id)
        self._asked_sessions.drop(session_id)

    def forget_keys(self) -> None:
        """Look at every API key again at the next request."""
        self._keys.clear()

    async def _look_up(self, user_id: str) -> User:
        try:
            user = await self._store.user(user_id)
        except MetatagError as error:
            stale = self._users.get(user_id, STALE)
            if error.code is not ErrorCode.UNAVAILABLE or stale is None:
                raise
            log.warning("account database is away, trusting what was known", user_id=user_id)
            return stale
        if user is None:
            raise Unauthenticated("User not found")
        if self._asked.is_asking(user_id):
            # Else it was forgotten meanwhile: what we hold may be from before the change.
            self._users.put(user_id, user)
        return user

    async def _require_session(self, session_id: str) -> None:
        """Raise Unauthenticated for a session that was ended; tokens of before sessions had ids name none."""
        if not session_id or self._sessions.get(session_id, FRESH):
            return
        if not await self._asked_sessions.ask(session_id, lambda: self._look_up_session(session_id)):
            raise Unauthenticated

    async def _look_up_session(self, session_id: str) -> bool:
        try:
            is_live = await self._store.session_version(session_id) is not None
        except MetatagError as error:
            if error.code is ErrorCode.UNAVAILABLE and self._sessions.get(session_id, STALE):
                return True
            raise
        if is_live and self._asked_sessions.is_asking(session_id):
            self._sessions.put(session_id, True)
        return is_live

    async def _key(self, digest: str) -> ApiKey:
        key = self._keys.get(digest, FRESH) or await self._store.api_key(digest)
        if key is None or key.revoked_at or (key.expires_at and key.expires_at <= datetime.now(UTC)):
            raise Unauthenticated("Invalid, expired or revoked API key")
        return key

    async def _by_key(self, secret: str) -> Principal:
        digest = hash_secret(secret)
        key = await self._key(digest)
        now = datetime.now(UTC)
        user = await self.user(key.user_id)
        if self._keys.get(digest, FRESH) is None:
            self._keys.put(digest, key)
            if key.last_used_at is None or now - key.last_used_at > TOUCH:
                await self._touch(key, now)
        return Principal(user, "api_key", frozenset(key.scopes), key_hash=digest, key_id=key.id)

    async def _touch(self, key: ApiKey, now: datetime) -> None:
        try:
            async with asyncio.timeout(2.0):
                await self._store.touch_api_key(key.id, now)
        except (MetatagError, TimeoutError):
            # A date in a list is not worth a failed request.
            log.warning("could not remember the use of an API key")


def hash_secret(secret: str) -> str:
    """Give what is stored of a random secret. It has 256 bits, so a fast digest is enough."""
    return hashlib.sha256(secret.encode("utf-8", errors="replace")).hexdigest()


class _Shared(Generic[T]):
    """Questions under way: who asks the same meanwhile waits for the same answer."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[T]] = {}

    async def ask(self, name: str, question: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Give the answer, whoever asked first; who stops waiting takes nothing from the others."""
        task = self._tasks.get(name)
        if task is None:
            task = self._tasks[name] = asyncio.create_task(question())
            task.add_done_callback(lambda done: self._end(name, done))
        return await asyncio.shield(task)

    def is_asking(self, name: str) -> bool:
        """Tell whether the question in work is still the one that others would wait for."""
        return self._tasks.get(name) is asyncio.current_task()

    def drop(self, name: str) -> None:
        """Have the next one ask anew."""
        self._tasks.pop(name, None)

    def _end(self, name: str, task: asyncio.Task[T]) -> None:
        if self._tasks.get(name) is task:
            del self._tasks[name]
        if not task.cancelled():
            # Looked at even when nobody waits any more; else asyncio complains about it.
            task.exception()


class _Recent(Generic[T]):
    """The latest few things looked at, each with its time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._found: OrderedDict[str, tuple[float, T]] = OrderedDict()

    def get(self, name: str, age: float) -> T | None:
        found = self._found.get(name)
        return found[1] if found and self._clock() - found[0] <= age else None

    def put(self, name: str, value: T) -> None:
        self._found[name] = (self._clock(), value)
        self._found.move_to_end(name)
        if len(self._found) > MOST:
            self._found.popitem(last=False)

    def drop(self, name: str) -> None:
        self._found.pop(name, None)

    def clear(self) -> None:
        self._found.clear()
