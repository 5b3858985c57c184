"""Client interceptors: calls carry the request's ids and deadline, and fail as a MetatagError.

Calls with a stream each way are left alone: their messages would go through one more queue. They pass
`call_metadata()` and `call_timeout()`, and are read under `peer_errors`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc

from metatag_runtime.context import REQUEST_ID_KEY, request_id, time_left
from metatag_runtime.grpc_errors import from_rpc_error
from metatag_runtime.log_ids import id_metadata
from metatag_runtime.tracing import trace_metadata


def call_metadata() -> tuple[tuple[str, str], ...]:
    """Return the metadata of an outgoing call: the request's id, the ids of what is in hand, the place in the trace."""
    current = request_id()
    return (((REQUEST_ID_KEY, current),) if current else ()) + id_metadata() + trace_metadata()


def call_timeout(own: float) -> float:
    """Return the deadline of an outgoing call in seconds: `own`, or what the request in work has left."""
    return time_left(own)


@contextmanager
def peer_errors(peer: str) -> Iterator[None]:
    """Turn a peer's gRPC failure into the MetatagError it stands for; `peer` is the service's name."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error, peer) from error


def call_interceptors(peer: str) -> list[grpc.aio.ClientInterceptor]:
    """Return what a channel to the service `peer` needs; for the error's sentence."""
    return [UnaryCalls(peer), UploadCalls(peer), StreamedCalls(peer)]


class _Peer:
    """What the interceptors of a channel share: the name of the service at its other end, for the sentence."""

    def __init__(self, peer: str) -> None:
        self._peer = peer

    async def _answered(self, continuation: Callable[..., Any], details: Any, request: Any) -> Any:
        call = await continuation(_with_context(details), request)
        with peer_errors(self._peer):
            await call
        return call


class UnaryCalls(_Peer, grpc.aio.UnaryUnaryClientInterceptor):  # type: ignore[misc,unused-ignore]
    """A message each way."""

    async def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> Any:
        """Return the call that was answered. Raises MetatagError."""
        return await self._answered(continuation, client_call_details, request)


class UploadCalls(_Peer, grpc.aio.StreamUnaryClientInterceptor):  # type: ignore[misc,unused-ignore]
    """Many messages out, one back."""

    async def intercept_stream_unary(
        self, continuation: Callable[..., Any], client_call_details: Any, request_iterator: Any
    ) -> Any:
        """Return the call that was answered. Raises MetatagError."""
        return await self._answered(continuation, client_call_details, request_iterator)


class StreamedCalls(_Peer, grpc.aio.UnaryStreamClientInterceptor):  # type: ignore[misc,unused-ignore]
    """One message out, many back."""

    async def intercept_unary_stream(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> AsyncIterator[Any]:
        """Return the answers. Their iteration raises MetatagError."""
        return self._messages(await continuation(_with_context(client_call_details), request))

    async def _messages(self, call: Any) -> AsyncIterator[Any]:
        try:
            with peer_errors(self._peer):
                async for message in call:
                    yield message
        finally:
            # Does nothing after the end.
            call.cancel()


def _with_context(details: Any) -> Any:
    metadata = grpc.aio.Metadata(*(details.metadata or ()), *call_metadata())
    timeout = None if details.timeout is None else time_left(details.timeout)
    return grpc.aio.ClientCallDetails(details.method, timeout, metadata, details.credentials, details.wait_for_ready)
