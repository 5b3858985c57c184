"""Files for batches: many PDFs in one form, and the v1 API's synchronous CSV batch."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response

from metatag_gateway import exclusions, sync_batch
from metatag_gateway.batches import upload_reference
from metatag_gateway.creation import create_job
from metatag_gateway.errors import TooLarge
from metatag_gateway.forms import Part
from metatag_gateway.model.documents import Document, StoredFile
from metatag_gateway.model.jobs import Job, NewJob
from metatag_gateway.ports import Jobs
from metatag_gateway.problems import STATUS_BY_CODE
from metatag_gateway.routes.access import Processor, known
from metatag_gateway.routes.bodies import form_of, store, while_connected
from metatag_gateway.routes.dependencies import Dependencies, dependencies_of
from metatag_gateway.routes.profiles import with_profile
from metatag_gateway.routes.single import MAX_CONFIG, check_pages, parse_config
from metatag_gateway.schemas.batch import (
    FoundFile,
    FoundView,
    LegacyDocument,
    LegacyReport,
    LegacyStatistics,
    LegacyView,
    SoughtBody,
    SoughtFile,
    UploadedFile,
    UploadsView,
)
from metatag_gateway.schemas.config import TaggingConfig
from metatag_gateway.wait_for_job import until_ended
from metatag_runtime.errors import ErrorCode, InvalidArgument, MetatagError

router = APIRouter(prefix="/api/batch", tags=["Batch Processing"])

MAX_FILES = 5000
# What files that were refused, those too large among them, may have beyond their refusal, all of one form together.
MAX_REFUSED_BYTES = 2 * 1024**3
MAX_CSV = 16 * 1024 * 1024
PAGE = 1000
_BINARY = {"type": "string", "format": "binary"}


def _form(required: list[str], properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "required": required, "properties": properties}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@router.post(
    "/uploads",
    response_model=UploadsView,
    responses=known(415, 507),
    openapi_extra=_form(["files"], {"files": {"type": "array", "items": _BINARY, "description": "PDFs."}}),
)
async def upload_files(
    request: Request,
    caller: Processor,
    content_sha256: Annotated[
        str | None,
        Header(
            alias="X-Content-SHA256",
            pattern=r"^[0-9A-Fa-f]{64}$",
            description="For a form of one file: what its SHA-256 must be.",
        ),
    ] = None,
) -> UploadsView:
    """Store PDFs for a batch. A row names one by its `file_path` and `file_source_type: upload`.

    Files go on to the store while they come in. A refused file does not touch the others; the same bytes sent again,
    after a lost connection for example, give the same reference and take no room.
    """
    parts = dependencies_of(request)
    files: list[UploadedFile] = []
    async for part in form_of(request, parts.settings.body_idle_seconds).parts(MAX_REFUSED_BYTES):
        if not part.file_name:
            continue
        if len(files) >= MAX_FILES:
            raise TooLarge(f"At most {MAX_FILES} files may come in one form.")
        files.append(await _take(parts, caller.user_id, part, content_sha256 or ""))
    if not files:
        raise InvalidArgument("Please provide at least one PDF file.")
    stored = sum(file.error is None for file in files)
    return UploadsView(files=files, stored_count=stored, failed_count=len(files) - stored)


@router.post("/uploads/find", responses=known())
async def find_uploads(request: Request, caller: Processor, body: SoughtBody) -> FoundView:
    """Tell which files are stored already, by their SHA-256: an upload that was broken off goes on with the others."""
    parts = dependencies_of(request)
    digests = {sought.content_sha256.lower() for sought in body.files}
    stored = await parts.jobs.find_uploads(caller.user_id, sorted(digests)) if digests else {}
    files = [_found(sought, stored.get(sought.content_sha256.lower())) for sought in body.files]
    found = sum(file.file_id is not None for file in files)
    return FoundView(
        files=files,
        found_count=found,
        missing_count=len(files) - found,
        max_upload_bytes=parts.settings.max_upload_bytes,
    )


def _found(sought: SoughtFile, stored: StoredFile | None) -> FoundFile:
    return FoundFile(
        file_name=sought.file_name,
        content_sha256=sought.content_sha256.lower(),
        file_id=stored.file_id if stored else None,
        file_path=upload_reference(stored.file_id, sought.file_name) if stored else None,
        size_bytes=stored.size_bytes if stored else None,
    )


async def _take(parts: Dependencies, user_id: str, part: Part, content_sha256: str) -> UploadedFile:
    name = part.file_name or ""
    try:
        found = await store(parts, user_id, part, content_sha256.lower())
    except MetatagError as error:
        # What is wrong with this file is its own affair; what is wrong with us or the quota ends the request.
        if STATUS_BY_CODE[error.code] not in {400, 413, 415} or error.code is ErrorCode.QUOTA_EXCEEDED:
            raise
        return UploadedFile(
            file_name=name,
            file_id=None,
            file_path=None,
            content_sha256=None,
            size_bytes=None,
            error=error.message,
            error_code=str(error.code),
        )
    return UploadedFile(
        file_name=name,
        file_id=found.file_id,
        file_path=upload_reference(found.file_id, found.file_name),
        content_sha256=found.content_sha256,
        size_bytes=found.size_bytes,
        error=None,
    )


@dataclass
class LegacyForm:
    """What the parts of the legacy form said."""

    content: bytes | None = None
    config: str | None = None
    exclusion_name: str = ""
    exclusion: bytes | None = None


@router.post(
    "/process",
    response_model=LegacyView,
    responses=known(404, 409, 504),
    deprecated=True,
    openapi_extra=_form(
        ["csv_file", "config"],
        {
            "csv_file": {**_BINARY, "description": "A file named `*.csv` with title, file_source_type, file_path."},
            "config": {"type": "string", "description": "A TaggingConfig as JSON.", "example": "{}"},
            "exclusion_file": _BINARY,
        },
    ),
)
async def process_csv(request: Request, caller: Processor) -> LegacyView | Response:
    """Process the rows of a CSV and wait for all of them; kept for old clients, start a batch instead."""
    parts = dependencies_of(request)
    form = await _read(request, parts)
    if form.config is None:
        raise InvalidArgument("config: Field required")
    config = parse_config(form.config, parts.settings.max_pages)
    if isinstance(config, Response):
        return config
    config = await with_profile(parts, caller.user_id, config)
    check_pages(config, parts.settings.max_pages)
    if form.content is None:
        raise InvalidArgument("csv_file: Field required")
    words = None
    if form.exclusion is not None:
        words = await exclusions.read(form.exclusion_name, form.exclusion, parts.ocr)
    table = await asyncio.to_thread(sync_batch.read, form.content)
    if table.error:
        return _view(table, None, [])
    done = await while_connected(request, _process(parts, caller.user_id, table, config, words))
    return _view(table, *done) if done else Response(status_code=499)


async def _read(request: Request, parts: Dependencies) -> LegacyForm:
    form = LegacyForm()
    async for part in form_of(request, parts.settings.body_idle_seconds).parts():
        if part.name == "config":
            form.config = await part.text(MAX_CONFIG)
        elif part.name == "csv_file" and part.file_name != "":
            if not (part.file_name or "").lower().endswith(".csv"):
                raise InvalidArgument("Invalid file type. Please upload a CSV file.")
            form.content = await part.content(MAX_CSV)
            if not form.content:
                raise InvalidArgument("Empty CSV file")
        elif part.name == "exclusion_file" and part.file_name:
            form.exclusion_name = part.file_name
            form.exclusion = await part.content(parts.settings.max_exclusion_bytes)
    return form


async def _process(
    parts: Dependencies, user_id: str, table: sync_batch.Table, config: TaggingConfig, words: list[str] | None
) -> tuple[Job, list[Document]]:
    specs = table.specs()
    if len(specs) > parts.settings.max_batch_documents:
        raise TooLarge(f"A batch may hold {parts.settings.max_batch_documents} documents; this one has {len(specs)}.")
    new = NewJob(
        "batch",
        config.options(words),
        provider_key=config.provider_key(),
        public_config=config.public(),
        columns=table.own_columns,
    )
    job = await create_job(parts.jobs, parts.quotas, user_id, new, specs, count=table.row_count)
    ended = await until_ended(parts.jobs, user_id, job, parts.settings.single_seconds)
    return ended, await all_documents(parts.jobs, user_id, job.id)


async def all_documents(jobs: Jobs, user_id: str, job_id: str) -> list[Document]:
    """Give every document of a job."""
    found: list[Document] = []
    while page := await jobs.documents(user_id, job_id, PAGE, found[-1].row + 1 if found else 0):
        found += page
        if len(page) < PAGE:
            break
    return found


def _view(table: sync_batch.Table, job: Job | None, documents: list[Document]) -> LegacyView:
    errors = [table.error] if table.error else []
    errors += [f"{found.title}: {sync_batch.reason(found)}" for found in documents if found.status != "success"]
    processed = sum(found.status == "success" for found in documents)
    failed = len(documents) - processed
    rate = f"{100 * processed / len(documents):.1f}%" if documents else "0.0%"
    statistics = LegacyStatistics(total=len(documents), processed=processed, failed=failed, success_rate=rate)
    rows = [
        LegacyDocument(
            title=found.title,
            success=found.status == "success",
            tags=found.tags,
            error=None if found.status == "success" else sync_batch.reason(found),
        )
        for found in documents
    ]
    return LegacyView(
        success=processed > 0,
        total_documents=len(documents),
        processed_count=processed,
        failed_count=failed,
        output_csv_url=sync_batch.write(table, documents) if documents else "",
        summary_report=LegacyReport(documents=rows, errors=errors, statistics=statistics if documents else None),
        processing_time=job.seconds if job else 0.0,
        job_id=job.id if job else None,
    )
