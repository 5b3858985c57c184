"""What stages go by: digests of what goes into them, and outcomes that are none. Pure."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import replace
from typing import Any

from metatag_jobs.errors import insufficient_text
from metatag_jobs.jsonable import pack
from metatag_jobs.model import DEFAULT_PAGES, MIN_TEXT_CHARS, ProcessOptions, Vocabulary
from metatag_jobs.results import OcrOutcome, TagOutcome
from metatag_runtime.errors import ErrorCode, MetatagError

# Its text is what stored digests are of: it must stay as it is.
_SORTED = json.JSONEncoder(ensure_ascii=True, sort_keys=True)


def filled(options: ProcessOptions) -> ProcessOptions:
    """Give options with the default number of pages where none is asked."""
    return replace(options, num_pages=options.num_pages or DEFAULT_PAGES)


def digest_of(parts: list[Any]) -> str:
    """Give one digest of several JSON values."""
    return hashlib.sha256(_SORTED.encode(parts).encode()).hexdigest()


def identity_of(vocabulary: Vocabulary) -> list[str]:
    """Return what tells a vocabulary from others: its name and the digest of its terms."""
    return [vocabulary.name, digest_of([pack(term) for term in vocabulary.terms])]


def require_text(ocr: OcrOutcome, options: ProcessOptions) -> None:
    """Raise insufficient_text when there is too little to tag."""
    length = sum(len(page.text.strip()) for page in ocr.pages)
    if length < (options.min_text_chars or MIN_TEXT_CHARS):
        raise insufficient_text(
            recognised=any(page.method in ("tesseract", "easyocr", "rapidocr", "vision") for page in ocr.pages),
            notice=any(page.reason == "viewer_notice" for page in ocr.pages),
        )


def require_a_page(ocr: OcrOutcome) -> None:
    """Raise the first page's failure when no page could be read at all."""
    if ocr.pages and all(page.method == "failed" for page in ocr.pages):
        error = ocr.pages[0].error
        code = error.code if error and error.code in ErrorCode._value2member_map_ else "broken_document"
        raise MetatagError(error.message if error else "No page could be read.", code=ErrorCode(code))


def mark_free(outcome: TagOutcome | OcrOutcome) -> None:
    """Say that a reused answer cost nothing now."""
    if isinstance(outcome, OcrOutcome):
        if outcome.vision_usage is not None:
            outcome.vision_usage = replace(outcome.vision_usage, cached=True, cost_micros=0)
    elif outcome.usage is not None:
        outcome.usage = replace(outcome.usage, cached=True, cost_micros=0)


def ms_since(start: float) -> int:
    """Give the whole milliseconds since a monotonic time."""
    return int((time.monotonic() - start) * 1000)
