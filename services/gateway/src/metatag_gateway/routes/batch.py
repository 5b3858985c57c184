"""Batches: start, watch over, control."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request

from metatag_gateway import batches
from metatag_gateway.creation import create_job
from metatag_gateway.errors import TooLarge
from metatag_gateway.idempotency import request_digest
from metatag_gateway.model.documents import Source
from metatag_gateway.model.jobs import Job, NewJob
from metatag_gateway.prefixes import Prefixes
from metatag_gateway.routes.access import Processor, Reader, Writer, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.routes.profiles import with_profile
from metatag_gateway.routes.single import IdempotencyKey, Prefer, check_pages, check_unknown, is_strict
from metatag_gateway.schemas.batch import (
    UUID_PATTERN,
    ActiveJob,
    ActiveView,
    BatchBody,
    Column,
    ControlView,
    PathCheck,
    PathsBody,
    PathsView,
    StartedView,
    StatusView,
    TemplateView,
)
from metatag_gateway.schemas.config import provider_key
from metatag_gateway.schemas.history import RetryBody, RetryView
from metatag_runtime.errors import InvalidArgument, NotFound
from metatag_runtime.log_ids import bind_log_ids

router = APIRouter(prefix="/api/batch", tags=["Batch Processing"])

JobId = Annotated[str, Path(max_length=200, description="The job's UUID.")]
MAX_ACTIVE = 1000
_UUID = re.compile(UUID_PATTERN)


@router.post("/start", responses=known(404, 409, 422, 507))
async def start_batch(
    request: Request,
    caller: Processor,
    body: BatchBody,
    prefer: Prefer = None,
    idempotency_key: IdempotencyKey = None,
) -> StartedView:
    """Start a batch and return at once. A wrong row fails alone; `job_id`, if given, must be a new UUID.

    A row of S3 whose `file_path` ends with `/` stands for all PDFs below it, each with its folder.
    """
    parts = dependencies_of(request)
    count = len(body.documents)
    if not count:
        raise InvalidArgument("No documents provided")
    if count > parts.settings.max_batch_documents:
        raise TooLarge(f"A batch may hold {parts.settings.max_batch_documents} documents; this one has {count}.")
    warnings = check_unknown(body.config, is_strict(prefer))
    config = await with_profile(parts, caller.user_id, body.config)
    check_pages(config, parts.settings.max_pages)
    mapping = batches.check_mapping(body.column_mapping)
    # A hundred thousand rows take a tenth of a second.
    columns, left_out = await asyncio.to_thread(batches.own_columns, body.documents, mapping)
    options = config.options()
    digest = ""
    if idempotency_key:
        digest = await asyncio.to_thread(
            request_digest, "batch", options, [body.documents, mapping, body.name, body.source_name]
        )
    new = NewJob(
        job_type="batch",
        options=options,
        job_id=(body.job_id or "").lower(),
        provider_key=config.provider_key(),
        idempotency_key=idempotency_key or "",
        public_config=config.public(),
        request_digest=digest,
        columns=columns,
        name=body.name,
        source_name=body.source_name,
    )
    rows = partial(batches.specs, body.documents, mapping, columns)
    prefixes = await Prefixes.look(parts.jobs, caller.user_id, rows(), parts.settings.max_batch_documents)
    count = await asyncio.to_thread(prefixes.count, rows(), count)
    if count > parts.settings.max_batch_documents:
        raise TooLarge(f"A batch may hold {parts.settings.max_batch_documents} documents; this one has {count}.")
    documents = prefixes.expand(rows())
    job = await create_job(parts.jobs, parts.quotas, caller.user_id, new, documents, count=count)
    bind_log_ids(job_id=job.id)
    total = job.total_documents
    message = f"Started processing of {total} documents"
    return StartedView(job_id=job.id, total_documents=total, message=message, warnings=[*warnings, *left_out])


@router.get("/jobs/{job_id}/status", responses=known(404))
async def job_status(request: Request, caller: Reader, job_id: JobId) -> StatusView:
    """Tell how far a job is."""
    return status_view(await dependencies_of(request).jobs.get(caller.user_id, known_id(job_id)))


@router.post("/jobs/{job_id}/cancel", responses=known(404, 409))
async def cancel_job(request: Request, caller: Writer, job_id: JobId) -> ControlView:
    """Cancel a job: documents in work stop within two seconds, those done stay."""
    return await _control(request, caller.user_id, job_id, "cancel")


@router.post("/jobs/{job_id}/pause", responses=known(404, 409))
async def pause_job(request: Request, caller: Writer, job_id: JobId) -> ControlView:
    """Pause a job until it is resumed, over restarts too."""
    return await _control(request, caller.user_id, job_id, "pause")


@router.post("/jobs/{job_id}/resume", responses=known(404, 409))
async def resume_job(request: Request, caller: Writer, job_id: JobId) -> ControlView:
    """Resume a paused job."""
    return await _control(request, caller.user_id, job_id, "resume")


@router.post("/jobs/{job_id}/retry", responses=known(404, 409))
async def retry_documents(request: Request, caller: Writer, job_id: JobId, body: RetryBody) -> RetryView:
    """Queue failed documents again: those named, or all."""
    key = provider_key(body.api_key.get_secret_value()) if body.api_key else ""
    jobs = dependencies_of(request).jobs
    job, retried = await jobs.retry(caller.user_id, known_id(job_id), body.document_ids or [], key)
    return RetryView(job_id=job.id, retried=retried, status=job.status)


@router.get("/active", responses=known())
async def active_jobs(request: Request, caller: Reader) -> ActiveView:
    """List the caller's running and paused batches."""
    states = ("pending", "processing", "paused")
    found, _ = await dependencies_of(request).jobs.list_jobs(caller.user_id, MAX_ACTIVE, 0, states, "batch")
    return ActiveView(jobs=[_active(job) for job in found])


