"""The nouns of records: corrections, changes, what a document is recorded as. Plain data, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from metatag_jobs.jsonable import pack, unpack
from metatag_jobs.model import Document
from metatag_jobs.results import DocumentResult, Facet, Tag
from metatag_jobs.search_entry import SearchEntry

# Who gave a tag or a facet; the machine's own have none.
PERSON = "person"
BULK = "bulk"

# Fields that people may change.
TEXTS = ("title", "description", "note")


@dataclass(frozen=True)
class GivenTag:
    """A tag as a person writes it; `vocabulary` is the name of one of which it must be a term."""

    tag: str = ""
    vocabulary: str = ""


@dataclass(frozen=True)
class GivenFacet:
    """A typed tag as a person writes it."""

    kind: str = ""
    value: str = ""


@dataclass(frozen=True)
class Correction:
    """What changes; None: it stays. Lists are the whole new ones."""

    title: str | None = None
    description: str | None = None
    note: str | None = None
    reviewed: bool | None = None
    tags: list[GivenTag] | None = None
    facets: list[GivenFacet] | None = None


@dataclass(frozen=True)
class Author:
    """Who changes something, when (seconds since 1970), as what ("person" or "bulk") and by which action."""

    user_id: str
    at: float
    origin: str = PERSON
    action: str = "correct"


@dataclass(frozen=True)
class Record:
    """What a document is recorded as: the part of it that people may change."""

    title: str = ""
    description: str = ""
    note: str = ""
    reviewed: bool = False
    tags: list[Tag] = field(default_factory=list)
    facets: list[Facet] = field(default_factory=list)

    @classmethod
    def of(cls, document: Document) -> Record:
        """Return the record of a document."""
        result = document.result or DocumentResult()
        return cls(
            document.title,
            document.description,
            document.note,
            document.reviewed_at is not None,
            result.tags,
            result.facets,
        )


FIELDS = ("title", "description", "note", "reviewed", "tags", "facets")


@dataclass(frozen=True)
class FieldChange:
    """What became of one field of a record: strings, booleans, or lists of tags or facets."""

    field: str
    before: Any
    after: Any

    def packed(self) -> dict[str, Any]:
        """Return its JSON form."""
        return {"field": self.field, "before": pack(self.before), "after": pack(self.after)}

    @classmethod
    def unpacked(cls, data: dict[str, Any]) -> FieldChange:
        """Build one from its JSON form."""
        kind = {"tags": Tag, "facets": Facet}.get(data["field"])
        if kind is None:
            return cls(data["field"], data["before"], data["after"])
        return cls(
            data["field"],
            [unpack(kind, each) for each in data["before"]],
            [unpack(kind, each) for each in data["after"]],
        )


@dataclass(frozen=True)
class Change:
    """One step in the history of a document. `version` is the document's after it."""

    version: int
    at: float
    by: str
    action: str
    changes: list[FieldChange]
    undone: bool = False
    undoes: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Snapshot:
    """A document at one moment: without its text, of which `text_object` is the name in the file store."""

    document: Document
    text_object: str
    # Whether it is at its end, so that people may change what it says.
    has_ended: bool


@dataclass(frozen=True)
class Edit:
    """A change that is to be written if the document still has the version before it."""

    user_id: str
    document_id: str
    record: Record
    change: Change
    # What is stored as the document's result; None: as it was.
    result: DocumentResult | None = None
    # None: nothing of it is searched for.
    search: SearchEntry | None = None
    reviewed_at: float | None = None
    reviewed_by: str = ""
    tag_job_id: str = ""
    # Why a person should look at it, for one whose review was taken back.
    reasons: int = 0
    # The beginning of its text, to learn from.
    excerpt: str = ""


@dataclass(frozen=True)
class Queued:
    """A document that waits for a review, with the sum of the reasons (review_reasons.py)."""

    document: Document
    reasons: int


@dataclass(frozen=True)
class ReviewPage:
    """A part of the queue; `counts` by reason and `total`, at least these where they are not exact."""

    documents: list[Queued]
    counts: dict[str, int]
    is_exact: bool


@dataclass(frozen=True)
class TagCount:
    """A tag, how many documents have it, the latest moment, and how many came in each of 8 weeks, oldest first."""

    tag: str
    count: int
    latest: float
    trend: list[int]


@dataclass(frozen=True)
class TagPage:
    """Tags and how many there are; `sampled`: of so many of the latest documents, 0 for all."""

    tags: list[TagCount]
    total: int
    sampled: int
