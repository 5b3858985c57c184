"""Hedged calls: what is answered at once or not at all is asked again beside the first try, of another replica.

The first answer counts, and the other tries are cancelled. The design is that of gRPC's retry proposal (A6), whose
hedging no Python channel has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import grpc

from metatag_runtime.errors import ErrorCode, MetatagError

T = TypeVar("T")

# A call that is answered from an index takes milliseconds; after so long a silence the next try is sent. Seconds.
HEDGE_SECONDS = 0.3
# Tries at once, each at another replica as the channel goes round; beside other calls two may meet the same one.
MAX_TRIES = 5
# Hedges that may be sent in a row. Each answer allows one more, so that a database that is slow for all gets twice the
# calls at most.
MAX_BUDGET = 50.0

# What is written takes longer than what an index answers; after so long a silence the next try is sent. Seconds.
WRITE_HEDGE_SECONDS = 0.6
# Tries of one write at once.
MAX_WRITE_TRIES = 3

# What a try that was lost on its way ends with; every other code is an answer.
_NO_ANSWER = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED})
_NO_ANSWER_ERRORS = frozenset({ErrorCode.UNAVAILABLE, ErrorCode.DEADLINE_EXCEEDED, ErrorCode.CANCELLED})


class HedgedCalls(grpc.aio.UnaryUnaryClientInterceptor):  # type: ignore[misc,unused-ignore]
    """Hedges the calls of `methods`, which must be harmless to repeat, and to be done twice at once."""

    def __init__(self, methods: Sequence[str]) -> None:
        """`methods` are written as "metatag.v1.Service/Method"."""
        self._methods = frozenset(f"/{method}" for method in methods)
        self._budget = MAX_BUDGET

    async def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        """Return the call that was answered first, or the last that failed."""
        method = client_call_details.method
        name = method.decode() if isinstance(method, bytes) else method
        if name not in self._methods:
            return await continuation(client_call_details, request)
        tries: dict[asyncio.Task[grpc.StatusCode], Any] = {}
        try:
            return await self._first_answer(lambda: continuation(client_call_details, request), tries)
        finally:
            for task in tries:
                # Only the waiting: it says nothing to the call itself.
                task.cancel()

    async def _first_answer(self, send: Callable[[], Any], tries: dict[asyncio.Task[grpc.StatusCode], Any]) -> Any:
        try:
            while True:
                call = await send()
                tries[asyncio.ensure_future(call.code())] = call
                answered = await self._wait(tries)
                if answered is not None:
                    break
        except BaseException:
            _cancel(tries.values())
            raise
        self._budget = min(MAX_BUDGET, self._budget + 1.0)
        _cancel(call for call in tries.values() if call is not answered)
        return answered

    async def _wait(self, tries: dict[asyncio.Task[grpc.StatusCode], Any]) -> Any:
        """Return the call that was answered, or all have failed; None when another try is due."""
        waiting = {task for task in tries if not task.done()}
        while waiting:
            hedges = len(tries) < MAX_TRIES and self._budget >= 1.0
            done, waiting = await asyncio.wait(
                waiting, timeout=HEDGE_SECONDS if hedges else None, return_when=asyncio.FIRST_COMPLETED
            )
            for task in done:
                if task.result() not in _NO_ANSWER or not waiting:
                    return tries[task]
            if not done:
                self._budget -= 1.0
                return None
        raise AssertionError("no try was waited for")


def _cancel(calls: Any) -> None:
    for call in calls:
        call.cancel()


class HedgedWrites:
    """Hedges calls that an interceptor cannot send again, because a stream of requests is read once.

    They must be harmless to repeat, and to be done twice at once. All writes of one object share one budget.
    """

    def __init__(self, after: float = WRITE_HEDGE_SECONDS) -> None:
        """`after`: seconds of silence before the next try is sent."""
        self._after = after
        self._budget = MAX_BUDGET

    async def call(self, send: Callable[[], Awaitable[T]]) -> T:
        """Return the first answer of `send`, which makes a call anew each time; raise the last error when all fail."""
        running: set[asyncio.Future[T]] = set()
        sent = 0
        try:
            while True:
                running.add(asyncio.ensure_future(send()))
                sent += 1
                answered = await self._answered(running, sent)
                if answered is not None:
                    self._budget = min(MAX_BUDGET, self._budget + 1.0)
                    return answered.result()
        finally:
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _answered(self, running: set[asyncio.Future[T]], sent: int) -> asyncio.Future[T] | None:
        """Return the try that was answered, or the last one lost; None when another try is due."""
        while True:
            more = sent < MAX_WRITE_TRIES and self._budget >= 1.0
            done, _ = await asyncio.wait(
                running, timeout=self._after if more else None, return_when=asyncio.FIRST_COMPLETED
            )
            if not done and self._budget >= 1.0:
                self._budget -= 1.0
                return None
            for each in done:
                running.discard(each)
                if not _lost(each) or not running:
                    return each


def _lost(ended: asyncio.Future[Any]) -> bool:
    if ended.cancelled():
        return True
    error = ended.exception()
    if isinstance(error, MetatagError):
        return error.code in _NO_ANSWER_ERRORS
    return isinstance(error, grpc.aio.AioRpcError) and error.code() in _NO_ANSWER
