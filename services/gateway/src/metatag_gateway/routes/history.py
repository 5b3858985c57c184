"""History: jobs, documents, search, counts, exports, files."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import Field

from metatag_gateway.errors import TooLarge
from metatag_gateway.model.records import DocumentFilter
from metatag_gateway.ports import Jobs
from metatag_gateway.routes.access import Reader, Viewer, Writer, known
from metatag_gateway.routes.bodies import upload_place
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.routes.records import detail_answer
from metatag_gateway.routes.single import pdf_response
from metatag_gateway.schemas.finding import FacetFilter, ListFilter, Moment, Sort, utc
from metatag_gateway.schemas.history import (
    DeletedView,
    DocumentDetail,
    DocumentPageView,
    DocumentStatus,
    DocumentSummary,
    DocumentsView,
    FoundDocument,
    JobDetail,
    JobStatus,
    JobSummary,
    JobsView,
    JobType,
    SnippetView,
    StatsView,
    SummaryView,
)
from metatag_gateway.style import Answer
from metatag_runtime.errors import ErrorCode, InvalidArgument, MetatagError, NotFound

router = APIRouter(prefix="/api/history", tags=["History & Jobs"])

Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=100_000)]
Snippets = Annotated[bool, Query(description="Whether to give pieces of the texts around the words of the query.")]


MAX_DOCUMENTS = 1000
EXPORTS = {
    "csv": ("text/csv; charset=utf-8", "csv"),
    "jsonl": ("application/x-ndjson", "jsonl"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    "jsonld": ("application/ld+json", "jsonld"),
}
Columns = Annotated[
    list[Annotated[str, Field(max_length=110)]],
    Query(
        max_length=150,
        description="A column to give, the rows' own among them; repeated, in the order wanted. None: all of them.",
    ),
]


@router.get("/jobs", responses=known())
async def list_jobs(
    *,
    request: Request,
    caller: Reader,
    limit: Limit = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
    status: JobStatus | None = None,
    job_type: JobType | None = None,
    created_from: Moment | None = None,
    created_before: Moment | None = None,
) -> JobsView:
    """List the caller's jobs, newest first; `total` counts all that match. Moments without an offset are UTC."""
    states = [status] if status else []
    since, before = utc(created_from), utc(created_before)
    jobs, total = await dependencies_of(request).jobs.list_jobs(
        caller.user_id, limit, offset, states, job_type or "", since=since, before=before
    )
    summaries = [JobSummary.model_validate(job) for job in jobs]
    return JobsView(jobs=summaries, total=total, limit=limit, offset=offset)


@router.get("/jobs/{job_id}", responses=known(404))
async def get_job(request: Request, caller: Reader, job_id: UUID) -> JobDetail:
    """Give one job with its first 1,000 documents; `/documents` has the rest."""
    jobs = dependencies_of(request).jobs
    job = await jobs.get(caller.user_id, str(job_id))
    documents = await jobs.documents(caller.user_id, job.id, MAX_DOCUMENTS)
    summary = JobSummary.model_validate(job)
    return JobDetail(
        **summary.model_dump(),
        config=job.config,
        error_message=job.error_message,
        waits_until=job.waits_until,
        documents=[DocumentSummary.model_validate(found) for found in documents],
    )


@router.get("/jobs/{job_id}/documents", responses=known(404))
async def job_documents(
    *,
    request: Request,
    caller: Reader,
    job_id: UUID,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    from_row: Annotated[int, Query(ge=0, le=100_000)] = 0,
    status: DocumentStatus | None = None,
) -> DocumentPageView:
    """Give documents of a job from a row on, in the order of the batch."""
    jobs = dependencies_of(request).jobs
    await jobs.get(caller.user_id, str(job_id))
    found = await jobs.documents(caller.user_id, str(job_id), limit, from_row, [status] if status else [])
    more = len(found) == limit
    return DocumentPageView(
        documents=[DocumentSummary.model_validate(document) for document in found],
        next_row=found[-1].row + 1 if more else None,
    )


