"""What the API gives and takes, as plain typed values. `raw` keeps the answer as it came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

Json = Mapping[str, Any]

# Job states after which nothing changes any more.
ENDED = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True)
class Options:
    """How documents are read and tagged; None leaves the choice to the server.

    `pages` 1..10 read from the front, `tags` 3..15 wanted, `ocr` "auto", "force" or "skip", `tagger` "auto", "llm",
    "local" or "both", `languages` Tesseract names such as "hin", `tag_language` "en" or "document". `vocabulary` names
    a stored list of allowed tags, `allowed_tags` are some; `strict`: nothing else may come out. `api_key` is the
    provider's. `vision` "off", "auto" or "force" has a vision model read pages again, at the key's cost; `vision_model`
    names it as the provider does.
    """

    pages: int | None = None
    tags: int | None = None
    exclude: Sequence[str] = ()
    api_key: str | None = field(default=None, repr=False)
    model: str | None = None
    ocr: str | None = None
    tagger: str | None = None
    languages: Sequence[str] = ()
    tag_language: str | None = None
    allowed_tags: Sequence[str] = ()
    vocabulary: str | None = None
    strict: bool = False
    vision: str | None = None
    vision_model: str | None = None
    # Names of the folders in which a document lay become tags.
    folder_tags: bool = False
    # A stored profile, whose settings hold where nothing is set here; what a model is told; whether it is told of the
    # archive's frequent tags and shown the latest corrected documents.
    profile: str | None = None
    instructions: str | None = None
    use_existing_tags: bool = False
    use_examples: bool = False

    def to_json(self) -> dict[str, Any]:
        """Give the body's `config`."""
        config: dict[str, Any] = {
            "num_pages": self.pages,
            "num_tags": self.tags,
            "exclusion_words": list(self.exclude) or None,
            "api_key": self.api_key,
            "model_name": self.model,
            "ocr": self.ocr,
            "tagger": self.tagger,
            "languages": list(self.languages) or None,
            "tag_language": self.tag_language,
            "allowed_tags": list(self.allowed_tags) or None,
            "vocabulary": self.vocabulary,
            "strict": self.strict or None,
            "vision": self.vision,
            "vision_model": self.vision_model,
            "folder_tags": self.folder_tags or None,
            "profile": self.profile,
            "instructions": self.instructions,
            "use_existing_tags": self.use_existing_tags or None,
            "use_examples": self.use_examples or None,
        }
        return {name: value for name, value in config.items() if value is not None}


@dataclass(frozen=True)
class Tokens:
    """A session. The refresh token changes at each refresh."""

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_in: int = 0

    @classmethod
    def from_json(cls, raw: Json) -> Self:
        """Read the API's `tokens` object."""
        return cls(raw["access_token"], raw.get("refresh_token") or "", int(raw.get("expires_in") or 0))


@dataclass(frozen=True)
class User:
    """An account."""

    id: str
    email: str
    full_name: str | None
    raw: Json = field(repr=False, default_factory=dict)

    @classmethod
    def from_json(cls, raw: Json) -> Self:
        """Read the API's user object."""
        return cls(raw["id"], raw["email"], raw.get("full_name"), raw)


@dataclass(frozen=True)
class Tag:
    """One tag; `score` 0..1 and `source` where the server tells them."""

    text: str
    score: float | None = None
    source: str = ""


@dataclass(frozen=True)
class Facet:
    """One typed tag; `kind` is for example "document_type", "date", "reference", "organisation" or "place"."""

    kind: str
    value: str
    score: float | None = None
    source: str = ""
    page: int = 0


@dataclass(frozen=True)
class PageRead:
    """How one page was read: number from 1, method, why, confidence 0..100 (None for a text layer), milliseconds."""

    number: int
    method: str
    reason: str
    confidence: float | None
    language: str
    milliseconds: float
    # A person should read the page: it was recognised with little confidence.
    needs_review: bool = False


