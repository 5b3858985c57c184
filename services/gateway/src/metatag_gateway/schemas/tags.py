"""Tags as things."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from metatag_gateway.schemas.common import Payload


class TagCountView(Payload):
    """A tag and the documents that have it."""

    tag: str
    count: int
    latest: datetime = Field(description="When the latest of them was processed.")
    trend: list[int] = Field(description="How many were processed in each of the last 8 weeks, oldest first.")


class TagsView(Payload):
    """A page of tags."""

    tags: list[TagCountView]
    total: int
    limit: int
    offset: int
    sampled_documents: int = Field(description="0: of all documents. Else of so many of the latest.")
