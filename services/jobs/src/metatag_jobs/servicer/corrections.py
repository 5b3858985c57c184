"""Corrections of documents and their history."""

from __future__ import annotations

from metatag.v1 import document_pb2, records_pb2, records_pb2_grpc
from metatag_jobs.records.corrections import MAX_STEPS
from metatag_jobs.records.model import Change, Correction, FieldChange, GivenFacet, GivenTag
from metatag_jobs.servicer.core import Context, bounded, document_message
from metatag_jobs.servicer.record_parts import RecordParts
from metatag_jobs.wire import from_message, stamp, to_message
from metatag_runtime.errors import InvalidArgument


class CorrectionsPart(records_pb2_grpc.RecordsServiceServicer):
    """Corrections and history."""

    parts: RecordParts

    async def CorrectDocument(
        self, request: records_pb2.CorrectDocumentRequest, context: Context
    ) -> records_pb2.CorrectDocumentResponse:
        """Change what a document is recorded as."""
        document = await self.parts.corrections.correct(
            request.user_id, request.document_id, _correction(request.correction), expected=request.expected_version
        )
        return records_pb2.CorrectDocumentResponse(document=document_message(document))

    async def GetDocumentHistory(
        self, request: records_pb2.GetDocumentHistoryRequest, context: Context
    ) -> records_pb2.GetDocumentHistoryResponse:
        """Give the changes of a document, newest first."""
        version, changes = await self.parts.corrections.history(
            request.user_id, request.document_id, before=max(0, request.before), limit=bounded(request.limit, 50, 200)
        )
        return records_pb2.GetDocumentHistoryResponse(version=version, changes=[_change(each) for each in changes])

    async def UndoCorrections(
        self, request: records_pb2.UndoCorrectionsRequest, context: Context
    ) -> records_pb2.UndoCorrectionsResponse:
        """Take the last changes of a document back."""
        if not 0 <= request.steps <= MAX_STEPS:
            raise InvalidArgument(f"steps must be 1 to {MAX_STEPS}.")
        document = await self.parts.corrections.undo(
            request.user_id, request.document_id, request.steps or 1, expected=request.expected_version
        )
        return records_pb2.UndoCorrectionsResponse(document=document_message(document))


def _correction(message: records_pb2.Correction) -> Correction:
    return Correction(
        title=message.title if message.HasField("title") else None,
        description=message.description if message.HasField("description") else None,
        note=message.note if message.HasField("note") else None,
        reviewed=message.reviewed if message.HasField("reviewed") else None,
        tags=[from_message(GivenTag, each) for each in message.tags.tags] if message.HasField("tags") else None,
        facets=(
            [from_message(GivenFacet, each) for each in message.facets.facets] if message.HasField("facets") else None
        ),
    )


def _change(change: Change) -> records_pb2.DocumentChange:
    return records_pb2.DocumentChange(
        version=change.version,
        at=stamp(change.at),
        by=change.by,
        action=change.action,
        changes=[_field_change(each) for each in change.changes],
        undone=change.undone,
        undoes=change.undoes,
    )


def _field_change(change: FieldChange) -> records_pb2.FieldChange:
    if change.field == "tags":
        return records_pb2.FieldChange(
            field=change.field,
            before_tags=[to_message(document_pb2.Tag(), tag) for tag in change.before],
            after_tags=[to_message(document_pb2.Tag(), tag) for tag in change.after],
        )
    if change.field == "facets":
        return records_pb2.FieldChange(
            field=change.field,
            before_facets=[to_message(document_pb2.Facet(), facet) for facet in change.before],
            after_facets=[to_message(document_pb2.Facet(), facet) for facet in change.after],
        )
    if change.field == "reviewed":
        return records_pb2.FieldChange(field=change.field, before_flag=change.before, after_flag=change.after)
    return records_pb2.FieldChange(field=change.field, before_text=change.before, after_text=change.after)
