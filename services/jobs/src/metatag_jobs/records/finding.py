"""What lists and searches of documents are narrowed to, and what they give. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from metatag_jobs.model import Document

# Ways to order a list; a minus means falling. Documents without a value come last.
SORTS = ("-processed_at", "processed_at", "title", "-title", "confidence", "-confidence")
METHODS = ("text_layer", "tesseract_ocr", "easyocr", "rapidocr", "mixed")
# Matches counted; of more it is said that there are more.
MAX_COUNTED = 10_000
MAX_OFFSET = 100_000


@dataclass(frozen=True)
class DocumentFilter:
    """What documents must have; empty and None: anything. Times are seconds since 1970, confidence is 0 to 100.

    `facets` are beginnings of values by kind, `tag` is a whole tag in any spelling, `since` <= processed < `before`.
    `any_tags` are tags letter by letter, of which one is enough; `ids` are those of documents, None for all.
    """

    query: str = ""
    facets: Mapping[str, str] = field(default_factory=dict)
    tag: str = ""
    states: tuple[str, ...] = ()
    job_id: str = ""
    language: str = ""
    method: str = ""
    confidence_min: float | None = None
    confidence_max: float | None = None
    reviewed: bool | None = None
    since: float | None = None
    before: float | None = None
    any_tags: tuple[str, ...] = ()
    ids: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Snippet:
    """A piece of a page's text with places of hits: (start, end) in `text`."""

    page: int
    text: str
    marks: list[tuple[int, int]]


@dataclass(frozen=True)
class Found:
    """A page of a list; `total` is at least MAX_COUNTED where it is not exact. `texts` are names of text objects."""

    documents: list[Document]
    total: int
    is_exact: bool
    texts: Mapping[str, str] = field(default_factory=dict)
