"""A gRPC service of this process, called without a channel: the servicer's own methods behind the calls of a stub.

Serves one program that needs two services for a moment. Errors are those that the servicer raises; there is no
interceptor, so `metadata` is not read and a deadline is the caller's to keep.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, Self

# Messages that wait on either side of a stream.
_WAITING = 8


class LocalStub:
    """Takes the place of a generated asyncio stub, for methods with one request and one answer or a stream of each."""

    def __init__(self, servicer: object) -> None:
        self._servicer = servicer

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._servicer, name)

        def call(request: Any = None, *, timeout: float | None = None, metadata: object = None) -> Any:
            if request is None:
                return StreamCall(method)
            return _answer(method, request, timeout)

        return call


async def _answer(method: Callable[[Any, None], Awaitable[Any]], request: Any, timeout: float | None) -> Any:
    async with asyncio.timeout(timeout):
        return await method(request, None)


class StreamCall:
    """One call with a stream in each direction; the servicer works in a task of its own."""

    def __init__(self, method: Callable[[AsyncIterator[Any], None], AsyncIterator[Any]]) -> None:
        self._requests: asyncio.Queue[Any] = asyncio.Queue(_WAITING)
        self._answers: asyncio.Queue[Any] = asyncio.Queue(_WAITING)
        self._task = asyncio.create_task(self._run(method), name="local-call")

    async def write(self, request: Any) -> None:
        """Send a message; waits while the servicer has many to read, and drops it when the servicer has ended."""
        put = asyncio.ensure_future(self._requests.put(request))
        try:
            await asyncio.wait({put, self._task}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            put.cancel()

    async def done_writing(self) -> None:
        """Say that nothing follows."""
        await self.write(None)

    def cancel(self) -> None:
        """End the call; does nothing after its end."""
        self._task.cancel()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        item = await self._answers.get()
        if isinstance(item, BaseException):
            raise item
        return item

    async def _run(self, method: Callable[[AsyncIterator[Any], None], AsyncIterator[Any]]) -> None:
        end: BaseException = StopAsyncIteration()
        try:
            async with aclosing(method(self._sent(), None)) as answers:  # type: ignore[type-var]
                async for answer in answers:
                    await self._answers.put(answer)
        except Exception as error:
            end = error
        await self._answers.put(end)

    async def _sent(self) -> AsyncIterator[Any]:
        while (request := await self._requests.get()) is not None:
            yield request
