"""The nouns of the engine: tickets, claims, checkpoints and outcomes. Only the dispatcher and the workers use them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from metatag_jobs.model import Document, PageRead, ProcessOptions, Source, Vocabulary
from metatag_jobs.results import DocumentResult, Problem


@dataclass(frozen=True)
class Ticket:
    """Leave to work on a document, once. `attempt` is the fencing token."""

    document_id: str
    attempt: int
    job_id: str
    interactive: bool = False


@dataclass(frozen=True)
class NewJob:
    """A job before its documents."""

    id: str
    user_id: str
    type: str
    options: ProcessOptions
    public_config: dict[str, Any] | None = None
    idempotency_key: str = ""
    # The provider key, encrypted.
    secret: bytes | None = None
    # Opaque name of the provider key, for the shared limiter; empty for the service's own key.
    limiter: str = ""
    request_id: str = ""
    # Where the request stands in its trace (W3C traceparent), so that the worker continues it; empty for none.
    trace_parent: str = ""
    vocabulary_version: int = 0
    # SHA-256 of the request, compared when the idempotency key comes again; empty: not compared.
    request_digest: str = ""
    # Names of the documents' own columns, in the order of exports.
    columns: Sequence[str] = ()
    name: str = ""


@dataclass(frozen=True)
class NewDocument:
    """One document of a new job."""

    id: str
    position: int
    title: str
    description: str
    source: Source
    problem: Problem | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    reprocess_of: str = ""


@dataclass(frozen=True)
class JobContext:
    """What a worker needs to know of a document's job."""

    job_id: str
    user_id: str
    type: str
    options: ProcessOptions
    secret: bytes | None
    limiter: str
    request_id: str
    trace_parent: str = ""
    vocabulary: Vocabulary | None = None


@dataclass
class Claim:
    """A document that this worker owns until it writes, releases or is replaced."""

    document_id: str
    attempt: int
    job_id: str
    position: int
    title: str
    description: str
    source: Source
    stage: str
    tries: int
    waits: int
    crashes: int
    created_at: float
    user_id: str = ""
    file_id: str = ""
    file_sha256: str = ""
    file_size: int = 0
    ocr_id: str = ""
    tag_id: str = ""
    fetch_ms: int = 0
    ocr_ms: int = 0
    tag_ms: int = 0
    folder: str = ""
    # The document whose result this one will be.
    reprocess_of: str = ""
    # Whether people changed what it says, before it was tried again.
    edited: bool = False
    # Spent on the stages behind it, in millionths of a US dollar.
    spent_micros: int = 0


@dataclass(frozen=True)
class Artifact:
    """A stored file or stage output: an object in the file store that documents of one user share."""

    id: str
    digest: str
    size: int


@dataclass(frozen=True)
class Checkpoint:
    """A stage is done: remember its output and go on with `stage`. Kind is "file", "ocr" or "tag"."""

    document_id: str
    attempt: int
    stage: str
    kind: str
    artifact: Artifact
    ms: int
    # The artifact was found, not made: it may be gone by now, and then nothing is written.
    existing: bool = False


@dataclass(frozen=True)
class Reprocessed:
    """What a document needs that people may have changed: its text, and whether what they gave is replaced."""

    text: str
    replace_edits: bool


@dataclass(frozen=True)
class Finish:
    """A document is done or has failed for good."""

    claim: Claim
    document: Document
    result: DocumentResult | None
    search_label: str = ""
    search_tokens: Sequence[str] = field(default_factory=tuple)
    cost_micros: int = 0
    # Why a person should look at it, a sum of the numbers in review_reasons.py.
    reasons: int = 0
    reprocessed: Reprocessed | None = None


@dataclass(frozen=True)
class Release:
    """A document goes back to the queue. `not_before` is seconds from now."""

    document_id: str
    attempt: int
    not_before: float = 0.0
    used_try: bool = False
    waited: bool = False
    problem: Problem | None = None


@dataclass(frozen=True)
class OwnedDocument:
    """One owned document as the database sees it."""

    document_id: str
    attempt: int
    # "running", "paused", "cancelled", ... of the job.
    job_state: str


@dataclass(frozen=True)
class PageEvent:
    """A page to tell observers about; given up if the document is no longer owned."""

    document_id: str
    attempt: int
    job_id: str
    page: PageRead
