"""The jobs service over gRPC."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice

from google.protobuf.struct_pb2 import Struct

from metatag.v1 import jobs_pb2 as j
from metatag.v1.jobs_pb2_grpc import JobsServiceStub
from metatag_gateway.model.documents import Document, DocumentSpec, Source, StoredFile, Term, Vocabulary
from metatag_gateway.model.jobs import Dependency, Job, JobEvent, NewJob, SourceCheck, Stats, Summary
from metatag_gateway.wire import documents as wire_documents
from metatag_gateway.wire import jobs as wire
from metatag_gateway.wire.names import CONTROLS, DOCUMENT_STATES, EXPORTS, JOB_STATES, JOB_TYPES
from metatag_runtime.context import request_id
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_client import open_channel
from metatag_runtime.grpc_hedging import HedgedWrites

PEER = "jobs"
# Seconds. Reads are answered from indexes; a validation may look at many slow hosts (its promise is 100 s).
READ = 15.0
WRITE = 60.0
VALIDATE = 115.0
STREAM = 600.0
# A file of at most so many bytes is sent again when the replica that takes it is lost.
SMALL_FILE = 256 * 1024
# Documents in one message of CreateJob, as the contract bounds it.
CREATE_CHUNK = 1000

REPEATABLE = tuple(
    f"metatag.v1.JobsService/{name}"
    for name in (
        "CreateJob", "GetJob", "ListJobs", "ControlJob", "DeleteJob", "ListDocuments", "GetDocument",
        "SearchDocuments", "GetStats", "GetSummary", "FindFiles", "ListVocabularies", "GetVocabulary",
        "GetDependencies",
    )
)  # fmt: skip

# A creation is a stream; a second deletion would find nothing; searches and sums may take their time.
_SLOW = ("CreateJob", "DeleteJob", "SearchDocuments", "GetSummary", "GetDependencies")
QUICK = tuple(method for method in REPEATABLE if not method.endswith(_SLOW))


class GrpcJobs:
    """Keeps the promises of ports.Jobs; the comments of JobsService say the rest."""

    def __init__(self, address: str) -> None:
        self._channel = open_channel(address, REPEATABLE, peer=PEER, quick=QUICK)
        self._stub = JobsServiceStub(self._channel)
        # Files go over a channel of their own that keeps little to send again: else each upload stays in memory.
        self._files = open_channel(address, ["metatag.v1.JobsService/UploadFile"], peer=PEER, retry_buffer=SMALL_FILE)
        self._files_stub = JobsServiceStub(self._files)
        self._writes = HedgedWrites()

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()
        await self._files.close()

    async def upload(
        self, user_id: str, file_name: str, chunks: AsyncIterator[bytes], max_bytes: int, content_sha256: str = ""
    ) -> StoredFile:
        """Stream a file; flow control of the call is what slows a fast sender down.

        A small file is sent to another replica too when the first is silent; what is stored twice so, nothing refers
        to, and it goes with the uploads that nobody used.
        """
        header = j.UploadFileHeader(
            user_id=user_id, file_name=file_name[:255], max_bytes=max_bytes, content_sha256=content_sha256
        )
        first, whole = await _beginning(chunks)
        if whole:
            answer = await self._writes.call(lambda: self._send_file(header, first, None))
        else:
            answer = await self._send_file(header, first, chunks)
        return StoredFile(answer.file_id, answer.content_sha256, answer.size_bytes, answer.file_name)

    async def _send_file(
        self, header: j.UploadFileHeader, first: Sequence[bytes], rest: AsyncIterator[bytes] | None
    ) -> j.UploadFileResponse:
        failure: list[BaseException] = []

        async def requests() -> AsyncIterator[j.UploadFileRequest]:
            yield j.UploadFileRequest(header=header)
            try:
                for chunk in first:
                    yield j.UploadFileRequest(chunk=chunk)
                if rest is not None:
                    async for chunk in rest:
                        yield j.UploadFileRequest(chunk=chunk)
            except BaseException as error:
                # gRPC only knows that the call was cancelled; the sender's reason is the one to tell.
                failure.append(error)
                raise

        try:
            return await self._files_stub.UploadFile(requests(), timeout=STREAM)
        except BaseException:
            if failure and isinstance(failure[0], Exception):
                raise failure[0] from None
            raise

    async def find_uploads(self, user_id: str, digests: Sequence[str]) -> dict[str, StoredFile]:
        """FindFiles."""
        request = j.FindFilesRequest(user_id=user_id, content_sha256=digests)
        answer = await self._stub.FindFiles(request, timeout=READ)
        return {
            file.content_sha256: StoredFile(file.file_id, file.content_sha256, file.size_bytes, "")
            for file in answer.files
        }

    async def create(self, user_id: str, job: NewJob, documents: Iterable[DocumentSpec]) -> tuple[Job, bool]:
        """Send the header, then the documents in lists.

        The job bears a key, the caller's or one made here, so that another replica may be asked as well: of two
        calls with one key the second gives the job of the first. More documents than one list holds are sent once.
        """
        config = Struct()
        config.update(job.public_config)
        header = j.CreateJobHeader(
            user_id=user_id,
            job_id=job.job_id,
            type=JOB_TYPES[job.job_type],
            options=wire_documents.to_options(job.options),
            provider_key=job.provider_key,
            idempotency_key=job.idempotency_key or f"gateway:{uuid.uuid4().hex}",
            public_config=config,
            request_id=request_id(),
            request_digest=job.request_digest,
            columns=job.columns,
            name=job.name,
            source_name=job.source_name,
        )
        rows = iter(documents)
        first = list(islice(rows, CREATE_CHUNK))
        following = list(islice(rows, 1))

        async def send() -> j.CreateJobResponse:
            return await self._stub.CreateJob(_creation(header, chain(first, following, rows)), timeout=WRITE)

        answer = await (send() if following else self._writes.call(send))
        # Under a key made here only a try of this very call can have been earlier.
        return wire.job(answer.job), answer.replayed and bool(job.idempotency_key)

    async def get(self, user_id: str, job_id: str) -> Job:
        """GetJob."""
        request = j.GetJobRequest(user_id=user_id, job_id=job_id)
        answer = await self._stub.GetJob(request, timeout=READ)
        return wire.job(answer.job)

    async def knows_key(self, user_id: str, idempotency_key: str) -> bool:
        """GetJob by its key."""
        request = j.GetJobRequest(user_id=user_id, idempotency_key=idempotency_key)
        try:
            await self._stub.GetJob(request, timeout=READ)
        except MetatagError as error:
            if error.code is ErrorCode.NOT_FOUND:
                return False
            raise
        return True

    async def list_jobs(
        self,
        user_id: str,
        limit: int,
        offset: int,
        statuses: Sequence[str],
        job_type: str,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
    ) -> tuple[list[Job], int]:
        """ListJobs."""
        request = j.ListJobsRequest(
            user_id=user_id,
            limit=limit,
            offset=offset,
            states=[JOB_STATES[name] for name in statuses],
            type=JOB_TYPES.get(job_type, j.JOB_TYPE_UNSPECIFIED),
        )
        if since is not None:
            request.created_from.FromDatetime(since)
        if before is not None:
            request.created_before.FromDatetime(before)
        answer = await self._stub.ListJobs(request, timeout=READ)
        return [wire.job(found) for found in answer.jobs], answer.total

    async def control(self, user_id: str, job_id: str, command: str) -> Job:
        """ControlJob."""
        request = j.ControlJobRequest(user_id=user_id, job_id=job_id, control=CONTROLS[command])
        answer = await self._stub.ControlJob(request, timeout=WRITE)
        return wire.job(answer.job)

    async def delete(self, user_id: str, job_id: str) -> None:
        """DeleteJob."""
        request = j.DeleteJobRequest(user_id=user_id, job_id=job_id)
        await self._stub.DeleteJob(request, timeout=WRITE)

    async def retry(self, user_id: str, job_id: str, document_ids: Sequence[str], provider_key: str) -> tuple[Job, int]:
        """RetryDocuments."""
        request = j.RetryDocumentsRequest(
            user_id=user_id, job_id=job_id, document_ids=document_ids, provider_key=provider_key
        )
        answer = await self._stub.RetryDocuments(request, timeout=WRITE)
        return wire.job(answer.job), answer.retried

    async def watch(self, user_id: str, job_id: str, after: int) -> AsyncIterator[JobEvent | None]:
        """WatchJob; without a deadline, because a job may run for days."""
        request = j.WatchJobRequest(user_id=user_id, job_id=job_id, after=after)
        call = self._stub.WatchJob(request)
        try:
            async for answer in call:
                yield wire.event(answer.event) if answer.HasField("event") else None
        finally:
            call.cancel()

    async def documents(
        self, user_id: str, job_id: str, limit: int, from_row: int = 0, statuses: Sequence[str] = ()
    ) -> list[Document]:
        """ListDocuments."""
        request = j.ListDocumentsRequest(
            user_id=user_id,
            job_id=job_id,
            limit=limit,
            from_position=from_row,
            states=[DOCUMENT_STATES[name] for name in statuses],
        )
        answer = await self._stub.ListDocuments(request, timeout=READ)
        return [wire_documents.document(found) for found in answer.documents]

    async def document(self, user_id: str, document_id: str) -> Document:
        """GetDocument."""
        request = j.GetDocumentRequest(user_id=user_id, document_id=document_id)
        answer = await self._stub.GetDocument(request, timeout=READ)
        return wire_documents.document(answer.document)

    async def search(
        self, user_id: str, query: str, limit: int, facets: Mapping[str, str] | None = None
    ) -> list[Document]:
        """SearchDocuments."""
        request = j.SearchDocumentsRequest(user_id=user_id, query=query, limit=limit, facets=facets)
        answer = await self._stub.SearchDocuments(request, timeout=READ)
        return [wire_documents.document(found) for found in answer.documents]

    async def stats(self, user_id: str) -> Stats:
        """GetStats."""
        request = j.GetStatsRequest(user_id=user_id)
        return wire.stats(await self._stub.GetStats(request, timeout=READ))

    async def summary(self, user_id: str, days: int) -> Summary:
        """GetSummary."""
        request = j.GetSummaryRequest(user_id=user_id, days=days)
        answer = await self._stub.GetSummary(request, timeout=READ)
        return wire.summary(answer)

    async def validate(self, user_id: str, sources: Sequence[Source]) -> list[SourceCheck]:
        """ValidateSources."""
        written = [wire_documents.to_source(source) for source in sources]
        request = j.ValidateSourcesRequest(user_id=user_id, sources=written)
        answer = await self._stub.ValidateSources(request, timeout=VALIDATE)
        return [wire.check(found) for found in answer.checks]

    async def list_source(self, user_id: str, source: Source, limit: int) -> tuple[list[str], bool]:
        """ListSource."""
        request = j.ListSourceRequest(user_id=user_id, source=wire_documents.to_source(source), limit=limit)
        answer = await self._stub.ListSource(request, timeout=VALIDATE)
        return list(answer.paths), answer.truncated

    async def fetch(self, user_id: str, source: Source) -> AsyncIterator[bytes]:
        """FetchSource."""
        request = j.FetchSourceRequest(user_id=user_id, source=wire_documents.to_source(source))
        call = self._stub.FetchSource(request, timeout=STREAM)
        async for answer in call:
            yield answer.chunk

    async def read_file(self, user_id: str, document_id: str) -> AsyncIterator[bytes]:
        """ReadFile."""
        request = j.ReadFileRequest(user_id=user_id, document_id=document_id)
        call = self._stub.ReadFile(request, timeout=STREAM)
        async for answer in call:
            yield answer.chunk

    async def export(
        self, user_id: str, job_id: str, export_format: str, columns: Sequence[str] = ()
    ) -> AsyncIterator[bytes]:
        """ExportJob."""
        kind = EXPORTS[export_format]
        request = j.ExportJobRequest(user_id=user_id, job_id=job_id, format=kind, columns=columns)
        call = self._stub.ExportJob(request, timeout=STREAM)
        async for answer in call:
            yield answer.chunk

    async def put_vocabulary(self, user_id: str, name: str, terms: Sequence[Term]) -> Vocabulary:
        """PutVocabulary."""
        request = j.PutVocabularyRequest(user_id=user_id, name=name, terms=wire_documents.to_terms(terms))
        answer = await self._stub.PutVocabulary(request, timeout=WRITE)
        # The answer does not bring the terms back.
        return wire_documents.vocabulary(answer.vocabulary, len(request.terms))

    async def vocabulary(self, user_id: str, name: str, version: int) -> Vocabulary:
        """GetVocabulary."""
        request = j.GetVocabularyRequest(user_id=user_id, name=name, version=version)
        answer = await self._stub.GetVocabulary(request, timeout=READ)
        return wire_documents.vocabulary(answer.vocabulary)

    async def vocabularies(self, user_id: str) -> list[Vocabulary]:
        """ListVocabularies."""
        request = j.ListVocabulariesRequest(user_id=user_id)
        answer = await self._stub.ListVocabularies(request, timeout=READ)
        counts = answer.term_counts
        return [wire_documents.vocabulary(v, n) for v, n in zip(answer.vocabularies, counts, strict=True)]

    async def delete_vocabulary(self, user_id: str, name: str) -> None:
        """DeleteVocabulary."""
        request = j.DeleteVocabularyRequest(user_id=user_id, name=name)
        await self._stub.DeleteVocabulary(request, timeout=WRITE)

    async def dependencies(self) -> list[Dependency]:
        """GetDependencies."""
        answer = await self._stub.GetDependencies(j.GetDependenciesRequest(), timeout=5.0)
        return [wire.dependency(found) for found in answer.dependencies]


async def _beginning(chunks: AsyncIterator[bytes]) -> tuple[list[bytes], bool]:
    """Return the first chunks of a file, about SMALL_FILE bytes, and whether they are all of it."""
    first: list[bytes] = []
    size = 0
    async for chunk in chunks:
        first.append(chunk)
        size += len(chunk)
        if size > SMALL_FILE:
            return first, False
    return first, True


def _creation(header: j.CreateJobHeader, documents: Iterable[DocumentSpec]) -> Iterator[j.CreateJobRequest]:
    yield j.CreateJobRequest(header=header)
    rows = iter(documents)
    while chunk := list(islice(rows, CREATE_CHUNK)):
        yield j.CreateJobRequest(documents=j.DocumentList(documents=map(wire_documents.to_spec, chunk)))
