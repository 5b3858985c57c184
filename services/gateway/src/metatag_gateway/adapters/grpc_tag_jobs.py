"""Changes of the tags of many documents, over gRPC."""

from __future__ import annotations

from collections.abc import Sequence

from metatag.v1 import records_pb2 as r
from metatag.v1.records_pb2_grpc import RecordsServiceStub
from metatag_gateway.model.records import DocumentFilter
from metatag_gateway.model.tag_jobs import TagChange, TagJob
from metatag_gateway.wire import records as wire_records
from metatag_gateway.wire import tag_jobs as wire
from metatag_runtime.grpc_client import open_channel

PEER = "jobs"
# Seconds.
READ = 15.0
WRITE = 60.0

REPEATABLE = tuple(f"metatag.v1.RecordsService/{name}" for name in ("ListTagJobs", "GetTagJob"))


class GrpcTagJobs:
    """Keeps the promises of record_ports.TagJobs; the comments of RecordsService say the rest."""

    def __init__(self, address: str) -> None:
        self._channel = open_channel(address, REPEATABLE, peer=PEER, quick=REPEATABLE)
        self._stub = RecordsServiceStub(self._channel)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()

    async def start(
        self, user_id: str, change: TagChange, document_ids: Sequence[str] | None, search: DocumentFilter | None
    ) -> TagJob:
        """StartTagJob."""
        request = r.StartTagJobRequest(
            user_id=user_id,
            change=wire.to_change(change),
            documents=None if document_ids is None else r.DocumentIds(ids=document_ids),
            search=None if search is None else wire_records.to_filter(search),
        )
        answer = await self._stub.StartTagJob(request, timeout=WRITE)
        return wire.tag_job(answer.job)

    async def latest(self, user_id: str, limit: int) -> list[TagJob]:
        """ListTagJobs."""
        request = r.ListTagJobsRequest(user_id=user_id, limit=limit)
        answer = await self._stub.ListTagJobs(request, timeout=READ)
        return [wire.tag_job(job) for job in answer.jobs]

    async def get(self, user_id: str, tag_job_id: str) -> TagJob:
        """GetTagJob."""
        request = r.GetTagJobRequest(user_id=user_id, tag_job_id=tag_job_id)
        answer = await self._stub.GetTagJob(request, timeout=READ)
        return wire.tag_job(answer.job)

    async def undo(self, user_id: str, tag_job_id: str) -> TagJob:
        """UndoTagJob."""
        request = r.UndoTagJobRequest(user_id=user_id, tag_job_id=tag_job_id)
        answer = await self._stub.UndoTagJob(request, timeout=WRITE)
        return wire.tag_job(answer.job)