@router.post("/validate-paths", responses=known(504))
async def validate_paths(request: Request, caller: Processor, body: PathsBody) -> PathsView:
    """Look whether each source could be fetched. The answers keep the order."""
    sources = [Source(item.type.strip().lower(), item.path.strip().replace("\x00", "")) for item in body.paths]
    # What cannot be right is not asked for: jobs knows four types, and needs a path.
    right = [source for source in sources if source.path and source.type in batches.SOURCE_TYPES]
    asked = [batches.upload_source(source.path) if source.type == "upload" else source for source in right]
    await dependencies_of(request).quotas.checks(caller.user_id, len(asked))
    checks = iter(await dependencies_of(request).jobs.validate(caller.user_id, asked) if asked else [])
    results = []
    for source in sources:
        if not source.path:
            results.append(_invalid(source, "Empty path"))
        elif source.type not in batches.SOURCE_TYPES:
            results.append(_invalid(source, f"Unknown path type: {source.type}"))
        else:
            check = next(checks)
            results.append(
                PathCheck(
                    path=source.path,
                    valid=check.valid,
                    error=check.error,
                    content_type=check.content_type,
                    size=check.size,
                )
            )
    valid = sum(result.valid for result in results)
    return PathsView(results=results, total=len(results), valid_count=valid, invalid_count=len(results) - valid)


@router.get("/template", responses=known())
async def template(caller: Reader) -> TemplateView:
    """Give a CSV to begin with, and what its columns mean."""
    columns = [Column(name=name, required=needed, description=text) for name, needed, text in batches.TEMPLATE_COLUMNS]
    return TemplateView(template=batches.TEMPLATE, columns=columns)


def known_id(job_id: str) -> str:
    """Give a job's id as jobs writes it; what is no UUID can be nobody's job."""
    lowered = job_id.lower()
    if not _UUID.fullmatch(lowered):
        raise NotFound("Job not found")
    return lowered


async def _control(request: Request, user_id: str, job_id: str, command: str) -> ControlView:
    job = await dependencies_of(request).jobs.control(user_id, known_id(job_id), command)
    sentence = f"{command.capitalize()} command sent to job {job.id}"
    return ControlView(message=sentence, job_id=job.id, status=job.status)


def status_view(job: Job) -> StatusView:
    """Give how far a job is."""
    return StatusView(
        job_id=job.id,
        status=job.status,
        progress=job.progress,
        processed_count=job.processed_count,
        failed_count=job.failed_count,
        total=job.total_documents,
        total_documents=job.total_documents,
        results_count=job.processed_count + job.failed_count,
        cancelled_count=job.cancelled_count,
        running_count=job.running_count,
        seq=job.seq,
        error_message=job.error_message,
        waits_until=job.waits_until,
    )


def _active(job: Job) -> ActiveJob:
    return ActiveJob(
        job_id=job.id,
        status=job.status,
        progress=job.progress,
        processed_count=job.processed_count,
        failed_count=job.failed_count,
        total=job.total_documents,
        total_documents=job.total_documents,
    )


def _invalid(source: Source, sentence: str) -> PathCheck:
    return PathCheck(path=source.path, valid=False, error=sentence, content_type=None, size=None)
