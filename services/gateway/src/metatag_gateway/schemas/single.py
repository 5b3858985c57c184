"""The answers about one document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from pydantic import Field

from metatag_gateway.model.documents import Document, Result
from metatag_gateway.model.jobs import Job
from metatag_gateway.schemas.common import Payload
from metatag_gateway.schemas.history import FacetView, JobStatus, PageView, TagView, UsageView


class SingleView(Payload):
    """One processed document. `processing_time` is in seconds."""

    flat_success: ClassVar[bool] = True

    document_title: str
    file_name: str
    tags: list[str]
    extracted_text_preview: str
    processing_time: float
    is_scanned: bool
    extraction_method: str
    ocr_confidence: float | None
    needs_review: bool
    raw_ai_response: str
    error: str | None
    job_id: str
    document_id: str
    tagger: str
    degraded: bool
    degraded_reason: str | None
    model_name: str
    usage: UsageView | None
    page_count: int
    language: str
    pages: list[PageView]
    tag_details: list[TagView]
    facets: list[FacetView]
    notes: list[str]
    warnings: list[str] = Field([], description="What of the request was not understood, a sentence each.")


class AcceptedView(Payload):
    """A document that is still in work; its result will be in the history."""

    flat_success: ClassVar[bool] = True

    job_id: str
    status: JobStatus
    status_url: str
    message: str
    warnings: list[str] = Field([], description="What of the request was not understood, a sentence each.")


def single(job: Job, document: Document, warnings: Sequence[str] = ()) -> SingleView:
    """Give the answer of a document that is done."""
    result = document.result or Result()
    return SingleView(
        document_title=document.title or document.file_name or "Untitled Document",
        file_name=document.file_name,
        tags=document.tags,
        extracted_text_preview=result.text_preview[:500],
        processing_time=job.seconds,
        is_scanned=result.is_scanned,
        extraction_method=result.extraction_method,
        ocr_confidence=result.ocr_confidence,
        needs_review=result.needs_review,
        raw_ai_response=result.raw_ai_response,
        error=None,
        job_id=document.job_id,
        document_id=document.id,
        tagger=result.tagger,
        degraded=result.degraded,
        degraded_reason=result.degraded_reason,
        model_name=result.model_name,
        usage=UsageView.model_validate(result.usage) if result.usage else None,
        page_count=result.page_count,
        language=result.language,
        pages=[PageView.model_validate(page) for page in result.pages],
        tag_details=[TagView.model_validate(tag) for tag in result.tag_details],
        facets=[FacetView.model_validate(facet) for facet in result.facets],
        notes=list(result.notes),
        warnings=list(warnings),
    )
