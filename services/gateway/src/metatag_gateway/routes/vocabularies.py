"""Vocabularies: named, versioned lists of allowed tags."""

from __future__ import annotations

import asyncio
from pathlib import PurePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import TypeAdapter, ValidationError

from metatag_gateway import json_bodies, term_tables
from metatag_gateway.errors import TooLarge
from metatag_gateway.model.documents import Term
from metatag_gateway.problems import invalid
from metatag_gateway.routes.access import Reader, Writer, known
from metatag_gateway.routes.bodies import MIB, form_of
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.common import Message
from metatag_gateway.schemas.system import (
    MAX_TERMS,
    StoredVocabulary,
    TermBody,
    VocabulariesView,
    VocabularyBody,
    VocabularySummary,
    VocabularyView,
)
from metatag_gateway.skos import process as skos
from metatag_runtime.errors import ErrorCode, InvalidArgument, MetatagError

router = APIRouter(prefix="/api/vocabularies", tags=["Vocabularies"])

Name = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f/]+$")]
# Wrong rows named in one answer; what comes after them is not read.
MAX_WRONG = 50
_VOCABULARY = TypeAdapter(VocabularyBody)
_TABLE = "Columns label, aliases (`;` between them), language, parent, uri; `label:hi`: the label in another language."
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/VocabularyBody"}},
            "text/csv": {"schema": {"type": "string", "description": _TABLE}},
            "text/turtle": {"schema": {"type": "string", "description": "SKOS."}},
            "application/rdf+xml": {"schema": {"type": "string", "description": "SKOS."}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary", "description": _TABLE}},
                }
            },
        },
    }
}


@router.get("", responses=known())
async def list_vocabularies(request: Request, caller: Reader) -> VocabulariesView:
    """List the caller's vocabularies without their terms."""
    found = await dependencies_of(request).jobs.vocabularies(caller.user_id)
    return VocabulariesView(vocabularies=[VocabularySummary.model_validate(entry) for entry in found])


@router.get("/{name}", responses=known(404))
async def get_vocabulary(
    request: Request, caller: Reader, name: Name, version: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> VocabularyView:
    """Give one vocabulary; version 0 is the latest."""
    return VocabularyView.model_validate(await dependencies_of(request).jobs.vocabulary(caller.user_id, name, version))


@router.put("/{name}", response_model=StoredVocabulary, responses=known(415), openapi_extra=_BODY)
async def put_vocabulary(
    request: Request,
    caller: Writer,
    name: Name,
    language: Annotated[str, Query(pattern=r"^[A-Za-z0-9-]{2,35}$", description="Of SKOS labels, those shown.")] = "en",
) -> StoredVocabulary | Response:
    """Store a vocabulary, from JSON, CSV or SKOS; changed terms make a new version, jobs that run keep theirs."""
    warnings: list[str] = []
    body = await _body(request, warnings, language)
    if isinstance(body, Response):
        return body
    terms = [Term(t.label, tuple(t.aliases), t.language, t.parent, t.labels, t.uri) for t in body]
    stored = await dependencies_of(request).jobs.put_vocabulary(caller.user_id, name, terms)
    summary = VocabularySummary.model_validate(stored)
    return StoredVocabulary(**summary.model_dump(), warnings=warnings)


async def _body(request: Request, warnings: list[str], language: str) -> list[TermBody] | Response:
    """Give the terms, or the answer to a body that is wrong."""
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind == "application/json" or kind.endswith("+json"):
        try:
            return (await json_bodies.read(_VOCABULARY, await request.body())).terms
        except ValidationError as error:
            return invalid([_placed(entry, "body") for entry in _errors(error)])
        except (ValueError, RecursionError):
            raise InvalidArgument("body: it is not valid JSON") from None
    if kind in skos.KINDS:
        return await _from_skos(await request.body(), skos.KINDS[kind], language)
    if kind == "text/csv":
        content = await request.body()
    elif kind == "multipart/form-data":
        ending, content = await _file(request)
        if ending in skos.ENDINGS:
            return await _from_skos(content, skos.ENDINGS[ending], language)
    else:
        raise MetatagError(
            "Send the terms as application/json, text/csv, text/turtle or application/rdf+xml.",
            code=ErrorCode.UNSUPPORTED_MEDIA,
        )
    if len(content) > term_tables.MAX_BYTES:
        raise TooLarge(f"A CSV of terms may have at most {term_tables.MAX_BYTES // MIB} MiB.")
    return await asyncio.to_thread(_from_table, content, warnings)


async def _from_skos(content: bytes, kind: str, language: str) -> list[TermBody] | Response:
    if len(content) > skos.MAX_BYTES:
        raise TooLarge(f"A vocabulary in SKOS may have at most {skos.MAX_BYTES // MIB} MiB.")
    found = await skos.read_terms(content, kind, language)
    return await asyncio.to_thread(lambda: [TermBody.model_validate(term) for term in found])


async def _file(request: Request) -> tuple[str, bytes]:
    """Return the end of the file's name, with its dot, and what is in it."""
    async for part in form_of(request, dependencies_of(request).settings.body_idle_seconds).parts():
        if part.name == "file":
            return PurePath(part.file_name or "").suffix.lower(), await part.content(skos.MAX_BYTES)
    raise InvalidArgument("file: Field required")


def _from_table(content: bytes, warnings: list[str] | None = None) -> list[TermBody] | Response:
    terms: list[TermBody] = []
    wrong: list[Any] = []
    for line, row in term_tables.rows(content, warnings):
        try:
            terms.append(TermBody.model_validate(row))
        except ValidationError as error:
            wrong += [_placed(entry, f"line {line}") for entry in _errors(error)]
        if len(terms) > MAX_TERMS or len(wrong) > MAX_WRONG:
            break
    if wrong:
        return invalid(wrong)
    if len(terms) > MAX_TERMS:
        raise TooLarge(f"A vocabulary may have {MAX_TERMS} terms.")
    if not terms:
        raise InvalidArgument("The table has no term; give each one a row with a label.")
    return terms


def _errors(error: ValidationError) -> list[Any]:
    return error.errors(include_url=False, include_input=False, include_context=False)


def _placed(entry: Any, place: str) -> Any:
    return {**entry, "loc": (place, *entry["loc"])}


@router.delete("/{name}", responses=known(404))
async def delete_vocabulary(request: Request, caller: Writer, name: Name) -> Message:
    """Remove a vocabulary with all its versions."""
    await dependencies_of(request).jobs.delete_vocabulary(caller.user_id, name)
    return Message(message="Vocabulary deleted")
