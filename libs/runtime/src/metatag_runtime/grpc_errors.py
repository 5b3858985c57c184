"""The one table between error codes and gRPC statuses, both ways.

The status is for generic clients; the exact code travels in the trailer `metatag-error-code`, the waiting time in
`retry-after` (seconds, decimal).
"""

from __future__ import annotations

from typing import Any

import grpc

from metatag_runtime.errors import ErrorCode, MetatagError

CODE_TRAILER = "metatag-error-code"
RETRY_AFTER_TRAILER = "retry-after"

_S = grpc.StatusCode
STATUS_BY_CODE: dict[ErrorCode, grpc.StatusCode] = {
    ErrorCode.INVALID_ARGUMENT: _S.INVALID_ARGUMENT,
    ErrorCode.UNAUTHENTICATED: _S.UNAUTHENTICATED,
    ErrorCode.SECOND_FACTOR_REQUIRED: _S.UNAUTHENTICATED,
    ErrorCode.PERMISSION_DENIED: _S.PERMISSION_DENIED,
    ErrorCode.NOT_FOUND: _S.NOT_FOUND,
    ErrorCode.CONFLICT: _S.ALREADY_EXISTS,
    ErrorCode.IDEMPOTENCY_MISMATCH: _S.ALREADY_EXISTS,
    ErrorCode.INVALID_STATE: _S.FAILED_PRECONDITION,
    ErrorCode.VERSION_MISMATCH: _S.FAILED_PRECONDITION,
    ErrorCode.PRECONDITION_REQUIRED: _S.FAILED_PRECONDITION,
    ErrorCode.TOO_LARGE: _S.RESOURCE_EXHAUSTED,
    ErrorCode.UNSUPPORTED_MEDIA: _S.FAILED_PRECONDITION,
    ErrorCode.EMPTY_DOCUMENT: _S.INVALID_ARGUMENT,
    ErrorCode.ENCRYPTED_DOCUMENT: _S.FAILED_PRECONDITION,
    ErrorCode.BROKEN_DOCUMENT: _S.FAILED_PRECONDITION,
    ErrorCode.NO_PAGES: _S.FAILED_PRECONDITION,
    ErrorCode.PAGE_TOO_COSTLY: _S.FAILED_PRECONDITION,
    ErrorCode.LANGUAGE_NOT_INSTALLED: _S.INVALID_ARGUMENT,
    ErrorCode.INSUFFICIENT_TEXT: _S.FAILED_PRECONDITION,
    ErrorCode.SOURCE_REFUSED: _S.INVALID_ARGUMENT,
    # Not UNAVAILABLE: the channel's retry policy must not fetch a user's URL again by itself.
    ErrorCode.SOURCE_UNAVAILABLE: _S.FAILED_PRECONDITION,
    ErrorCode.PROVIDER_AUTH: _S.UNAUTHENTICATED,
    ErrorCode.PROVIDER_CREDITS: _S.FAILED_PRECONDITION,
    ErrorCode.PROVIDER_REFUSED: _S.FAILED_PRECONDITION,
    ErrorCode.PROVIDER_INVALID: _S.FAILED_PRECONDITION,
    ErrorCode.PROVIDER_RATE_LIMITED: _S.RESOURCE_EXHAUSTED,
    # Not UNAVAILABLE: the channel's retry policy must not spend a user's money again by itself.
    ErrorCode.PROVIDER_UNAVAILABLE: _S.ABORTED,
    ErrorCode.MODEL_NOT_FOUND: _S.INVALID_ARGUMENT,
    ErrorCode.BUDGET_EXHAUSTED: _S.FAILED_PRECONDITION,
    ErrorCode.QUOTA_EXCEEDED: _S.RESOURCE_EXHAUSTED,
    ErrorCode.BUSY: _S.RESOURCE_EXHAUSTED,
    ErrorCode.STORAGE_FULL: _S.RESOURCE_EXHAUSTED,
    ErrorCode.UNAVAILABLE: _S.UNAVAILABLE,
    ErrorCode.DEADLINE_EXCEEDED: _S.DEADLINE_EXCEEDED,
    ErrorCode.CANCELLED: _S.CANCELLED,
    ErrorCode.POISONED: _S.FAILED_PRECONDITION,
    ErrorCode.INTERNAL: _S.INTERNAL,
}

