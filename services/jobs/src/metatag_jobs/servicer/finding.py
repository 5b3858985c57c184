"""Lists and searches of documents."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from metatag.v1 import jobs_pb2, records_pb2, records_pb2_grpc
from metatag_jobs.facet_index import KINDS
from metatag_jobs.model import Document
from metatag_jobs.records.finding import MAX_OFFSET, METHODS, SORTS, DocumentFilter, Found
from metatag_jobs.records.model import Snapshot
from metatag_jobs.records.snippets import snippets
from metatag_jobs.servicer.core import Context, bounded, document_message
from metatag_jobs.servicer.record_parts import RecordParts
from metatag_jobs.wire import enum_name
from metatag_runtime.errors import InvalidArgument

_STATES = jobs_pb2.DocumentState.DESCRIPTOR
# Texts read at once, and the time for all of a page. Seconds.
READ_AT_ONCE = 8
READ_SECONDS = 3.0


class FindingPart(records_pb2_grpc.RecordsServiceServicer):
    """Documents page by page."""

    parts: RecordParts

    async def FindDocuments(
        self, request: records_pb2.FindDocumentsRequest, context: Context
    ) -> records_pb2.FindDocumentsResponse:
        """Give a page of a user's ended documents."""
        sort = request.sort or SORTS[0]
        if sort not in SORTS:
            raise InvalidArgument(f"sort must be one of: {', '.join(SORTS)}.")
        if not 0 <= request.offset <= MAX_OFFSET:
            raise InvalidArgument(f"offset must be 0 to {MAX_OFFSET:,}; narrow the list instead.")
        wanted = filter_of(request.filter)
        found = await self.parts.find.find(
            request.user_id, wanted, sort=sort, limit=bounded(request.limit), offset=request.offset
        )
        pieces = await self._snippets(found, wanted.query) if request.snippets and wanted.query else {}
        return records_pb2.FindDocumentsResponse(
            documents=[
                records_pb2.FoundDocument(document=document_message(each), snippets=pieces.get(each.id, []))
                for each in found.documents
            ],
            total=found.total,
            is_exact=found.is_exact,
        )

    async def _snippets(self, found: Found, query: str) -> dict[str, Sequence[records_pb2.Snippet]]:
        places = asyncio.Semaphore(READ_AT_ONCE)
        pieces: dict[str, Sequence[records_pb2.Snippet]] = {}

        async def read(document: Document) -> None:
            async with places:
                text = await self.parts.corrections.text_of(Snapshot(document, found.texts.get(document.id, ""), True))
                made = await asyncio.to_thread(snippets, text, query)
            pieces[document.id] = [
                records_pb2.Snippet(
                    page=each.page,
                    text=each.text,
                    marks=[records_pb2.Mark(start=start, end=end) for start, end in each.marks],
                )
                for each in made
            ]

        tasks = [asyncio.create_task(read(document)) for document in found.documents]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=READ_SECONDS)
            for task in late:
                # A slow store costs the pieces, not the page.
                task.cancel()
        return pieces


def filter_of(message: records_pb2.DocumentFilter) -> DocumentFilter:
    """Return the filter of a message; raises InvalidArgument."""
    if len(message.query) > 500:
        raise InvalidArgument("query must have at most 500 characters.")
    if unknown := set(message.facets) - set(KINDS):
        raise InvalidArgument(f"There is no facet '{min(unknown)[:50]}'; these are: {', '.join(KINDS)}.")
    if message.method and message.method not in METHODS:
        raise InvalidArgument(f"method must be one of: {', '.join(METHODS)}.")
    return DocumentFilter(
        query=message.query,
        facets=dict(message.facets),
        tag=" ".join(message.tag.split()),
        states=tuple(name for state in message.states if (name := enum_name(_STATES, state))),
        job_id=message.job_id,
        language=message.language,
        method=message.method,
        confidence_min=message.confidence_min if message.HasField("confidence_min") else None,
        confidence_max=message.confidence_max if message.HasField("confidence_max") else None,
        reviewed=message.reviewed if message.HasField("reviewed") else None,
        since=message.since if message.HasField("since") else None,
        before=message.before if message.HasField("before") else None,
    )
