"""One document: process it, or look at it before."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import ValidationError

from metatag_gateway import exclusions
from metatag_gateway.errors import StillRunning
from metatag_gateway.file_names import content_disposition, pdf_name
from metatag_gateway.idempotency import request_digest
from metatag_gateway.model.documents import Source, StoredFile
from metatag_gateway.model.jobs import Job
from metatag_gateway.problems import invalid
from metatag_gateway.routes.access import Processor, Viewer, known
from metatag_gateway.routes.bodies import form_of, store, while_connected
from metatag_gateway.routes.dependencies import Dependencies, dependencies_of
from metatag_gateway.routes.profiles import with_profile
from metatag_gateway.schemas.config import TaggingConfig
from metatag_gateway.schemas.single import AcceptedView, SingleView, single
from metatag_gateway.single_documents import Submission, download_failure
from metatag_gateway.style import Answer
from metatag_runtime.errors import ErrorCode, InvalidArgument, MetatagError

router = APIRouter(prefix="/api/single", tags=["Single Document"])

MAX_CONFIG = 4 * 1024 * 1024
MAX_URL = 4000
BAD_SCHEME = "Invalid URL. Must start with http:// or https://"
IdempotencyKey = Annotated[
    str | None,
    Header(
        max_length=200,
        pattern=r"^[\x20-\x7e]+$",
        description="A repetition with the same key gives the same job; another request with it is 422.",
    ),
]
Prefer = Annotated[
    str | None,
    Header(
        max_length=200,
        description="`respond-async` answers 202 at once; `respond-async, wait=20` waits up to 20 seconds first; "
        "`handling=strict` refuses unknown fields of the config, of which else a warning tells.",
    ),
]

# The pattern is for readers: a wrong scheme is refused in the v1 API's words.
Url = Annotated[str, Query(max_length=MAX_URL, json_schema_extra={"pattern": "^[hH][tT][tT][pP][sS]?://."})]

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["config"],
                    "properties": {
                        "config": {
                            "type": "string",
                            "contentMediaType": "application/json",
                            "contentSchema": {"$ref": "#/components/schemas/TaggingConfig"},
                            "description": "A TaggingConfig as JSON.",
                            "example": '{"num_pages": 3, "num_tags": 8}',
                        },
                        "pdf_file": {"type": "string", "format": "binary", "description": "A PDF, whatever its name."},
                        "pdf_url": {"type": "string", "description": "Instead of a file: an http(s) address."},
                        "exclusion_file": {
                            "type": "string",
                            "format": "binary",
                            "description": "A `.txt` or `.pdf` list of terms, by line or comma; `#` begins a comment.",
                        },
                    },
                }
            },
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["config", "pdf_url"],
                    "properties": {"config": {"type": "string"}, "pdf_url": {"type": "string"}},
                }
            },
        },
    }
}


@dataclass
class SingleForm:
    """What the parts of a form said."""

    config: str | None = None
    url: str = ""
    stored: StoredFile | None = None
    exclusion_name: str = ""
    exclusion: bytes | None = None


@router.post(
    "/process",
    response_model=SingleView,
    responses={202: {"model": AcceptedView, "description": "Still in work."}, **known(404, 409, 415, 422, 504, 507)},
    openapi_extra=_FORM,
)
async def process_single(
    request: Request, caller: Processor, prefer: Prefer = None, idempotency_key: IdempotencyKey = None
) -> SingleView | Answer | Response:
    """Read and tag one PDF, uploaded or fetched from a URL.

    The document also lands in the history, whatever comes of it and whether or not the client waits.
    """
    parts = dependencies_of(request)
    async with parts.quotas.single(caller.user_id):
        form = await _read(request, parts, caller.user_id)
        submission = await _submission(parts, caller.user_id, form, idempotency_key or "", is_strict(prefer))
        if isinstance(submission, Response):
            return submission
        job = await parts.singles.start(caller.user_id, submission)
        asynchronous, seconds = _preference(prefer, parts.settings.single_seconds)
        if asynchronous and seconds <= 0:
            return _accepted(request, job, submission.warnings)
        try:
            done = await while_connected(request, parts.singles.finish(caller.user_id, job, seconds))
        except StillRunning:
            if asynchronous:
                return _accepted(request, job, submission.warnings)
            raise
    # Nobody reads the answer of a client that has gone; the result is in the history.
    return single(*done, submission.warnings) if done is not None else Response(status_code=499)


async def _read(request: Request, parts: Dependencies, user_id: str) -> SingleForm:
    form = SingleForm()
    async for part in form_of(request, parts.settings.body_idle_seconds).parts():
        if part.name == "config":
            form.config = await part.text(MAX_CONFIG)
        elif part.name == "pdf_url":
            form.url = (await part.text(MAX_URL)).strip()
        elif part.name == "pdf_file" and part.file_name != "":
            if form.stored is not None:
                raise InvalidArgument("Please provide one PDF file; for many, start a batch.")
            form.stored = await store(parts, user_id, part)
        elif part.name == "exclusion_file" and part.file_name:
            form.exclusion_name = part.file_name
            form.exclusion = await part.content(parts.settings.max_exclusion_bytes)
    return form


async def _submission(
    parts: Dependencies, user_id: str, form: SingleForm, idempotency_key: str, strict: bool
) -> Submission | Response:
    if form.config is None:
        raise InvalidArgument("config: Field required")
    config = parse_config(form.config, parts.settings.max_pages)
    if isinstance(config, Response):
        return config
    warnings = check_unknown(config, strict)
    config = await with_profile(parts, user_id, config)
    check_pages(config, parts.settings.max_pages)
    words = None
    if form.exclusion is not None:
        words = await exclusions.read(form.exclusion_name, form.exclusion, parts.ocr)
    source, options = _source(form), config.options(words)
    content = form.stored.content_sha256 if form.stored else source.path
    return Submission(
        source=source,
        options=options,
        request_digest=request_digest("single", options, [source.type, content]) if idempotency_key else "",
        provider_key=config.provider_key(),
        idempotency_key=idempotency_key,
        public_config=config.public(),
        warnings=tuple(warnings),
    )


def parse_config(text: str, max_pages: int) -> TaggingConfig | Response:
    """Give the config of a form, or the answer to one that is wrong."""
    try:
        config = TaggingConfig.model_validate_json(text)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False, include_context=False)
        if any(entry["type"] == "json_invalid" for entry in errors):
            raise InvalidArgument("Invalid config JSON format") from None
        return invalid([{**entry, "loc": ("config", *entry["loc"])} for entry in errors])
    check_pages(config, max_pages)
    return config


def check_pages(config: TaggingConfig, max_pages: int) -> None:
    """Validate `num_pages` against `max_pages`."""
    if config.num_pages > max_pages:
        raise InvalidArgument(f"config.num_pages: Input should be less than or equal to {max_pages}")


def is_strict(prefer: str | None) -> bool:
    """Tell whether a client prefers a refusal over a warning (RFC 7240)."""
    return "handling=strict" in re.split(r"[\s,;]+", (prefer or "").lower())


def check_unknown(config: TaggingConfig, strict: bool) -> list[str]:
    """Return a warning for each unknown field of a config; raise InvalidArgument where that is asked for."""
    found = config.unknown_fields()
    if found and (strict or config.strict):
        raise InvalidArgument(" ".join(found))
    return found


def _source(form: SingleForm) -> Source:
    if form.stored is None and not form.url:
        raise InvalidArgument("Please provide either a PDF file or a PDF URL.")
    if form.stored is not None and form.url:
        raise InvalidArgument("Please provide either a PDF file OR a URL, not both.")
    if form.stored is not None:
        return Source("upload", f"upload://{form.stored.file_name}", form.stored.file_id)
    return url_source(form.url)


def url_source(url: str) -> Source:
    """Give the source of an http(s) address; jobs looks where it leads."""
    # As mails and texts write addresses.
    url = url.strip().removeprefix("<").removesuffix(">").strip()
    if not url.lower().startswith(("http://", "https://")):
        raise InvalidArgument(BAD_SCHEME)
    return Source("url", url.replace("\x00", ""))


def _preference(prefer: str | None, most: float) -> tuple[bool, float]:
    preferences = [part.strip().lower() for part in (prefer or "").split(",")]
    asynchronous = "respond-async" in preferences
    waits = [float(found[1]) for part in preferences if (found := re.fullmatch(r"wait=(\d{1,5})", part))]
    if waits:
        return asynchronous, min(waits[0], most)
    return asynchronous, 0.0 if asynchronous else most


def _accepted(request: Request, job: Job, warnings: Sequence[str]) -> Answer:
    path = f"{request.scope.get('root_path', '')}/api/history/jobs/{job.id}"
    view = AcceptedView(
        job_id=job.id,
        status=job.status,
        status_url=path,
        message="The document is being processed; its result will be in the history.",
        warnings=list(warnings),
    )
    return Answer(view, 202, {"Location": path, "Preference-Applied": "respond-async"})


@router.get(
    "/preview",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "The PDF."}, **known(404, 415)},
)
async def preview(request: Request, caller: Viewer, url: Url) -> Response:
    """Fetch a PDF from a URL, under the same guard as processing, to show it."""
    source = url_source(url)
    await dependencies_of(request).quotas.checks(caller.user_id, 1)
    chunks = dependencies_of(request).jobs.fetch(caller.user_id, source)
    try:
        first = await anext(chunks, b"")
    except MetatagError as error:
        if error.code in {ErrorCode.SOURCE_REFUSED, ErrorCode.SOURCE_UNAVAILABLE}:
            raise MetatagError(download_failure(error.message), code=error.code) from error
        raise
    return pdf_response(first, chunks, name_of_url(url))


def name_of_url(url: str) -> str:
    """Return the path of an address, unquoted; nothing of one that is malformed."""
    try:
        return unquote(urlsplit(url).path, errors="replace")
    except ValueError:
        # A bracket in the host is taken for the beginning of an IPv6 address.
        return ""


def pdf_response(first: bytes, rest: AsyncIterator[bytes], name: str) -> Response:
    """Give a PDF to be shown, chunk by chunk; `name` may have folders and lack the ending."""

    async def body() -> AsyncIterator[bytes]:
        yield first
        async for chunk in rest:
            yield chunk

    headers = {
        "Content-Disposition": content_disposition("inline", pdf_name(name)),
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(body(), media_type="application/pdf", headers=headers)
