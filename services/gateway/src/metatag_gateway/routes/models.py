"""What can read and write: engines, taggers, the provider's models, and a check of a provider key."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Request

from metatag_gateway.routes.access import Reader, known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.config import provider_key as fit_key
from metatag_gateway.schemas.system import (
    EnginesView,
    EngineView,
    KeyCheckBody,
    KeyCheckView,
    ModelsView,
    ModelView,
    TaggerView,
)

router = APIRouter(prefix="/api", tags=["Models & Engines"])


@router.get("/engines", responses=known())
async def engines(request: Request, caller: Reader) -> EnginesView:
    """List engines with their languages, taggers, and the bounds of this server."""
    parts = dependencies_of(request)
    found, taggers = await asyncio.gather(parts.ocr.engines(), parts.tagger.taggers())
    return EnginesView(
        engines=[EngineView.model_validate(engine) for engine in found],
        taggers=[TaggerView.model_validate(tagger) for tagger in taggers],
        max_pages=parts.settings.max_pages,
        max_upload_bytes=parts.settings.max_upload_bytes,
    )


@router.get("/models", responses=known())
async def models(
    request: Request,
    caller: Reader,
    provider_key: Annotated[
        str, Header(alias="X-Provider-Key", max_length=500, description="Your provider key, if the list needs one.")
    ] = "",
) -> ModelsView:
    """List the provider's models, at most an hour old."""
    found = await dependencies_of(request).tagger.models(fit_key(provider_key))
    return ModelsView(models=[ModelView.model_validate(model) for model in found], total=len(found))


@router.post("/models/check-key", responses=known())
async def check_key(request: Request, caller: Reader, body: KeyCheckBody) -> KeyCheckView:
    """Ask the provider whether a key is good and what is left on it. Nothing is kept."""
    key = fit_key(body.api_key.get_secret_value())
    return KeyCheckView.model_validate(await dependencies_of(request).tagger.check_key(key))
