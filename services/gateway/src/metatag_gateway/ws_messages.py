"""What a WebSocket observer reads: the events of a job in the v1 API's words, each with its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from metatag_gateway.model.documents import Document
from metatag_gateway.model.jobs import Job, JobEvent

Frame = dict[str, Any]

_COMMANDS = {"paused": "pause", "cancelled": "cancel"}
# The v1 API's words for causes, by which its page chooses what to show.
_ERROR_TYPES = {
    "provider_rate_limited": "rate-limit",
    "busy": "rate-limit",
    "provider_auth": "model-error",
    "provider_credits": "model-error",
    "provider_refused": "model-error",
    "provider_invalid": "model-error",
    "model_not_found": "model-error",
    "source_unavailable": "network",
    "provider_unavailable": "network",
    "unavailable": "network",
}


def catchup(job: Job, user_id: str, results: Sequence[Document]) -> Frame:
    """Give the first frame of every observer. All values of `state` are strings, as in the v1 API."""
    began = job.started_at or job.created_at
    state = {
        "status": job.status,
        "total": str(job.total_documents),
        "processed_count": str(job.processed_count),
        "failed_count": str(job.failed_count),
        "progress": str(job.progress),
        "user_id": user_id,
        "db_job_id": job.id,
        "start_time": began.isoformat() if began else "",
        "command": _COMMANDS.get(job.status, ""),
    }
    rows = [_result(document) for document in results]
    return {"type": "catchup", "job_id": job.id, "seq": job.seq, "state": state, "results": rows}


def already(job: Job) -> Frame:
    """Give the last frame for who comes after the end; the counts are strings, as in the v1 API."""
    if job.status == "failed":
        return _failed(job, job.seq)
    return {
        "type": job.status,
        "job_id": job.id,
        "seq": job.seq,
        "processed_count": str(job.processed_count),
        "failed_count": str(job.failed_count),
        "message": f"Job already {job.status}",
    }


def keepalive(job_id: str, status: str | None, seq: int) -> Frame:
    """Give the frame for silence."""
    return {"type": "keepalive", "job_id": job_id, "status": status, "seq": seq}


def refusal(job_id: str, sentence: str) -> Frame:
    """Give the frame before a close with 1008."""
    return {"type": "error", "error": sentence, "job_id": job_id}


def event(job_id: str, found: JobEvent) -> Frame:
    """Give the frame of an event."""
    if found.document is not None:
        return _document(job_id, found, found.document)
    if found.page is not None:
        return _page(job_id, found)
    assert found.job is not None
    return _job(found.job, found.seq, found.progress)


def is_last(found: JobEvent) -> bool:
    """Tell whether nothing comes after this event."""
    return found.job is not None and found.job.ended


def _document(job_id: str, found: JobEvent, document: Document) -> Frame:
    frame: Frame = {
        "type": "progress",
        "job_id": job_id,
        "seq": found.seq,
        "row_id": document.row,
        "row_number": document.row + 1,
        "document_id": document.id,
        "title": document.title or document.file_name or "Untitled Document",
        "file_name": document.file_name,
        "status": document.status,
        "progress": found.progress,
    }
    if document.status in {"pending", "processing"}:
        if document.tries:
            frame["retry_count"] = document.tries
        return frame
    result = document.result
    frame |= {
        "tags": document.tags,
        "error": document.error_message,
        "model_name": result.model_name if result else "",
        "facets": [asdict(facet) for facet in document.facets],
        "metadata": document.metadata,
    }
    if document.error_code:
        frame |= {"error_code": document.error_code, "error_type": _ERROR_TYPES.get(document.error_code, "generic")}
    return frame


def _page(job_id: str, found: JobEvent) -> Frame:
    page = found.page
    assert page is not None
    return {
        "type": "page",
        "job_id": job_id,
        "seq": found.seq,
        "row_id": found.row,
        "row_number": found.row + 1,
        "document_id": found.document_id,
        "status": "processing",
        "progress": found.progress,
        "page": {
            "number": page.number,
            "method": page.method,
            "reason": page.reason,
            "confidence": page.confidence,
            "language": page.language,
            "ms": page.ms,
        },
    }


def _job(job: Job, seq: int, progress: float) -> Frame:
    if job.status == "failed":
        return _failed(job, seq)
    counts = {"processed_count": job.processed_count, "failed_count": job.failed_count}
    if job.status == "completed":
        done = f"Completed {job.processed_count} of {job.total_documents} documents"
        return {
            "type": "completed",
            "job_id": job.id,
            "seq": seq,
            "total_documents": job.total_documents,
            **counts,
            "processing_time": job.seconds,
            "message": f"{done}, {job.failed_count} failed" if job.failed_count else done,
        }
    if job.status == "cancelled":
        message = f"Cancelled after {job.processed_count + job.failed_count} of {job.total_documents} documents"
        return {"type": "cancelled", "job_id": job.id, "seq": seq, **counts, "message": message}
    # Old pages know `started` and `keepalive` and ignore what they say; any other word would be taken for a row.
    kind = "started" if job.status == "processing" else "keepalive"
    return {"type": kind, "job_id": job.id, "seq": seq, "status": job.status, "progress": progress}


def _failed(job: Job, seq: int) -> Frame:
    frame: Frame = {
        "type": "error",
        "job_id": job.id,
        "seq": seq,
        "error": job.error_message or "The job failed.",
    }
    if job.error_code:
        frame |= {"error_code": job.error_code, "error_type": _ERROR_TYPES.get(job.error_code, "generic")}
    return frame


def _result(document: Document) -> Frame:
    code = {"error_code": document.error_code} if document.error_code else {}
    return code | {
        "row_id": document.row,
        "row_number": document.row + 1,
        "document_id": document.id,
        "title": document.title or document.file_name or "Untitled Document",
        "file_name": document.file_name,
        "success": document.status == "success",
        "tags": document.tags,
        "error": document.error_message,
        "facets": [asdict(facet) for facet in document.facets],
        "metadata": document.metadata,
    }