@dataclass(frozen=True)
class Result:
    """One processed document."""

    title: str
    tags: Sequence[Tag]
    method: str
    language: str
    confidence: float | None
    is_scanned: bool
    page_count: int
    pages: Sequence[PageRead]
    tagger: str
    # Offline tags stand in for a language model that did not answer, because of `degraded_reason`.
    degraded: bool
    degraded_reason: str
    seconds: float
    preview: str
    job_id: str
    document_id: str
    raw: Json = field(repr=False)
    # One of its pages needs a review.
    needs_review: bool = False
    facets: Sequence[Facet] = ()

    @classmethod
    def from_json(cls, raw: Json) -> Self:
        """Read the answer of single/process."""
        pages = [page_from_json(page, index) for index, page in enumerate(raw.get("pages") or [], 1)]
        return cls(
            title=raw.get("document_title") or "",
            tags=tags_from_json(raw),
            method=raw.get("extraction_method") or "",
            language=_language(raw.get("language")) or next((page.language for page in pages if page.language), ""),
            confidence=raw.get("ocr_confidence"),
            is_scanned=bool(raw.get("is_scanned")),
            page_count=int(raw.get("page_count") or len(pages)),
            pages=pages,
            tagger=_name(raw.get("tagger")),
            degraded=bool(raw.get("degraded")),
            degraded_reason=raw.get("degraded_reason") or "",
            seconds=float(raw.get("processing_time") or 0.0),
            preview=raw.get("extracted_text_preview") or "",
            job_id=raw.get("job_id") or "",
            document_id=raw.get("document_id") or "",
            raw=raw,
            needs_review=bool(raw.get("needs_review")),
            facets=facets_from_json(raw),
        )


def facets_from_json(raw: Json) -> tuple[Facet, ...]:
    """Read `facets`; a server without them has none."""
    found = raw.get("facets") or []
    return tuple(
        Facet(each["kind"], each["value"], each.get("score"), each.get("source") or "", int(each.get("page") or 0))
        for each in found
    )


def page_from_json(raw: Json, index: int) -> PageRead:
    """Read one entry of `pages`."""
    number = raw.get("number") or raw.get("page") or raw.get("page_number") or index
    return PageRead(
        number=int(number),
        method=raw.get("method") or "",
        reason=raw.get("reason") or "",
        confidence=raw.get("confidence"),
        language=_language(raw.get("language")),
        milliseconds=float(raw.get("ms") or raw.get("milliseconds") or 0.0),
        needs_review=bool(raw.get("needs_review")),
    )


def tags_from_json(raw: Json) -> list[Tag]:
    """Read `tags` (texts) with what `tag_details` adds to them."""
    details = {entry.get("tag") or entry.get("text") or "": entry for entry in raw.get("tag_details") or []}
    found = []
    for text in raw.get("tags") or []:
        entry = details.get(text, {})
        found.append(Tag(text, entry.get("score"), _name(entry.get("source"))))
    return found


def _language(value: Any) -> str:
    """Take "hi", or the code out of {"code": "hi", "name": "Hindi"}."""
    return str(value.get("code") or "") if isinstance(value, Mapping) else str(value or "")


def _name(value: Any) -> str:
    return str(value.get("name") or value.get("provider") or "") if isinstance(value, Mapping) else str(value or "")


@dataclass(frozen=True)
class Row:
    """One document of a batch: where it lies ("url", "s3", "local" or "upload") and what to call it."""

    path: str
    source: str = "url"
    title: str = ""
    description: str = ""
    # Columns of your own, which come back with the document and in exports.
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)
    # Where the file lay, without its name, parts separated by "/".
    folder: str = ""

    def to_json(self) -> dict[str, Any]:
        """Give the row as batch/start takes it."""
        row = {**self.columns, "file_path": self.path, "file_source_type": self.source}
        row |= {"title": self.title} if self.title else {}
        row |= {"folder": self.folder} if self.folder else {}
        return row | ({"description": self.description} if self.description else {})


