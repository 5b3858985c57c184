"""Turns what a provider answers into one category of errors.py: by status, body and headers, errors inside 200 too."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from metatag_tagger.errors import Category, ProviderError

# A provider may ask for any wait; longer than a day is of no use to a queue.
MAX_WAIT = 86_400.0
_CONTEXT = re.compile(
    r"context.{0,20}(length|window)|maximum context|too many tokens|prompt is too long", re.IGNORECASE
)
_MODEL = re.compile(r"not a valid model|model.{0,40}(not found|does not exist|not exist)|unknown model", re.IGNORECASE)
_BY_STATUS = {
    401: Category.AUTH,
    404: Category.MODEL_NOT_FOUND,
    408: Category.TIMEOUT,
    413: Category.CONTEXT_LENGTH,
    429: Category.RATE_LIMITED,
    500: Category.PROVIDER,
    502: Category.PROVIDER,
    503: Category.NO_PROVIDER,
    504: Category.PROVIDER,
}


def failure(status: int, headers: Mapping[str, str], body: Any) -> ProviderError | None:
    """Give the error that an answer stands for, None for a good one. `body` is decoded JSON or None."""
    error = body.get("error") if isinstance(body, dict) else None
    if status == 200 and not error:
        return None if isinstance(body, dict) else ProviderError(Category.PROVIDER, _NOT_JSON)
    if 300 <= status < 400:
        return ProviderError(Category.REDIRECT)
    details = error if isinstance(error, dict) else {}
    code = _code(details.get("code"), status)
    metadata = details.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    category = _category(code, str(details.get("message", ""))[:2_000], metadata, headers)
    if status == 404 and not error:
        return ProviderError(Category.INVALID_REQUEST, _WRONG_ADDRESS)
    return ProviderError(category, retry_after=_wait(category, headers, metadata))


_NOT_JSON = (
    "The provider's address answered with something that is not JSON; check METATAG_TAGGER_LLM_BASE_URL or a proxy."
)
_WRONG_ADDRESS = "The provider has no such address; check METATAG_TAGGER_LLM_BASE_URL."


def _code(value: Any, status: int) -> int:
    if status != 200:
        return status
    # OpenAI-compatible servers also write words here ("server_error").
    return value if isinstance(value, int) and not isinstance(value, bool) and 400 <= value < 600 else 502


def _category(code: int, message: str, metadata: Mapping[str, Any], headers: Mapping[str, str]) -> Category:
    if code == 402:
        waits = "retry-after" in headers or metadata.get("limit_source") == "openrouter_in_flight_budget"
        return Category.BUDGET_WAIT if waits else Category.CREDITS
    if code == 403:
        return _forbidden(metadata)
    if code in (400, 422):
        if _CONTEXT.search(message):
            return Category.CONTEXT_LENGTH
        return Category.MODEL_NOT_FOUND if _MODEL.search(message) else Category.INVALID_REQUEST
    if code in _BY_STATUS:
        return _BY_STATUS[code]
    return Category.PROVIDER if code >= 500 else Category.INVALID_REQUEST


def _forbidden(metadata: Mapping[str, Any]) -> Category:
    if "limit_source" in metadata or "limit_usd" in metadata:
        return Category.KEY_LIMIT
    return Category.MODERATION if "reasons" in metadata or "flagged_input" in metadata else Category.FORBIDDEN


def _wait(category: Category, headers: Mapping[str, str], metadata: Mapping[str, Any]) -> float | None:
    """Give the seconds to wait, as the provider wrote them: Retry-After, X-RateLimit-Reset or a budget's reset."""
    seconds = retry_after(headers.get("retry-after"))
    if seconds is None:
        limits = metadata.get("headers")
        reset = headers.get("x-ratelimit-reset") or (
            limits.get("X-RateLimit-Reset") if isinstance(limits, dict) else None
        )
        seconds = _until(reset)
    if seconds is None and category is Category.KEY_LIMIT:
        seconds = _until_date(metadata.get("resets_at"))
    return None if seconds is None else min(MAX_WAIT, max(0.0, seconds))


def retry_after(value: str | None) -> float | None:
    """Read a Retry-After header: seconds, or an HTTP date; None when absent or unreadable."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _until(value: Any) -> float | None:
    """Read X-RateLimit-Reset: a moment in milliseconds (OpenRouter) or seconds since 1970, or seconds from now."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if number > 1e11:
        number /= 1000
    return number - time.time() if number > 1e8 else number


def _until_date(value: Any) -> float | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (moment - datetime.now(UTC)).total_seconds()
