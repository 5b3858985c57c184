"""Corrections of documents, their history, and taking changes back."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from metatag_gateway.model.documents import Document
from metatag_gateway.routes.access import Reader, Writer, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.routes.etags import IfMatch, etag, expected
from metatag_gateway.schemas.history import DocumentDetail, detail
from metatag_gateway.schemas.records import CorrectionBody, DocumentHistoryView, UndoBody, change_view
from metatag_gateway.style import Answer

router = APIRouter(prefix="/api/history/documents", tags=["Records"])


@router.patch("/{doc_id}", response_model=DocumentDetail, responses=known(404, 409, 412, 428))
async def correct_document(
    request: Request, caller: Writer, doc_id: UUID, body: CorrectionBody, if_match: IfMatch = None
) -> Answer:
    """Correct a document. Lists, searches, exports and counts show the new values; the old ones stay in its history."""
    records = dependencies_of(request).records
    found = await records.correct(caller.user_id, str(doc_id), body.correction(), expected(if_match))
    return detail_answer(found)


@router.get("/{doc_id}/history", responses=known(404))
async def document_history(
    request: Request,
    caller: Reader,
    doc_id: UUID,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int, Query(ge=0, le=1 << 60, description="Only changes before this version.")] = 0,
) -> DocumentHistoryView:
    """Give the changes of a document, newest first: who changed what, and when."""
    version, changes = await dependencies_of(request).records.history(caller.user_id, str(doc_id), limit, before)
    more = len(changes) == limit and changes[-1].version > FIRST_CHANGE
    return DocumentHistoryView(
        document_id=str(doc_id),
        version=version,
        changes=[change_view(each) for each in changes],
        next=changes[-1].version if more else None,
    )


# A document is version 1; its first change makes version 2.
FIRST_CHANGE = 2


@router.post("/{doc_id}/undo", response_model=DocumentDetail, responses=known(404, 409, 412, 428))
async def undo_corrections(
    request: Request, caller: Writer, doc_id: UUID, body: UndoBody, if_match: IfMatch = None
) -> Answer:
    """Take the last changes of a document back, those that are not taken back yet; that is a change too."""
    records = dependencies_of(request).records
    return detail_answer(await records.undo(caller.user_id, str(doc_id), body.steps, expected(if_match)))


def detail_answer(document: Document) -> Answer:
    """Return a document's detail with its ETag."""
    return Answer(detail(document), headers={"ETag": etag(document.version)})
