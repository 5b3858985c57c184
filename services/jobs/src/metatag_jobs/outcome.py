"""From the stages' outputs to the document that callers see."""

from __future__ import annotations

from dataclasses import replace

from metatag_jobs.model import PREVIEW_CHARS, Document, ProcessOptions
from metatag_jobs.results import DocumentResult, OcrOutcome, Page, Problem, Tag, TagOutcome
from metatag_jobs.review_reasons import reasons_of
from metatag_jobs.search_entry import search_entry
from metatag_jobs.search_text import fold
from metatag_jobs.usage import add_usage, cost_of
from metatag_jobs.work import Claim, Finish, Reprocessed

# Lines looked at for a title, and the length that a title has.
_TITLE_LINES = 5
_TITLE_CHARS = range(10, 101)
_HEADING_CHARS = range(4, 201)

# What clients write into a row that has no title.
_NO_TITLES = frozenset({"untitled", "untitled document", "document", "no title"})

MAX_TITLE = 500
MAX_RAW = 20_000
# Tags from names of folders, the innermost ones, and their characters.
MAX_FOLDER_TAGS = 10
MAX_FOLDER_TAG = 200

_METHODS = {
    "text_layer": "text_layer", "tesseract": "tesseract_ocr", "easyocr": "easyocr", "rapidocr": "rapidocr",
    "vision": "vision",
}  # fmt: skip
_RECOGNISED = frozenset({"tesseract", "easyocr", "rapidocr"})


def title_of(claim: Claim, ocr: OcrOutcome) -> str:
    """Return a document's title: the row's own, the file's, the first page's heading, the outline's, a line of text.

    Else the file's name; empty where there is none of them.
    """
    row = claim.title.strip()
    own = ("" if row.casefold() in _NO_TITLES else row) or ocr.title.strip()
    given = own or _heading(ocr.pages) or ocr.outline_title.strip()
    return (given or _first_line(ocr.pages) or _stem(claim.source.file_name))[:MAX_TITLE]


def _stem(file_name: str) -> str:
    return file_name[:-4] if file_name.lower().endswith(".pdf") else file_name


def full_text(pages: list[Page]) -> str:
    """Give the document's text, a form feed between pages: who shows a page can show its own text beside it."""
    texts = [page.text.strip() for page in pages]
    return "\n\f".join(texts) if any(texts) else ""


def succeeded(claim: Claim, ocr: OcrOutcome, tags: TagOutcome, options: ProcessOptions | None = None) -> Finish:
    """Give the end of a document that was tagged, read with these options."""
    options = options or ProcessOptions()
    found = [*tags.tags, *_folder_tags(claim, tags, options)]
    title, text = title_of(claim, ocr), full_text(ocr.pages)
    usage = add_usage(ocr.vision_usage, tags.usage)
    result = DocumentResult(
        tags=found,
        extraction_method=_method(ocr.pages),
        is_scanned=any((page.first_method or page.method) in _RECOGNISED for page in ocr.pages),
        ocr_confidence=ocr.confidence,
        page_count=ocr.page_count,
        text_length=len(text),
        language=tags.language or ocr.language,
        pages=[replace(page, text="", headings=[], boxes=None) for page in ocr.pages],
        tagger=tags.tagger,
        degraded=tags.degraded,
        degraded_because=tags.degraded_because,
        model_name=tags.model_name,
        usage=usage,
        raw_response=tags.raw_response[:MAX_RAW],
        vocabulary=tags.vocabulary,
        notes=[*ocr.notes, *tags.notes, *_page_notes(ocr.pages)],
        fetch_ms=claim.fetch_ms,
        ocr_ms=claim.ocr_ms,
        tag_ms=claim.tag_ms,
        text_preview=text[:PREVIEW_CHARS],
        facets=tags.facets,
        needs_review=any(page.needs_review for page in ocr.pages),
        pages_read=len(ocr.pages),
    )
    entry = search_entry(
        title=title,
        tags=[tag.tag for tag in found],
        facets=[(facet.kind, facet.value) for facet in tags.facets],
        more=[claim.description, claim.folder, claim.source.file_name],
        text=text,
    )
    # What events tell: everything but pages and the model's words, which history gives.
    told = replace(result, pages=[], raw_response="")
    document = _document(claim, title, "success", result=told)
    return Finish(
        claim,
        document,
        result,
        search_label=entry.label,
        search_tokens=entry.tokens,
        cost_micros=cost_of(ocr.vision_usage) + cost_of(tags.usage),
        reasons=reasons_of(result, failed=False),
        reprocessed=Reprocessed(text, options.replace_edits) if claim.reprocess_of or claim.edited else None,
    )


def _folder_tags(claim: Claim, tags: TagOutcome, options: ProcessOptions) -> list[Tag]:
    """Return the names of the document's folders, outermost first, that are no tags yet, where that is asked for."""
    if not options.folder_tags or options.tag_options.strict:
        return []
    known = {fold(tag.tag) for tag in tags.tags}
    names = {fold(name): name.strip()[:MAX_FOLDER_TAG] for name in reversed(claim.folder.split("/")) if name.strip()}
    chosen = [name for key, name in reversed(names.items()) if key not in known]
    return [Tag(name, 1.0, "folder", grounded=True) for name in chosen[-MAX_FOLDER_TAGS:]]


def failed(claim: Claim, code: str, message: str) -> Finish:
    """Give the end of a document that failed for good."""
    document = _document(claim, claim.title, "failed", problem=Problem(code, message))
    document.tries = claim.tries + 1
    return Finish(claim, document, None, cost_micros=claim.spent_micros, reasons=reasons_of(None, failed=True))


def _document(
    claim: Claim, title: str, state: str, *, result: DocumentResult | None = None, problem: Problem | None = None
) -> Document:
    return Document(
        id=claim.document_id,
        job_id=claim.job_id,
        position=claim.position,
        title=title,
        description=claim.description,
        source=claim.source,
        file_size=claim.file_size,
        mime_type="application/pdf" if claim.file_size else "",
        state=state,
        result=result,
        problem=problem,
        created_at=claim.created_at,
        tries=claim.tries,
        folder=claim.folder,
        reprocess_of=claim.reprocess_of,
    )


def _heading(pages: list[Page]) -> str:
    """Return the largest heading of the first page that has words, the first of several; an empty string without."""
    first = next((page for page in pages if page.text.strip()), None)
    fitting = [each for each in first.headings if len(each.text) in _HEADING_CHARS] if first else []
    largest = min(fitting, key=lambda each: each.level, default=None)
    return " ".join(largest.text.split()) if largest else ""


def _first_line(pages: list[Page]) -> str:
    lines = (" ".join(line.split()) for page in pages for line in page.text.splitlines())
    found = [line for line in lines if line][:_TITLE_LINES]
    return next((line for line in found if len(line) in _TITLE_CHARS), "")


def _method(pages: list[Page]) -> str:
    used = {_METHODS[page.method] for page in pages if page.method in _METHODS}
    if len(used) > 1:
        return "mixed"
    return next(iter(used), "text_layer" if pages else "")


def _page_notes(pages: list[Page]) -> list[str]:
    bad = sum(page.method == "failed" for page in pages)
    return [f"pages_failed:{bad}"] if bad else []
