"""Jobs, documents and counts as history shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, StringConstraints

from metatag_gateway.model.documents import Document
from metatag_gateway.schemas.common import Body, Payload, at_most

JobStatus = Literal["pending", "processing", "paused", "completed", "failed", "cancelled"]
DocumentStatus = Literal["pending", "processing", "success", "failed", "cancelled"]
JobType = Literal["single", "batch"]
FacetKind = Literal["document_type", "date", "year", "reference", "organisation", "person", "place", "law_or_scheme"]
SourceType = Literal["url", "s3", "local", "upload"]


Origin = Literal["machine", "person", "bulk"]


class TagView(Payload):
    """One tag, its score (0 to 1), who gave it, and where the document says so."""

    tag: str
    score: float
    source: str
    kind: str
    page: int
    evidence: str
    grounded: bool
    origin: Origin = Field(description="Who gave it; `bulk` is a person's change of many documents.")
    by: str | None = Field(description="The user who gave it; null for the machine's.")
    at: datetime | None = Field(description="When that user gave it.")
    vocabulary: str = Field(description="The vocabulary of which a person took it; empty for none.")
    uri: str = Field("", description="The URI of the vocabulary's concept that it names; empty for none.")


class FacetView(Payload):
    """One typed tag. A date is ISO 8601, to the day, month or year, or a financial year ("2023-24")."""

    kind: FacetKind
    value: str
    score: float
    source: str
    page: int
    evidence: str
    origin: Origin
    by: str | None
    at: datetime | None


class PageView(Payload):
    """How one page was read; `ms` is the time it took."""

    number: int
    method: str
    reason: str
    confidence: float | None
    ms: int
    language: str
    rotation: int
    error: str | None
    needs_review: bool = Field(description="A person should read it: it was recognised with little confidence.")
    notes: list[str]
    first_text: str = Field("", description="What had been read before a vision model read the page; else empty.")
    first_method: str = Field("", description="How that was read.")


class UsageView(Payload):
    """What a document cost at the provider; `cost_usd` null means unknown."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cost_usd: float | None
    calls: int
    cached: bool


class JobSummary(Payload):
    """One job. Its counts are those of the run: documents that were deleted since are among them."""

    id: str
    job_type: JobType
    status: JobStatus
    total_documents: int
    processed_count: int
    failed_count: int
    started_at: datetime | None
    completed_at: datetime | None
    created_at: datetime | None
    cost_usd: float
    name: str = Field(description="What people call it; never empty for a batch.")


class DuplicateView(Payload):
    """The earliest other document that has the same content."""

    document_id: str
    job_id: str
    file_name: str


class DocumentSummary(Payload):
    """One document."""

    id: str
    job_id: str
    title: str
    file_name: str = Field(description="The last part of `file_path`, for people.")
    file_path: str
    file_source_type: SourceType
    status: DocumentStatus
    tags: list[str]
    error_message: str | None
    processed_at: datetime | None
    created_at: datetime | None
    error_code: str | None
    facets: list[FacetView]
    metadata: dict[str, Any] = Field(description="How it was read and tagged; empty for one that failed early.")
    version: int = Field(description="Counts the changes by people, from 1; the ETag of the document.")
    reviewed: bool = Field(description="A person has looked at it and found it right.")
    edited: bool = Field(description="A person changed its title, description, note, tags or facets.")
    folder: str = Field(description="Where the file lay, without its name.")
    row_number: int = Field(description="Its row in the batch, from 1.")
    duplicate_of: DuplicateView | None
    pages_read: int | None
    pages_total: int | None
    reprocess_of: str | None = Field(description="The document over which this is another run; null for all others.")


class JobDetail(JobSummary):
    """One job with its documents, at most 1,000 of them in the order of the batch."""

    config: dict[str, Any] | None
    error_message: str | None
    waits_until: datetime | None
    documents: list[DocumentSummary]


class DocumentDetail(DocumentSummary):
    """One document with its text and how it was had."""

    description: str
    columns: dict[str, str] = Field(description="What else its row said, by name of column.")
    file_size: int | None
    mime_type: str | None
    extracted_text: str | None
    processing_metadata: dict[str, Any]
    tries: int
    tag_details: list[TagView]
    pages: list[PageView]
    usage: UsageView | None
    note: str
    reviewed_at: datetime | None
    reviewed_by: str | None


