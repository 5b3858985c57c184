"""The nouns of jobs: jobs, documents, sources, options, results, events, tickets. Plain data, no I/O.

Field names are those of the wire contract, so that `wire.py` can translate by name. Times are seconds since 1970 UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from metatag_jobs.results import DocumentResult, Page, Problem

JOB_SINGLE = "single"
JOB_BATCH = "batch"

# Public states of a job; a terminal one is the last.
TERMINAL = frozenset({"completed", "failed", "cancelled"})

# Stages of a document in their order.
STAGES = ("fetch", "ocr", "tag", "finish")

MAX_DOCUMENTS = 100_000
MIN_TEXT_CHARS = 50
DEFAULT_PAGES = 3
PREVIEW_CHARS = 500
# Characters of a file's name.
MAX_FILE_NAME = 255


@dataclass(frozen=True)
class Source:
    """Where a document comes from. `type` is "url", "s3", "local" or "upload"."""

    type: str = ""
    path: str = ""
    file_id: str = ""

    @property
    def file_name(self) -> str:
        """The last part of the path, of a URL without its query and decoded; empty where there is none."""
        path = self.path
        if self.type == "url":
            path = path.partition("#")[0].partition("?")[0].partition("://")[2].partition("/")[2]
        elif "://" in path:
            path = path.partition("://")[2]
        last = re.split(r"[/\\]", path.rstrip("/\\"))[-1]
        name = unquote(last, errors="replace") if self.type == "url" else last
        return "".join(char for char in name if char.isprintable())[:MAX_FILE_NAME]


@dataclass(frozen=True)
class VocabularyTerm:
    """One allowed tag and the words by which it is recognised."""

    label: str = ""
    aliases: list[str] = field(default_factory=list)
    language: str = ""
    parent: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    uri: str = ""


@dataclass(frozen=True)
class Vocabulary:
    """One version of a named list of allowed tags."""

    name: str = ""
    version: int = 0
    terms: list[VocabularyTerm] = field(default_factory=list)


@dataclass(frozen=True)
class TagExample:
    """A document, or the part of it that matters, with the tags that a person gave it."""

    text: str = ""
    tags: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class TagOptions:
    """What a caller wants of the tags; holds no secret."""

    tagger: str = ""
    num_tags: int = 0
    exclusion_words: list[str] = field(default_factory=list)
    allowed_tags: list[str] = field(default_factory=list)
    strict: bool = False
    tag_language: str = ""
    model_name: str = ""
    fallback_models: list[str] = field(default_factory=list)
    max_cost_micros: int = 0
    allow_degraded: bool = False
    instructions: str = ""
    existing_tags: list[str] = field(default_factory=list)
    examples: list[TagExample] = field(default_factory=list)
    use_existing_tags: bool = False
    use_examples: bool = False


@dataclass(frozen=True)
class ProcessOptions:
    """How documents are read and tagged; holds no secret. Zero and empty mean the defaults of the contract."""

    num_pages: int = 0
    ocr_mode: str = ""
    languages: list[str] = field(default_factory=list)
    # Stored under its first name, so that rows and processes of earlier versions still read it.
    tag_options: TagOptions = field(default_factory=TagOptions, metadata={"stored_as": "wish"})  # codespell:ignore wish
    vocabulary: str = ""
    max_running: int = 0
    budget_micros: int = 0
    min_text_chars: int = 0
    vision: str = ""
    vision_model: str = ""
    # Of documents processed again: what people gave is not kept.
    replace_edits: bool = False
    # Names of folders become tags.
    folder_tags: bool = False


@dataclass(frozen=True)
class DocumentSpec:
    """A document as it is submitted; with a `problem` it is stored as failed."""

    title: str = ""
    description: str = ""
    source: Source = field(default_factory=Source)
    problem: Problem | None = None
    columns: dict[str, str] = field(default_factory=dict)
    folder: str = ""
    # The document that is processed again; everything else is taken from it.
    reprocess_of: str = ""


@dataclass(frozen=True)
class Duplicate:
    """The earliest other document of the user that has the same content."""

    document_id: str = ""
    job_id: str = ""
    file_name: str = ""


@dataclass
class Document:
    """A document as callers see it. `state`: "pending", "processing", "success", "failed" or "cancelled"."""

    id: str = ""
    job_id: str = ""
    position: int = 0
    title: str = ""
    description: str = ""
    source: Source = field(default_factory=Source)
    file_size: int = 0
    mime_type: str = ""
    state: str = ""
    result: DocumentResult | None = None
    problem: Problem | None = None
    created_at: float | None = None
    processed_at: float | None = None
    text: str = ""
    tries: int = 0
    stage: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    # What people did with it: the number of changes from 1, a note, who reviewed it, whether they changed what it says.
    version: int = 1
    note: str = ""
    reviewed_at: float | None = None
    reviewed_by: str = ""
    edited: bool = False
    # Where it lay, without the file's name, parts separated by "/".
    folder: str = ""
    duplicate_of: Duplicate | None = None
    trashed_at: float | None = None
    # The document over which this row is another run.
    reprocess_of: str = ""

    @property
    def file_name(self) -> str:
        """The name of the file that the document is from."""
        return self.source.file_name


@dataclass
class Job:
    """A job as callers see it. `state`: "pending", "processing", "paused", "completed", "failed" or "cancelled"."""

    id: str = ""
    type: str = ""
    state: str = ""
    total: int = 0
    processed: int = 0
    failed: int = 0
    cancelled: int = 0
    running: int = 0
    seq: int = 0
    created_at: float | None = None
    started_at: float | None = None
    completed_at: float | None = None
    updated_at: float | None = None
    public_config: dict[str, Any] | None = None
    problem: Problem | None = None
    waits_until: float | None = None
    cost_micros: int = 0
    name: str = ""


@dataclass
class PageRead:
    """A page of a document was read."""

    document_id: str = ""
    position: int = 0
    page: Page = field(default_factory=Page)


@dataclass
class JobEvent:
    """One thing that happened to a job, numbered without gaps from 1; exactly one of job, document and page is set."""

    seq: int = 0
    at: float | None = None
    job: Job | None = None
    document: Document | None = None
    page: PageRead | None = None
    total: int = 0
    processed: int = 0
    failed: int = 0
    cancelled: int = 0

    @property
    def is_last(self) -> bool:
        """Whether the job ended with this event."""
        return self.job is not None and self.job.state in TERMINAL


@dataclass(frozen=True)
class SourceCheck:
    """Whether a source could be fetched."""

    valid: bool = False
    error: str = ""
    content_type: str = ""
    size_bytes: int | None = None


@dataclass(frozen=True)
class Dependency:
    """How something that jobs stands on is doing."""

    name: str = ""
    healthy: bool = False
    detail: str = ""
    latency_ms: int = 0


@dataclass(frozen=True)
class StoredFile:
    """A stored file of a user."""

    file_id: str
    content_sha256: str
    size_bytes: int
    file_name: str = ""
