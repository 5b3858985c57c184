"""The review queue: what a person should look at, and the steps through it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from metatag_gateway.routes.access import Reader, Writer, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.routes.etags import IfMatch, optional
from metatag_gateway.schemas.history import DocumentSummary, JobSummary
from metatag_gateway.schemas.review import (
    ApprovedView,
    NameBody,
    Reason,
    ReasonCounts,
    ReviewView,
    SkippedView,
    WaitingDocument,
)

router = APIRouter(tags=["Records"])


@router.get("/api/review", responses=known(404))
async def review_queue(
    *,
    request: Request,
    caller: Reader,
    reason: Reason | None = None,
    job_id: UUID | None = None,
    after: Annotated[UUID | None, Query(description="The `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> ReviewView:
    """List documents that a person should look at: read with little confidence, without tags, failed and so on."""
    found = await dependencies_of(request).records.review(
        caller.user_id, reason or "", _text(job_id), _text(after), limit
    )
    documents = [
        WaitingDocument(**DocumentSummary.model_validate(document).model_dump(), reasons=list(reasons))
        for document, reasons in found.documents
    ]
    return ReviewView(
        documents=documents,
        counts=ReasonCounts(**found.counts),
        counts_exact=found.is_exact,
        next=documents[-1].id if len(documents) == limit else None,
    )


@router.post("/api/review/{document_id}/approve", responses=known(404, 409, 412))
async def approve_document(
    *,
    request: Request,
    caller: Writer,
    document_id: UUID,
    reason: Reason | None = None,
    job_id: UUID | None = None,
    if_match: IfMatch = None,
) -> ApprovedView:
    """Say that a document is right: it leaves the queue. `next` is the first one that waits then."""
    document, following = await dependencies_of(request).records.approve(
        caller.user_id, str(document_id), optional(if_match), reason or "", _text(job_id)
    )
    return ApprovedView(
        document_id=document.id, version=document.version, reviewed=document.reviewed, next=following or None
    )


@router.post("/api/review/{document_id}/skip", responses=known(404))
async def skip_document(
    request: Request, caller: Writer, document_id: UUID, reason: Reason | None = None, job_id: UUID | None = None
) -> SkippedView:
    """Put a document at the end of the queue."""
    following = await dependencies_of(request).records.skip(
        caller.user_id, str(document_id), reason or "", _text(job_id)
    )
    return SkippedView(document_id=str(document_id), next=following or None)


@router.patch("/api/history/jobs/{job_id}", responses=known(404))
async def rename_job(request: Request, caller: Writer, job_id: UUID, body: NameBody) -> JobSummary:
    """Give a job another name."""
    job = await dependencies_of(request).records.rename_job(caller.user_id, str(job_id), body.name)
    return JobSummary.model_validate(job)


def _text(value: UUID | None) -> str:
    return str(value) if value else ""
