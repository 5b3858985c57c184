"""argon2id in a bounded pool of threads: hashing is slow on purpose, and the event loop must not wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from metatag_runtime.errors import Busy

T = TypeVar("T")

# Hashes waiting at once for each worker; a sign-in beyond waits longer than anyone would.
QUEUE_PER_WORKER = 50


class Argon2Passwords:
    """Keeps the promises of ports.Passwords. argon2-cffi's defaults are RFC 9106's low-memory profile: 64 MiB each."""

    def __init__(self, workers: int, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="passwords")
        self._most = workers * QUEUE_PER_WORKER
        self._waiting = 0
        # Compared against when the account does not exist, so that the answer takes as long. Made when first needed:
        # a start should not wait for it.
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """Hash with a fresh salt."""
        return await self._run(self._hasher.hash, password)

    async def verify(self, password_hash: str, password: str) -> bool:
        """Compare; an empty hash is never equal and costs the same."""
        if not password_hash and not self._nobody:
            self._nobody = await self.hash("nobody's password")
        equal = await self._run(self._compare, password_hash or self._nobody, password)
        return bool(password_hash) and equal

    def close(self) -> None:
        """End the threads; what has not begun is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _compare(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, function: Callable[..., T], *args: str) -> T:
        if self._waiting >= self._most:
            raise Busy("Too many sign-ins at once; try again in a moment.", retry_after=2.0)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function, *args)
        finally:
            self._waiting -= 1
