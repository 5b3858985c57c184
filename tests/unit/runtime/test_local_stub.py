"""A servicer of this process behind the calls of a stub."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from metatag_runtime.errors import InvalidArgument
from metatag_runtime.local_stub import LocalStub

MANY = 100


class Servicer:
    """Doubles numbers, one or a stream of them."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()

    async def One(self, request: int, context: None) -> int:
        if request < 0:
            raise InvalidArgument("Below zero.")
        if request == 0:
            await asyncio.Event().wait()
        return 2 * request

    async def Many(self, request_iterator: AsyncIterator[int], context: None) -> AsyncIterator[int]:
        try:
            async for number in request_iterator:
                if number < 0:
                    raise InvalidArgument("Below zero.")
                yield 2 * number
        finally:
            self.ended.set()


async def test_a_call_with_one_answer_gives_it_or_the_servicers_error() -> None:
    stub = LocalStub(Servicer())
    assert await stub.One(4, timeout=60.0) == 8
    with pytest.raises(InvalidArgument, match="Below zero"):
        await stub.One(-1)
    with pytest.raises(TimeoutError):
        await stub.One(0, timeout=0.01)


async def test_a_stream_answers_while_it_is_written_and_ends_with_it() -> None:
    call = LocalStub(Servicer()).Many()

    async def write() -> None:
        # More than wait on either side, so that one side alone would never come to an end.
        for number in range(MANY):
            await call.write(number)
        await call.done_writing()

    writer = asyncio.create_task(write())
    assert [answer async for answer in call] == [2 * number for number in range(MANY)]
    await writer


async def test_an_error_of_a_stream_comes_after_its_answers_and_writing_goes_on_without_waiting() -> None:
    call = LocalStub(Servicer()).Many()
    await call.write(1)
    await call.write(-1)
    assert await anext(call) == 2
    with pytest.raises(InvalidArgument, match="Below zero"):
        await anext(call)
    for number in range(MANY):
        await call.write(number)


async def test_a_cancelled_stream_ends_the_servicers_work() -> None:
    servicer = Servicer()
    call = LocalStub(servicer).Many()
    await call.write(1)
    assert await anext(call) == 2
    call.cancel()
    async with asyncio.timeout(60):
        await servicer.ended.wait()