@router.get(
    "/jobs/{job_id}/export",
    response_class=Response,
    responses={
        200: {"content": {media: {} for media, _ in EXPORTS.values()}, "description": "The results."},
        **known(404),
    },
)
async def export_job(
    request: Request,
    caller: Reader,
    job_id: UUID,
    format: Annotated[Literal["csv", "jsonl", "xlsx", "jsonld"], Query()] = "csv",
    columns: Columns = [],  # noqa: B006  FastAPI copies it
) -> Response:
    """Give the results of a job as a file: CSV, JSON Lines, XLSX, or JSON-LD in terms of Dublin Core."""
    chunks = dependencies_of(request).jobs.export(caller.user_id, str(job_id), format, columns)
    first = await anext(chunks, b"")
    media, ending = EXPORTS[format]

    async def body() -> AsyncIterator[bytes]:
        yield first
        async for chunk in chunks:
            yield chunk

    headers = {"Content-Disposition": f'attachment; filename="metatag-{job_id}.{ending}"'}
    return StreamingResponse(body(), media_type=media, headers=headers)


@router.delete("/jobs/{job_id}", responses=known(404))
async def delete_job(request: Request, caller: Writer, job_id: UUID) -> DeletedView:
    """Cancel a job if it runs, and remove it with its documents and files."""
    await dependencies_of(request).jobs.delete(caller.user_id, str(job_id))
    return DeletedView(message="Job deleted successfully", job_id=str(job_id))


@router.get("/documents", responses=known())
async def list_documents(
    *,
    request: Request,
    caller: Reader,
    wanted: Annotated[FacetFilter, Depends()],
    narrowed: Annotated[ListFilter, Depends()],
    query: Annotated[str, Query(max_length=500, pattern=r"^[^\x00]*$")] = "",
    sort: Sort = "-processed_at",
    limit: Limit = 50,
    offset: Offset = 0,
    snippets: Snippets = False,
) -> DocumentsView:
    """List the caller's ended documents, the latest first, narrowed, ordered and page by page."""
    found = narrowed.wanted(query.strip(), wanted.asked())
    return await _page(request, caller.user_id, found, sort=sort, limit=limit, offset=offset, snippets=snippets)


# Before /documents/{doc_id}, which would take "search" for an id.
@router.get("/documents/search", responses=known())
async def search_documents(
    *,
    request: Request,
    caller: Reader,
    wanted: Annotated[FacetFilter, Depends()],
    narrowed: Annotated[ListFilter, Depends()],
    query: Annotated[str | None, Query(max_length=500, pattern=r"^[^\x00]*$")] = None,
    sort: Sort = "-processed_at",
    limit: Limit = 50,
    offset: Offset = 0,
    snippets: Snippets = False,
) -> DocumentsView:
    """Search title, tags and text, in any script; facets narrow the search, or are searched for by themselves."""
    facets = wanted.asked()
    if query is None and not facets:
        raise InvalidArgument("query: Field required")
    if not (query or "").strip() and not facets:
        raise InvalidArgument("query: give at least one character to search for")
    found = narrowed.wanted(query or "", facets)
    return await _page(request, caller.user_id, found, sort=sort, limit=limit, offset=offset, snippets=snippets)


async def _page(
    request: Request, user_id: str, wanted: DocumentFilter, *, sort: str, limit: int, offset: int, snippets: bool
) -> DocumentsView:
    records = dependencies_of(request).records
    found = await records.find(user_id, wanted, sort=sort, limit=limit, offset=offset, snippets=snippets)
    documents = [
        FoundDocument(
            **DocumentSummary.model_validate(document).model_dump(),
            snippets=[SnippetView.model_validate(piece) for piece in pieces],
        )
        for document, pieces in found.documents
    ]
    return DocumentsView(documents=documents, total=found.total, total_exact=found.is_exact, limit=limit, offset=offset)


