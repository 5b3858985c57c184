"""Documents, their pages and tags, and what a caller asks of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document comes from: `type` is url, s3, local or upload."""

    type: str
    path: str
    file_id: str = ""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that jobs has stored."""

    file_id: str
    content_sha256: str
    size_bytes: int
    file_name: str


@dataclass(frozen=True, slots=True)
class Options:
    """How documents are read and tagged; words are the public ones."""

    num_pages: int = 3
    num_tags: int = 8
    ocr: str = "auto"
    languages: tuple[str, ...] = ()
    vision: str = "off"
    vision_model: str = ""
    tagger: str = "auto"
    model_name: str = ""
    fallback_models: tuple[str, ...] = ()
    exclusion_words: tuple[str, ...] = ()
    allowed_tags: tuple[str, ...] = ()
    strict: bool = False
    tag_language: str = ""
    vocabulary: str = ""
    allow_degraded: bool = True
    max_cost_micros: int = 0
    budget_micros: int = 0
    instructions: str = ""
    existing_tags: tuple[str, ...] = ()
    # Texts with the tags that a person gave them.
    examples: tuple[tuple[str, tuple[str, ...]], ...] = ()
    # The archive's frequent tags, and the user's corrected documents, are added by jobs.
    use_existing_tags: bool = False
    use_examples: bool = False
    # Of documents processed again: what people gave is not kept.
    replace_edits: bool = False
    # Names of folders become tags.
    folder_tags: bool = False


@dataclass(frozen=True, slots=True)
class DocumentSpec:
    """One document to process. `problem` is set for a row that is wrong already."""

    title: str
    description: str
    source: Source
    problem: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    # The error code of the problem.
    problem_code: str = "invalid_argument"
    folder: str = ""
    # The ended document that is processed again; everything else is taken from it.
    reprocess_of: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """How one page was read. `confidence` is 0 to 100; `ms` all its time in milliseconds."""

    number: int
    method: str
    reason: str
    confidence: float | None
    ms: int
    language: str = ""
    rotation: int = 0
    error: str | None = None
    needs_review: bool = False
    notes: tuple[str, ...] = ()
    # Before a vision model read the page; empty for every other.
    first_text: str = ""
    first_method: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag, its score (0 to 1) and where it comes from."""

    tag: str
    score: float
    source: str
    kind: str = ""
    page: int = 0
    evidence: str = ""
    grounded: bool = False
    # Who gave it: machine, person or bulk; of a person also which user, when and from which vocabulary.
    origin: str = "machine"
    by: str | None = None
    at: datetime | None = None
    vocabulary: str = ""
    # Of the vocabulary's concept that it names.
    uri: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    """One typed tag: what the document is, when, who, where, under which number and law. `score` is 0 to 1."""

    kind: str
    value: str
    score: float
    source: str
    page: int = 0
    evidence: str = ""
    origin: str = "machine"
    by: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a document cost at the provider; `cost_usd` None means unknown."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cost_usd: float | None
    calls: int
    cached: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What came out of a document. Times are in milliseconds."""

    tag_details: tuple[Tag, ...] = ()
    extraction_method: str = ""
    is_scanned: bool = False
    ocr_confidence: float | None = None
    page_count: int = 0
    text_length: int = 0
    language: str = ""
    pages: tuple[Page, ...] = ()
    tagger: str = ""
    degraded: bool = False
    degraded_reason: str | None = None
    model_name: str = ""
    usage: Usage | None = None
    raw_ai_response: str = ""
    vocabulary: str = ""
    notes: tuple[str, ...] = ()
    fetch_ms: int = 0
    ocr_ms: int = 0
    tag_ms: int = 0
    text_preview: str = ""
    needs_review: bool = False
    facets: tuple[Facet, ...] = ()
    pages_read: int = 0


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The earliest other document that has the same content."""

    document_id: str
    job_id: str
    file_name: str


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a job. `row` counts from 0; `text` is filled only where the whole document was asked for."""

    id: str
    job_id: str
    row: int
    title: str
    description: str
    file_path: str
    file_source_type: str
    status: str
    file_size: int | None = None
    mime_type: str | None = None
    error_message: str | None = None
    error_code: str | None = None
    created_at: datetime | None = None
    processed_at: datetime | None = None
    text: str | None = None
    tries: int = 0
    stage: str = ""
    result: Result | None = None
    file_name: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    # What people did with it: the number of changes from 1, a note, who reviewed it, whether they changed what it says.
    version: int = 1
    note: str = ""
    reviewed_at: datetime | None = None
    reviewed_by: str | None = None
    edited: bool = False
    # Where it lay, without the file's name.
    folder: str = ""
    duplicate_of: Duplicate | None = None
    trashed_at: datetime | None = None
    # The document over which this is another run.
    reprocess_of: str | None = None

    @property
    def row_number(self) -> int:
        """Its row in the batch, from 1."""
        return self.row + 1

    @property
    def pages_read(self) -> int | None:
        """Pages that were read; None when unknown."""
        return (self.result.pages_read or len(self.result.pages) or None) if self.result else None

    @property
    def pages_total(self) -> int | None:
        """Pages of the file; None when unknown."""
        return (self.result.page_count or None) if self.result else None

    @property
    def reviewed(self) -> bool:
        """Whether a person has looked at it and found it right."""
        return self.reviewed_at is not None

    @property
    def tags(self) -> list[str]:
        """The tags alone, best first."""
        return [tag.tag for tag in self.result.tag_details] if self.result else []

    @property
    def facets(self) -> tuple[Facet, ...]:
        """The typed tags, by kind and then by score."""
        return self.result.facets if self.result else ()

    @property
    def metadata(self) -> dict[str, Any]:
        """The v1 API's metadata of a row; empty for a document that failed before it was read."""
        found = self.result
        if found is None or not (found.extraction_method or found.page_count):
            return {}
        return {
            "is_scanned": found.is_scanned,
            "extraction_method": found.extraction_method,
            "ocr_confidence": found.ocr_confidence,
            "needs_review": found.needs_review,
            "page_count": found.page_count,
            "text_length": found.text_length,
            "tokens_used": found.usage.total_tokens if found.usage else 0,
            "tagger": found.tagger,
            "degraded": found.degraded,
            "language": found.language,
        }


@dataclass(frozen=True, slots=True)
class Term:
    """One allowed tag of a vocabulary."""

    label: str
    aliases: tuple[str, ...] = ()
    language: str = ""
    parent: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    uri: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One version of a named list of allowed tags."""

    name: str
    version: int
    term_count: int
    terms: tuple[Term, ...] = ()
