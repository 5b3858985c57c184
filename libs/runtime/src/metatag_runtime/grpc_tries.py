"""Short tries for calls that are answered at once or not at all: a replica that hangs must not hold its callers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import grpc

# A call that is answered from an index takes milliseconds; so long a silence means that its replica hangs. Seconds.
TRY_SECONDS = 1.0
# Short tries, each at another replica as the channel goes round; a last one takes what is left of the deadline.
SHORT_TRIES = 2


class ShortTries(grpc.aio.UnaryUnaryClientInterceptor):  # type: ignore[misc,unused-ignore]
    """Repeats calls of `methods`, which must be harmless to repeat, when a try is not answered in TRY_SECONDS."""

    def __init__(self, methods: Sequence[str]) -> None:
        """`methods` are written as "metatag.v1.Service/Method"."""
        self._methods = frozenset(f"/{method}" for method in methods)

    async def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: grpc.aio.ClientCallDetails, request: Any
    ) -> Any:
        """Return the call that was answered, or the last."""
        left = client_call_details.timeout
        method = client_call_details.method
        name = method.decode() if isinstance(method, bytes) else method
        if name not in self._methods or left is None:
            return await continuation(client_call_details, request)
        for _ in range(SHORT_TRIES):
            if left <= 2 * TRY_SECONDS:
                break
            call = await continuation(_with_timeout(client_call_details, TRY_SECONDS), request)
            if await call.code() is not grpc.StatusCode.DEADLINE_EXCEEDED:
                return call
            left -= TRY_SECONDS
        return await continuation(_with_timeout(client_call_details, left), request)


def _with_timeout(details: grpc.aio.ClientCallDetails, seconds: float) -> grpc.aio.ClientCallDetails:
    return grpc.aio.ClientCallDetails(
        details.method, seconds, details.metadata, details.credentials, details.wait_for_ready
    )
