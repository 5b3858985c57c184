"""Documents, search, statistics, vocabularies and health."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

import structlog

from metatag.v1 import document_pb2, jobs_pb2, jobs_pb2_grpc
from metatag_jobs.errors import FileGone
from metatag_jobs.facet_index import KINDS
from metatag_jobs.jsonable import unpack
from metatag_jobs.model import Dependency, VocabularyTerm
from metatag_jobs.outcome import full_text
from metatag_jobs.results import OcrOutcome
from metatag_jobs.servicer.core import Context, Dependencies, bounded, document_message
from metatag_jobs.wire import enum_name, from_message, to_message
from metatag_runtime.errors import InvalidArgument, MetatagError

log = structlog.get_logger("metatag.jobs.history")

_STATES = jobs_pb2.DocumentState.DESCRIPTOR

MAX_TERMS = 50_000
# Less than the 2 s that the gateway waits for this service: a silent peer must be reported as silent, and must not make
# jobs, and with it every gateway, look unavailable.
HEALTH_SECONDS = 1.5


class HistoryPart(jobs_pb2_grpc.JobsServiceServicer):
    """The RPCs that read, and vocabularies."""

    dependencies: Dependencies

    async def ListDocuments(
        self, request: jobs_pb2.ListDocumentsRequest, context: Context
    ) -> jobs_pb2.ListDocumentsResponse:
        """Give documents of a job, or a user's finished ones."""
        limit = bounded(request.limit)
        states = [name for state in request.states if (name := enum_name(_STATES, state))]
        if request.job_id:
            found = await self.dependencies.history.of_job(
                request.user_id,
                request.job_id,
                limit=limit,
                from_position=max(0, request.from_position),
                states=states,
            )
        else:
            found = await self.dependencies.history.latest(request.user_id, limit=limit, states=states)
        return jobs_pb2.ListDocumentsResponse(documents=[document_message(each) for each in found])

    async def GetDocument(self, request: jobs_pb2.GetDocumentRequest, context: Context) -> jobs_pb2.GetDocumentResponse:
        """Give one document with its text."""
        document, text_object, _ = await self.dependencies.history.document(request.user_id, request.document_id)
        if text_object:
            try:
                outcome = unpack(OcrOutcome, json.loads(await self.dependencies.files.read(text_object)))
                document.text = full_text(outcome.pages)
            except FileGone:
                log.warning("text object missing", document=document.id)
        return jobs_pb2.GetDocumentResponse(document=document_message(document))

    async def SearchDocuments(
        self, request: jobs_pb2.SearchDocumentsRequest, context: Context
    ) -> jobs_pb2.SearchDocumentsResponse:
        """Search title, tags and text."""
        wanted = dict(request.facets)
        if len(request.query) > 500 or not (request.query.strip() or wanted):
            raise InvalidArgument("query must have 1 to 500 characters.")
        if unknown := set(wanted) - set(KINDS):
            raise InvalidArgument(f"There is no facet '{min(unknown)[:50]}'; these are: {', '.join(KINDS)}.")
        found = await self.dependencies.history.search(request.user_id, request.query, bounded(request.limit), wanted)
        return jobs_pb2.SearchDocumentsResponse(documents=[document_message(each) for each in found])

    async def GetStats(self, request: jobs_pb2.GetStatsRequest, context: Context) -> jobs_pb2.GetStatsResponse:
        """Count a user's jobs and documents."""
        return to_message(jobs_pb2.GetStatsResponse(), await self.dependencies.history.stats(request.user_id))

    async def GetSummary(self, request: jobs_pb2.GetSummaryRequest, context: Context) -> jobs_pb2.GetSummaryResponse:
        """Count a user's last days."""
        if not 1 <= request.days <= 366:
            raise InvalidArgument("days must be 1 to 366.")
        found = await self.dependencies.summaries.of(request.user_id, request.days)
        return to_message(jobs_pb2.GetSummaryResponse(), found)

    async def PutVocabulary(
        self, request: jobs_pb2.PutVocabularyRequest, context: Context
    ) -> jobs_pb2.PutVocabularyResponse:
        """Store a new version of a vocabulary."""
        name = request.name.strip()
        if not 1 <= len(name) <= 100:
            raise InvalidArgument("name must have 1 to 100 characters.")
        if not 1 <= len(request.terms) <= MAX_TERMS:
            raise InvalidArgument(f"terms must be 1 to {MAX_TERMS:,}.")
        terms = [from_message(VocabularyTerm, term) for term in request.terms]
        if any(not 1 <= len(term.label.strip()) <= 200 for term in terms):
            raise InvalidArgument("Each term's label must have 1 to 200 characters.")
        stored = await self.dependencies.vocabularies.put(request.user_id, name, terms)
        return jobs_pb2.PutVocabularyResponse(vocabulary=to_message(document_pb2.Vocabulary(), stored))

    async def GetVocabulary(
        self, request: jobs_pb2.GetVocabularyRequest, context: Context
    ) -> jobs_pb2.GetVocabularyResponse:
        """Give one vocabulary."""
        found = await self.dependencies.vocabularies.get(request.user_id, request.name, request.version)
        return jobs_pb2.GetVocabularyResponse(vocabulary=to_message(document_pb2.Vocabulary(), found))

    async def ListVocabularies(
        self, request: jobs_pb2.ListVocabulariesRequest, context: Context
    ) -> jobs_pb2.ListVocabulariesResponse:
        """Give a user's vocabularies without their terms."""
        found = await self.dependencies.vocabularies.list(request.user_id)
        return jobs_pb2.ListVocabulariesResponse(
            vocabularies=[to_message(document_pb2.Vocabulary(), each) for each, _ in found],
            term_counts=[count for _, count in found],
        )

    async def DeleteVocabulary(
        self, request: jobs_pb2.DeleteVocabularyRequest, context: Context
    ) -> jobs_pb2.DeleteVocabularyResponse:
        """Remove all versions of one vocabulary."""
        await self.dependencies.vocabularies.delete(request.user_id, request.name)
        return jobs_pb2.DeleteVocabularyResponse()

    async def GetDependencies(
        self, request: jobs_pb2.GetDependenciesRequest, context: Context
    ) -> jobs_pb2.GetDependenciesResponse:
        """Tell how what this service stands on is doing."""
        found = await asyncio.gather(*(_ask(name, ping) for name, ping in self.dependencies.dependencies.items()))
        return jobs_pb2.GetDependenciesResponse(
            dependencies=[to_message(jobs_pb2.Dependency(), each) for each in found]
        )


async def _ask(name: str, ping: Callable[[], Awaitable[None]]) -> Dependency:
    start = time.monotonic()
    detail = ""
    try:
        async with asyncio.timeout(HEALTH_SECONDS):
            await ping()
    except MetatagError as error:
        detail = error.message
    except Exception as error:
        log.warning("dependency does not answer", dependency=name, error=repr(error))
        detail = f"The {name.replace('_', ' ')} does not answer."
    return Dependency(name, not detail, detail, int((time.monotonic() - start) * 1000))
