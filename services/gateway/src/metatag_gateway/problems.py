"""The one table from error codes to HTTP statuses, and the one shape in which an error leaves."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from metatag_gateway.schemas.common import TooManyEntries
from metatag_runtime.context import request_id
from metatag_runtime.errors import ErrorCode, MetatagError

log = structlog.get_logger("metatag.problems")

C = ErrorCode
STATUS_BY_CODE: dict[ErrorCode, int] = {
    C.INVALID_ARGUMENT: 400,
    C.UNAUTHENTICATED: 401,
    C.SECOND_FACTOR_REQUIRED: 401,
    C.PERMISSION_DENIED: 403,
    C.NOT_FOUND: 404,
    C.CONFLICT: 409,
    C.IDEMPOTENCY_MISMATCH: 422,
    C.INVALID_STATE: 409,
    C.VERSION_MISMATCH: 412,
    C.PRECONDITION_REQUIRED: 428,
    C.TOO_LARGE: 413,
    C.UNSUPPORTED_MEDIA: 415,
    C.EMPTY_DOCUMENT: 400,
    C.ENCRYPTED_DOCUMENT: 400,
    C.BROKEN_DOCUMENT: 400,
    C.NO_PAGES: 400,
    C.PAGE_TOO_COSTLY: 400,
    C.LANGUAGE_NOT_INSTALLED: 400,
    C.INSUFFICIENT_TEXT: 400,
    C.SOURCE_REFUSED: 400,
    C.SOURCE_UNAVAILABLE: 400,
    # Not 401: that tells a client to refresh its own token, and this is about the provider's key.
    C.PROVIDER_AUTH: 400,
    C.PROVIDER_CREDITS: 400,
    C.PROVIDER_REFUSED: 400,
    C.PROVIDER_INVALID: 503,
    C.PROVIDER_RATE_LIMITED: 429,
    C.PROVIDER_UNAVAILABLE: 503,
    C.MODEL_NOT_FOUND: 400,
    C.BUDGET_EXHAUSTED: 400,
    C.QUOTA_EXCEEDED: 429,
    C.BUSY: 503,
    C.STORAGE_FULL: 507,
    C.UNAVAILABLE: 503,
    C.DEADLINE_EXCEEDED: 504,
    C.CANCELLED: 503,
    C.POISONED: 400,
    C.INTERNAL: 500,
}
CODE_BY_STATUS = {
    400: C.INVALID_ARGUMENT,
    401: C.UNAUTHENTICATED,
    403: C.PERMISSION_DENIED,
    404: C.NOT_FOUND,
    405: C.INVALID_ARGUMENT,
    412: C.VERSION_MISMATCH,
    413: C.TOO_LARGE,
    415: C.UNSUPPORTED_MEDIA,
    422: C.IDEMPOTENCY_MISMATCH,
    428: C.PRECONDITION_REQUIRED,
    503: C.UNAVAILABLE,
    507: C.STORAGE_FULL,
}
# What a client waits when nobody said how long. Seconds.
DEFAULT_WAIT = 5


def problem(status: int, detail: str, code: ErrorCode, *, wait: float | None = None, **more: Any) -> Response:
    """Give an error answer: a sentence, the code, and what else helps; with Retry-After where waiting helps."""
    body: dict[str, Any] = {"detail": detail, "code": str(code), **more}
    headers = {"Cache-Control": "no-store"}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status in (429, 503, 507):
        headers["Retry-After"] = str(max(1, math.ceil(wait))) if wait else str(DEFAULT_WAIT)
    if status >= 500:
        body["request_id"] = request_id()
    return Response(json.dumps(body), status, headers, "application/json")


def from_error(error: MetatagError) -> Response:
    """Give the answer of a failure of ours."""
    more = {name: value for name in ("job_id", "document_id") if (value := getattr(error, name, ""))}
    status = STATUS_BY_CODE[error.code]
    detail = error.message
    if error.code is C.INTERNAL and not more:
        log.error("request failed", exc_info=error)
        detail = internal_sentence()
    return problem(status, detail, error.code, wait=error.retry_after, **more)


def internal_sentence() -> str:
    """Give the sentence that shows nothing of the inside."""
    return f"Something went wrong on our side; tell the operator the request id {request_id()}."


async def on_metatag_error(_request: Request, error: Exception) -> Response:
    """Handle a failure of ours."""
    assert isinstance(error, MetatagError)
    return from_error(error)


async def on_validation_error(_request: Request, error: Exception) -> Response:
    """Handle a request of the wrong shape: 400, one sentence, and the fields for programs."""
    assert isinstance(error, RequestValidationError)
    return invalid(error.errors())


async def on_http_error(_request: Request, error: Exception) -> Response:
    """Handle what the framework raises: no such path, wrong method, unreadable body."""
    assert isinstance(error, HTTPException)
    code = CODE_BY_STATUS.get(error.status_code, C.INTERNAL if error.status_code >= 500 else C.INVALID_ARGUMENT)
    answer = problem(error.status_code, str(error.detail), code)
    answer.headers.update(error.headers or {})
    return answer


def invalid(errors: Sequence[Any]) -> Response:
    """Give the answer to a request whose fields are wrong; values are not repeated, they may be secrets."""
    found = [{"field": _field(entry), "message": _plain(entry)} for entry in errors[:50]]
    first = found[0] if found else {"field": "body", "message": "it cannot be read"}
    sentence = f"{first['field']}: {first['message']}"
    if len(found) > 1:
        sentence += f" (and {len(found) - 1} more)"
    if any(isinstance(entry.get("ctx", {}).get("error"), TooManyEntries) for entry in errors):
        return problem(413, sentence, C.TOO_LARGE, errors=found)
    return problem(400, sentence, C.INVALID_ARGUMENT, errors=found)


def _field(entry: Any) -> str:
    if entry["type"] == "json_invalid":
        return "body"
    parts = [str(part)[:100] for part in entry["loc"]]
    if len(parts) > 1 and parts[0] in ("body", "query", "path", "header"):
        parts = parts[1:]
    return ".".join(parts) or "body"


def _plain(entry: Any) -> str:
    if entry["type"] == "json_invalid":
        return "it is not valid JSON"
    if entry["type"] in ("too_short", "too_long") and entry.get("ctx", {}).get("field_type") == "Value":
        # A secret's length, which pydantic counts in items.
        bound = entry["ctx"].get("min_length") or entry["ctx"].get("max_length")
        return f"It should have at {'least' if entry['type'] == 'too_short' else 'most'} {bound} characters"
    return str(entry["msg"])[:300]
