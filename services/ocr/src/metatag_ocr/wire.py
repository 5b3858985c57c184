"""Messages to model and back. The only file, with servicer.py, that touches metatag.v1."""

from __future__ import annotations

import array
import re
import sys

from metatag.v1 import document_pb2, ocr_pb2
from metatag_ocr.languages import tesseract_name
from metatag_ocr.model import (
    MAX_BOXED_WORDS,
    Description,
    DocumentRef,
    Method,
    Mode,
    NodeState,
    Opened,
    Options,
    PageLayer,
    PageText,
    PictureFormat,
    ReadRequest,
    Summary,
    WordBoxes,
)
from metatag_runtime.errors import InvalidArgument

_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAX_LANGUAGES = 4
_MAX_LAYERS = 10_000
_LANGUAGE = re.compile(r"[A-Za-z][A-Za-z_-]{0,30}")

_MODES: dict[int, Mode] = {
    document_pb2.OCR_MODE_UNSPECIFIED: "auto",
    document_pb2.OCR_MODE_AUTO: "auto",
    document_pb2.OCR_MODE_FORCE: "force",
    document_pb2.OCR_MODE_SKIP: "skip",
}
_METHODS: dict[Method, document_pb2.PageMethod.ValueType] = {
    "text_layer": document_pb2.PAGE_METHOD_TEXT_LAYER,
    "tesseract": document_pb2.PAGE_METHOD_TESSERACT,
    "easyocr": document_pb2.PAGE_METHOD_EASYOCR,
    "rapidocr": document_pb2.PAGE_METHOD_RAPIDOCR,
    "blank": document_pb2.PAGE_METHOD_BLANK,
    "skipped": document_pb2.PAGE_METHOD_SKIPPED,
    "failed": document_pb2.PAGE_METHOD_FAILED,
}


def read_request(header: ocr_pb2.RecognizeHeader) -> ReadRequest:
    """Give what a header asks for; raises InvalidArgument that names the field."""
    return ReadRequest(
        document=document_ref(header.content_sha256, header.size_bytes),
        options=_options(header.options),
        ranges=tuple(_range(pages) for pages in header.pages),
        max_pages=_at_least_zero("max_pages", header.max_pages),
        script_hint=header.script_hint,
    )


def document_ref(sha256: str, size_bytes: int) -> DocumentRef:
    """Give a document's name; raises InvalidArgument."""
    if not _SHA256.fullmatch(sha256):
        raise InvalidArgument("content_sha256 must be 64 lower-case hex digits.")
    return DocumentRef(sha256, _at_least_zero("size_bytes", size_bytes))


def render_request_of(header: ocr_pb2.RenderPageHeader) -> tuple[DocumentRef, int, int, PictureFormat]:
    """Give document, page, width and format of a picture; raises InvalidArgument."""
    if header.page < 1:
        raise InvalidArgument("page counts from 1.")
    if not 64 <= header.width <= 2000:
        raise InvalidArgument("width must be 64 to 2000 pixels.")
    kind: PictureFormat = "JPEG" if header.format == ocr_pb2.PICTURE_FORMAT_JPEG else "PNG"
    return document_ref(header.content_sha256, header.size_bytes), header.page, header.width, kind


def describe_request_of(header: ocr_pb2.DescribePdfHeader) -> tuple[DocumentRef, Description]:
    """Give the document and what its metadata shall say; raises InvalidArgument."""
    if len(header.title) > 1_000 or len(header.description) > 10_000:
        raise InvalidArgument("A title has 1,000 characters at most, a description 10,000.")
    if len(header.tags) > 200 or any(len(tag) > 500 for tag in header.tags):
        raise InvalidArgument("A PDF takes 200 tags at most, of 500 characters each.")
    description = Description(header.title, header.description, tuple(header.tags))
    return document_ref(header.content_sha256, header.size_bytes), description


def searchable_request_of(header: ocr_pb2.MakeSearchableHeader) -> tuple[DocumentRef, Description, int]:
    """Give document, description and the number of layers that follow; raises InvalidArgument."""
    head = ocr_pb2.DescribePdfHeader(
        content_sha256=header.content_sha256,
        size_bytes=header.size_bytes,
        title=header.title,
        description=header.description,
        tags=header.tags,
    )
    if not 0 <= header.layer_count <= _MAX_LAYERS:
        raise InvalidArgument(f"layer_count must be 0 to {_MAX_LAYERS:,}.")
    return *describe_request_of(head), header.layer_count


def layer_of(message: ocr_pb2.PageLayer) -> PageLayer:
    """Give a page's layer; raises InvalidArgument."""
    text, sides = message.boxes.text, message.boxes.sides
    words = text.count("\t") + text.count("\n") + 1 if text else 0
    if message.number < 1 or message.rotation not in (0, 90, 180, 270):
        raise InvalidArgument("A layer needs a page from 1, and a rotation of 0, 90, 180 or 270.")
    if len(sides) != 8 * words or words > MAX_BOXED_WORDS:
        raise InvalidArgument(f"A layer needs 8 bytes for each of at most {MAX_BOXED_WORDS:,} words.")
    return PageLayer(message.number, message.rotation, text, sides)


