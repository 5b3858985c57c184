"""The state behind the fake jobs service: jobs, documents, events; documents end as their path says.

A path that contains `fail-<code>` fails with that error code, `hold` stays in work until released, `slow` takes
`slow_seconds`, anything else succeeds after `seconds`.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Iterable

from google.protobuf.timestamp_pb2 import Timestamp

from metatag.v1 import document_pb2 as d
from metatag.v1 import jobs_pb2 as j
from metatag_runtime.errors import ErrorCode, MetatagError, NotFound

ENDED = {j.JOB_STATE_COMPLETED, j.JOB_STATE_FAILED, j.JOB_STATE_CANCELLED}
TEXT = "The annual report of the water board describes the state of rivers, wells and canals. " * 8


def now() -> Timestamp:
    stamp = Timestamp()
    stamp.GetCurrentTime()
    return stamp


class FakeJob:
    """One job with its rows and events."""

    def __init__(self, user_id: str, header: j.CreateJobHeader, specs: list[j.DocumentSpec]) -> None:
        self.user_id = user_id
        self.provider_key = header.provider_key
        self.request_id = header.request_id
        self.request_digest = header.request_digest
        self.columns = list(header.columns)
        self.options = header.options
        self.job = j.Job(
            id=header.job_id or str(uuid.uuid4()),
            type=header.type,
            state=j.JOB_STATE_PENDING,
            total=len(specs),
            created_at=now(),
            updated_at=now(),
            public_config=header.public_config,
            name=header.name or header.source_name or "Batch",
        )
        self.documents = [self._document(row, spec) for row, spec in enumerate(specs)]
        self.events: list[j.JobEvent] = []
        self.changed = asyncio.Event()
        self.release = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def _document(self, row: int, spec: j.DocumentSpec) -> j.Document:
        document = j.Document(
            id=str(uuid.uuid4()),
            job_id=self.job.id,
            position=row,
            title=spec.title,
            description=spec.description,
            source=spec.source,
            state=j.DOCUMENT_STATE_PENDING,
            created_at=now(),
            columns=spec.columns,
            folder=spec.folder,
            reprocess_of=spec.reprocess_of,
            file_name=spec.source.path.rpartition("/")[2],
        )
        if spec.HasField("problem"):
            document.problem.CopyFrom(spec.problem)
        return document

    def tell(self, **kind: object) -> None:
        """Add an event and wake those who watch."""
        job = self.job
        job.seq += 1
        job.updated_at.CopyFrom(now())
        if kind.get("job"):
            kind["job"] = job
        event = j.JobEvent(
            seq=job.seq, at=now(), total=job.total, processed=job.processed, failed=job.failed,
            cancelled=job.cancelled, **kind,  # type: ignore[arg-type]
        )  # fmt: skip
        self.events.append(event)
        self.changed.set()
        self.changed = asyncio.Event()

    def set_state(self, state: j.JobState) -> None:
        self.job.state = state
        if state in ENDED:
            self.job.completed_at.CopyFrom(now())
        elif state == j.JOB_STATE_PROCESSING and not self.job.HasField("started_at"):
            self.job.started_at.CopyFrom(now())
        self.tell(job=True)


class FakeEngine:
    """All jobs of all users, and the work on them."""

    def __init__(self, seconds: float = 0.0, slow_seconds: float = 2.0) -> None:
        self.seconds = seconds
        self.slow_seconds = slow_seconds
        self.jobs: dict[str, FakeJob] = {}
        self.idempotency: dict[tuple[str, str], str] = {}
        self.watches = 0
        # Set to end a job as failed instead of completed.
        self.fail_jobs_with = ""

    def find(self, user_id: str, job_id: str) -> FakeJob:
        found = self.jobs.get(job_id)
        if found is None or found.user_id != user_id:
            raise NotFound("Job not found")
        return found

    def document(self, user_id: str, document_id: str) -> j.Document:
        for job in self.jobs.values():
            if job.user_id == user_id:
                for document in job.documents:
                    if document.id == document_id:
                        return document
        raise NotFound("Document not found")

    def of_user(self, user_id: str) -> list[FakeJob]:
        """Newest first."""
        return [job for job in reversed(self.jobs.values()) if job.user_id == user_id]

    def create(self, header: j.CreateJobHeader, specs: list[j.DocumentSpec]) -> tuple[FakeJob, bool]:
        named = (header.user_id, header.idempotency_key)
        # A job that was deleted takes its key with it, as in the service itself.
        if header.idempotency_key and self.idempotency.get(named) in self.jobs:
            earlier = self.jobs[self.idempotency[named]]
            if earlier.request_digest != header.request_digest:
                raise MetatagError("The key came with another request.", code=ErrorCode.IDEMPOTENCY_MISMATCH)
            return earlier, True
        if not specs:
            raise MetatagError("No documents provided", code=ErrorCode.INVALID_ARGUMENT)
        if header.job_id in self.jobs:
            raise MetatagError("A job with this id exists already.", code=ErrorCode.CONFLICT)
        self._fill_runs(header, specs)
        job = FakeJob(header.user_id, header, specs)
        self.jobs[job.job.id] = job
        if header.idempotency_key:
            self.idempotency[named] = job.job.id
        job.set_state(j.JOB_STATE_PROCESSING)
        self._work(job)
        return job, False

    def _fill_runs(self, header: j.CreateJobHeader, specs: list[j.DocumentSpec]) -> None:
        """Give the rows that are runs over documents what those hold; a job of one is refused instead."""
        for spec in specs:
            if spec.reprocess_of:
                try:
                    self._fill_run(header.user_id, spec)
                except MetatagError as error:
                    if header.type == j.JOB_TYPE_SINGLE:
                        raise
                    spec.problem.CopyFrom(d.Problem(code=str(error.code), message=error.message))

    def _fill_run(self, user_id: str, spec: j.DocumentSpec) -> None:
        document = self.document(user_id, spec.reprocess_of)
        if document.state not in (j.DOCUMENT_STATE_SUCCESS, j.DOCUMENT_STATE_FAILED, j.DOCUMENT_STATE_CANCELLED):
            raise MetatagError("The document is still in work; wait for its end.", code=ErrorCode.INVALID_STATE)
        spec.title, spec.folder = document.title, document.folder
        spec.source.CopyFrom(document.source)

    def control(self, job: FakeJob, command: j.JobControl) -> None:
        state = job.job.state
        wanted = {
            j.JOB_CONTROL_PAUSE: j.JOB_STATE_PAUSED,
            j.JOB_CONTROL_RESUME: j.JOB_STATE_PROCESSING,
            j.JOB_CONTROL_CANCEL: j.JOB_STATE_CANCELLED,
        }[command]
        if state == wanted and command != j.JOB_CONTROL_RESUME:
            return
        if state in ENDED or (command == j.JOB_CONTROL_RESUME and state != j.JOB_STATE_PAUSED):
            raise MetatagError("The job's state does not allow this step.", code=ErrorCode.INVALID_STATE)
        self._stop(job)
        if command == j.JOB_CONTROL_CANCEL:
            self._cancel_documents(job)
        job.set_state(wanted)
        if command == j.JOB_CONTROL_RESUME:
            self._work(job)

    def retry(self, job: FakeJob, ids: Iterable[str]) -> int:
        if job.job.state == j.JOB_STATE_CANCELLED:
            raise MetatagError("The job was cancelled.", code=ErrorCode.INVALID_STATE)
        named = set(ids)
        again = [
            document
            for document in job.documents
            if document.state == j.DOCUMENT_STATE_FAILED and (not named or document.id in named)
        ]
        for document in again:
            document.state = j.DOCUMENT_STATE_PENDING
            document.ClearField("problem")
            document.source.path = document.source.path.replace("fail-", "retried-")
            job.job.failed -= 1
        if again:
            job.job.ClearField("completed_at")
            job.set_state(j.JOB_STATE_PROCESSING)
            self._work(job)
        return len(again)

    def delete(self, job: FakeJob) -> None:
        self._stop(job)
        del self.jobs[job.job.id]

    async def close(self) -> None:
        for job in self.jobs.values():
            self._stop(job)

    def _work(self, job: FakeJob) -> None:
        job.task = asyncio.create_task(self._run(job))

    def _stop(self, job: FakeJob) -> None:
        if job.task is not None:
            job.task.cancel()
        for document in job.documents:
            if document.state == j.DOCUMENT_STATE_PROCESSING:
                document.state = j.DOCUMENT_STATE_PENDING

    def _cancel_documents(self, job: FakeJob) -> None:
        for document in job.documents:
            if document.state == j.DOCUMENT_STATE_PENDING:
                document.state = j.DOCUMENT_STATE_CANCELLED
                job.job.cancelled += 1

    async def _run(self, job: FakeJob) -> None:
        for document in job.documents:
            if document.state == j.DOCUMENT_STATE_PENDING:
                await self._process(job, document)
        if self.fail_jobs_with:
            job.job.problem.CopyFrom(d.Problem(code="internal", message=self.fail_jobs_with))
            job.set_state(j.JOB_STATE_FAILED)
        else:
            job.set_state(j.JOB_STATE_COMPLETED)

    async def _process(self, job: FakeJob, document: j.Document) -> None:
        if not document.HasField("problem"):
            document.state = j.DOCUMENT_STATE_PROCESSING
            job.tell(document=document)
            await self._wait(job, document.source.path)
            self._read(job, document)
        document.processed_at.CopyFrom(now())
        if document.HasField("problem"):
            document.state = j.DOCUMENT_STATE_FAILED
            job.job.failed += 1
        else:
            document.state = j.DOCUMENT_STATE_SUCCESS
            job.job.processed += 1
        job.tell(document=document)

    async def _wait(self, job: FakeJob, path: str) -> None:
        if "hold" in path:
            await job.release.wait()
        elif "slow" in path:
            await asyncio.sleep(self.slow_seconds)
        elif self.seconds:
            await asyncio.sleep(self.seconds)

    def _read(self, job: FakeJob, document: j.Document) -> None:
        document.mime_type = "application/pdf"
        document.file_size = document.file_size or 1234
        found = re.search(r"fail-([a-z_]+)", document.source.path)
        if found:
            message = f"The {found[1].replace('_', ' ')} happened."
            document.problem.CopyFrom(d.Problem(code=found[1], message=message))
            return
        document.title = document.title or "Annual Report of the Water Board"
        document.text = TEXT
        document.result.CopyFrom(_result(job.options))
        job.tell(page=j.PageRead(document_id=document.id, position=document.position, page=document.result.pages[0]))


def _result(options: j.ProcessOptions) -> j.DocumentResult:
    excluded = set(options.tag_options.exclusion_words)
    words = ["annual report", "water board", "rivers", "wells", "canals", "irrigation", "groundwater", "monsoon"]
    tags = [
        d.Tag(tag=word, score=1 - place / 10, source="local", kind="topic", page=1, evidence=word, grounded=True)
        for place, word in enumerate(word for word in words if word not in excluded)
    ]
    page = d.Page(number=1, method=d.PAGE_METHOD_TEXT_LAYER, reason="text_layer_good", decide_ms=2, language="eng")
    return j.DocumentResult(
        tags=tags[: options.tag_options.num_tags],
        extraction_method="text_layer",
        page_count=1,
        text_length=len(TEXT),
        language="en",
        pages=[page],
        tagger="local",
        text_preview=TEXT[:500],
        fetch_ms=1,
        ocr_ms=2,
        tag_ms=3,
    )
