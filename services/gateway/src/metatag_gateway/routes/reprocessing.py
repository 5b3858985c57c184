"""Documents processed again from their stored files, with other settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Request

from metatag_gateway.creation import create_job
from metatag_gateway.errors import TooLarge
from metatag_gateway.idempotency import request_digest
from metatag_gateway.model.documents import DocumentSpec, Source
from metatag_gateway.model.jobs import Job, NewJob
from metatag_gateway.routes.access import Processor, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.routes.profiles import with_profile
from metatag_gateway.routes.single import IdempotencyKey, check_pages
from metatag_gateway.schemas.reprocessing import (
    ReprocessBody,
    ReprocessingManyView,
    ReprocessingView,
    ReprocessManyBody,
)
from metatag_runtime.log_ids import bind_log_ids

router = APIRouter(prefix="/api/history/documents", tags=["Records"])

# Names the batch together with the day.
SOURCE_NAME = "Processed again"


@router.post("/{doc_id}/process-again", status_code=202, responses=known(404, 409, 422, 507))
async def reprocess_document(
    request: Request, caller: Processor, doc_id: UUID, body: ReprocessBody, idempotency_key: IdempotencyKey = None
) -> ReprocessingView:
    """Process a document again from its stored file; its job says when that is done.

    The document keeps its present result until then, and for ever in its history, also when the run fails.
    """
    job = await _start(request, caller.user_id, "single", [str(doc_id)], body, key=idempotency_key or "")
    warnings = body.config.unknown_fields()
    return ReprocessingView(document_id=str(doc_id), job_id=job.id, status=job.status, warnings=warnings)


@router.post("/process-again", status_code=202, responses=known(404, 409, 422, 507))
async def reprocess_documents(
    request: Request, caller: Processor, body: ReprocessManyBody, idempotency_key: IdempotencyKey = None
) -> ReprocessingManyView:
    """Process many documents again as one batch; one that is in work, or whose file is gone, fails alone."""
    most = dependencies_of(request).settings.max_batch_documents
    if len(body.document_ids) > most:
        raise TooLarge(f"A batch may hold {most} documents; this one has {len(body.document_ids)}.")
    job = await _start(
        request, caller.user_id, "batch", body.document_ids, body, key=idempotency_key or "", name=body.name
    )
    return ReprocessingManyView(
        job_id=job.id,
        total_documents=job.total_documents,
        status=job.status,
        warnings=body.config.unknown_fields(),
    )


async def _start(
    request: Request,
    user_id: str,
    job_type: str,
    document_ids: Sequence[str],
    body: ReprocessBody,
    *,
    key: str,
    name: str = "",
) -> Job:
    parts = dependencies_of(request)
    config = await with_profile(parts, user_id, body.config)
    check_pages(config, parts.settings.max_pages)
    options = dataclasses.replace(config.options(), replace_edits=body.replace_edits)
    new = NewJob(
        job_type=job_type,
        options=options,
        provider_key=config.provider_key(),
        idempotency_key=key,
        public_config=config.public(),
        request_digest=request_digest("reprocess", options, list(document_ids)) if key else "",
        name=name,
        source_name=SOURCE_NAME if job_type == "batch" else "",
    )
    rows = [DocumentSpec("", "", Source("upload", ""), reprocess_of=each.lower()) for each in document_ids]
    job = await create_job(parts.jobs, parts.quotas, user_id, new, rows, count=len(rows))
    bind_log_ids(job_id=job.id)
    return job
