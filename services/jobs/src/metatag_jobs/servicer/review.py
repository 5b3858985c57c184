"""The review queue, and the names of jobs."""

from __future__ import annotations

from metatag.v1 import records_pb2, records_pb2_grpc
from metatag_jobs.records.editing import clean_line
from metatag_jobs.records.model import Correction
from metatag_jobs.review_reasons import NAMES, names_of
from metatag_jobs.servicer.core import Context, bounded, document_message, job_message
from metatag_jobs.servicer.record_parts import RecordParts
from metatag_runtime.errors import InvalidArgument

MAX_NAME = 200


class ReviewPart(records_pb2_grpc.RecordsServiceServicer):
    """What waits for a person."""

    parts: RecordParts

    async def RenameJob(self, request: records_pb2.RenameJobRequest, context: Context) -> records_pb2.RenameJobResponse:
        """Give a job another name."""
        name = clean_line("name", request.name, MAX_NAME)
        if not name:
            raise InvalidArgument("name must have 1 to 200 characters.")
        job = await self.parts.names.rename(request.user_id, request.job_id, name)
        return records_pb2.RenameJobResponse(job=job_message(job))

    async def ListReview(
        self, request: records_pb2.ListReviewRequest, context: Context
    ) -> records_pb2.ListReviewResponse:
        """Give the documents that a person should look at."""
        page = await self.parts.review.page(
            request.user_id,
            reason=_reason(request.filter),
            job_id=request.filter.job_id,
            after=request.after,
            limit=bounded(request.limit, 20, 100),
        )
        return records_pb2.ListReviewResponse(
            documents=[
                records_pb2.WaitingDocument(document=document_message(each.document), reasons=names_of(each.reasons))
                for each in page.documents
            ],
            counts=page.counts,
            is_exact=page.is_exact,
        )

    async def ApproveDocument(
        self, request: records_pb2.ApproveDocumentRequest, context: Context
    ) -> records_pb2.ApproveDocumentResponse:
        """Say that a document is right."""
        reason = _reason(request.filter)
        document = await self.parts.corrections.correct(
            request.user_id, request.document_id, Correction(reviewed=True), expected=request.expected_version
        )
        found = await self.parts.review.next(request.user_id, document.id, reason, request.filter.job_id)
        document.text = ""
        return records_pb2.ApproveDocumentResponse(document=document_message(document), next=found)

    async def SkipDocument(
        self, request: records_pb2.SkipDocumentRequest, context: Context
    ) -> records_pb2.SkipDocumentResponse:
        """Put a waiting document at the end of the queue."""
        reason = _reason(request.filter)
        await self.parts.review.skip(request.user_id, request.document_id)
        found = await self.parts.review.next(request.user_id, request.document_id, reason, request.filter.job_id)
        return records_pb2.SkipDocumentResponse(next=found)


def _reason(filter: records_pb2.ReviewFilter) -> str:
    if filter.reason and filter.reason not in NAMES:
        raise InvalidArgument(f"There is no reason '{filter.reason[:50]}'; these are: {', '.join(NAMES)}.")
    return filter.reason
