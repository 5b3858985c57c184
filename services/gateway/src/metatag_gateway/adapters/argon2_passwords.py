"""argon2id in bounded pools of threads: hashing is slow on purpose, and the event loop must not wait for it.

Who signed in before from the same network has a thread of its own: a flood of guesses, each from another address,
fills the other queue only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from metatag_runtime.errors import Busy

T = TypeVar("T")

# Hashes waiting at once for each thread, at about 20 a second: a sign-in beyond would wait longer than anyone does.
QUEUE_PER_THREAD = 20


class Argon2Passwords:
    """Keeps the promises of ports.Passwords. argon2-cffi's defaults are RFC 9106's low-memory profile: 64 MiB each."""

    def __init__(self, workers: int, hasher: PasswordHasher | None = None) -> None:
        """`workers`: threads for those who are not known; one more serves those who are."""
        self._hasher = hasher or PasswordHasher()
        self._strangers = _Lane(workers)
        self._known = _Lane(1)
        # Compared against when the account does not exist, so that the answer takes as long. Made when first needed:
        # a start should not wait for it.
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """Hash with a fresh salt."""
        return await self._strangers.run(self._hasher.hash, password)

    async def verify(self, password_hash: str, password: str, *, known: bool = False) -> bool:
        """Compare; an empty hash is never equal and costs the same. `known`: whoever asks was let in here lately."""
        if not password_hash and not self._nobody:
            self._nobody = await self.hash("nobody's password")
        lane = self._known if known else self._strangers
        equal = await lane.run(self._compare, password_hash or self._nobody, password)
        return bool(password_hash) and equal

    def close(self) -> None:
        """End the threads; what has not begun is dropped."""
        self._strangers.close()
        self._known.close()

    def _compare(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


class _Lane:
    """A few threads and a bounded queue before them."""

    def __init__(self, threads: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._limit = threads * QUEUE_PER_THREAD
        self._waiting = 0

    async def run(self, function: Callable[..., T], *args: str) -> T:
        """Run `function` in a thread; raises Busy when too many wait already."""
        if self._waiting >= self._limit:
            raise Busy("Too many sign-ins at once; try again in a moment.", retry_after=2.0)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function, *args)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
