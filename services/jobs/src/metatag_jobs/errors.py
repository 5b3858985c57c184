"""What can go wrong in jobs, beside the runtime's general errors."""

from __future__ import annotations

from metatag_runtime.errors import ErrorCode, MetatagError

INSUFFICIENT_TEXT = (
    "Could not extract sufficient text from PDF. The document might be scanned or image-based without OCR support."
)

_TOO_LITTLE = "Could not extract sufficient text from PDF. "
_NOTICE = (
    "Its pages hold only a viewer's notice: the content is a form, portfolio or protected file that a special viewer "
    "opens. Print it to a new PDF there and send that."
)
_RECOGNISED = "Its pages were recognised and hold fewer words than tags can be made of."


def insufficient_text(*, recognised: bool, notice: bool) -> MetatagError:
    """Return the error of a document with too little text: whether a page was recognised, or is a viewer's notice."""
    sentence = _TOO_LITTLE + _NOTICE if notice else _TOO_LITTLE + _RECOGNISED if recognised else INSUFFICIENT_TEXT
    return MetatagError(sentence, code=ErrorCode.INSUFFICIENT_TEXT)


class JobNotFound(MetatagError):
    """The job does not exist, or belongs to somebody else."""

    code = ErrorCode.NOT_FOUND

    def __init__(self) -> None:
        super().__init__("Job not found")


class DocumentNotFound(MetatagError):
    """The document does not exist, or belongs to somebody else."""

    code = ErrorCode.NOT_FOUND

    def __init__(self) -> None:
        super().__init__("Document not found")


class JobIdTaken(MetatagError):
    """A client chose an id that is in use."""

    code = ErrorCode.CONFLICT

    def __init__(self) -> None:
        super().__init__("A job with this id exists already; leave job_id out or choose another one.")


class StillCreating(MetatagError):
    """An earlier call with the same idempotency key is still storing its documents."""

    code = ErrorCode.UNAVAILABLE

    def __init__(self) -> None:
        super().__init__(
            "A call with the same idempotency key is still in work; send it again in a moment.", retry_after=2.0
        )


class IdempotencyMismatch(MetatagError):
    """An idempotency key came again with another request."""

    code = ErrorCode.IDEMPOTENCY_MISMATCH

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key was sent before with another request; send a new key with a new request."
        )


class WrongState(MetatagError):
    """The job's state does not allow the step; the message names the state."""

    code = ErrorCode.INVALID_STATE


class DocumentInWork(MetatagError):
    """The document is not at its end: what it says will still change."""

    code = ErrorCode.INVALID_STATE

    def __init__(self) -> None:
        super().__init__("The document is still in work; wait for its end.")


class NothingToUndo(MetatagError):
    """Nobody changed the document since it was processed, or all changes are undone."""

    code = ErrorCode.INVALID_STATE

    def __init__(self) -> None:
        super().__init__("There is nothing to undo.")


class VersionMismatch(MetatagError):
    """Somebody else changed the document since the caller read it."""

    code = ErrorCode.VERSION_MISMATCH

    def __init__(self) -> None:
        super().__init__("The document was changed meanwhile; load it again and repeat your change.")


class TagJobNotFound(MetatagError):
    """The tag job does not exist, or belongs to somebody else."""

    code = ErrorCode.NOT_FOUND

    def __init__(self) -> None:
        super().__init__("Tag job not found")


class TagExists(MetatagError):
    """A tag cannot get the name of another one."""

    code = ErrorCode.CONFLICT

    def __init__(self, tag: str) -> None:
        super().__init__(f"The tag '{tag[:80]}' exists already; merge the two instead.")


class TooManyTagJobs(MetatagError):
    """The user has as many open tag jobs as are kept."""

    code = ErrorCode.INVALID_STATE

    def __init__(self, most: int) -> None:
        super().__init__(f"{most} changes of tags wait already; send this one when one of them is at its end.")


class NotInTrash(MetatagError):
    """The document is not in the trash, or its time there is over."""

    code = ErrorCode.NOT_FOUND

    def __init__(self, days: float) -> None:
        kept = f"documents stay there for {days:g} days" if days else "deleted for good, it cannot come back"
        super().__init__(f"The document is not in the trash; {kept}.")


class SourceRefused(MetatagError):
    """The address may not be fetched: bad form, forbidden scheme, private network, outside the roots."""

    code = ErrorCode.SOURCE_REFUSED


class SourceUnavailable(MetatagError):
    """The source did not give the document; a repetition may help when `again` is set."""

    code = ErrorCode.SOURCE_UNAVAILABLE

    def __init__(self, message: str, *, again: bool = True, retry_after: float | None = None) -> None:
        super().__init__(message, retry_after=retry_after)
        self.again = again


class FileTooLarge(MetatagError):
    """The document is larger than the bound."""

    code = ErrorCode.TOO_LARGE

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"File too large (max {max_bytes // (1024 * 1024)}MB)")


class NotAPdf(MetatagError):
    """The bytes are not a PDF."""

    code = ErrorCode.UNSUPPORTED_MEDIA

    def __init__(self, message: str = "The file is not a PDF document.") -> None:
        super().__init__(message)


class WebhookNotFound(MetatagError):
    """The webhook does not exist, or belongs to somebody else."""

    code = ErrorCode.NOT_FOUND

    def __init__(self) -> None:
        super().__init__("Webhook not found")


class DeliveryNotFound(MetatagError):
    """The webhook has no such delivery, or has it no more."""

    code = ErrorCode.NOT_FOUND

    def __init__(self) -> None:
        super().__init__("Delivery not found")


class TooManyWebhooks(MetatagError):
    """A user has as many webhooks as are kept."""

    code = ErrorCode.CONFLICT

    def __init__(self, most: int) -> None:
        super().__init__(f"You have {most} webhooks, and no more are kept; delete one.")


class WebhookNotActive(MetatagError):
    """Nothing is posted to the webhook now."""

    code = ErrorCode.INVALID_STATE

    def __init__(self) -> None:
        super().__init__("The webhook is not active; activate it first.")


class FileGone(MetatagError):
    """A stored file or output is no longer there."""

    code = ErrorCode.NOT_FOUND

    def __init__(self, message: str = "The stored file is no longer available.") -> None:
        super().__init__(message)


class FileNotKept(FileGone):
    """A document's file is not stored any more, so nothing can be read from it again."""

    def __init__(self) -> None:
        super().__init__("The document's file is no longer stored, so it cannot be processed again; upload it anew.")


class FileMissing(FileGone):
    """An object that a row names is not found: the store is not itself, or it lost the object."""


class Replaced(Exception):
    """This worker no longer owns the document: stop, write nothing."""


class Stopped(Exception):
    """The job was paused, cancelled or deleted, or the worker drains: hand the document back at the checkpoint."""
