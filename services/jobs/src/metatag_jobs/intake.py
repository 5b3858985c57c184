"""Taking a job in: checks options and rows, stores them in portions, starts the job. A wrong row fails alone."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog

from metatag_jobs.errors import JobNotFound, StillCreating
from metatag_jobs.model import JOB_BATCH, JOB_SINGLE, MAX_DOCUMENTS, DocumentSpec, Job, ProcessOptions, Source
from metatag_jobs.ports import EventBus, KeyBox
from metatag_jobs.results import Problem
from metatag_jobs.sources import TYPES
from metatag_jobs.stores import JobStore, VocabularyStore
from metatag_jobs.work import NewDocument, NewJob
from metatag_runtime.context import request_id
from metatag_runtime.errors import ErrorCode, InvalidArgument, NotFound, Unavailable
from metatag_runtime.loops import run_forever
from metatag_runtime.tracing import trace_parent

log = structlog.get_logger("metatag.jobs.intake")

# Documents in one message and in one transaction.
PORTION = 1000
MAX_TITLE = 500
MAX_DESCRIPTION = 10_000
MAX_PATH = 4000
# A row's own columns: their number, and characters of a name and of a cell.
MAX_COLUMNS = 100
MAX_COLUMN_NAME = 100
MAX_CELL = 2000
# Characters of a batch's name and of a document's folder.
MAX_NAME = 200
MAX_FOLDER = 1000
MAX_ID = 64
# A creation says this often that it goes on. Seconds.
HEARTBEAT_SECONDS = 1.5
# A call waits so long for another one with the same idempotency key, and looks this often. Seconds.
OTHER_SECONDS = 20.0
OTHER_LOOK = 0.25


@dataclass(frozen=True)
class Submission:
    """A job as it is asked for."""

    user_id: str
    job_id: str
    type: str
    options: ProcessOptions
    provider_key: str
    idempotency_key: str
    public_config: dict[str, Any] | None
    request_id: str = ""
    request_digest: str = ""
    columns: Sequence[str] = ()
    # What the user calls the batch, and the folder or table that it is from.
    name: str = ""
    source_name: str = ""


class Intake:
    """The use case CreateJob."""

    def __init__(
        self,
        jobs: JobStore,
        vocabularies: VocabularyStore,
        keys: KeyBox,
        event_bus: EventBus,
        *,
        max_running: int,
        new_id: Callable[[], str],
    ) -> None:
        self._jobs = jobs
        self._vocabularies = vocabularies
        self._keys = keys
        self._event_bus = event_bus
        self._max_running = max_running
        self._new_id = new_id

    async def create(
        self, submission: Submission, documents: AsyncIterator[Sequence[DocumentSpec]]
    ) -> tuple[Job, bool]:
        """Store and start a job; give it, and whether it is the answer to an earlier call with the same key."""
        job = await self._new_job(submission)
        earlier = await self._begin(job)
        if earlier is not None:
            return earlier, True
        heartbeats = asyncio.create_task(run_forever(lambda: self._heartbeat(job.id), "creation of a job"))
        try:
            await self._add_all(job.id, documents)
            started = await self._jobs.activate(job.id)
        except JobNotFound:
            raise Unavailable("The creation stood still for too long; send it again.", retry_after=1.0) from None
        except BaseException:
            await self._give_up(job.id)
            raise
        finally:
            heartbeats.cancel()
        await self._event_bus.announce([job.id])
        await self._event_bus.wake_dispatcher()
        return started, False

    async def _begin(self, job: NewJob) -> Job | None:
        """Begin a job; return that of an earlier call with the same key once it is whole. Raises StillCreating."""
        loop = asyncio.get_running_loop()
        end = loop.time() + OTHER_SECONDS
        while True:
            try:
                return await self._jobs.begin(job)
            except StillCreating:
                if loop.time() >= end:
                    raise
            await asyncio.sleep(OTHER_LOOK * random.uniform(0.5, 1.5))  # noqa: S311  jitter, no secret

    async def _heartbeat(self, job_id: str) -> None:
        await asyncio.sleep(HEARTBEAT_SECONDS)
        await self._jobs.keep_creating(job_id)

    async def _give_up(self, job_id: str) -> None:
        """Drop the job; if that fails too, the sweeper finds it standing still."""
        try:
            await self._jobs.abandon(job_id)
        except Exception as error:
            log.warning("creation not dropped", job_id=job_id, error=type(error).__name__)

    async def _new_job(self, asked: Submission) -> NewJob:
        if not asked.user_id:
            raise InvalidArgument("user_id is missing.")
        if asked.type not in (JOB_SINGLE, JOB_BATCH):
            raise InvalidArgument("type must be single or batch.")
        if len(asked.request_digest) > 64:
            raise InvalidArgument("request_digest must be a SHA-256 in hex.")
        if len(asked.columns) > MAX_COLUMNS:
            raise InvalidArgument(f"Rows may have {MAX_COLUMNS} columns of their own at most.")
        if len(asked.idempotency_key) > 200:
            raise InvalidArgument("The idempotency key has more than 200 characters.")
        job_id = _job_id(asked.job_id) if asked.job_id else self._new_id()
        version = 0
        if asked.options.vocabulary:
            try:
                version = (await self._vocabularies.get(asked.user_id, asked.options.vocabulary, 0)).version
            except NotFound:
                raise InvalidArgument(f"There is no vocabulary named {asked.options.vocabulary!r}.") from None
        return NewJob(
            id=job_id,
            user_id=asked.user_id,
            type=asked.type,
            options=self._options(asked.options),
            public_config=asked.public_config,
            idempotency_key=asked.idempotency_key,
            secret=self._keys.seal(job_id, asked.provider_key) if asked.provider_key else None,
            limiter=self._keys.fingerprint(asked.provider_key) or "service",
            request_id=(asked.request_id or request_id())[:64],
            trace_parent=trace_parent(),
            vocabulary_version=version,
            request_digest=asked.request_digest,
            columns=[name[:MAX_COLUMN_NAME] for name in asked.columns],
            name=_name(asked),
        )

    def _options(self, asked: ProcessOptions) -> ProcessOptions:
        for name in ("num_pages", "max_running", "budget_micros", "min_text_chars"):
            if getattr(asked, name) < 0:
                raise InvalidArgument(f"{name} must not be negative.")
        if len(asked.languages) > 4:
            raise InvalidArgument("languages may name 4 languages at most.")
        if not 0 <= asked.tag_options.num_tags <= 50:
            raise InvalidArgument("num_tags must be 1 to 50.")
        return replace(asked, max_running=min(asked.max_running or self._max_running, self._max_running))

    async def _add_all(self, job_id: str, documents: AsyncIterator[Sequence[DocumentSpec]]) -> None:
        count = 0
        async for portion in documents:
            if count + len(portion) > MAX_DOCUMENTS:
                raise InvalidArgument(f"A job may have {MAX_DOCUMENTS:,} documents at most.")
            for start in range(0, len(portion), PORTION):
                part = portion[start : start + PORTION]
                await self._jobs.add(job_id, [self._document(count + i, spec) for i, spec in enumerate(part)])
                count += len(part)
        if not count:
            raise InvalidArgument("No documents provided")

    def _document(self, position: int, spec: DocumentSpec) -> NewDocument:
        return NewDocument(
            id=self._new_id(),
            position=position,
            title=spec.title.strip()[:MAX_TITLE],
            description=spec.description[:MAX_DESCRIPTION],
            source=replace(spec.source, path=spec.source.path[:MAX_PATH]),
            problem=spec.problem or (None if spec.reprocess_of else _wrong(spec.source)),
            columns={name[:MAX_COLUMN_NAME]: value[:MAX_CELL] for name, value in spec.columns.items()},
            folder=folder_of(spec.folder),
            reprocess_of=spec.reprocess_of[:MAX_ID],
        )


def folder_of(path: str) -> str:
    """Return a folder as it is shown: parts separated by "/", without empty ones, "." and control characters."""
    printable = "".join(char for char in path.replace("\\", "/") if char.isprintable())
    return "/".join(part for part in printable.split("/") if part.strip() not in ("", "."))[:MAX_FOLDER]


def _name(asked: Submission) -> str:
    """Return the name of a batch: the one given, or that of its folder or table with the day, in UTC."""
    given, source = " ".join(asked.name.split()), " ".join(asked.source_name.split())
    if given or not source:
        return given[:MAX_NAME]
    return f"{source[: MAX_NAME - 11]} {datetime.now(UTC):%Y-%m-%d}"


def _wrong(source: Source) -> Problem | None:
    """Give what is wrong with a row before any work."""
    if source.type not in TYPES:
        return Problem(str(ErrorCode.INVALID_ARGUMENT), "Unknown source type")
    if not source.path.strip() and not source.file_id:
        return Problem(str(ErrorCode.INVALID_ARGUMENT), "file_path is required")
    if len(source.path) > MAX_PATH:
        return Problem(str(ErrorCode.INVALID_ARGUMENT), f"file_path has more than {MAX_PATH} characters")
    if source.type == "upload" and not source.file_id:
        return Problem(str(ErrorCode.INVALID_ARGUMENT), "The uploaded file is missing")
    return None


def _job_id(asked: str) -> str:
    try:
        return str(uuid.UUID(asked))
    except ValueError:
        raise InvalidArgument("job_id must be a UUID.") from None
