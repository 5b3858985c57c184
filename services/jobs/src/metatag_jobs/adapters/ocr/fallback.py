"""Two pools of OCR nodes as one: a page that the first reads badly is read again by the deep one, the better text kept.

An ocr node calls nobody, so it cannot pass a page on. It says in the notes that a deep engine should have read the page
(`METATAG_OCR_DEEP_BELOW` is its threshold); the caller picks the pool.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

import structlog

from metatag_jobs.adapters.ocr.call import DocumentCall
from metatag_jobs.adapters.ocr.pool import PooledOcr
from metatag_jobs.model import ProcessOptions
from metatag_jobs.results import OcrOutcome, Page
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.readable_words import readable_words

log = structlog.get_logger("metatag.jobs.ocr")

NOT_INSTALLED = "deep_engine_not_installed"
LACKS_LANGUAGE = "deep_engine_lacks_language"
ABSENT = "deep_engine_absent"
FAILED = "deep_engine_failed"
_WANTED = frozenset({NOT_INSTALLED, LACKS_LANGUAGE})


class DeepenedOcr:
    """The port OcrReader. A deep pool that is away, or cannot help, never fails a document: the page's notes say so."""

    def __init__(self, first: PooledOcr, deep: PooledOcr, engine: str) -> None:
        self._first = first
        self._deep = deep
        self._engine = engine

    async def read(
        self,
        *,
        document_id: str,
        sha256: str,
        size: int,
        content: Callable[[], AsyncIterator[bytes]],
        options: ProcessOptions,
        interactive: bool,
        on_page: Callable[[Page], None],
        known: Sequence[Page] = (),
    ) -> OcrOutcome:
        """Give the text of the asked pages in order; a bad page is told to `on_page` once, after its second reading."""

        def told(page: Page) -> None:
            if not _wanted(page):
                on_page(page)

        outcome = await self._first.read(
            document_id=document_id,
            sha256=sha256,
            size=size,
            content=content,
            options=options,
            interactive=interactive,
            on_page=told,
            known=known,
        )
        bad = [page for page in outcome.pages if _wanted(page)]
        if not bad:
            return outcome
        call = DocumentCall(sha256, size, content, options, 0.0)
        kept = {page.number: page for page in outcome.pages}
        for language, pages in _by_language(bad).items():
            for page in await self._again(call, language, pages, document_id, interactive):
                kept[page.number] = page
                on_page(page)
        return _with_pages(outcome, [kept[number] for number in sorted(kept)], await self._deep.version())

    async def picture(
        self,
        *,
        document_id: str,
        sha256: str,
        size: int,
        content: Callable[[], AsyncIterator[bytes]],
        number: int,
        width: int,
        interactive: bool,
    ) -> bytes:
        """Return a page as a JPEG, drawn by the first pool."""
        return await self._first.picture(
            document_id=document_id,
            sha256=sha256,
            size=size,
            content=content,
            number=number,
            width=width,
            interactive=interactive,
        )

    async def version(self) -> str:
        """Give the identity of engines and data over both pools."""
        return f"{await self._first.version()}||{await self._deep.version()}"

    async def ping(self) -> None:
        """Raise if no node of the first pool answers; without the deep one documents are read all the same."""
        await self._first.ping()

    async def _again(
        self, call: DocumentCall, language: str, pages: list[Page], document_id: str, interactive: bool
    ) -> list[Page]:
        languages = [name for name in language.split("+") if name]
        options = replace(call.options, ocr_mode="force", languages=languages)
        wanted = replace(call, options=options, engine=self._engine)
        try:
            found = await self._deep.read_pages(
                wanted, [page.number for page in pages], document_id, interactive=interactive
            )
        except MetatagError as error:
            note = {ErrorCode.UNAVAILABLE: ABSENT, ErrorCode.LANGUAGE_NOT_INSTALLED: LACKS_LANGUAGE}.get(
                error.code, FAILED
            )
            log.warning("deep engine did not help", document_id=document_id, code=str(error.code), pages=len(pages))
            return [_noted(page, note) for page in pages]
        return [better(page, found[page.number]) if page.number in found else _noted(page, FAILED) for page in pages]


def better(first: Page, second: Page) -> Page:
    """Give the page with the better text, under the first one's reason, with the times of both."""
    chosen = second if _second_wins(first, second) else first
    notes = [note for note in chosen.notes if note not in _WANTED]
    if chosen is first:
        notes.append(FAILED if second.method == "failed" else f"read_again_by_{second.method}")
    return replace(
        chosen,
        reason=first.reason,
        language=chosen.language or first.language,
        decide_ms=first.decide_ms + second.decide_ms,
        render_ms=first.render_ms + second.render_ms,
        recognize_ms=first.recognize_ms + second.recognize_ms,
        tries=first.tries + second.tries,
        notes=notes,
    )


def _second_wins(first: Page, second: Page) -> bool:
    """Compare by words that look like words, each worth its page's confidence."""
    if second.method in ("failed", "blank") or not second.text:
        return False
    return _worth(second) > _worth(first)


def _worth(page: Page) -> float:
    return readable_words(page.text) * (page.confidence or 0.0)


def _wanted(page: Page) -> bool:
    return not _WANTED.isdisjoint(page.notes)


def _noted(page: Page, note: str) -> Page:
    return replace(page, notes=[*(each for each in page.notes if each not in _WANTED), note])


def _by_language(pages: list[Page]) -> dict[str, list[Page]]:
    groups: dict[str, list[Page]] = {}
    for page in pages:
        groups.setdefault(page.language, []).append(page)
    return groups


def _with_pages(outcome: OcrOutcome, pages: list[Page], deep: str) -> OcrOutcome:
    scores = [page.confidence for page in pages if page.confidence is not None]
    confidence = sum(scores) / len(scores) if scores else None
    version = f"{outcome.engine_version}||{deep}" if deep else outcome.engine_version
    return replace(outcome, pages=pages, confidence=confidence, engine_version=version)
