"""The end of an account: gone here at once, and everywhere else by work that goes on over restarts."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from metatag_gateway.account_ports import AccountData, ErasureStore
from metatag_gateway.errors import Forbidden
from metatag_gateway.identity import Identity, hash_secret
from metatag_gateway.model.accounts import Principal, User
from metatag_gateway.model.audit import entry
from metatag_gateway.model.erasures import Erasure
from metatag_gateway.ports import AccountStore, Limiter
from metatag_runtime.errors import NotFound
from metatag_runtime.loops import run_forever

log = structlog.get_logger("metatag.accounts")

# Who signed in this long ago need not give the password again.
FRESH = timedelta(minutes=10)
# How often what is under way is looked at, by each gateway. Seconds.
PERIOD = 15.0
# Requests of the account that were under way at its end may still leave traces; the longest takes 65 minutes. Seconds.
CLOSING = 7200.0
STALE = "Sign in again, or send the password: the last sign-in is more than 10 minutes old."


class AccountErasure:
    """Deletes accounts, and has removed what they had."""

    def __init__(
        self,
        store: ErasureStore,
        accounts: AccountStore,
        *,
        data: AccountData,
        identity: Identity,
        limiter: Limiter,
        period: float = PERIOD,
        closing: float = CLOSING,
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._data = data
        self._identity = identity
        self._limiter = limiter
        self._period = period
        self._closing = timedelta(seconds=closing)
        self._woken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to remove what deleted accounts had."""
        self._task = asyncio.create_task(run_forever(self._step, "erase accounts"), name="account-erasure")

    async def stop(self) -> None:
        """End; what is left is done after the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def require_fresh(self, caller: Principal) -> None:
        """Raise Forbidden unless the caller's session was opened by a sign-in minutes ago."""
        opened = await self._store.session_opened_at(caller.user_id, caller.session_id)
        if opened is None or datetime.now(UTC) - opened > FRESH:
            raise Forbidden(STALE)

    async def delete(self, user_id: str, by: Principal) -> None:
        """Delete an account: it cannot be entered from now, and all it had goes. Raises NotFound, Conflict."""
        user = await self._accounts.user(user_id)
        act = entry("account.delete", "account", user_id)
        if user is None or not await self._store.delete_user(user_id, _digest(user), audit=act):
            raise NotFound("User not found")
        self._identity.forget(user_id)
        self._identity.forget_keys()
        log.info("account deleted", user_id=user_id, by=by.user_id)
        self._woken.set()

    async def _step(self) -> None:
        self._woken.clear()
        for erasure in await self._store.erasures():
            await self._go_on(erasure)
        try:
            async with asyncio.timeout(self._period):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def _go_on(self, erasure: Erasure) -> None:
        is_done = await self._data.erase(erasure.user_id)
        for part in (erasure.account_digest, erasure.user_id):
            await self._limiter.forget(part)
        while await self._store.blank_addresses(erasure.user_id):
            pass
        if is_done and datetime.now(UTC) - erasure.asked_at > self._closing:
            act = entry("account.erased", "account", erasure.user_id)
            if await self._store.end_erasure(erasure.user_id, audit=act):
                log.info("account erased", user_id=erasure.user_id)


def _digest(user: User) -> str:
    """Return what accounts.py calls an account in the names of counters."""
    return hash_secret(user.email.casefold())[:32]
