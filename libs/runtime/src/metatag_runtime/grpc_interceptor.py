"""The edge of every RPC: adopts the request id and deadline, turns errors into statuses, logs and counts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NoReturn

import grpc
import structlog
from prometheus_client import Counter, Histogram

from metatag_runtime.context import REQUEST_ID_KEY, request_id, use_deadline, use_request_id
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.failures import as_unavailable
from metatag_runtime.grpc_callers import Callers, check_caller
from metatag_runtime.grpc_errors import STATUS_BY_CODE, trailers
from metatag_runtime.log_ids import adopt_log_ids
from metatag_runtime.tracing import TRACE_KEY, begin_span, end_span

log = structlog.get_logger("metatag.rpc")

RPCS = Counter("metatag_grpc_server_calls_total", "RPCs ended, by outcome.", ["service", "method", "code"])
SECONDS = Histogram(
    "metatag_grpc_server_seconds",
    "Duration of RPCs in seconds.",
    ["service", "method"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300),
)

_QUIET = ("/grpc.health.", "/grpc.reflection.")

Context = grpc.aio.ServicerContext[Any, Any]


class EdgeInterceptor(grpc.aio.ServerInterceptor):
    """Wraps every method of the service's servicers; health and reflection pass untouched."""

    def __init__(self, service: str, default_deadline: float, callers: Callers | None = None) -> None:
        """`callers` is the table of who may call what; None lets everybody who can connect."""
        self._service = service
        self._default_deadline = default_deadline
        self._callers = callers

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler[Any, Any] | None]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler[Any, Any]:
        """Give the method's handler, wrapped."""
        handler: Any = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method.startswith(_QUIET):
            return handler  # type: ignore[no-any-return]
        make, behaviour = _kind(handler)
        if handler.response_streaming:
            wrapped: Any = self._streaming(behaviour, method)
        else:
            wrapped = self._unary(behaviour, method, bounded=not handler.request_streaming)
        return make(  # type: ignore[no-any-return]
            wrapped,
            request_deserializer=handler.request_deserializer,
            response_serializer=handler.response_serializer,
        )

    def _unary(self, behaviour: Any, method: str, *, bounded: bool) -> Any:
        async def call(request: Any, context: Context) -> Any:
            observed = _Observed(self._service, method, context)
            try:
                self._check(method, context)
                own = self._default_deadline if bounded and context.time_remaining() is None else None
                async with asyncio.timeout(own):
                    answer = await behaviour(request, context)
            except BaseException as error:
                await observed.fail(error)
            observed.done("ok")
            return answer

        return call

    def _streaming(self, behaviour: Any, method: str) -> Any:
        async def call(request: Any, context: Context) -> AsyncIterator[Any]:
            observed = _Observed(self._service, method, context)
            try:
                self._check(method, context)
                async for answer in behaviour(request, context):
                    yield answer
            except GeneratorExit:
                observed.done(ErrorCode.CANCELLED)
                raise
            except BaseException as error:
                await observed.fail(error)
            observed.done("ok")

        return call

    def _check(self, method: str, context: Context) -> None:
        if self._callers is not None:
            check_caller(self._callers, method, context.auth_context())


class _Observed:
    """One call: its id, its start, its end in log and metrics."""

    def __init__(self, service: str, method: str, context: Context) -> None:
        self._service = service
        self._method = method.rpartition("/")[2]
        self._context = context
        self._start = time.monotonic()
        metadata = {str(key): value for key, value in (context.invocation_metadata() or ())}
        proposed = metadata.get(REQUEST_ID_KEY)
        use_request_id(proposed if isinstance(proposed, str) else None)
        # Log calls for something that has an id always; log the many small calls between services at debug level only.
        self._write = log.info if adopt_log_ids(metadata) else log.debug
        use_deadline(context.time_remaining())
        self._span = begin_span(f"{service}/{self._method}", metadata.get(TRACE_KEY), server=True)

    def done(self, code: str) -> None:
        seconds = time.monotonic() - self._start
        RPCS.labels(self._service, self._method, str(code)).inc()
        SECONDS.labels(self._service, self._method).observe(seconds)
        self._write("rpc", service=self._service, method=self._method, code=str(code), ms=round(seconds * 1000, 1))
        end_span(self._span, str(code))

    async def fail(self, error: BaseException) -> NoReturn:
        """Count the failure and end the call with the status and trailers it stands for."""
        if isinstance(error, asyncio.CancelledError | grpc.aio.AbortError):
            self.done(ErrorCode.CANCELLED)
            raise error
        known = _known(error)
        self.done(known.code)
        if known.code is ErrorCode.INTERNAL:
            log.error("rpc failed", service=self._service, method=self._method, exc_info=error)
        else:
            cause = "" if known is error else repr(error)[:200]
            log.info("rpc refused", service=self._service, method=self._method, code=str(known.code), cause=cause)
        await self._context.abort(STATUS_BY_CODE[known.code], known.message, trailers(known))


def _known(error: BaseException) -> MetatagError:
    if isinstance(error, MetatagError):
        return error
    # One with an error number is the kernel's, of a connection.
    if isinstance(error, TimeoutError) and error.errno is None:
        return MetatagError("The service did not finish in time.", code=ErrorCode.DEADLINE_EXCEEDED)
    if (away := as_unavailable(error)) is not None:
        return away
    return MetatagError(f"Something went wrong inside the service; its log names request {request_id()}.")


def _kind(handler: Any) -> tuple[Callable[..., Any], Any]:
    if handler.request_streaming:
        if handler.response_streaming:
            return grpc.stream_stream_rpc_method_handler, handler.stream_stream
        return grpc.stream_unary_rpc_method_handler, handler.stream_unary
    if handler.response_streaming:
        return grpc.unary_stream_rpc_method_handler, handler.unary_stream
    return grpc.unary_unary_rpc_method_handler, handler.unary_unary
