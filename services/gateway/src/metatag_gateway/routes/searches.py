"""Searches that a user keeps under a name."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from uuid import UUID

from fastapi import APIRouter, Request

from metatag_gateway.model.searches import SavedSearch
from metatag_gateway.routes.access import Reader, Writer, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.searches import (
    SearchBody,
    SearchChangeBody,
    SearchDeletedView,
    SearchesView,
    SearchView,
)

router = APIRouter(prefix="/api/searches", tags=["Records"])


@router.get("", responses=known())
async def list_searches(request: Request, caller: Reader) -> SearchesView:
    """List the caller's saved searches by name."""
    found = await dependencies_of(request).searches.searches(caller.user_id)
    return SearchesView(searches=[SearchView.model_validate(each) for each in found])


@router.post("", status_code=201, responses=known(409))
async def save_search(request: Request, caller: Writer, body: SearchBody) -> SearchView:
    """Keep a search under a name, which must not be taken; at most 100 are kept."""
    made = SavedSearch(str(uuid.uuid4()), body.name, body.params, datetime.now(UTC))
    await dependencies_of(request).searches.add_search(caller.user_id, made)
    return SearchView.model_validate(made)


@router.put("/{search_id}", responses=known(404, 409))
async def change_search(request: Request, caller: Writer, search_id: UUID, body: SearchChangeBody) -> SearchView:
    """Give a saved search another name, or other parameters."""
    searches = dependencies_of(request).searches
    return SearchView.model_validate(
        await searches.change_search(caller.user_id, str(search_id), body.name, body.params)
    )


@router.delete("/{search_id}", responses=known(404))
async def delete_search(request: Request, caller: Writer, search_id: UUID) -> SearchDeletedView:
    """Forget a saved search; its documents stay."""
    await dependencies_of(request).searches.delete_search(caller.user_id, str(search_id))
    return SearchDeletedView(message="The saved search is deleted", id=str(search_id))
