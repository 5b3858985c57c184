"""The records of the jobs service over gRPC."""

from __future__ import annotations

from metatag.v1 import records_pb2 as r
from metatag.v1.records_pb2_grpc import RecordsServiceStub
from metatag_gateway.model.documents import Document
from metatag_gateway.model.records import Change, Correction
from metatag_gateway.wire import documents as wire_documents
from metatag_gateway.wire import records as wire
from metatag_runtime.grpc_client import call_metadata, call_timeout, open_channel, peer_errors

PEER = "jobs"
# Seconds.
READ = 15.0
WRITE = 60.0

REPEATABLE = tuple(f"metatag.v1.RecordsService/{name}" for name in ("GetDocumentHistory",))


class GrpcRecords:
    """Keeps the promises of record_ports.Records; the comments of RecordsService say the rest."""

    def __init__(self, address: str) -> None:
        self._channel = open_channel(address, REPEATABLE, quick=REPEATABLE)
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
        with peer_errors(PEER):
            answer = await self._stub.CorrectDocument(request, timeout=call_timeout(WRITE), metadata=call_metadata())
        return wire_documents.document(answer.document)

    async def history(self, user_id: str, document_id: str, limit: int, before: int) -> tuple[int, list[Change]]:
        """GetDocumentHistory."""
        request = r.GetDocumentHistoryRequest(user_id=user_id, document_id=document_id, limit=limit, before=before)
        with peer_errors(PEER):
            answer = await self._stub.GetDocumentHistory(request, timeout=call_timeout(READ), metadata=call_metadata())
        return answer.version, [wire.change(each) for each in answer.changes]

    async def undo(self, user_id: str, document_id: str, steps: int, expected: int) -> Document:
        """UndoCorrections."""
        request = r.UndoCorrectionsRequest(
            user_id=user_id, document_id=document_id, steps=steps, expected_version=expected
        )
        with peer_errors(PEER):
            answer = await self._stub.UndoCorrections(request, timeout=call_timeout(WRITE), metadata=call_metadata())
        return wire_documents.document(answer.document)
