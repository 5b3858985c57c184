"""The review queue, the trash, and names of jobs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from metatag_gateway.model.documents import Document
from metatag_gateway.schemas.common import Body, Payload
from metatag_gateway.schemas.history import DocumentSummary

Reason = Literal["low_confidence", "no_tags", "failed", "duplicate", "degraded"]


class NameBody(Body):
    """A new name."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


class WaitingDocument(DocumentSummary):
    """A document that a person should look at, and why."""

    reasons: list[Reason]


class ReasonCounts(Payload):
    """How many documents wait, by reason; one may wait for several."""

    low_confidence: int = 0
    no_tags: int = 0
    failed: int = 0
    duplicate: int = 0
    degraded: int = 0
    total: int = 0


class ReviewView(Payload):
    """Documents that wait, the longest waiting first; those skipped come last."""

    documents: list[WaitingDocument]
    counts: ReasonCounts
    counts_exact: bool = Field(description="False: there are more than were counted.")
    next: str | None = Field(description="What to give as `after` for those behind; null: there are none.")


class ApprovedView(Payload):
    """A document that was found right, and the next one that waits."""

    document_id: str
    version: int
    reviewed: bool
    next: str | None


class SkippedView(Payload):
    """A document that waits at the end now, and the next one."""

    document_id: str
    next: str | None


class TrashedDocument(DocumentSummary):
    """A document in the trash."""

    trashed_at: datetime
    deleted_for_good_at: datetime | None = Field(description="Null: not by itself.")


class TrashView(Payload):
    """Documents in the trash, the latest first."""

    documents: list[TrashedDocument]
    total: int
    limit: int
    offset: int
    retention_days: float = Field(description="Days that documents stay; 0: for ever.")


class InTrashView(Payload):
    """A document that went into the trash."""

    message: str
    document_id: str
    deleted_for_good_at: datetime | None


class ErasedView(Payload):
    """A document that is gone for good."""

    message: str
    document_id: str


def trashed(document: Document, days: float) -> TrashedDocument:
    """Return a document in the trash that stays for so many days."""
    assert document.trashed_at is not None
    end = document.trashed_at + timedelta(days=days) if days else None
    summary = DocumentSummary.model_validate(document)
    return TrashedDocument(**summary.model_dump(), trashed_at=document.trashed_at, deleted_for_good_at=end)
