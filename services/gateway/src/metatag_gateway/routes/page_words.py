"""Where words stand: hits on a page's picture, and scans that leave with their text."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from metatag_gateway.errors import NoWordBoxes
from metatag_gateway.model.documents import Document, Tag
from metatag_gateway.model.words import PageWords, Word, words_of
from metatag_gateway.page_hits import Hit, search_hits, tag_hits
from metatag_gateway.routes.access import Reader, Viewer, known
from metatag_gateway.routes.bodies import upload_place
from metatag_gateway.routes.dependencies import Dependencies, dependencies_of
from metatag_gateway.routes.history import first_chunk, whole_file
from metatag_gateway.routes.single import pdf_response
from metatag_gateway.schemas.words import BoxView, HitView, PageWordsView, WordView

router = APIRouter(prefix="/api/history/documents/{doc_id}", tags=["History & Jobs"])

# How the pages of scans are read.
RECOGNISED = frozenset({"tesseract_ocr", "easyocr", "rapidocr", "vision"})
Source = Literal["recognised", "text_layer"]
Words = Annotated[str, Query(max_length=500, pattern=r"^[^\x00]*$")]


@router.get(
    "/searchable-file",
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}, "description": "The PDF."}, **known(404, 409, 413, 415, 504)},
)
async def searchable_file(request: Request, caller: Viewer, doc_id: UUID) -> Response:
    """Give the PDF with the recognised text under the pictures of its scans.

    Title, description and tags stand in its metadata. What is seen of its pages is as in the original; pages that have
    a text of their own stay as they are. A signed PDF stays as it is: 409; so does one whose pages were read before the
    places of words were kept: process it again.
    """
    parts = dependencies_of(request)
    found = await parts.jobs.document(caller.user_id, str(doc_id))

    async def made() -> AsyncIterator[bytes]:
        async with upload_place(parts.picture_places, caller.user_id, "pictures"):
            scans = [
                page async for page in parts.records.words(caller.user_id, found.id, 0) if page.method in RECOGNISED
            ]
            layers = [page for page in scans if page.words.text]
            if scans and not layers:
                raise NoWordBoxes
            content = await whole_file(parts.jobs, caller.user_id, found.id, parts.settings.max_upload_bytes)
            async for chunk in parts.ocr.make_searchable(content, found.title, found.description, found.tags, layers):
                yield chunk

    chunks = made()
    return pdf_response(await first_chunk(chunks), chunks, found.file_name or found.title)


@router.get("/pages/{number}/words", responses=known(404, 415, 504))
async def page_words(
    *,
    request: Request,
    caller: Reader,
    doc_id: UUID,
    number: Annotated[int, Path(ge=1, le=100_000)],
    tag: Annotated[Words, Query(description="A tag of the document: where it and its evidence stand.")] = "",
    query: Annotated[Words, Query(description="Words of a search: where they stand.")] = "",
    words: Annotated[bool, Query(description="Whether to give all words of the page.")] = False,
) -> PageWordsView:
    """Tell where a tag and its evidence, the words of a search, or all words stand on a page."""
    parts = dependencies_of(request)
    found = await parts.jobs.document(caller.user_id, str(doc_id))
    page, source = await _page(parts, caller.user_id, found.id, number)
    every = list(words_of(page.words))
    hits: list[Hit] = []
    if tag.strip():
        hits += tag_hits(every, tag, next((each.evidence for each in _tags(found) if each.tag == tag), ""))
    if query.strip():
        hits += search_hits(every, query)
    return PageWordsView(
        document_id=found.id,
        page=number,
        source=source if every else "none",
        rotation=page.rotation,
        hits=[HitView(kind=hit.kind, text=hit.text, boxes=[_box(box) for box in hit.boxes]) for hit in hits],
        words=[_word(word) for word in every] if words else None,
    )


def _tags(document: Document) -> Sequence[Tag]:
    return document.result.tag_details if document.result else ()


async def _page(parts: Dependencies, user_id: str, document_id: str, number: int) -> tuple[PageWords, Source]:
    """Return a page's words and whence they are known: as they were recognised, or from its own text."""
    async for page in parts.records.words(user_id, document_id, number):
        if page.words.text and page.method in RECOGNISED:
            return page, "recognised"
    async with upload_place(parts.picture_places, user_id, "pictures"):
        content = await whole_file(parts.jobs, user_id, document_id, parts.settings.max_upload_bytes)
        return PageWords(number, words=await parts.ocr.locate(content, number)), "text_layer"


def _box(box: tuple[float, float, float, float]) -> BoxView:
    return BoxView(x0=box[0], y0=box[1], x1=box[2], y1=box[3])


def _word(word: Word) -> WordView:
    return WordView(**_box(word.box).model_dump(), text=word.text, confidence=word.confidence)
