"""The words of pages."""

from __future__ import annotations

from collections.abc import AsyncIterator

from metatag.v1 import document_pb2, records_pb2, records_pb2_grpc
from metatag_jobs.servicer.core import Context
from metatag_jobs.servicer.record_parts import RecordParts
from metatag_jobs.wire import enum_number, to_message


class WordsPart(records_pb2_grpc.RecordsServiceServicer):
    """Where words stand."""

    parts: RecordParts

    async def ReadWords(
        self, request: records_pb2.ReadWordsRequest, context: Context
    ) -> AsyncIterator[records_pb2.ReadWordsResponse]:
        """Give the words of a document's pages."""
        for page in await self.parts.words.of(request.user_id, request.document_id, request.page):
            words = records_pb2.PageWords(
                number=page.number,
                method=enum_number(document_pb2.PageMethod.DESCRIPTOR, page.method),  # type: ignore[arg-type]
                rotation=page.rotation,
            )
            if page.boxes is not None:
                to_message(words.boxes, page.boxes)
            yield records_pb2.ReadWordsResponse(page=words)
