"""The parts that the servicer's files share."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc

from metatag.v1 import jobs_pb2
from metatag_jobs.exports import Exports
from metatag_jobs.intake import Intake
from metatag_jobs.model import Document, Job
from metatag_jobs.ports import EventBus, FileStore, KeyBox
from metatag_jobs.sources import Sources
from metatag_jobs.stores import History, JobStore, Summaries, VocabularyStore
from metatag_jobs.uploads import Uploads
from metatag_jobs.watching import Watching
from metatag_jobs.wire import to_message
from metatag_runtime.errors import InvalidArgument

Context = grpc.aio.ServicerContext[Any, Any]

# The wire contract's bound of a chunk.
CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Dependencies:
    """Everything that the servicer calls."""

    jobs: JobStore
    intake: Intake
    watching: Watching
    uploads: Uploads
    history: History
    summaries: Summaries
    exports: Exports
    vocabularies: VocabularyStore
    sources: Sources
    files: FileStore
    event_bus: EventBus
    keys: KeyBox
    max_file_bytes: int
    # What health asks, by name.
    dependencies: Mapping[str, Callable[[], Awaitable[None]]]


def job_message(job: Job) -> jobs_pb2.Job:
    """Translate a job."""
    return to_message(jobs_pb2.Job(), job)


def document_message(document: Document) -> jobs_pb2.Document:
    """Translate a document."""
    return to_message(jobs_pb2.Document(), document)


def bounded(limit: int, default: int = 50, most: int = 1000) -> int:
    """Give a page size; raises InvalidArgument."""
    if limit < 0 or limit > most:
        raise InvalidArgument(f"limit must be 1 to {most}.")
    return limit or default


async def first_header(requests: AsyncIterator[Any]) -> Any:
    """Give the header with which a stream must begin; raises InvalidArgument."""
    request = await anext(requests, None)
    if request is None or request.WhichOneof("part") != "header":
        raise InvalidArgument("The first message must be the header.")
    return request.header
