"""Jobs: create, read, control, watch."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from metatag.v1 import jobs_pb2, jobs_pb2_grpc
from metatag_jobs.intake import Submission
from metatag_jobs.model import DocumentSpec, ProcessOptions
from metatag_jobs.servicer.core import Context, Dependencies, bounded, first_header, job_message
from metatag_jobs.wire import enum_name, from_message, to_message
from metatag_runtime.errors import InvalidArgument

_STATES = jobs_pb2.JobState.DESCRIPTOR
_TYPES = jobs_pb2.JobType.DESCRIPTOR

# Documents removed while the caller of DeleteJob waits; the sweeper removes the rest.
PURGE_NOW = 2000


class JobsPart(jobs_pb2_grpc.JobsServiceServicer):
    """The RPCs about jobs."""

    dependencies: Dependencies

    async def CreateJob(
        self, request_iterator: AsyncIterator[jobs_pb2.CreateJobRequest], context: Context
    ) -> jobs_pb2.CreateJobResponse:
        """Store a job and its documents and start it."""
        header = await first_header(request_iterator)
        made = from_message(_Header, header, partial=True)
        submission = Submission(
            user_id=header.user_id,
            job_id=header.job_id,
            type=enum_name(_TYPES, header.type),
            options=made.options,
            provider_key=header.provider_key,
            idempotency_key=header.idempotency_key,
            public_config=made.public_config,
            request_id=header.request_id,
            request_digest=header.request_digest,
            columns=list(header.columns),
            name=header.name,
            source_name=header.source_name,
        )
        job, replayed = await self.dependencies.intake.create(submission, _portions(request_iterator))
        return jobs_pb2.CreateJobResponse(job=job_message(job), replayed=replayed)

    async def GetJob(self, request: jobs_pb2.GetJobRequest, context: Context) -> jobs_pb2.GetJobResponse:
        """Give one job, by its id or by the key it was created with."""
        jobs = self.dependencies.jobs
        if request.idempotency_key and not request.job_id:
            return jobs_pb2.GetJobResponse(
                job=job_message(await jobs.get_by_key(request.user_id, request.idempotency_key))
            )
        return jobs_pb2.GetJobResponse(job=job_message(await jobs.get(request.user_id, request.job_id)))

    async def ListJobs(self, request: jobs_pb2.ListJobsRequest, context: Context) -> jobs_pb2.ListJobsResponse:
        """Give a user's jobs."""
        jobs, total = await self.dependencies.jobs.find(
            request.user_id,
            states=[name for state in request.states if (name := enum_name(_STATES, state))],
            type=enum_name(_TYPES, request.type),
            limit=bounded(request.limit),
            offset=max(0, request.offset),
            since=_seconds(request, "created_from"),
            before=_seconds(request, "created_before"),
        )
        return jobs_pb2.ListJobsResponse(jobs=[job_message(job) for job in jobs], total=total)

    async def ControlJob(self, request: jobs_pb2.ControlJobRequest, context: Context) -> jobs_pb2.ControlJobResponse:
        """Pause, resume or cancel."""
        steps = {
            jobs_pb2.JOB_CONTROL_PAUSE: self.dependencies.jobs.pause,
            jobs_pb2.JOB_CONTROL_RESUME: self.dependencies.jobs.resume,
            jobs_pb2.JOB_CONTROL_CANCEL: self.dependencies.jobs.cancel,
        }
        step = steps.get(request.control)
        if step is None:
            raise InvalidArgument("control must be pause, resume or cancel.")
        job = await step(request.user_id, request.job_id)
        await self._tell(request.job_id)
        return jobs_pb2.ControlJobResponse(job=job_message(job))

    async def DeleteJob(self, request: jobs_pb2.DeleteJobRequest, context: Context) -> jobs_pb2.DeleteJobResponse:
        """Remove a job and all it holds."""
        await self.dependencies.jobs.delete(request.user_id, request.job_id)
        await self._tell(request.job_id)
        # The rows of a small job at once; objects are the sweeper's, who comes again when the store is away.
        await self.dependencies.jobs.purge(PURGE_NOW)
        return jobs_pb2.DeleteJobResponse()

    async def RetryDocuments(
        self, request: jobs_pb2.RetryDocumentsRequest, context: Context
    ) -> jobs_pb2.RetryDocumentsResponse:
        """Queue failed documents again."""
        key = request.provider_key
        job, count = await self.dependencies.jobs.retry(
            request.user_id,
            request.job_id,
            list(request.document_ids),
            self.dependencies.keys.seal(request.job_id, key) if key else None,
            self.dependencies.keys.fingerprint(key),
        )
        await self._tell(request.job_id)
        return jobs_pb2.RetryDocumentsResponse(job=job_message(job), retried=count)

    async def WatchJob(
        self, request: jobs_pb2.WatchJobRequest, context: Context
    ) -> AsyncIterator[jobs_pb2.WatchJobResponse]:
        """Give the events of a job."""
        async for event in self.dependencies.watching.follow(request.user_id, request.job_id, request.after):
            if event is None:
                yield jobs_pb2.WatchJobResponse()
            else:
                yield jobs_pb2.WatchJobResponse(event=to_message(jobs_pb2.JobEvent(), event))

    async def _tell(self, job_id: str) -> None:
        await self.dependencies.event_bus.control(job_id)
        await self.dependencies.event_bus.announce([job_id])
        await self.dependencies.event_bus.wake_dispatcher()


@dataclass
class _Header:
    """The structured fields of a CreateJobHeader, for `from_message`."""

    options: ProcessOptions
    public_config: dict[str, Any] | None


async def _portions(requests: AsyncIterator[jobs_pb2.CreateJobRequest]) -> AsyncIterator[Sequence[DocumentSpec]]:
    async for request in requests:
        if request.WhichOneof("part") != "documents":
            raise InvalidArgument("Only lists of documents may follow the header.")
        if len(request.documents.documents) > 1000:
            raise InvalidArgument("One message may carry 1,000 documents at most.")
        yield [from_message(DocumentSpec, each) for each in request.documents.documents]


def _seconds(request: jobs_pb2.ListJobsRequest, field: str) -> float | None:
    if not request.HasField(field):  # type: ignore[arg-type]
        return None
    moment = getattr(request, field)
    return float(moment.seconds + moment.nanos / 1e9)
