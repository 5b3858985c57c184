"""One document, start to end: a job of one is made, and its end waited for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from metatag_gateway.creation import create_job
from metatag_gateway.errors import DocumentFailed
from metatag_gateway.limits import Quotas
from metatag_gateway.model.documents import Document, DocumentSpec, Options, Source
from metatag_gateway.model.jobs import Job, NewJob
from metatag_gateway.ports import Jobs
from metatag_gateway.wait_for_job import until_ended
from metatag_runtime.errors import ErrorCode
from metatag_runtime.log_ids import bind_log_ids

_TOO_LITTLE = "Could not extract sufficient text from PDF. "
TOO_LITTLE_TEXT = _TOO_LITTLE + "The document might be scanned or image-based without OCR support."
_DOWNLOAD = "Failed to download PDF from URL: "
_READING = {
    ErrorCode.BROKEN_DOCUMENT,
    ErrorCode.ENCRYPTED_DOCUMENT,
    ErrorCode.NO_PAGES,
    ErrorCode.PAGE_TOO_COSTLY,
    ErrorCode.EMPTY_DOCUMENT,
    ErrorCode.POISONED,
}
_TAGGING = {code for code in ErrorCode if code.startswith("provider_")} | {
    ErrorCode.MODEL_NOT_FOUND,
    ErrorCode.BUDGET_EXHAUSTED,
}


@dataclass(frozen=True, slots=True)
class Submission:
    """One document to process, checked."""

    source: Source
    options: Options
    provider_key: str = field(default="", repr=False)
    idempotency_key: str = ""
    request_digest: str = ""
    public_config: dict[str, Any] = field(default_factory=dict)
    # What of the request was not understood.
    warnings: tuple[str, ...] = ()


class Singles:
    """Processes documents one at a time, each for somebody who waits."""

    def __init__(self, jobs: Jobs, quotas: Quotas) -> None:
        self._jobs = jobs
        self._quotas = quotas

    async def start(self, user_id: str, submission: Submission) -> Job:
        """Make the job; from here on it runs to its end whether anybody waits or not."""
        job = NewJob(
            job_type="single",
            options=submission.options,
            provider_key=submission.provider_key,
            idempotency_key=submission.idempotency_key,
            request_digest=submission.request_digest,
            public_config=submission.public_config,
        )
        documents = [DocumentSpec("", "", submission.source)]
        made = await create_job(self._jobs, self._quotas, user_id, job, documents, count=1)
        bind_log_ids(job_id=made.id)
        return made

    async def finish(self, user_id: str, job: Job, seconds: float) -> tuple[Job, Document]:
        """Wait for the end; StillRunning after `seconds`, DocumentFailed when no tags came out."""
        ended = await until_ended(self._jobs, user_id, job, seconds)
        found = await self._jobs.documents(user_id, job.id, 1)
        if not found:
            raise DocumentFailed("The document was deleted while it was processed.", ErrorCode.NOT_FOUND, job.id)
        document = found[0]
        bind_log_ids(job_id=job.id, document_id=document.id)
        if document.status != "success":
            raise failure(document, ended)
        return ended, document


def failure(document: Document, job: Job) -> DocumentFailed:
    """Give the error of a document that ended without tags, in the v1 API's words where it had some."""
    named = document.error_code or job.error_code or ""
    code = ErrorCode(named) if named in ErrorCode._value2member_map_ else ErrorCode.INTERNAL
    reason = document.error_message or job.error_message or "The document could not be processed."
    if "cancelled" in (document.status, job.status):
        return DocumentFailed("The document was cancelled.", ErrorCode.INVALID_STATE, document.job_id)
    if code is ErrorCode.INSUFFICIENT_TEXT:
        # jobs says more where it knows more: a page was recognised, or holds a viewer's notice.
        reason = reason if reason.startswith(_TOO_LITTLE) else TOO_LITTLE_TEXT
    elif code in _READING:
        reason = f"PDF extraction failed: {reason}"
    elif code in _TAGGING:
        reason = f"Tag generation failed: {reason}"
    elif document.file_source_type == "url" and code in {ErrorCode.SOURCE_REFUSED, ErrorCode.SOURCE_UNAVAILABLE}:
        reason = download_failure(reason)
    wait = 30.0 if code is ErrorCode.PROVIDER_RATE_LIMITED else None
    return DocumentFailed(reason, code, document.job_id, wait)


def download_failure(reason: str) -> str:
    """Return why a URL gave no PDF, with the v1 API's words in front once."""
    return reason if reason.startswith(_DOWNLOAD) else f"{_DOWNLOAD}{reason}"
