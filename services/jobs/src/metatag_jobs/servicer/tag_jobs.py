"""Changes of the tags of many documents."""

from __future__ import annotations

from metatag.v1 import records_pb2, records_pb2_grpc
from metatag_jobs.records.finding import DocumentFilter
from metatag_jobs.records.tag_model import TagChange, TagJob
from metatag_jobs.servicer.core import Context, bounded
from metatag_jobs.servicer.finding import filter_of
from metatag_jobs.servicer.record_parts import RecordParts
from metatag_jobs.wire import stamp
from metatag_runtime.errors import InvalidArgument


class TagJobsPart(records_pb2_grpc.RecordsServiceServicer):
    """Tag jobs."""

    parts: RecordParts

    async def StartTagJob(
        self, request: records_pb2.StartTagJobRequest, context: Context
    ) -> records_pb2.StartTagJobResponse:
        """Begin a change of many documents."""
        job = await self.parts.tag_jobs.start(request.user_id, _change(request.change), _wanted(request))
        return records_pb2.StartTagJobResponse(job=_job(job))

    async def ListTagJobs(
        self, request: records_pb2.ListTagJobsRequest, context: Context
    ) -> records_pb2.ListTagJobsResponse:
        """Give a user's tag jobs, newest first."""
        jobs = await self.parts.tag_jobs.latest(request.user_id, bounded(request.limit, 20, 100))
        return records_pb2.ListTagJobsResponse(jobs=[_job(job) for job in jobs])

    async def GetTagJob(self, request: records_pb2.GetTagJobRequest, context: Context) -> records_pb2.GetTagJobResponse:
        """Give one tag job."""
        return records_pb2.GetTagJobResponse(
            job=_job(await self.parts.tag_jobs.get(request.user_id, request.tag_job_id))
        )

    async def UndoTagJob(
        self, request: records_pb2.UndoTagJobRequest, context: Context
    ) -> records_pb2.UndoTagJobResponse:
        """Begin to take a tag job back."""
        return records_pb2.UndoTagJobResponse(
            job=_job(await self.parts.tag_jobs.undo(request.user_id, request.tag_job_id))
        )


def _change(message: records_pb2.TagChange) -> TagChange:
    return TagChange(
        message.action,
        list(message.tags),
        list(message.to),
        list(message.add),
        list(message.remove),
        list(message.replace.tags) if message.HasField("replace") else None,
    )


def _wanted(request: records_pb2.StartTagJobRequest) -> DocumentFilter | None:
    named = request.HasField("documents")
    if named and request.HasField("search"):
        raise InvalidArgument("Give document_ids or search, not both.")
    if named:
        return DocumentFilter(ids=tuple(dict.fromkeys(request.documents.ids)))
    return filter_of(request.search) if request.HasField("search") else None


def _job(job: TagJob) -> records_pb2.TagJob:
    change = job.change
    message = records_pb2.TagJob(
        id=job.id,
        change=records_pb2.TagChange(
            action=change.action, tags=change.tags, to=change.to, add=change.add, remove=change.remove
        ),
        state=job.state,
        total=job.total,
        total_exact=job.total_exact,
        done=job.done,
        changed=job.changed,
        refused=job.refused,
        missing=job.missing,
        restored=job.restored,
        left=job.left,
        problem=job.problem,
        created_at=stamp(job.created_at),
        completed_at=None if job.completed_at is None else stamp(job.completed_at),
    )
    if change.replace is not None:
        message.change.replace.CopyFrom(records_pb2.TagList(tags=change.replace))
    return message
