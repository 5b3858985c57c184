"""What people do with documents that have ended: corrections, and the history of a document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from metatag_gateway.model.documents import Document, Facet, Tag


@dataclass(frozen=True, slots=True)
class Correction:
    """What changes; None: it stays. `tags` are (tag, vocabulary or ""), `facets` (kind, value): the whole new lists."""

    title: str | None = None
    description: str | None = None
    note: str | None = None
    reviewed: bool | None = None
    tags: tuple[tuple[str, str], ...] | None = None
    facets: tuple[tuple[str, str], ...] | None = None


Value = str | bool | tuple[Tag, ...] | tuple[Facet, ...]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What became of one field: texts, a boolean, or lists of tags or facets."""

    field: str
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class Change:
    """One step in the history of a document. `version` is the document's after it, `by` None the service's own."""

    version: int
    at: datetime
    by: str | None
    action: str
    changes: tuple[FieldChange, ...]
    undone: bool
    undoes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReviewQueue:
    """A part of the review queue: documents with their reasons, and how many wait by reason and in `total`."""

    documents: tuple[tuple[Document, tuple[str, ...]], ...]
    counts: dict[str, int]
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Trash:
    """A part of the trash; `days` is how long documents stay, 0 for ever."""

    documents: tuple[Document, ...]
    total: int
    days: float
