"""Guesses that fill the queue of strangers hold up nobody who was let in before."""

from __future__ import annotations

import asyncio
import threading
from functools import partial

import pytest
from argon2 import PasswordHasher

from metatag_gateway.adapters import argon2_passwords
from metatag_gateway.adapters.argon2_passwords import QUEUE_PER_THREAD, Argon2Passwords
from metatag_runtime.errors import Busy


class HeldHasher:
    """Compares at once with the hash "known", and with every other when it is let."""

    def __init__(self) -> None:
        self.let = threading.Event()
        self.compared = 0

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password_hash: str, password: str) -> bool:
        if password_hash != "known":
            self.let.wait(30)
        self.compared += 1
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


async def test_the_least_suspect_comes_first_and_the_most_suspect_gives_way() -> None:
    hasher = HeldHasher()
    passwords = Argon2Passwords(1, hasher)  # type: ignore[arg-type]
    ended: list[float] = []

    def ask(suspicion: float) -> asyncio.Task[bool]:
        task = asyncio.create_task(passwords.verify("another", "guess", suspicion=suspicion))
        task.add_done_callback(partial(_note, ended, suspicion))
        return task

    suspicions = [1.0 - number / 100 for number in range(QUEUE_PER_THREAD)]
    guesses = [ask(each) for each in suspicions]
    await asyncio.sleep(0)
    late = ask(0.0)
    # The first has the thread already; of those that wait, the second is the most suspect.
    with pytest.raises(Busy):
        await guesses[1]
    hasher.let.set()
    await asyncio.gather(late, guesses[0], *guesses[2:])
    assert ended == [suspicions[1], suspicions[0], 0.0, *reversed(suspicions[2:])]
    passwords.close()


async def test_who_waits_long_enough_comes_before_newer_ones_that_are_less_suspect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr(argon2_passwords.time, "monotonic", lambda: now)
    hasher = HeldHasher()
    passwords = Argon2Passwords(1, hasher)  # type: ignore[arg-type]
    ended: list[float] = []

    def ask(suspicion: float) -> asyncio.Task[bool]:
        task = asyncio.create_task(passwords.verify("another", "guess", suspicion=suspicion))
        task.add_done_callback(partial(_note, ended, suspicion))
        return task

    tasks = [ask(0.5)]
    await asyncio.sleep(0)
    tasks.append(ask(0.6))
    await asyncio.sleep(0)
    now += argon2_passwords.PATIENCE
    tasks += [ask(0.1), ask(0.2)]
    await asyncio.sleep(0)
    hasher.let.set()
    await asyncio.gather(*tasks)
    assert ended == [0.5, 0.6, 0.1, 0.2]
    passwords.close()


async def test_guesses_at_nobody_take_no_thread_from_those_who_wait() -> None:
    hasher = HeldHasher()
    passwords = Argon2Passwords(1, hasher)  # type: ignore[arg-type]
    hasher.let.set()
    # One comparison for the durations, and the hash for nobody.
    assert not await passwords.verify("", "guess")
    hasher.let.clear()
    compared = hasher.compared
    first = asyncio.create_task(passwords.verify("another", "right"))
    await asyncio.sleep(0)
    guesses = [asyncio.create_task(passwords.verify("", "guess")) for _ in range(5)]
    await asyncio.sleep(0)
    last = asyncio.create_task(passwords.verify("another", "right"))
    await asyncio.sleep(0)
    hasher.let.set()
    assert await asyncio.gather(first, last, *guesses) == [True, True, *[False] * 5]
    assert hasher.compared == compared + 2
    # With nobody waiting a guess at nobody costs what any costs.
    assert not await passwords.verify("", "guess")
    assert hasher.compared == compared + 3
    passwords.close()


def _note(ended: list[float], suspicion: float, _: object) -> None:
    ended.append(suspicion)


async def test_who_gives_up_while_waiting_takes_no_thread_along() -> None:
    hasher = HeldHasher()
    passwords = Argon2Passwords(1, hasher)  # type: ignore[arg-type]
    first = asyncio.create_task(passwords.verify("another", "guess"))
    second = asyncio.create_task(passwords.verify("another", "guess"))
    await asyncio.sleep(0)
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    hasher.let.set()
    assert await first
    async with asyncio.timeout(20):
        assert await passwords.verify("another", "one more")
    passwords.close()


async def test_guesses_at_nobody_drive_away_no_one_who_has_an_account() -> None:
    hasher = HeldHasher()
    passwords = Argon2Passwords(1, hasher)  # type: ignore[arg-type]
    hasher.let.set()
    await passwords.verify("", "guess")
    hasher.let.clear()
    first = asyncio.create_task(passwords.verify("another", "right"))
    await asyncio.sleep(0)
    guesses = [asyncio.create_task(passwords.verify("", "guess")) for _ in range(QUEUE_PER_THREAD * 2)]
    await asyncio.sleep(0)
    late = asyncio.create_task(passwords.verify("another", "right", suspicion=1.0))
    await asyncio.sleep(0)
    hasher.let.set()
    assert await asyncio.gather(first, late) == [True, True]
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    assert sum(isinstance(each, Busy) for each in answers) == QUEUE_PER_THREAD + 1
    passwords.close()


async def test_half_a_surrogate_pair_is_a_password_like_any_other() -> None:
    passwords = Argon2Passwords(1, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    hashed = await passwords.hash("half \ud800 of a pair")
    assert await passwords.verify(hashed, "half \ud800 of a pair")
    assert not await passwords.verify(hashed, "half \ud801 of a pair")
    passwords.close()


async def test_a_hash_of_other_parameters_is_outdated_and_still_good() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash("a password")
    passwords = Argon2Passwords(1)
    assert await passwords.verify(old, "a password")
    assert passwords.is_outdated(old)
    assert not passwords.is_outdated(await passwords.hash("a password"))
    passwords.close()
