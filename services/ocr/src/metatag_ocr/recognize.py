"""Turns a document into pages: admit, fetch once, open, read pages side by side, sum up."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from metatag_ocr import errors
from metatag_ocr.languages import missing
from metatag_ocr.model import (
    Description,
    DocumentRef,
    EngineInfo,
    Event,
    NeedContent,
    NodeState,
    Opened,
    PageLayer,
    PictureFormat,
    ReadRequest,
    Tally,
    WordBoxes,
)
from metatag_ocr.pages import Limits, Pools, Run
from metatag_ocr.ports import Observer, Scratch, Workers
from metatag_runtime.errors import Busy, ErrorCode, InvalidArgument, MetatagError

T = TypeVar("T")

# Seconds after which a caller may try a busy node again.
_RETRY_AFTER = 0.5

TEXT_LAYER = EngineInfo("text_layer", "pdfium", True)


class Recognizer:
    """The service's use case. One per node."""

    def __init__(
        self, workers: Workers, deep: Workers | None, scratch: Scratch, observer: Observer, limits: Limits
    ) -> None:
        self._workers = workers
        self._deep = deep
        self._scratch = scratch
        self._observer = observer
        self._limits = limits
        self._documents = 0

    async def recognize(self, read_request: ReadRequest, content: AsyncIterator[bytes]) -> AsyncIterator[Event]:
        """Give NeedContent if the document is not here, then Opened, then each wanted page, then Summary.

        `content` is read only after NeedContent. Raises DocumentError, InvalidArgument, Busy. Closing the generator
        ends the pages in work.
        """
        start = time.monotonic()
        self._check(read_request.document)
        languages = self._languages(read_request)
        with self._admitted():
            async with AsyncExitStack() as stack:
                path = await stack.enter_async_context(self._scratch.hold(read_request.document))
                if path is None:
                    yield NeedContent()
                    path = await stack.enter_async_context(self._scratch.receive(read_request.document, content))
                facts = await self._workers.open(read_request.document, path)
                numbers = read_request.pages_of(facts.page_count)
                yield Opened(facts, tuple(numbers))
                tally = Tally()
                run = Run(self._pools_for(read_request), self._limits, read_request, path, languages)
                async with run.pages(numbers) as pages:
                    async for page in pages:
                        tally.add(page)
                        self._observer.page(page)
                        yield page
                yield tally.summary(self._engine_version(), round((time.monotonic() - start) * 1000))

    def render(
        self, document: DocumentRef, number: int, width: int, kind: PictureFormat, content: AsyncIterator[bytes]
    ) -> AsyncIterator[NeedContent | bytes]:
        """Give NeedContent if the document is not here, then the page's picture."""
        return self._with_file(
            document, content, lambda path: self._workers.render(document, path, number, width, kind)
        )

    def describe(
        self, document: DocumentRef, description: Description, content: AsyncIterator[bytes]
    ) -> AsyncIterator[NeedContent | bytes]:
        """Give NeedContent if the document is not here, then the PDF with a description in its metadata."""
        return self._with_file(document, content, lambda path: self._workers.describe(document, path, description))

    def make_searchable(
        self,
        document: DocumentRef,
        description: Description,
        layers: Sequence[PageLayer],
        content: AsyncIterator[bytes],
    ) -> AsyncIterator[NeedContent | bytes]:
        """Give NeedContent if the document is not here, then the PDF with layers of text and a description."""
        return self._with_file(
            document, content, lambda path: self._workers.make_searchable(document, path, description, layers)
        )

    def locate(
        self, document: DocumentRef, number: int, content: AsyncIterator[bytes]
    ) -> AsyncIterator[NeedContent | WordBoxes]:
        """Give NeedContent if the document is not here, then the words of a page's own text."""
        return self._with_file(document, content, lambda path: self._workers.locate(document, path, number))

    async def _with_file(
        self, document: DocumentRef, content: AsyncIterator[bytes], work: Callable[[Path], Awaitable[T]]
    ) -> AsyncIterator[NeedContent | T]:
        """Give NeedContent if the document is not here, then what comes of the work on its file."""
        self._check(document)
        with self._admitted():
            async with AsyncExitStack() as stack:
                path = await stack.enter_async_context(self._scratch.hold(document))
                if path is None:
                    yield NeedContent()
                    path = await stack.enter_async_context(self._scratch.receive(document, content))
                yield await work(path)

    def state(self) -> NodeState:
        """Give engines and load."""
        working, waiting = self._workers.load()
        return NodeState((TEXT_LAYER, *self._engines()), self._workers.slots, working, waiting)

    def _check(self, document: DocumentRef) -> None:
        if document.size_bytes == 0:
            raise errors.empty_document()
        if document.size_bytes > self._limits.document_bytes:
            bound = self._limits.document_bytes // 1024**2
            raise MetatagError(f"The file is larger than this node's {bound} MiB.", code=ErrorCode.TOO_LARGE)

    @contextmanager
    def _admitted(self) -> Iterator[None]:
        """Take a place for a document: one per slot and one that waits; raises Busy beyond."""
        if self._documents > self._workers.slots:
            raise Busy("All places of this node are taken; try another node or later.", retry_after=_RETRY_AFTER)
        self._documents += 1
        self._observer.documents(1)
        try:
            yield
        finally:
            self._documents -= 1
            self._observer.documents(-1)

    def _languages(self, read_request: ReadRequest) -> tuple[str, ...]:
        """Give the languages that may be used; raises when one that was asked for is not installed."""
        engine = self._pools_for(read_request).first.engine()
        lacking = missing(read_request.options.languages, engine.languages)
        if lacking:
            raise errors.language_not_installed(lacking, engine.languages)
        return read_request.options.languages or _english_first(engine.languages)

    def _pools_for(self, read_request: ReadRequest) -> Pools:
        """Give the pool that reads, and the one for pages that come out badly; raises for an engine we lack."""
        wanted = read_request.options.engine
        if wanted in ("", self._workers.engine().name):
            return Pools(self._workers, self._deep)
        if self._deep is not None and self._deep.engine().name == wanted:
            return Pools(self._deep, None)
        have = ", ".join(engine.name for engine in self._engines())
        raise InvalidArgument(f"The engine '{wanted}' is not installed here; installed: {have}.")

    def _engines(self) -> list[EngineInfo]:
        return [pool.engine() for pool in (self._workers, self._deep) if pool is not None]

    def _engine_version(self) -> str:
        return "+".join(f"{engine.name}-{engine.version}" for engine in self._engines())


def _english_first(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Put eng in front: it is read where no script can be told."""
    return tuple(sorted(languages, key=lambda name: (name != "eng", name)))
