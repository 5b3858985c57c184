"""The gateway's own failures; each message is what the client reads in `detail`."""

from __future__ import annotations

from metatag_runtime.errors import ErrorCode, MetatagError


class Unauthenticated(MetatagError):
    """No token, or one that does not hold. The client should sign in or refresh."""

    code = ErrorCode.UNAUTHENTICATED

    def __init__(self, message: str = "Invalid or expired token") -> None:
        super().__init__(message)


class SecondFactorRequired(MetatagError):
    """The password is right, and a code is asked for besides: none came, or a wrong one."""

    code = ErrorCode.SECOND_FACTOR_REQUIRED


class TokenEnded(Unauthenticated):
    """An access token ended while its session goes on: the client comes back with a fresh one."""


class Forbidden(MetatagError):
    """The caller is known, and may not do this."""

    code = ErrorCode.PERMISSION_DENIED


class AccountDisabled(Forbidden):
    """An administrator has disabled the account."""

    def __init__(self) -> None:
        super().__init__("User account is disabled")


class Conflict(MetatagError):
    """The thing exists already, or its state does not allow the step."""

    code = ErrorCode.CONFLICT


class NoWordBoxes(MetatagError):
    """A scan was read before the places of words were kept."""

    code = ErrorCode.INVALID_STATE

    def __init__(self) -> None:
        super().__init__("Where the words of this document stand is not known yet: process it again first.")


class TooLarge(MetatagError):
    """The request carries more than the settings allow; the message names the bound."""

    code = ErrorCode.TOO_LARGE


class QuotaExceeded(MetatagError):
    """The caller has used up what is theirs for now; `retry_after` says when to come back."""

    code = ErrorCode.QUOTA_EXCEEDED


class StillRunning(MetatagError):
    """A single document takes longer than the gateway waits; its result will be in the history."""

    code = ErrorCode.DEADLINE_EXCEEDED

    def __init__(self, job_id: str, document_id: str = "") -> None:
        super().__init__(
            f"The document is still being processed; its result will be in the history under job {job_id}. "
            "Send 'Prefer: respond-async' to get the job at once."
        )
        self.job_id = job_id
        self.document_id = document_id


class DocumentFailed(MetatagError):
    """A single document ended without tags; `job_id` names it in the history."""

    def __init__(self, message: str, code: ErrorCode, job_id: str, retry_after: float | None = None) -> None:
        super().__init__(message, code=code, retry_after=retry_after)
        self.job_id = job_id
