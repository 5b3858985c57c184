"""The records of the jobs service over gRPC."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from metatag.v1 import records_pb2 as r
from metatag.v1.records_pb2_grpc import RecordsServiceStub
from metatag_gateway.model.documents import Document
from metatag_gateway.model.jobs import Job
from metatag_gateway.model.records import Change, Correction, DocumentFilter, Found, ReviewQueue, TagPage, Trash
from metatag_gateway.model.words import PageWords
from metatag_gateway.wire import documents as wire_documents
from metatag_gateway.wire import jobs as wire_jobs
from metatag_gateway.wire import records as wire
from metatag_gateway.wire.names import moment
from metatag_runtime.grpc_client import open_channel

PEER = "jobs"
# Seconds.
READ = 15.0
WRITE = 60.0

REPEATABLE = tuple(
    f"metatag.v1.RecordsService/{name}"
    for name in ("GetDocumentHistory", "ListReview", "ListTrash", "RenameJob", "FindDocuments", "ListTags")
)
# Searches may take their time.
QUICK = tuple(method for method in REPEATABLE if not method.endswith(("FindDocuments", "ListTags")))


class GrpcRecords:
    """Keeps the promises of record_ports.Records; the comments of RecordsService say the rest."""

    def __init__(self, address: str) -> None:
        self._channel = open_channel(address, REPEATABLE, peer=PEER, quick=QUICK)
        self._stub = RecordsServiceStub(self._channel)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()

    async def correct(self, user_id: str, document_id: str, correction: Correction, expected: int) -> Document:
        """CorrectDocument."""
        request = r.CorrectDocumentRequest(
            user_id=user_id,
            document_id=document_id,
            expected_version=expected,
            correction=wire.to_correction(correction),
        )
        answer = await self._stub.CorrectDocument(request, timeout=WRITE)
        return wire_documents.document(answer.document)

    async def history(self, user_id: str, document_id: str, limit: int, before: int) -> tuple[int, list[Change]]:
        """GetDocumentHistory."""
        request = r.GetDocumentHistoryRequest(user_id=user_id, document_id=document_id, limit=limit, before=before)
        answer = await self._stub.GetDocumentHistory(request, timeout=READ)
        return answer.version, [wire.change(each) for each in answer.changes]

    async def undo(self, user_id: str, document_id: str, steps: int, expected: int) -> Document:
        """UndoCorrections."""
        request = r.UndoCorrectionsRequest(
            user_id=user_id, document_id=document_id, steps=steps, expected_version=expected
        )
        answer = await self._stub.UndoCorrections(request, timeout=WRITE)
        return wire_documents.document(answer.document)

    async def rename_job(self, user_id: str, job_id: str, name: str) -> Job:
        """RenameJob."""
        request = r.RenameJobRequest(user_id=user_id, job_id=job_id, name=name)
        answer = await self._stub.RenameJob(request, timeout=WRITE)
        return wire_jobs.job(answer.job)

    async def review(self, user_id: str, reason: str, job_id: str, after: str, limit: int) -> ReviewQueue:
        """ListReview."""
        wanted = r.ReviewFilter(reason=reason, job_id=job_id)
        request = r.ListReviewRequest(user_id=user_id, filter=wanted, after=after, limit=limit)
        answer = await self._stub.ListReview(request, timeout=READ)
        waiting = tuple((wire_documents.document(each.document), tuple(each.reasons)) for each in answer.documents)
        return ReviewQueue(waiting, dict(answer.counts), answer.is_exact)

    async def approve(
        self, user_id: str, document_id: str, expected: int, reason: str, job_id: str
    ) -> tuple[Document, str]:
        """ApproveDocument."""
        request = r.ApproveDocumentRequest(
            user_id=user_id,
            document_id=document_id,
            expected_version=expected,
            filter=r.ReviewFilter(reason=reason, job_id=job_id),
        )
        answer = await self._stub.ApproveDocument(request, timeout=WRITE)
        return wire_documents.document(answer.document), answer.next

    async def skip(self, user_id: str, document_id: str, reason: str, job_id: str) -> str:
        """SkipDocument."""
        wanted = r.ReviewFilter(reason=reason, job_id=job_id)
        request = r.SkipDocumentRequest(user_id=user_id, document_id=document_id, filter=wanted)
        answer = await self._stub.SkipDocument(request, timeout=WRITE)
        return answer.next

    async def words(self, user_id: str, document_id: str, page: int) -> AsyncIterator[PageWords]:
        """ReadWords."""
        request = r.ReadWordsRequest(user_id=user_id, document_id=document_id, page=page)
        call = self._stub.ReadWords(request, timeout=WRITE)
        async for answer in call:
            yield wire.page_words(answer.page)

    async def trash(self, user_id: str, document_id: str) -> datetime | None:
        """TrashDocument."""
        request = r.TrashDocumentRequest(user_id=user_id, document_id=document_id)
        answer = await self._stub.TrashDocument(request, timeout=WRITE)
        return moment(answer, "erased_at")

    async def trashed(self, user_id: str, limit: int, offset: int) -> Trash:
        """ListTrash."""
        request = r.ListTrashRequest(user_id=user_id, limit=limit, offset=offset)
        answer = await self._stub.ListTrash(request, timeout=READ)
        return Trash(tuple(map(wire_documents.document, answer.documents)), answer.total, answer.days)

    async def restore(self, user_id: str, document_id: str) -> Document:
        """RestoreDocument."""
        request = r.RestoreDocumentRequest(user_id=user_id, document_id=document_id)
        answer = await self._stub.RestoreDocument(request, timeout=WRITE)
        return wire_documents.document(answer.document)

    async def erase(self, user_id: str, document_id: str) -> None:
        """EraseDocument."""
        request = r.EraseDocumentRequest(user_id=user_id, document_id=document_id)
        await self._stub.EraseDocument(request, timeout=WRITE)

    async def find(
        self, user_id: str, wanted: DocumentFilter, *, sort: str, limit: int, offset: int, snippets: bool
    ) -> Found:
        """FindDocuments."""
        request = r.FindDocumentsRequest(
            user_id=user_id,
            filter=wire.to_filter(wanted),
            sort=sort,
            limit=limit,
            offset=offset,
            snippets=snippets,
        )
        answer = await self._stub.FindDocuments(request, timeout=READ)
        return wire.found(answer)

    async def tags(self, user_id: str, *, prefix: str, sort: str, limit: int, offset: int) -> TagPage:
        """ListTags."""
        request = r.ListTagsRequest(user_id=user_id, prefix=prefix, sort=sort, limit=limit, offset=offset)
        answer = await self._stub.ListTags(request, timeout=READ)
        return TagPage(tuple(map(wire.tag_count, answer.tags)), answer.total, answer.sampled)