@dataclass(frozen=True)
class Upload:
    """A file that the server keeps for a batch; `row()` names it there. `error` says why a file was refused."""

    name: str
    reference: str
    size: int
    error: str | None = None
    raw: Json = field(repr=False, default_factory=dict)

    @classmethod
    def from_json(cls, raw: Json) -> Self:
        """Read one entry of the answer of batch/uploads."""
        error = raw.get("error")
        size = int(raw.get("size_bytes") or 0)
        return cls(raw.get("file_name") or "", raw.get("file_path") or "", size, error, raw)

    def row(self, title: str = "", description: str = "") -> Row:
        """Give the batch row of this file. Raises ValueError for one that was refused."""
        if self.error is not None:
            raise ValueError(f"{self.name} was not stored: {self.error}")
        return Row(self.reference, "upload", title, description)


@dataclass(frozen=True)
class Job:
    """A job and its counters. `processed` counts successes."""

    id: str
    status: str
    total: int
    processed: int
    failed: int
    kind: str = "batch"
    created_at: str = ""
    # Why it failed, is paused or waits; and when one that waits goes on by itself (ISO 8601).
    error: str = ""
    waits_until: str = ""
    raw: Json = field(repr=False, default_factory=dict)

    @property
    def ended(self) -> bool:
        """Say whether nothing changes any more."""
        return self.status in ENDED

    @classmethod
    def from_json(cls, raw: Json) -> Self:
        """Read a status answer, an entry of batch/active or a job of the history."""
        return cls(
            id=raw.get("job_id") or raw.get("id") or "",
            status=raw.get("status") or "pending",
            total=int(raw.get("total_documents") or raw.get("total") or 0),
            processed=int(raw.get("processed_count") or 0),
            failed=int(raw.get("failed_count") or 0),
            kind=raw.get("job_type") or "batch",
            created_at=raw.get("created_at") or "",
            error=raw.get("error_message") or "",
            waits_until=raw.get("waits_until") or "",
            raw=raw,
        )


@dataclass(frozen=True)
class Document:
    """A document of the history."""

    id: str
    title: str
    path: str
    source: str
    status: str
    tags: Sequence[str]
    error: str | None
    raw: Json = field(repr=False, default_factory=dict)
    facets: Sequence[Facet] = ()

    @classmethod
    def from_json(cls, raw: Json) -> Self:
        """Read a summary or a detail of the history."""
        return cls(
            id=raw["id"],
            title=raw.get("title") or "",
            path=raw.get("file_path") or "",
            source=raw.get("file_source_type") or "",
            status=raw.get("status") or "",
            tags=tuple(raw.get("tags") or ()),
            error=raw.get("error_message"),
            raw=raw,
            facets=facets_from_json(raw),
        )


@dataclass(frozen=True)
class Event:
    """Something that happened to a job.

    `kind` is "state" (`message` is the job's new state), "queued", "started", "page" or "finished" (of one
    document; `ok` says how it ended), or the job's end: "completed", "cancelled", "failed". `seq` grows within a job,
    `row` counts from 1, `progress` is 0..1. A document that waits for another try is "queued" again.
    """

    kind: str
    seq: int
    row: int = 0
    title: str = ""
    ok: bool = False
    tags: Sequence[str] = ()
    error: str | None = None
    progress: float | None = None
    message: str = ""
    raw: Json = field(repr=False, default_factory=dict)

    @property
    def file_name(self) -> str:
        """The name of the file that the document is from, empty for events of the job."""
        return str(self.raw.get("file_name") or "")

    @property
    def degraded(self) -> bool:
        """Say whether offline tags stand in for a language model that did not answer."""
        return bool((self.raw.get("metadata") or {}).get("degraded"))

    @property
    def last(self) -> bool:
        """Say whether this is the job's end."""
        return self.kind in ENDED