# For answers without a code trailer. Our servers name their own failures, so UNKNOWN and INTERNAL here are the
# transport's: a stream that was reset, a server that stopped in the middle of an answer.
CODE_BY_STATUS: dict[grpc.StatusCode, ErrorCode] = {
    _S.CANCELLED: ErrorCode.CANCELLED,
    _S.UNKNOWN: ErrorCode.UNAVAILABLE,
    _S.INVALID_ARGUMENT: ErrorCode.INVALID_ARGUMENT,
    _S.DEADLINE_EXCEEDED: ErrorCode.DEADLINE_EXCEEDED,
    _S.NOT_FOUND: ErrorCode.NOT_FOUND,
    _S.ALREADY_EXISTS: ErrorCode.CONFLICT,
    _S.PERMISSION_DENIED: ErrorCode.PERMISSION_DENIED,
    _S.RESOURCE_EXHAUSTED: ErrorCode.BUSY,
    _S.FAILED_PRECONDITION: ErrorCode.INVALID_STATE,
    _S.ABORTED: ErrorCode.UNAVAILABLE,
    _S.OUT_OF_RANGE: ErrorCode.INVALID_ARGUMENT,
    _S.UNIMPLEMENTED: ErrorCode.INTERNAL,
    _S.INTERNAL: ErrorCode.UNAVAILABLE,
    _S.UNAVAILABLE: ErrorCode.UNAVAILABLE,
    _S.DATA_LOSS: ErrorCode.INTERNAL,
    _S.UNAUTHENTICATED: ErrorCode.UNAUTHENTICATED,
}

# What a peer may be told when gRPC itself, not a service of ours, wrote the details.
_TRANSPORT_SENTENCES: dict[ErrorCode, str] = {
    ErrorCode.UNAVAILABLE: "The {peer} service does not answer; try again in a moment.",
    ErrorCode.DEADLINE_EXCEEDED: "The {peer} service did not answer in time.",
    ErrorCode.CANCELLED: "The call to the {peer} service was cancelled.",
    ErrorCode.BUSY: "The {peer} service takes no more work just now; try again in a moment.",
}


def trailers(error: MetatagError) -> tuple[tuple[str, str], ...]:
    """Give the trailing metadata that carries an error's exact code and waiting time."""
    found = [(CODE_TRAILER, str(error.code))]
    if error.retry_after is not None:
        found.append((RETRY_AFTER_TRAILER, f"{error.retry_after:.3f}"))
    return tuple(found)


def from_rpc_error(error: grpc.aio.AioRpcError, peer: str) -> MetatagError:
    """Give the error that a peer's answer stands for; `peer` is the service's name, for the sentence."""
    found: dict[str, Any] = {str(key): value for key, value in (error.trailing_metadata() or ())}
    wait = _seconds(found.get(RETRY_AFTER_TRAILER))
    named = found.get(CODE_TRAILER)
    if isinstance(named, str) and named in ErrorCode._value2member_map_:
        return MetatagError(error.details() or named, code=ErrorCode(named), retry_after=wait)
    code = CODE_BY_STATUS.get(error.code(), ErrorCode.INTERNAL)
    sentence = _TRANSPORT_SENTENCES.get(code, "The {peer} service failed ({code}).")
    return MetatagError(sentence.format(peer=peer, code=code), code=code, retry_after=wait)


def _seconds(value: Any) -> float | None:
    try:
        return max(0.0, float(value)) if value is not None else None
    except (TypeError, ValueError):
        return None
