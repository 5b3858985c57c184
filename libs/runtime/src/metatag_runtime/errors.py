"""One list of error codes for all services, and the exception that carries them. Plain Python."""

from __future__ import annotations

from enum import StrEnum


class ErrorCode(StrEnum):
    """What went wrong, in words that gRPC peers, HTTP clients, logs and metrics share."""

    INVALID_ARGUMENT = "invalid_argument"
    UNAUTHENTICATED = "unauthenticated"
    SECOND_FACTOR_REQUIRED = "second_factor_required"
    PERMISSION_DENIED = "permission_denied"
    NOT_FOUND = "not_found"
    CONFLICT = "conflict"
    IDEMPOTENCY_MISMATCH = "idempotency_mismatch"
    INVALID_STATE = "invalid_state"
    VERSION_MISMATCH = "version_mismatch"
    PRECONDITION_REQUIRED = "precondition_required"
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA = "unsupported_media"
    EMPTY_DOCUMENT = "empty_document"
    ENCRYPTED_DOCUMENT = "encrypted_document"
    BROKEN_DOCUMENT = "broken_document"
    NO_PAGES = "no_pages"
    PAGE_TOO_COSTLY = "page_too_costly"
    LANGUAGE_NOT_INSTALLED = "language_not_installed"
    INSUFFICIENT_TEXT = "insufficient_text"
    SOURCE_REFUSED = "source_refused"
    SOURCE_UNAVAILABLE = "source_unavailable"
    PROVIDER_AUTH = "provider_auth"
    PROVIDER_CREDITS = "provider_credits"
    PROVIDER_REFUSED = "provider_refused"
    PROVIDER_INVALID = "provider_invalid"
    PROVIDER_RATE_LIMITED = "provider_rate_limited"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    MODEL_NOT_FOUND = "model_not_found"
    BUDGET_EXHAUSTED = "budget_exhausted"
    QUOTA_EXCEEDED = "quota_exceeded"
    BUSY = "busy"
    STORAGE_FULL = "storage_full"
    UNAVAILABLE = "unavailable"
    DEADLINE_EXCEEDED = "deadline_exceeded"
    CANCELLED = "cancelled"
    POISONED = "poisoned"
    INTERNAL = "internal"


class MetatagError(Exception):
    """A failure with two faces: `message` is for the caller, the chained cause is for the log.

    `message` is one sentence a person can act on, without secrets and without document text.
    `retry_after` is in seconds; set where a repetition makes sense later.
    """

    code: ErrorCode = ErrorCode.INTERNAL

    def __init__(self, message: str, *, code: ErrorCode | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code
        self.retry_after = retry_after


class InvalidArgument(MetatagError):
    """A value in the request is wrong; the message names the field."""

    code = ErrorCode.INVALID_ARGUMENT


class NotFound(MetatagError):
    """The thing does not exist, or belongs to somebody else."""

    code = ErrorCode.NOT_FOUND


class Busy(MetatagError):
    """All places are taken; try again later or elsewhere."""

    code = ErrorCode.BUSY


class StorageFull(MetatagError):
    """A disk or quota that the service writes to has no room; the message says which."""

    code = ErrorCode.STORAGE_FULL


class Unavailable(MetatagError):
    """A service or store that is needed does not answer."""

    code = ErrorCode.UNAVAILABLE
