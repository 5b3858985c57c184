"""Writes that are sent to another replica when the first is silent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from metatag_runtime.errors import InvalidArgument, MetatagError, Unavailable
from metatag_runtime.grpc_hedging import MAX_BUDGET, MAX_WRITE_TRIES, HedgedWrites


class Replicas:
    """Sends each call to the next replica, as a channel does; counts those that were cancelled."""

    def __init__(self, *replicas: Callable[[], Awaitable[str]]) -> None:
        self._replicas = list(replicas)
        self.sent = 0
        self.cancelled = 0

    async def send(self) -> str:
        replica = self._replicas[self.sent % len(self._replicas)]
        self.sent += 1
        try:
            return await replica()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


async def silent() -> str:
    await asyncio.Event().wait()
    raise AssertionError("never set")


async def well() -> str:
    return "made"


async def away() -> str:
    raise Unavailable("The service is away.", retry_after=1.0)


async def refuses() -> str:
    raise InvalidArgument("No documents provided")


async def test_a_silent_replica_is_passed_by_and_its_call_cancelled() -> None:
    replicas = Replicas(silent, well)
    assert await HedgedWrites(after=0.01).call(replicas.send) == "made"
    assert (replicas.sent, replicas.cancelled) == (2, 1)


async def test_an_answer_at_once_is_the_only_call() -> None:
    replicas = Replicas(well)
    assert await HedgedWrites(after=10).call(replicas.send) == "made"
    assert replicas.sent == 1


async def test_a_refusal_is_an_answer() -> None:
    replicas = Replicas(silent, refuses)
    with pytest.raises(InvalidArgument):
        await HedgedWrites(after=0.01).call(replicas.send)
    assert replicas.cancelled == 1


async def test_a_try_that_is_lost_leaves_the_others_waited_for() -> None:
    silence = asyncio.Event()

    async def slow() -> str:
        await silence.wait()
        return "made late"

    async def lost() -> str:
        silence.set()
        return await away()

    assert await HedgedWrites(after=0.01).call(Replicas(slow, lost).send) == "made late"


async def test_when_every_try_is_lost_the_error_is_told() -> None:
    with pytest.raises(MetatagError, match="away"):
        await HedgedWrites(after=10).call(Replicas(away).send)


async def test_silence_of_all_costs_a_bounded_number_of_calls() -> None:
    writes, sent = HedgedWrites(after=0.001), []

    async def send() -> str:
        sent.append(1)
        return await silent()

    calls = [asyncio.create_task(writes.call(send)) for _ in range(100)]
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await asyncio.gather(*calls)
    assert len(sent) <= 100 + MAX_BUDGET
    assert len(sent) <= 100 * MAX_WRITE_TRIES


async def test_a_caller_that_goes_away_cancels_all_tries() -> None:
    replicas = Replicas(silent)
    call = asyncio.create_task(HedgedWrites(after=0.001).call(replicas.send))
    while replicas.sent < MAX_WRITE_TRIES:
        await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert replicas.cancelled == MAX_WRITE_TRIES
