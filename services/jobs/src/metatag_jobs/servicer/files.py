"""Bytes: upload, fetch, read, export; and looking whether sources can be fetched."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from metatag.v1 import jobs_pb2, jobs_pb2_grpc
from metatag_jobs.errors import FileGone
from metatag_jobs.model import MAX_DOCUMENTS, Source
from metatag_jobs.pdf import inspect_pdf
from metatag_jobs.servicer.core import CHUNK, Context, Dependencies, bounded, first_header
from metatag_jobs.wire import enum_name, from_message, to_message
from metatag_runtime.errors import InvalidArgument

_FORMATS = jobs_pb2.ExportFormat.DESCRIPTOR

# Sources of one ValidateSources call.
MAX_SOURCES = 10_000


class FilesPart(jobs_pb2_grpc.JobsServiceServicer):
    """The RPCs about bytes and sources."""

    dependencies: Dependencies

    async def UploadFile(
        self, request_iterator: AsyncIterator[jobs_pb2.UploadFileRequest], context: Context
    ) -> jobs_pb2.UploadFileResponse:
        """Store one file of a user."""
        header = await first_header(request_iterator)
        if not header.user_id:
            raise InvalidArgument("user_id is missing.")
        stored = await self.dependencies.uploads.store(
            header.user_id,
            header.file_name[:255],
            _chunks(request_iterator),
            max_bytes=header.max_bytes,
            sha256=header.content_sha256,
        )
        return to_message(jobs_pb2.UploadFileResponse(), stored)

    async def FindFiles(self, request: jobs_pb2.FindFilesRequest, context: Context) -> jobs_pb2.FindFilesResponse:
        """Tell which contents a user has stored."""
        if not request.user_id:
            raise InvalidArgument("user_id is missing.")
        found = await self.dependencies.uploads.find(request.user_id, request.content_sha256)
        return jobs_pb2.FindFilesResponse(files=[to_message(jobs_pb2.StoredFile(), each) for each in found])

    async def ListSource(self, request: jobs_pb2.ListSourceRequest, context: Context) -> jobs_pb2.ListSourceResponse:
        """Give the PDFs below a prefix."""
        source = from_message(Source, request.source)
        limit = bounded(request.limit, 1_000, MAX_DOCUMENTS)
        paths, truncated = await self.dependencies.sources.list_below(source, limit)
        return jobs_pb2.ListSourceResponse(paths=paths, truncated=truncated)

    async def FetchSource(
        self, request: jobs_pb2.FetchSourceRequest, context: Context
    ) -> AsyncIterator[jobs_pb2.FetchSourceResponse]:
        """Fetch one source and give its bytes."""
        source = from_message(Source, request.source)
        with tempfile.TemporaryDirectory(prefix="metatag-preview-", ignore_cleanup_errors=True) as folder:
            path = Path(folder) / "document.pdf"
            await self.dependencies.sources.fetch(source, path, self.dependencies.max_file_bytes)
            await asyncio.to_thread(inspect_pdf, path)
            with path.open("rb") as file:
                while chunk := await asyncio.to_thread(file.read, CHUNK):
                    yield jobs_pb2.FetchSourceResponse(chunk=chunk)

    async def ReadFile(
        self, request: jobs_pb2.ReadFileRequest, context: Context
    ) -> AsyncIterator[jobs_pb2.ReadFileResponse]:
        """Give the stored PDF of a document."""
        _, _, file_id = await self.dependencies.history.document(request.user_id, request.document_id)
        if not file_id:
            raise FileGone
        async for chunk in self.dependencies.files.stream(file_id):
            yield jobs_pb2.ReadFileResponse(chunk=chunk)

    async def ExportJob(
        self, request: jobs_pb2.ExportJobRequest, context: Context
    ) -> AsyncIterator[jobs_pb2.ExportJobResponse]:
        """Give the results of a job as a file."""
        kind = enum_name(_FORMATS, request.format)
        async for chunk in self.dependencies.exports.export(
            request.user_id, request.job_id, kind, list(request.columns)
        ):
            yield jobs_pb2.ExportJobResponse(chunk=chunk)

    async def ValidateSources(
        self, request: jobs_pb2.ValidateSourcesRequest, context: Context
    ) -> jobs_pb2.ValidateSourcesResponse:
        """Look whether each source could be fetched."""
        if len(request.sources) > MAX_SOURCES:
            raise InvalidArgument(f"At most {MAX_SOURCES:,} sources can be looked at in one call.")
        sources = [from_message(Source, each) for each in request.sources]
        uploads = iter(
            await self.dependencies.uploads.check(request.user_id, [each for each in sources if _is_upload(each)])
        )
        others = iter(await self.dependencies.sources.check_all([each for each in sources if not _is_upload(each)]))
        checks = [next(uploads) if _is_upload(each) else next(others) for each in sources]
        return jobs_pb2.ValidateSourcesResponse(checks=[to_message(jobs_pb2.SourceCheck(), each) for each in checks])


def _is_upload(source: Source) -> bool:
    """Tell whether a source is a stored file, which nobody fetches."""
    return source.type == "upload" and bool(source.file_id)


async def _chunks(requests: AsyncIterator[jobs_pb2.UploadFileRequest]) -> AsyncIterator[bytes]:
    async for request in requests:
        if request.WhichOneof("part") != "chunk":
            raise InvalidArgument("Only chunks may follow the header.")
        if len(request.chunk) > CHUNK:
            raise InvalidArgument("A chunk may have 1 MiB at most.")
        yield request.chunk
