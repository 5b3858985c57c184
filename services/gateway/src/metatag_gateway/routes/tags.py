"""Tags as things: which there are, and how many documents have them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from metatag_gateway.routes.access import Reader, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.tags import TagCountView, TagsView

router = APIRouter(prefix="/api/tags", tags=["Records"])


@router.get("", responses=known())
async def list_tags(
    *,
    request: Request,
    caller: Reader,
    prefix: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$", description="How the tags begin.")] = "",
    sort: Literal["count", "name", "latest"] = "count",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> TagsView:
    """List the tags of the caller's documents with their counts and how these went."""
    found = await dependencies_of(request).records.tags(
        caller.user_id, prefix=prefix, sort=sort, limit=limit, offset=offset
    )
    return TagsView(
        tags=[TagCountView.model_validate(tag) for tag in found.tags],
        total=found.total,
        limit=limit,
        offset=offset,
        sampled_documents=found.sampled_documents,
    )