def locate_request_of(header: ocr_pb2.LocateWordsHeader) -> tuple[DocumentRef, int]:
    """Give document and page; raises InvalidArgument."""
    if header.page < 1:
        raise InvalidArgument("page counts from 1.")
    return document_ref(header.content_sha256, header.size_bytes), header.page


def opened(event: Opened) -> ocr_pb2.RecognizeResponse:
    """Give the message that a document was opened."""
    return ocr_pb2.RecognizeResponse(
        opened=ocr_pb2.DocumentOpened(
            page_count=event.facts.page_count,
            pages=event.pages,
            title=event.facts.title,
            outline_title=event.facts.outline_title,
            notes=event.facts.notes,
        )
    )


def page(found: PageText) -> ocr_pb2.RecognizeResponse:
    """Give a page's message."""
    error = found.error
    return ocr_pb2.RecognizeResponse(
        page=document_pb2.Page(
            number=found.number,
            text=found.text,
            method=_METHODS[found.method],
            reason=found.reason,
            confidence=found.confidence,
            language=found.language,
            rotation=found.rotation,
            decide_ms=found.decide_ms,
            render_ms=found.render_ms,
            recognize_ms=found.recognize_ms,
            tries=found.tries,
            error=document_pb2.Problem(code=error.code, message=error.message) if error else None,
            words=[
                document_pb2.Word(
                    text=word.text, confidence=word.confidence, x=word.x, y=word.y, width=word.width, height=word.height
                )
                for word in found.words
            ],
            notes=_notes(found),
            needs_review=found.needs_review,
            headings=[document_pb2.Heading(text=heading.text, level=heading.level) for heading in found.headings],
            boxes=boxes(found.boxes) if found.boxes.text else None,
        )
    )


def boxes(found: WordBoxes) -> document_pb2.WordBoxes:
    """Return the message of words and their boxes."""
    sides = array.array("H", found.sides)
    if sys.byteorder == "big":
        sides.byteswap()
    return document_pb2.WordBoxes(text=found.text, sides=sides.tobytes(), confidences=bytes(found.confidences))


def _notes(found: PageText) -> tuple[str, ...]:
    """Give the page's notes; a caller that compares two readings must know of one that is no language."""
    recognised = found.method in ("tesseract", "easyocr", "rapidocr")
    return (*found.notes, "gibberish") if recognised and found.gibberish else found.notes


def summary(found: Summary) -> ocr_pb2.RecognizeResponse:
    """Give a document's end."""
    return ocr_pb2.RecognizeResponse(
        summary=ocr_pb2.RecognizeSummary(
            pages_read=found.pages_read,
            pages_failed=found.pages_failed,
            confidence=found.confidence,
            script=found.script,
            language=found.language,
            engine_version=found.engine_version,
            elapsed_ms=found.elapsed_ms,
        )
    )


def state(found: NodeState) -> ocr_pb2.ListEnginesResponse:
    """Give the node's engines and load."""
    return ocr_pb2.ListEnginesResponse(
        engines=[
            ocr_pb2.Engine(
                name=engine.name,
                version=engine.version,
                healthy=engine.healthy,
                detail=engine.detail,
                languages=engine.languages,
            )
            for engine in found.engines
        ],
        slots=found.slots,
        pages_in_flight=found.pages_in_flight,
        pages_waiting=found.pages_waiting,
    )


def _options(options: ocr_pb2.RecognizeOptions) -> Options:
    if len(options.languages) > _MAX_LANGUAGES:
        raise InvalidArgument(f"languages may name {_MAX_LANGUAGES} at most.")
    if not all(_LANGUAGE.fullmatch(name) for name in options.languages):
        # It becomes part of a path to language data.
        raise InvalidArgument("languages must be names such as 'eng' or 'chi_sim'.")
    if options.mode not in _MODES:
        raise InvalidArgument("mode is not one of OcrMode.")
    return Options(
        mode=_MODES[options.mode],
        languages=tuple(dict.fromkeys(tesseract_name(name) for name in options.languages)),
        dehyphenate=options.dehyphenate,
        words=options.words,
        engine=options.engine,
    )


def _range(pages: ocr_pb2.PageRange) -> tuple[int, int]:
    if pages.first < 1 or (pages.last and pages.last < pages.first) or pages.last < 0:
        raise InvalidArgument("pages must have first from 1, and last 0 or at least first.")
    return pages.first, pages.last


def _at_least_zero(name: str, value: int) -> int:
    if value < 0:
        raise InvalidArgument(f"{name} must not be negative.")
    return value
