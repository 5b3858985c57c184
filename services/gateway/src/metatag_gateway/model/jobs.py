"""Jobs, their events, and the answers about sources and peers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from metatag_gateway.model.documents import Document, Options, Page

ENDED = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Job:
    """One batch, or one document sent alone; `status` is one of pending, processing, paused and ENDED."""

    id: str
    job_type: str
    status: str
    total_documents: int
    processed_count: int
    failed_count: int
    cancelled_count: int = 0
    running_count: int = 0
    seq: int = 0
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    updated_at: datetime | None = None
    config: dict[str, Any] | None = None
    error_message: str | None = None
    error_code: str | None = None
    waits_until: datetime | None = None
    cost_usd: float = 0.0
    name: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in ENDED

    @property
    def progress(self) -> float:
        """The share of documents that ended, 0 to 1."""
        done = self.processed_count + self.failed_count + self.cancelled_count
        return round(done / self.total_documents, 4) if self.total_documents else 0.0

    @property
    def seconds(self) -> float:
        """How long the job ran, in seconds with two decimals."""
        begin, end = self.started_at or self.created_at, self.completed_at or self.updated_at
        return round((end - begin).total_seconds(), 2) if begin and end else 0.0


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to create. `provider_key` is the user's secret; it goes to jobs and nowhere else."""

    job_type: str
    options: Options
    job_id: str = ""
    provider_key: str = field(default="", repr=False)
    idempotency_key: str = ""
    public_config: dict[str, Any] = field(default_factory=dict)
    # What the idempotency key came with; empty: not compared.
    request_digest: str = ""
    # Names of the rows' own columns, in order.
    columns: tuple[str, ...] = ()
    # What the user calls it, and the folder or table that it is from.
    name: str = ""
    source_name: str = ""


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One thing that happened to a job, numbered without gaps from 1; exactly one of job, document, page is set."""

    seq: int
    at: datetime | None
    total: int
    processed: int
    failed: int
    cancelled: int
    job: Job | None = None
    document: Document | None = None
    page: Page | None = None
    document_id: str = ""
    row: int = 0

    @property
    def progress(self) -> float:
        """The share of documents that ended, 0 to 1."""
        done = self.processed + self.failed + self.cancelled
        return round(done / self.total, 4) if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Stats:
    """A user's counts."""

    total_jobs: int
    total_documents: int
    documents_processed: int
    documents_failed: int
    jobs_by_status: dict[str, int]
    recent_activity: list[Job]
    cost_usd: float


@dataclass(frozen=True, slots=True)
class Tally:
    """How many there are of a name, and what they cost."""

    name: str
    count: int
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Summary:
    """A user's last days in numbers: by day, by the way of reading, by tenth of confidence, by tag, by cause."""

    processed: tuple[Tally, ...]
    failed: tuple[Tally, ...]
    methods: tuple[Tally, ...]
    confidence: tuple[Tally, ...]
    tags: tuple[Tally, ...]
    failures: tuple[Tally, ...]
    spend: tuple[Tally, ...]
    # Of how many of the latest documents methods, confidence, tags and failures are estimates; 0: counts of all.
    sampled_documents: int = 0


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """Whether a source could be fetched."""

    valid: bool
    error: str | None
    content_type: str | None
    size: int | None


@dataclass(frozen=True, slots=True)
class Dependency:
    """How something the system stands on is doing."""

    name: str
    healthy: bool
    detail: str = ""
    latency_ms: int = 0


@dataclass(frozen=True, slots=True)
class Engine:
    """One way of reading pages."""

    name: str
    version: str
    healthy: bool
    detail: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tagger:
    """One way of writing tags."""

    name: str
    version: str
    healthy: bool
    detail: str
    default_model: str
    has_default_key: bool


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the provider. Prices are US dollars per million tokens; None means unknown."""

    id: str
    name: str
    context_length: int
    prompt_price_usd: float | None
    completion_price_usd: float | None
    structured_outputs: bool


@dataclass(frozen=True, slots=True)
class KeyCheck:
    """What the provider says about a key; `remaining_usd` None means unlimited or unknown."""

    valid: bool
    error: str | None
    remaining_usd: float | None
