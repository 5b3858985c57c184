"""Guesses that fill the queue of strangers hold up nobody who was let in before."""

from __future__ import annotations

import asyncio
import threading

import pytest

from metatag_gateway.adapters.argon2_passwords import QUEUE_PER_THREAD, Argon2Passwords
from metatag_runtime.errors import Busy


class HeldHasher:
    """Compares at once with the hash "known", and with every other when it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password_hash: str, password: str) -> bool:
        if password_hash != "known":
            self.let.wait(30)
        return True


async def test_who_was_let_in_before_does_not_wait_behind_guesses() -> None:
    hasher = HeldHasher()
    passwords = Argon2Passwords(1, hasher)  # type: ignore[arg-type]
    guesses = [asyncio.create_task(passwords.verify("another", "guess")) for _ in range(QUEUE_PER_THREAD)]
    await asyncio.sleep(0)
    try:
        async with asyncio.timeout(20):
            assert await passwords.verify("known", "right", known=True)
        assert not any(guess.done() for guess in guesses)
        with pytest.raises(Busy, match="Too many sign-ins"):
            await passwords.verify("another", "one more")
    finally:
        hasher.let.set()
    assert await asyncio.gather(*guesses) == [True] * QUEUE_PER_THREAD
    passwords.close()
