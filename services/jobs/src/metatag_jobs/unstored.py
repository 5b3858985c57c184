"""One document through the stages of the pipeline with nothing kept: no database, no queue, no file store.

For a program that holds the file, the ocr service and the tagger itself, and shows the result once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from metatag.v1 import jobs_pb2
from metatag_jobs.adapters.grpc_tagger import GrpcTagger
from metatag_jobs.adapters.ocr.local import LocalNode
from metatag_jobs.adapters.ocr.pool import PooledOcr
from metatag_jobs.errors import FileGone, FileTooLarge
from metatag_jobs.learning.archives import Archives, Known
from metatag_jobs.model import JOB_SINGLE, ProcessOptions, Source, SourceCheck, TagOptions
from metatag_jobs.pdf import inspect_pdf
from metatag_jobs.pipeline import Limits, Pipeline
from metatag_jobs.results import Problem
from metatag_jobs.retrying import Limits as RetryLimits
from metatag_jobs.retrying import decide
from metatag_jobs.settings import JobsSettings
from metatag_jobs.wire import from_message, to_message
from metatag_jobs.work import Artifact, Checkpoint, Claim, Finish, JobContext, PageEvent
from metatag_runtime.errors import InvalidArgument, MetatagError

_BLOCK = 1024 * 1024


class Unstored:
    """Reads and tags files of this machine."""

    def __init__(self, settings: JobsSettings, ocr: Any, ocr_slots: int, tagger: Any) -> None:
        """`ocr` and `tagger` are stubs of services in this process; `ocr_slots` pages are read at once."""
        self._settings = settings
        self._retry = RetryLimits(settings.max_tries, settings.max_waits)
        self._ocr = PooledOcr(
            LocalNode(ocr, ocr_slots),
            deadline=settings.ocr_deadline,
            range_pages=settings.ocr_range_pages,
            text_pages=settings.ocr_text_pages,
        )
        self._tagger = GrpcTagger("", settings.tag_deadline, tagger)

    async def process(self, path: Path, options: jobs_pb2.ProcessOptions) -> jobs_pb2.Document:
        """Return the document as it would be stored, without an id; its state is success or failed.

        Raises MetatagError for a file that would not be taken, and OSError. Blocks while it reads the file.
        """
        digest, size = inspect_pdf(path)
        if size > self._settings.max_file_bytes:
            raise FileTooLarge(self._settings.max_file_bytes)
        source = Source("upload", f"upload://{path.name}")
        claim = Claim(
            document_id="", attempt=1, job_id="", position=0, title="", description="", source=source, stage="ocr",
            tries=0, waits=0, crashes=0, created_at=time.time(), file_sha256=digest, file_size=size,
        )  # fmt: skip
        job = JobContext("", "", JOB_SINGLE, from_message(ProcessOptions, options), None, "", "")
        finish = await self._finish(self._pipeline(path), claim, job)
        document = finish.document
        document.result = finish.result
        return to_message(jobs_pb2.Document(), document)

    async def _finish(self, pipeline: Pipeline, claim: Claim, job: JobContext) -> Finish:
        """Run the stages, again where a worker would try a document again that somebody waits for."""
        while True:
            try:
                return await pipeline.run(claim, job)
            except MetatagError as error:
                verdict = decide(error, claim, self._retry, interactive=True)
            if isinstance(verdict, Problem):
                return pipeline.give_up(claim, verdict.code, verdict.message)
            claim.tries += verdict.used_try
            claim.waits += verdict.waited
            await asyncio.sleep(verdict.not_before)

    def _pipeline(self, path: Path) -> Pipeline:
        settings = self._settings
        limits = Limits(
            settings.max_file_bytes, settings.fetch_deadline, settings.tag_deadline, self._retry, reuse=False
        )
        return Pipeline(
            journal=_NoJournal(),
            files=_OneFile(path),
            fetcher=_NoFetcher(),
            ocr=self._ocr,
            tagger=self._tagger,
            keys=_NoKeys(),
            archives=_NothingLearnt(),
            limits=limits,
            new_id=lambda: "",
        )


class _NoJournal:
    """The port Journal: writes nothing."""

    async def checkpoint(self, checkpoint: Checkpoint) -> tuple[str, Artifact]:
        return "processing", checkpoint.artifact

    async def reuse(self, claim: Claim, stage: str, kind: str, digest: str) -> tuple[str, Artifact] | None:
        return None

    def page(self, page: PageEvent) -> None:
        pass

    async def keep_page_checkpoint(self, claim: Claim, artifact: Artifact) -> bool:
        return False

    async def parts(self, claim: Claim) -> Sequence[str]:
        return ()

    async def drop_parts(self, claim: Claim) -> Sequence[str]:
        return ()


class _OneFile:
    """The port FileStore: gives the document's file, and takes what stages put away without keeping it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def put(self, name: str, path: Path) -> None:
        pass

    async def put_bytes(self, name: str, data: bytes) -> None:
        pass

    async def read(self, name: str) -> bytes:
        raise FileGone

    async def stream(self, name: str) -> AsyncIterator[bytes]:
        with self._path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block

    async def delete(self, name: str) -> None:
        pass

    async def list_objects(self, shard: str) -> AsyncIterator[list[tuple[str, float]]]:
        nothing: list[tuple[str, float]] = []
        yield nothing

    async def ping(self) -> None:
        pass


class _NoFetcher:
    """The port Fetcher: the file is here."""

    async def fetch(self, source: Source, target: Path, max_bytes: int) -> None:
        raise FileGone

    async def check(self, source: Source) -> SourceCheck:
        return SourceCheck()


class _NothingLearnt(Archives):
    """No user, and so no archive whose documents say anything."""

    def __init__(self) -> None:
        """Read from no store."""

    async def of(self, user_id: str) -> Known | None:
        return None

    async def guided(self, user_id: str, tag_options: TagOptions) -> TagOptions:
        return tag_options


class _NoKeys:
    """The port KeyBox: no document here has a key of its own."""

    def seal(self, job_id: str, provider_key: str) -> bytes:
        raise InvalidArgument("No provider key is kept here.")

    def open(self, job_id: str, sealed: bytes) -> str:
        raise ValueError("No provider key is kept here.")

    def fingerprint(self, provider_key: str) -> str:
        return ""
