"""What can go wrong, each class with what the caller can do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class MetatagClientError(Exception):
    """Base of everything that this library raises; `str(error)` is a sentence for a person."""


class Unreachable(MetatagClientError):
    """No answer from the server: check its address, or try again later."""


class ApiError(MetatagClientError):
    """The server answered with an error.

    `status` is the HTTP status (0 for an error frame of a WebSocket), `code` the server's word for the cause,
    `errors` field-level problems, `retry_after` seconds to wait where waiting helps, `request_id` for the server's log.
    """

    def __init__(
        self,
        detail: str,
        *,
        status: int,
        code: str = "",
        errors: tuple[Mapping[str, Any], ...] = (),
        retry_after: float | None = None,
        request_id: str = "",
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.code = code
        self.errors = errors
        self.retry_after = retry_after
        self.request_id = request_id


class Rejected(ApiError):
    """The request or the document is not acceptable (400, 413, 415, 422): correct it, a repetition gives the same."""


class NotSignedIn(ApiError):
    """The token is missing, wrong or expired (401), or the account may not do this (403): sign in again."""


class NotFound(ApiError):
    """No such job or document of this user (404)."""


class Conflict(ApiError):
    """The state does not allow it, or the id is taken (409); or somebody changed the document meanwhile (412)."""


class TooBusy(ApiError):
    """The server or something it needs is busy or away (429, 503): try again after `retry_after` seconds."""


class StillWorking(MetatagClientError):
    """The document takes longer than the server lets one call wait; its result will be in the history as `job_id`."""

    def __init__(self, message: str, job_id: str) -> None:
        super().__init__(message)
        self.job_id = job_id


def error_for(status: int) -> type[ApiError]:
    """Give the class for an HTTP status."""
    classes: dict[int, type[ApiError]] = {
        400: Rejected, 401: NotSignedIn, 403: NotSignedIn, 404: NotFound, 409: Conflict, 412: Conflict,
        413: Rejected, 415: Rejected, 422: Rejected, 429: TooBusy, 503: TooBusy,
    }  # fmt: skip
    return classes.get(status, ApiError)
