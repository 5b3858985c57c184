"""A jobs service in memory, over real gRPC: keeps the promises written in jobs.proto that a gateway relies on."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from fakes.accounts_service import FakeAccountsService
from fakes.jobs_service_engine import ENDED, FakeEngine, FakeJob
from fakes.learning_service import FakeLearningService
from fakes.records_service import FakeRecordsService
from fakes.webhooks_service import FakeWebhooksService
from metatag.v1 import document_pb2 as d
from metatag.v1 import jobs_pb2 as j
from metatag.v1.accounts_pb2_grpc import add_AccountsServiceServicer_to_server
from metatag.v1.jobs_pb2_grpc import JobsServiceServicer, add_JobsServiceServicer_to_server
from metatag.v1.learning_pb2_grpc import add_LearningServiceServicer_to_server
from metatag.v1.records_pb2_grpc import add_RecordsServiceServicer_to_server
from metatag.v1.webhooks_pb2_grpc import add_WebhooksServiceServicer_to_server
from metatag_runtime.errors import ErrorCode, InvalidArgument, MetatagError, NotFound
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService

PDF = b"%PDF-1.7\n% a small one\n%%EOF\n"
# Larger files are only counted, so that a test of many uploads measures the gateway's memory and not this one's.
KEPT_BYTES = 1024 * 1024
Context = Any


class FakeJobsService(JobsServiceServicer):
    """The servicer; `engine` and `files` are there to be looked at and turned by tests."""

    def __init__(self, engine: FakeEngine | None = None, max_bytes: int = 0) -> None:
        self.engine = engine or FakeEngine()
        self.max_bytes = max_bytes
        self.files: dict[tuple[str, str], j.UploadFileResponse] = {}
        self.contents: dict[str, bytes] = {}
        self.vocabularies: dict[tuple[str, str], list[d.Vocabulary]] = {}
        self.unhealthy: dict[str, str] = {}
        self.fetched: list[str] = []

    async def UploadFile(self, request_iterator: AsyncIterator[j.UploadFileRequest], context: Context) -> Any:
        header = (await anext(request_iterator)).header
        bound = min(bound for bound in (header.max_bytes, self.max_bytes, 1 << 40) if bound)
        digest, size, head = hashlib.sha256(), 0, bytearray()
        async for request in request_iterator:
            digest.update(request.chunk)
            size += len(request.chunk)
            if len(head) < KEPT_BYTES:
                head += request.chunk
            if size > bound:
                raise MetatagError("The file is too large.", code=ErrorCode.TOO_LARGE)
        if not size:
            raise MetatagError("The file is empty.", code=ErrorCode.EMPTY_DOCUMENT)
        if not bytes(head[:1024]).lstrip().startswith(b"%PDF-"):
            raise MetatagError("The file is not a PDF.", code=ErrorCode.UNSUPPORTED_MEDIA)
        sha = digest.hexdigest()
        if header.content_sha256 and header.content_sha256 != sha:
            raise InvalidArgument("The file's SHA-256 is another one.")
        answer = j.UploadFileResponse(
            file_id=f"f-{sha[:24]}", content_sha256=sha, size_bytes=size, file_name=header.file_name
        )
        self.files[header.user_id, answer.file_id] = answer
        self.contents[answer.file_id] = bytes(head) if size <= KEPT_BYTES else PDF
        return answer

    async def FindFiles(self, request: j.FindFilesRequest, context: Context) -> Any:
        files = [file for (user, _), file in self.files.items() if user == request.user_id]
        found = [file for file in files if file.content_sha256 in request.content_sha256]
        return j.FindFilesResponse(
            files=[
                j.StoredFile(file_id=file.file_id, content_sha256=file.content_sha256, size_bytes=file.size_bytes)
                for file in found
            ]
        )

    async def CreateJob(self, request_iterator: AsyncIterator[j.CreateJobRequest], context: Context) -> Any:
        header = (await anext(request_iterator)).header
        specs: list[j.DocumentSpec] = []
        async for request in request_iterator:
            specs.extend(request.documents.documents)
        for spec in specs:
            uploaded = spec.source.type == j.SOURCE_TYPE_UPLOAD
            if uploaded and (header.user_id, spec.source.file_id) not in self.files:
                spec.problem.CopyFrom(d.Problem(code="not_found", message="The uploaded file does not exist."))
        if header.options.vocabulary and (header.user_id, header.options.vocabulary) not in self.vocabularies:
            raise NotFound("Vocabulary not found")
        job, replayed = self.engine.create(header, specs)
        return j.CreateJobResponse(job=job.job, replayed=replayed)

    async def GetJob(self, request: j.GetJobRequest, context: Context) -> Any:
        job_id = request.job_id or self.engine.idempotency.get((request.user_id, request.idempotency_key), "")
        return j.GetJobResponse(job=self.engine.find(request.user_id, job_id).job)

    async def ListJobs(self, request: j.ListJobsRequest, context: Context) -> Any:
        found = [
            job.job
            for job in self.engine.of_user(request.user_id)
            if (not request.states or job.job.state in request.states)
            and request.type in (j.JOB_TYPE_UNSPECIFIED, job.job.type)
            and not (
                request.HasField("created_from") and job.job.created_at.ToDatetime() < request.created_from.ToDatetime()
            )
            and not (
                request.HasField("created_before")
                and job.job.created_at.ToDatetime() >= request.created_before.ToDatetime()
            )
        ]
        page = found[request.offset : request.offset + (request.limit or 50)]
        return j.ListJobsResponse(jobs=page, total=len(found))

    async def ControlJob(self, request: j.ControlJobRequest, context: Context) -> Any:
        job = self.engine.find(request.user_id, request.job_id)
        self.engine.control(job, request.control)
        return j.ControlJobResponse(job=job.job)

    async def DeleteJob(self, request: j.DeleteJobRequest, context: Context) -> Any:
        self.engine.delete(self.engine.find(request.user_id, request.job_id))
        return j.DeleteJobResponse()

    async def RetryDocuments(self, request: j.RetryDocumentsRequest, context: Context) -> Any:
        job = self.engine.find(request.user_id, request.job_id)
        retried = self.engine.retry(job, request.document_ids)
        return j.RetryDocumentsResponse(job=job.job, retried=retried)

    async def WatchJob(self, request: j.WatchJobRequest, context: Context) -> AsyncIterator[j.WatchJobResponse]:
        job = self.engine.find(request.user_id, request.job_id)
        self.engine.watches += 1
        try:
            async for event in self._events(job, request.after):
                yield j.WatchJobResponse(event=event)
        finally:
            self.engine.watches -= 1

    async def _events(self, job: FakeJob, after: int) -> AsyncIterator[j.JobEvent]:
        seen = after
        while True:
            changed = job.changed
            for event in job.events[seen:]:
                seen = event.seq
                yield event
            if job.job.state in ENDED and seen >= job.job.seq:
                return
            await changed.wait()

    async def ListDocuments(self, request: j.ListDocumentsRequest, context: Context) -> Any:
        if request.job_id:
            documents = self.engine.find(request.user_id, request.job_id).documents[request.from_position :]
        else:
            ended = {j.DOCUMENT_STATE_SUCCESS, j.DOCUMENT_STATE_FAILED}
            every = [found for job in self.engine.of_user(request.user_id) for found in job.documents]
            documents = [found for found in every if found.state in ended]
        found = [document for document in documents if not request.states or document.state in request.states]
        return j.ListDocumentsResponse(documents=map(_without_text, found[: request.limit or 50]))

    async def GetDocument(self, request: j.GetDocumentRequest, context: Context) -> Any:
        return j.GetDocumentResponse(document=self.engine.document(request.user_id, request.document_id))

    async def SearchDocuments(self, request: j.SearchDocumentsRequest, context: Context) -> Any:
        wanted = request.query.casefold()
        every = [found for job in self.engine.of_user(request.user_id) for found in job.documents]
        found = [document for document in every if wanted in _searchable(document)]
        return j.SearchDocumentsResponse(documents=map(_without_text, found[: request.limit or 50]))

    async def GetStats(self, request: j.GetStatsRequest, context: Context) -> Any:
        jobs = [job.job for job in self.engine.of_user(request.user_id)]
        counts: dict[str, int] = {}
        for job in jobs:
            name = j.JobState.Name(job.state).removeprefix("JOB_STATE_").lower()
            counts[name] = counts.get(name, 0) + 1
        return j.GetStatsResponse(
            total_jobs=len(jobs),
            total_documents=sum(job.total for job in jobs),
            documents_processed=sum(job.processed for job in jobs),
            documents_failed=sum(job.failed for job in jobs),
            jobs_by_status=counts,
            recent_activity=jobs[:5],
        )

    async def GetSummary(self, request: j.GetSummaryRequest, context: Context) -> Any:
        documents = [found for job in self.engine.of_user(request.user_id) for found in job.documents]
        methods = Counter(found.result.extraction_method for found in documents if found.HasField("result"))
        failures = Counter(found.problem.code for found in documents if found.problem.code)
        tags = Counter(tag.tag for found in documents for tag in found.result.tags)
        return j.GetSummaryResponse(methods=_tallies(methods), failures=_tallies(failures), tags=_tallies(tags))

    async def ValidateSources(self, request: j.ValidateSourcesRequest, context: Context) -> Any:
        return j.ValidateSourcesResponse(checks=map(_check, request.sources))

    async def ListSource(self, request: j.ListSourceRequest, context: Context) -> Any:
        path = request.source.path
        if "private" in path:
            raise MetatagError("Bucket not found", code=ErrorCode.SOURCE_REFUSED)
        paths = [] if "empty" in path else [f"{path}a.pdf", f"{path}1998/b.pdf"]
        return j.ListSourceResponse(paths=paths[: request.limit], truncated=len(paths) > request.limit)

    async def FetchSource(self, request: j.FetchSourceRequest, context: Context) -> AsyncIterator[Any]:
        path = request.source.path
        self.fetched.append(path)
        if "private" in path:
            raise MetatagError("The address is not public.", code=ErrorCode.SOURCE_REFUSED)
        if "missing" in path:
            raise MetatagError("HTTP 404", code=ErrorCode.SOURCE_UNAVAILABLE)
        if "html" in path:
            raise MetatagError("The address gives no PDF.", code=ErrorCode.UNSUPPORTED_MEDIA)
        for part in (PDF[:10], PDF[10:]):
            yield j.FetchSourceResponse(chunk=part)

    async def ReadFile(self, request: j.ReadFileRequest, context: Context) -> AsyncIterator[Any]:
        document = self.engine.document(request.user_id, request.document_id)
        yield j.ReadFileResponse(chunk=self.contents.get(document.source.file_id, PDF))

    async def ExportJob(self, request: j.ExportJobRequest, context: Context) -> AsyncIterator[Any]:
        job = self.engine.find(request.user_id, request.job_id)
        unknown = set(request.columns) - {"title", "tags", "status"}
        if unknown:
            raise InvalidArgument(f"columns names '{min(unknown)}', which this job does not have.")
        if request.format == j.EXPORT_FORMAT_CSV:
            yield j.ExportJobResponse(chunk=b"title,tags,status\n")
        for document in job.documents:
            tags = [tag.tag for tag in document.result.tags]
            line = json.dumps({"title": document.title, "tags": tags})
            if request.format == j.EXPORT_FORMAT_CSV:
                line = f'{document.title},"{", ".join(tags)}",{j.DocumentState.Name(document.state)}'
            yield j.ExportJobResponse(chunk=f"{line}\n".encode())

    async def PutVocabulary(self, request: j.PutVocabularyRequest, context: Context) -> Any:
        versions = self.vocabularies.setdefault((request.user_id, request.name), [])
        if not versions or list(versions[-1].terms) != list(request.terms):
            new = d.Vocabulary(name=request.name, version=len(versions) + 1, terms=request.terms)
            versions.append(new)
        return j.PutVocabularyResponse(vocabulary=versions[-1])

    async def GetVocabulary(self, request: j.GetVocabularyRequest, context: Context) -> Any:
        versions = self.vocabularies.get((request.user_id, request.name), [])
        if not versions or request.version > len(versions):
            raise NotFound("Vocabulary not found")
        return j.GetVocabularyResponse(vocabulary=versions[request.version - 1])

    async def ListVocabularies(self, request: j.ListVocabulariesRequest, context: Context) -> Any:
        mine = [versions[-1] for (user, _), versions in self.vocabularies.items() if user == request.user_id]
        bare = [d.Vocabulary(name=found.name, version=found.version) for found in mine]
        return j.ListVocabulariesResponse(vocabularies=bare, term_counts=[len(found.terms) for found in mine])

    async def DeleteVocabulary(self, request: j.DeleteVocabularyRequest, context: Context) -> Any:
        if self.vocabularies.pop((request.user_id, request.name), None) is None:
            raise NotFound("Vocabulary not found")
        return j.DeleteVocabularyResponse()

    async def GetDependencies(self, request: j.GetDependenciesRequest, context: Context) -> Any:
        names = ("database", "redis", "object_store", "ocr", "tagger")
        return j.GetDependenciesResponse(
            dependencies=[
                j.Dependency(
                    name=name, healthy=name not in self.unhealthy, detail=self.unhealthy.get(name, ""), latency_ms=1
                )
                for name in names
            ]
        )


class FakeJobsProcess(GrpcService):
    """The fake as a hosted service."""

    def __init__(self, listen: str = "127.0.0.1:0", servicer: FakeJobsService | None = None) -> None:
        # A local name: a closure over `self` would be a cycle, and grpc's server must die before its loop does.
        kept = self.servicer = servicer or FakeJobsService()
        records = self.records = FakeRecordsService(kept.engine)
        accounts = self.accounts = FakeAccountsService(kept.engine)
        webhooks = FakeWebhooksService()
        learning = self.learning = FakeLearningService()
        super().__init__(
            "jobs",
            GrpcServerOptions(listen=listen),
            [
                lambda server: add_JobsServiceServicer_to_server(kept, server),
                lambda server: add_RecordsServiceServicer_to_server(records, server),
                lambda server: add_WebhooksServiceServicer_to_server(webhooks, server),
                lambda server: add_LearningServiceServicer_to_server(learning, server),
                lambda server: add_AccountsServiceServicer_to_server(accounts, server),
            ],
            [f"metatag.v1.{name}Service" for name in ("Jobs", "Records", "Webhooks", "Learning", "Accounts")],
        )

    async def stop(self, grace: float) -> None:
        await self.servicer.engine.close()
        async with asyncio.timeout(grace + 5):
            await super().stop(grace)


def _tallies(counted: Counter[str]) -> list[j.Tally]:
    return [j.Tally(name=name, count=count) for name, count in counted.most_common(50)]


def _without_text(document: j.Document) -> j.Document:
    bare = j.Document()
    bare.CopyFrom(document)
    bare.ClearField("text")
    return bare


def _searchable(document: j.Document) -> str:
    return " ".join([document.title, document.text, *(tag.tag for tag in document.result.tags)]).casefold()


def _check(source: j.Source) -> j.SourceCheck:
    if source.type == j.SOURCE_TYPE_URL and not source.path.startswith(("http://", "https://")):
        return j.SourceCheck(error="URL must start with http:// or https://")
    if "missing" in source.path:
        return j.SourceCheck(error="HTTP 404")
    return j.SourceCheck(valid=True, content_type="application/pdf", size_bytes=1234)