class JobsView(Payload):
    """A page of jobs, newest first; `total` counts all that match."""

    jobs: list[JobSummary]
    total: int
    limit: int
    offset: int


class MarkView(Payload):
    """The place of a hit: characters of the snippet from `start` on, before `end`."""

    start: int
    end: int


class SnippetView(Payload):
    """A piece of a page's text around words of the query."""

    page: int
    text: str
    marks: list[MarkView]


class FoundDocument(DocumentSummary):
    """A document of a list; `snippets` where they were asked for."""

    snippets: list[SnippetView]


class DocumentsView(Payload):
    """A page of documents."""

    documents: list[FoundDocument]
    total: int = Field(description="How many match in all.")
    total_exact: bool = Field(description="False: there are more than were counted.")
    limit: int
    offset: int


class DocumentPageView(Payload):
    """A page of a job's documents; `next_row` is where the next one begins, null at the end."""

    documents: list[DocumentSummary]
    next_row: int | None


class DeletedView(Payload):
    """A job that is gone."""

    message: str
    job_id: str


class StatsView(Payload):
    """Counts of all that the caller's jobs did: documents that were deleted since are among them."""

    total_jobs: int
    total_documents: int
    documents_processed: int
    documents_failed: int
    jobs_by_status: dict[str, int]
    recent_activity: list[JobSummary]
    cost_usd: float


class TallyView(Payload):
    """How many there are of a name."""

    name: str
    count: int


class SpendView(TallyView):
    """Jobs made on a day, and what they cost."""

    cost_usd: float


class SummaryView(Payload):
    """The last days in numbers, over all documents. Days are UTC, oldest first; those without any are left out."""

    days: int
    processed: list[TallyView] = Field(description="Documents with tags, by day.")
    failed: list[TallyView] = Field(description="Documents without, by day.")
    methods: list[TallyView] = Field(description="How texts were had, most first.")
    confidence: list[TallyView] = Field(description="Recognised documents by tenth: `90` is 90 to 100.")
    tags: list[TallyView] = Field(description="The 50 most frequent tags.")
    failures: list[TallyView] = Field(description="Failed documents by `code`, most first.")
    spend: list[SpendView]
    sampled_documents: int = Field(
        description="0: all are counts. Else methods, confidence, tags and failures are estimates from so many of the "
        "latest documents; the days are counts."
    )


DocumentId = Annotated[str, StringConstraints(max_length=36, pattern=r"^[0-9A-Fa-f-]{36}$")]


class RetryBody(Body):
    """Which failed documents to queue again; left out: all of them."""

    document_ids: Annotated[list[DocumentId], at_most(1000)] | None = Field(None, max_length=1000)
    api_key: SecretStr | None = Field(
        None, max_length=500, description="Your provider key again: the job's own was erased at its end."
    )


class RetryView(Payload):
    """What was queued again."""

    job_id: str
    retried: int
    status: JobStatus


def detail(document: Document) -> DocumentDetail:
    """Give a document's detail."""
    result = document.result
    metadata = dict(document.metadata)
    if result is not None and metadata:
        seconds = (result.fetch_ms + result.ocr_ms + result.tag_ms) / 1000
        metadata |= {
            "processing_time": round(seconds, 2),
            "model_name": result.model_name,
            "degraded_reason": result.degraded_reason,
            "vocabulary": result.vocabulary,
            "notes": list(result.notes),
        }
    summary = DocumentSummary.model_validate(document)
    return DocumentDetail(
        **summary.model_dump(),
        description=document.description,
        columns=document.columns,
        file_size=document.file_size,
        mime_type=document.mime_type,
        extracted_text=document.text,
        processing_metadata=metadata,
        tries=document.tries,
        tag_details=[TagView.model_validate(tag) for tag in result.tag_details] if result else [],
        pages=[PageView.model_validate(page) for page in result.pages] if result else [],
        usage=UsageView.model_validate(result.usage) if result and result.usage else None,
        note=document.note,
        reviewed_at=document.reviewed_at,
        reviewed_by=document.reviewed_by,
    )
