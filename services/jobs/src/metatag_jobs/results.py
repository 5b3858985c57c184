"""What comes out of a document: its pages, tags and facets, and what each stage found. Plain data, no I/O.

Field names are those of the wire contract, as in `model.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from metatag_jobs.usage import Usage


@dataclass(frozen=True)
class Problem:
    """One failure as a user may see it: an error code and a sentence."""

    code: str = ""
    message: str = ""


@dataclass
class WordBoxes:
    """The words of a page and where they stand, packed as on the wire: four sides and a confidence a word."""

    text: str = ""
    sides: bytes = b""
    confidences: bytes = b""


@dataclass
class Heading:
    """A heading as it stands in a page's text; level 1 is the page's largest print."""

    text: str = ""
    level: int = 0


@dataclass
class Page:
    """One page's text and how it was had."""

    number: int = 0
    text: str = ""
    method: str = ""
    reason: str = ""
    confidence: float | None = None
    language: str = ""
    rotation: int = 0
    decide_ms: int = 0
    render_ms: int = 0
    recognize_ms: int = 0
    tries: int = 0
    error: Problem | None = None
    notes: list[str] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    needs_review: bool = False
    # Before a vision model read the page.
    first_text: str = ""
    first_method: str = ""
    # Kept with the text alone, in no row and no event.
    boxes: WordBoxes | None = None


@dataclass
class Tag:
    """One tag and where it comes from."""

    tag: str = ""
    score: float = 0.0
    source: str = ""
    kind: str = ""
    page: int = 0
    evidence: str = ""
    grounded: bool = False
    # Who gave it: "" for the machine, "person" or "bulk"; of a person also which user, when and from which vocabulary.
    origin: str = ""
    by: str = ""
    at: float | None = None
    vocabulary: str = ""
    # Of the vocabulary's concept that it names.
    uri: str = ""


@dataclass
class Facet:
    """One typed tag: `kind` and `value` as the wire contract names them, and where it stands."""

    kind: str = ""
    value: str = ""
    score: float = 0.0
    source: str = ""
    page: int = 0
    evidence: str = ""
    origin: str = ""
    by: str = ""
    at: float | None = None


@dataclass
class OcrOutcome:
    """What the OCR stage found: all asked pages, with their text."""

    pages: list[Page] = field(default_factory=list)
    page_count: int = 0
    title: str = ""
    outline_title: str = ""
    # What was done to the file before it was read.
    notes: list[str] = field(default_factory=list)
    confidence: float | None = None
    script: str = ""
    language: str = ""
    engine_version: str = ""
    # What a vision model cost, if one was asked.
    vision_usage: Usage | None = None


@dataclass
class TagOutcome:
    """What the tag stage found."""

    tags: list[Tag] = field(default_factory=list)
    tagger: str = ""
    degraded: bool = False
    degraded_because: Problem | None = None
    model_name: str = ""
    usage: Usage | None = None
    language: str = ""
    raw_response: str = ""
    notes: list[str] = field(default_factory=list)
    tagger_version: str = ""
    vocabulary: str = ""
    facets: list[Facet] = field(default_factory=list)


@dataclass
class DocumentResult:
    """What came out of a document."""

    tags: list[Tag] = field(default_factory=list)
    extraction_method: str = ""
    is_scanned: bool = False
    ocr_confidence: float | None = None
    page_count: int = 0
    text_length: int = 0
    language: str = ""
    pages: list[Page] = field(default_factory=list)
    tagger: str = ""
    degraded: bool = False
    degraded_because: Problem | None = None
    model_name: str = ""
    usage: Usage | None = None
    raw_response: str = ""
    vocabulary: str = ""
    notes: list[str] = field(default_factory=list)
    fetch_ms: int = 0
    ocr_ms: int = 0
    tag_ms: int = 0
    text_preview: str = ""
    facets: list[Facet] = field(default_factory=list)
    needs_review: bool = False
    pages_read: int = 0
