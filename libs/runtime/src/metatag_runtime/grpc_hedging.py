"""Hedged calls: what is answered at once or not at all is asked again beside the first try, of another replica.

The first answer counts, and the other tries are cancelled. The design is that of gRPC's retry proposal (A6), whose
hedging no Python channel has.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import grpc

# A call that is answered from an index takes milliseconds; after so long a silence the next try is sent. Seconds.
HEDGE_SECONDS = 0.3
# Tries at once, each at another replica as the channel goes round; beside other calls two may meet the same one.
MAX_TRIES = 5
# Hedges that may be sent in a row. Each answer allows one more, so that a database that is slow for all gets twice the
# calls at most.
MAX_BUDGET = 50.0

# What a try that was lost on its way ends with; every other code is an answer.
_NO_ANSWER = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED})


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
