"""The trash: documents that were deleted and can come back."""

from __future__ import annotations

from metatag.v1 import records_pb2, records_pb2_grpc
from metatag_jobs.servicer.core import Context, bounded, document_message
from metatag_jobs.servicer.record_parts import RecordParts
from metatag_jobs.wire import stamp

_DAY = 86_400.0


class TrashPart(records_pb2_grpc.RecordsServiceServicer):
    """Single documents deleted, restored and erased."""

    parts: RecordParts

    async def TrashDocument(
        self, request: records_pb2.TrashDocumentRequest, context: Context
    ) -> records_pb2.TrashDocumentResponse:
        """Put a document into the trash."""
        at = await self.parts.trash.put(request.user_id, request.document_id)
        days = self.parts.trash_days
        return records_pb2.TrashDocumentResponse(erased_at=stamp(at + days * _DAY) if days else None)

    async def ListTrash(self, request: records_pb2.ListTrashRequest, context: Context) -> records_pb2.ListTrashResponse:
        """Give the documents in the trash."""
        documents, total = await self.parts.trash.page(
            request.user_id, limit=bounded(request.limit, 50, 100), offset=max(0, request.offset)
        )
        return records_pb2.ListTrashResponse(
            documents=[document_message(each) for each in documents], total=total, days=self.parts.trash_days
        )

    async def RestoreDocument(
        self, request: records_pb2.RestoreDocumentRequest, context: Context
    ) -> records_pb2.RestoreDocumentResponse:
        """Take a document out of the trash."""
        document = await self.parts.trash.restore(request.user_id, request.document_id, self.parts.trash_days)
        return records_pb2.RestoreDocumentResponse(document=document_message(document))

    async def EraseDocument(
        self, request: records_pb2.EraseDocumentRequest, context: Context
    ) -> records_pb2.EraseDocumentResponse:
        """Remove a document in the trash for good."""
        await self.parts.trash.erase(request.user_id, request.document_id, self.parts.trash_days)
        return records_pb2.EraseDocumentResponse()
