"""What people do with documents that have ended: corrections, and the history of a document."""

from __future__ import annotations

from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """What documents must have; empty and None: anything. `confidence` is 0 to 100; `since` <= processed < `before`."""

    query: str = ""
    facets: dict[str, str] = field(default_factory=dict)
    tag: str = ""
    status: str = ""
    job_id: str = ""
    language: str = ""
    method: str = ""
    confidence_min: float | None = None
    confidence_max: float | None = None
    reviewed: bool | None = None
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """The place of a hit: from `start` on, before `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a page's text around words of the query."""

    page: int
    text: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A page of documents with their snippets; `total` counts all that match, at least, where it is not exact."""

    documents: tuple[tuple[Document, tuple[Snippet, ...]], ...]
    total: int
    is_exact: bool


@dataclass(frozen=True, slots=True)
class TagCount:
    """A tag, how many documents have it, when it came last, and how many came in each of 8 weeks, oldest first."""

    tag: str
    count: int
    latest: datetime
    trend: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TagPage:
    """Tags and how many there are; `sampled_documents`: of so many of the latest documents, 0 for all."""

    tags: tuple[TagCount, ...]
    total: int
    sampled_documents: int
