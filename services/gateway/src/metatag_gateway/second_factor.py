"""A second factor: time-based codes (TOTP, RFC 6238), with recovery codes for a lost device.

Secrets are encrypted with a key derived from the service's; recovery codes are kept as digests. A code counts once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pyotp
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from metatag_gateway.errors import Conflict, QuotaExceeded, SecondFactorRequired
from metatag_gateway.identity import hash_secret
from metatag_gateway.model.accounts import User
from metatag_gateway.model.audit import entry
from metatag_gateway.ports import Limiter, Rate, SecondFactorStore
from metatag_runtime.errors import InvalidArgument, NotFound

RECOVERY_CODES = 10
# Wrong codes of one account: a code has a million values, three of which hold at any time.
ATTEMPTS = Rate(10, 300.0)
STEP_SECONDS = 30
# Clocks of a phone and of a server may differ by one step.
_STEPS = (0, -1, 1)
_CODE = re.compile(r"\d{6}")


class SecondFactor:
    """The use cases around a second factor."""

    def __init__(
        self,
        store: SecondFactorStore,
        limiter: Limiter,
        *,
        secret_keys: Sequence[str],
        issuer: str,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`secret_keys` is newest first; `issuer` is what an authenticator app shows beside the email."""
        self._store = store
        self._limiter = limiter
        self._seal = MultiFernet([Fernet(fernet_key(secret, b"metatag gateway totp")) for secret in secret_keys])
        self._issuer = issuer
        self._now = now

    async def begin(self, user: User) -> tuple[str, str]:
        """Make a secret for an account, and return it with the address (otpauth://) that an app reads.

        It asks for nothing until it is confirmed. Raises Conflict where a second factor is in use.
        """
        secret = pyotp.random_base32()
        if not await self._store.begin_totp(user.id, self._seal.encrypt(secret.encode()).decode()):
            raise Conflict("A second factor is in use; remove it first.")
        return secret, pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=self._issuer)

    async def confirm(self, user: User, code: str) -> list[str]:
        """Begin to ask for codes, once the app has shown a right one; return the recovery codes, shown this once."""
        await self._count(user)
        secret = self._open(await self._store.totp(user.id))
        if secret is None or user.has_totp:
            raise Conflict("There is nothing to confirm; begin with POST /api/auth/totp.")
        step = self._step(secret, code)
        if step is None:
            raise InvalidArgument("code: It is not right; look at the app again, and at its clock.")
        codes = [f"{secrets.token_hex(4)}-{secrets.token_hex(4)}" for _ in range(RECOVERY_CODES)]
        digests = [hash_secret(each) for each in codes]
        await self._store.confirm_totp(
            user.id, step, digests, datetime.now(UTC), audit=entry("account.totp_on", "account", user.id)
        )
        return codes

    async def check(self, user: User, code: str) -> None:
        """Return when `code`, of the app or a recovery code, is right and was not used before.

        Raises SecondFactorRequired otherwise, and QuotaExceeded after many wrong ones.
        """
        if not code.strip():
            raise SecondFactorRequired("Enter the code of your authenticator app, or a recovery code.")
        await self._count(user)
        plain = re.sub(r"\s", "", code)
        if _CODE.fullmatch(plain):
            secret = self._open(await self._store.totp(user.id))
            step = None if secret is None else self._step(secret, plain)
            if step is not None and await self._store.use_step(user.id, step):
                return
        elif await self._store.use_recovery_code(user.id, hash_secret(plain.lower()), datetime.now(UTC)):
            return
        raise SecondFactorRequired("The code is not right, or was used already.")

    async def remove(self, user: User, code: str) -> None:
        """Ask for codes no more; takes a right one."""
        if not user.has_totp:
            raise NotFound("No second factor is in use")
        await self.check(user, code)
        await self._store.remove_totp(user.id, audit=entry("account.totp_off", "account", user.id))

    async def remove_for(self, user_id: str) -> None:
        """Take a second factor away from somebody who has lost it; for an administrator."""
        audit = entry("account.totp_off", "account", user_id, by="administrator")
        if not await self._store.remove_totp(user_id, audit=audit):
            raise NotFound("No second factor is in use")

    async def _count(self, user: User) -> None:
        wait = await self._limiter.take(f"totp:{user.id}", ATTEMPTS)
        if wait > 0:
            raise QuotaExceeded(f"Too many codes; try again in {max(1, round(wait))} seconds.", retry_after=wait)

    def _open(self, sealed: str | None) -> str | None:
        if sealed is None:
            return None
        try:
            return self._seal.decrypt(sealed.encode()).decode()
        except InvalidToken:
            # Sealed with a secret that is gone: a recovery code still holds.
            return None

    def _step(self, secret: str, code: str) -> int | None:
        """Return the number of the time step whose code this is; None for a wrong one."""
        totp, now = pyotp.TOTP(secret), int(self._now())
        found = None
        for offset in _STEPS:
            at = now + offset * STEP_SECONDS
            if hmac.compare_digest(totp.at(at).encode(), re.sub(r"\s", "", code).encode()):
                found = at // STEP_SECONDS
        return found


def fernet_key(secret: str, purpose: bytes) -> bytes:
    """Return a key for Fernet, derived from the service's secret for one purpose."""
    return base64.urlsafe_b64encode(hmac.new(secret.encode(), purpose, hashlib.sha256).digest())