@router.get("/documents/{doc_id}", response_model=DocumentDetail, responses=known(404))
async def get_document(request: Request, caller: Reader, doc_id: UUID) -> Answer:
    """Give one document with its full text, pages, tags and what it cost; its ETag is what a correction needs."""
    return detail_answer(await dependencies_of(request).jobs.document(caller.user_id, str(doc_id)))


@router.get(
    "/documents/{doc_id}/file",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "The PDF."}, **known(404)},
)
async def document_file(request: Request, caller: Viewer, doc_id: UUID) -> Response:
    """Give the stored PDF of a document, under the name with which it came."""
    jobs = dependencies_of(request).jobs
    chunks = jobs.read_file(caller.user_id, str(doc_id))
    first = await first_chunk(chunks)
    found = await jobs.document(caller.user_id, str(doc_id))
    return pdf_response(first, chunks, found.file_name or found.title)


@router.get(
    "/documents/{doc_id}/tagged-file",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "The PDF."}, **known(404, 409, 413, 415, 504)},
)
async def tagged_file(request: Request, caller: Viewer, doc_id: UUID) -> Response:
    """Give the PDF with title, description and tags in its metadata (XMP and document information).

    Its pages are those of the original. A signed PDF stays as it is: 409.
    """
    parts = dependencies_of(request)
    found = await parts.jobs.document(caller.user_id, str(doc_id))

    async def described() -> AsyncIterator[bytes]:
        async with upload_place(parts.picture_places, caller.user_id, "pictures"):
            content = await whole_file(parts.jobs, caller.user_id, found.id, parts.settings.max_upload_bytes)
            async for chunk in parts.ocr.describe(content, found.title, found.description, found.tags):
                yield chunk

    chunks = described()
    return pdf_response(await first_chunk(chunks), chunks, found.file_name or found.title)


@router.get(
    "/documents/{doc_id}/pages/{number}.png",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}, "description": "The picture."}, **known(404, 415, 504)},
)
async def page_picture(
    request: Request,
    caller: Viewer,
    doc_id: UUID,
    number: Annotated[int, Path(ge=1, le=100_000)],
    width: Annotated[int, Query(ge=64, le=2000)] = 800,
) -> Response:
    """Give a picture of one page."""
    parts = dependencies_of(request)
    picture = bytearray()
    async with upload_place(parts.picture_places, caller.user_id, "pictures"):
        content = await whole_file(parts.jobs, caller.user_id, str(doc_id), parts.settings.max_upload_bytes)
        async for chunk in parts.ocr.render(content, number, width):
            picture += chunk
    return Response(bytes(picture), media_type="image/png", headers={"Cache-Control": "private, max-age=3600"})


@router.get("/stats", responses=known())
async def stats(request: Request, caller: Reader) -> StatsView:
    """Count the caller's jobs and documents."""
    return StatsView.model_validate(await dependencies_of(request).jobs.stats(caller.user_id))


@router.get("/summary", responses=known())
async def summary(request: Request, caller: Reader, days: Annotated[int, Query(ge=1, le=366)] = 30) -> SummaryView:
    """Count what ended in the last days: by day, way of reading, confidence, tag and cause; and what it cost."""
    found = await dependencies_of(request).jobs.summary(caller.user_id, days)
    return SummaryView.model_validate({**dataclasses.asdict(found), "days": days})


async def first_chunk(chunks: AsyncIterator[bytes]) -> bytes:
    """Return the first chunk of a file; raises NotFound without any."""
    first = await anext(chunks, b"")
    if not first:
        raise NotFound("Document not found")
    return first


async def whole_file(jobs: Jobs, user_id: str, doc_id: str, most: int) -> bytearray:
    """Return the stored PDF of a document, at most `most` bytes; raises TooLarge, NotFound."""
    gathered = bytearray()
    async for chunk in jobs.read_file(user_id, doc_id):
        gathered += chunk
        if len(gathered) > most:
            raise TooLarge("The document is too large to be opened here.")
    if not gathered:
        raise MetatagError("Document not found", code=ErrorCode.NOT_FOUND)
    return gathered
