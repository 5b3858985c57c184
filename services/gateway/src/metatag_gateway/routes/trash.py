"""The trash: single documents deleted, restored, and removed for good."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from metatag_gateway.routes.access import Reader, Writer, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.history import DocumentSummary
from metatag_gateway.schemas.review import ErasedView, InTrashView, TrashView, trashed

router = APIRouter(tags=["Records"])


@router.delete("/api/history/documents/{doc_id}", responses=known(404, 409))
async def delete_document(request: Request, caller: Writer, doc_id: UUID) -> InTrashView:
    """Put a document into the trash: it is in no list, search and count any more, and can be restored for a time."""
    end = await dependencies_of(request).records.trash(caller.user_id, str(doc_id))
    return InTrashView(message="The document is in the trash", document_id=str(doc_id), deleted_for_good_at=end)


@router.get("/api/trash", responses=known())
async def list_trash(
    request: Request,
    caller: Reader,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000_000)] = 0,
) -> TrashView:
    """List the documents in the trash, the latest first."""
    found = await dependencies_of(request).records.trashed(caller.user_id, limit, offset)
    return TrashView(
        documents=[trashed(document, found.days) for document in found.documents],
        total=found.total,
        limit=limit,
        offset=offset,
        retention_days=found.days,
    )


@router.post("/api/trash/{doc_id}/restore", responses=known(404))
async def restore_document(request: Request, caller: Writer, doc_id: UUID) -> DocumentSummary:
    """Take a document out of the trash, as it was."""
    return DocumentSummary.model_validate(await dependencies_of(request).records.restore(caller.user_id, str(doc_id)))


@router.delete("/api/trash/{doc_id}", responses=known(404))
async def erase_document(request: Request, caller: Writer, doc_id: UUID) -> ErasedView:
    """Remove a document in the trash for good, with its history and its file."""
    await dependencies_of(request).records.erase(caller.user_id, str(doc_id))
    return ErasedView(message="The document is deleted for good", document_id=str(doc_id))
