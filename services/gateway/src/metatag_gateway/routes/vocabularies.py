"""Vocabularies: named, versioned lists of allowed tags."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from metatag_gateway.model.documents import Term
from metatag_gateway.routes.access import Reader, Writer, known
from metatag_gateway.routes.parts import parts_of
from metatag_gateway.schemas.common import Message
from metatag_gateway.schemas.system import VocabulariesView, VocabularyBody, VocabularySummary, VocabularyView

router = APIRouter(prefix="/api/vocabularies", tags=["Vocabularies"])

Name = Annotated[str, Path(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f/]+$")]


@router.get("", responses=known())
async def list_vocabularies(request: Request, caller: Reader) -> VocabulariesView:
    """List the caller's vocabularies without their terms."""
    found = await parts_of(request).jobs.vocabularies(caller.user_id)
    return VocabulariesView(vocabularies=[VocabularySummary.model_validate(entry) for entry in found])


@router.get("/{name}", responses=known(404))
async def get_vocabulary(
    request: Request, caller: Reader, name: Name, version: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0
) -> VocabularyView:
    """Give one vocabulary; version 0 is the latest."""
    return VocabularyView.model_validate(await parts_of(request).jobs.vocabulary(caller.user_id, name, version))


@router.put("/{name}", responses=known())
async def put_vocabulary(request: Request, caller: Writer, name: Name, body: VocabularyBody) -> VocabularySummary:
    """Store a vocabulary; changed terms make a new version, jobs that run keep theirs."""
    terms = [Term(t.label, tuple(t.aliases), t.language, t.parent, t.labels) for t in body.terms]
    return VocabularySummary.model_validate(await parts_of(request).jobs.put_vocabulary(caller.user_id, name, terms))


@router.delete("/{name}", responses=known(404))
async def delete_vocabulary(request: Request, caller: Writer, name: Name) -> Message:
    """Remove a vocabulary with all its versions."""
    await parts_of(request).jobs.delete_vocabulary(caller.user_id, name)
    return Message(message="Vocabulary deleted")
