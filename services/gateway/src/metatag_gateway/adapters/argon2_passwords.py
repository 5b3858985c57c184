"""argon2id in bounded pools of threads: hashing is slow on purpose, and the event loop must not wait for it.

Who signed in before from the same network has a thread of its own: a flood of guesses, each from another address,
fills the other queue only. There everybody has a latest moment, the later the more suspect: the earliest goes first,
so that nobody waits for ever, and the latest gives way. Guesses at accounts that do not exist take no thread from those
who wait: they only take as long as a comparison did lately.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import os
import random
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from metatag_runtime.errors import Busy

# Hashes waiting at once for each thread, at 20 to 50 a second: a sign-in beyond would wait longer than anyone does.
QUEUE_PER_THREAD = 20
# How much later the most suspect is due than one who is not suspect at all. Seconds.
PATIENCE = 5.0
# Comparisons whose durations are remembered.
REMEMBERED = 64
# How much less of a CPU the threads of strangers get than the event loop, where both want it.
NICENESS = 10
FULL = "Too many sign-ins at once; try again in a moment."


def default_hasher() -> PasswordHasher:
    """Return argon2id with 19 MiB, two passes and one lane: the OWASP Password Storage Cheat Sheet's recommendation.

    RFC 9106's profile of 64 MiB and three passes costs seven times the CPU, which a flood of guesses makes us spend.
    """
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class Argon2Passwords:
    """Keeps the promises of ports.Passwords."""

    def __init__(self, workers: int, hasher: PasswordHasher | None = None) -> None:
        """`workers`: threads for those who are not known; one more serves those who are."""
        self._hasher = hasher or default_hasher()
        self._strangers = _Lane(workers, niceness=NICENESS)
        self._known = _Lane(1)
        # Compared against when the account does not exist, so that the answer takes as long. Made when first needed:
        # a start should not wait for it.
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """Hash with a fresh salt."""
        hashed: str = await self._strangers.run(0.0, self._hasher.hash, _bytes_of(password))
        return hashed

    async def verify(self, password_hash: str, password: str, *, known: bool = False, suspicion: float = 0.0) -> bool:
        """Compare; an empty hash is never equal and costs the same."""
        if not password_hash and not self._nobody:
            self._nobody = await self.hash("nobody's password")
        if not password_hash and not known:
            await self._strangers.pass_time(suspicion, self._compare, self._nobody, password)
            return False
        lane = self._known if known else self._strangers
        equal = await lane.run(suspicion, self._compare, password_hash or self._nobody, password)
        return bool(password_hash) and bool(equal)

    def is_outdated(self, password_hash: str) -> bool:
        """Return whether `hash` would choose other parameters now."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """End the threads; what has not begun is dropped."""
        self._strangers.close()
        self._known.close()

    def _compare(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, _bytes_of(password))
        except (VerificationError, InvalidHashError):
            return False


def _bytes_of(password: str) -> bytes:
    """Return a password as it is hashed: UTF-8, and half a surrogate pair as its three bytes."""
    return password.encode("utf-8", "surrogatepass")


# The order of a turn: when it is due at the latest, then when it came; what is told when it is its turn; and whether it
# then takes a thread.
_Turn = tuple[float, int, "asyncio.Future[None]", bool]


class _Lane:
    """A few threads and a bounded queue before them, in order of due moments."""

    def __init__(self, threads: int, niceness: int = 0) -> None:
        self._pool = ThreadPoolExecutor(threads, "passwords", initializer=_be_nice, initargs=(niceness,))
        self._free = threads
        self._limit = threads * (QUEUE_PER_THREAD - 1)
        self._turns: list[_Turn] = []
        self._numbers = itertools.count()
        # Of the latest runs, in seconds.
        self._durations: deque[float] = deque(maxlen=REMEMBERED)

    async def run(self, suspicion: float, function: Callable[..., Any], *args: str | bytes) -> Any:
        """Run `function` in a thread. Raises Busy when too many wait who are due earlier."""
        await self._wait_for_turn(suspicion, takes_thread=True)
        return await self._run(function, *args)

    async def pass_time(self, suspicion: float, function: Callable[..., Any], *args: str | bytes) -> None:
        """Take as long as `function` would in a thread, and the thread itself only if nobody waits for it."""
        await self._wait_for_turn(suspicion, takes_thread=False)
        if not self._turns or not self._durations:
            await self._run(function, *args)
            return
        self._next()
        await asyncio.sleep(random.choice(self._durations))  # noqa: S311  no secret

    async def _run(self, function: Callable[..., Any], *args: str | bytes) -> Any:
        begin = time.monotonic()
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, function, *args)
        finally:
            self._durations.append(time.monotonic() - begin)
            self._next()

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _wait_for_turn(self, suspicion: float, *, takes_thread: bool) -> None:
        if self._free:
            self._free -= 1
            return
        due = time.monotonic() + suspicion * PATIENCE
        mine: _Turn = (due, next(self._numbers), asyncio.get_running_loop().create_future(), takes_thread)
        heapq.heappush(self._turns, mine)
        self._refuse_latest(takes_thread=takes_thread)
        try:
            await mine[2]
        except asyncio.CancelledError:
            if mine in self._turns:
                self._turns.remove(mine)
                heapq.heapify(self._turns)
            elif not mine[2].cancelled() and mine[2].exception() is None:
                # Its turn came while it was given up.
                self._next()
            raise

    def _refuse_latest(self, *, takes_thread: bool) -> None:
        """Bound each kind for itself: guesses at nobody drive away no one who has an account."""
        alike = [turn for turn in self._turns if turn[3] == takes_thread]
        if len(alike) <= self._limit:
            return
        last = max(alike, key=lambda turn: turn[:2])
        self._turns.remove(last)
        heapq.heapify(self._turns)
        last[2].set_exception(Busy(FULL, retry_after=2.0))

    def _next(self) -> None:
        """Give the thread to who comes next, or keep it free."""
        while self._turns:
            turn = heapq.heappop(self._turns)[2]
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


def _be_nice(niceness: int) -> None:
    """Have the scheduler prefer others to this thread, where niceness is a thread's own."""
    if niceness and sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), niceness)
