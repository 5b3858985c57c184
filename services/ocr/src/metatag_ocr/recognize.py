"""Turns a document into pages: admit, fetch once, open, read pages side by side, sum up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from metatag_ocr import errors
from metatag_ocr.languages import missing
from metatag_ocr.model import (
    DocumentRef,
    EngineInfo,
    Event,
    NeedContent,
    NodeState,
    Opened,
    PageText,
    Problem,
    Tally,
    Wish,
)
from metatag_ocr.ports import Observer, PageOrder, Scratch, Workers
from metatag_runtime.errors import Busy, ErrorCode, InvalidArgument, MetatagError, Unavailable

# Pages of one document that may use up their whole time limit; the rest of it is read on a tenth of the limit.
COSTLY_PAGES = 5
# Seconds after which a caller may try a busy node again.
_RETRY_AFTER = 0.5

TEXT_LAYER = EngineInfo("text_layer", "pdfium", True)


@dataclass(frozen=True)
class Limits:
    """Bounds of one document."""

    document_bytes: int
    page_seconds: float


class Recognizer:
    """The room's use case. One per node."""

    def __init__(self, workers: Workers, scratch: Scratch, observer: Observer, limits: Limits) -> None:
        self._workers = workers
        self._scratch = scratch
        self._observer = observer
        self._limits = limits
        self._documents = 0

    async def recognize(self, wish: Wish, content: AsyncIterator[bytes]) -> AsyncIterator[Event]:
        """Give NeedContent if the document is not here, then Opened, then each wanted page, then Summary.

        `content` is read only after NeedContent. Raises DocumentError, InvalidArgument, Busy. Closing the generator
        ends the pages in work.
        """
        start = time.monotonic()
        self._check(wish.document)
        languages = self._languages(wish)
        with self._admitted():
            async with AsyncExitStack() as stack:
                path = await stack.enter_async_context(self._scratch.hold(wish.document))
                if path is None:
                    yield NeedContent()
                    path = await stack.enter_async_context(self._scratch.receive(wish.document, content))
                facts = await self._workers.open(wish.document, path)
                numbers = wish.pages_of(facts.page_count)
                yield Opened(facts, tuple(numbers))
                tally = Tally()
                run = _Run(self._workers, self._limits, wish, path, languages)
                async with run.pages(numbers) as pages:
                    async for page in pages:
                        tally.add(page)
                        self._observer.page(page)
                        yield page
                yield tally.summary(self._engine_version(), round((time.monotonic() - start) * 1000))

    async def render(
        self, document: DocumentRef, number: int, width: int, content: AsyncIterator[bytes]
    ) -> AsyncIterator[NeedContent | bytes]:
        """Give NeedContent if the document is not here, then the page's PNG."""
        self._check(document)
        with self._admitted():
            async with AsyncExitStack() as stack:
                path = await stack.enter_async_context(self._scratch.hold(document))
                if path is None:
                    yield NeedContent()
                    path = await stack.enter_async_context(self._scratch.receive(document, content))
                yield await self._workers.render(document, path, number, width)

    def state(self) -> NodeState:
        """Give engines and load."""
        working, waiting = self._workers.load()
        return NodeState((TEXT_LAYER, *self._workers.engines()), self._workers.slots, working, waiting)

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

    def _languages(self, wish: Wish) -> tuple[str, ...]:
        """Give the languages that may be used; raises when one that was asked for is not installed."""
        engine = self._engine(wish.options.engine)
        lacking = missing(wish.options.languages, engine.languages)
        if lacking:
            raise errors.language_not_installed(lacking, engine.languages)
        return wish.options.languages or _english_first(engine.languages)

    def _engine(self, name: str) -> EngineInfo:
        found = self._workers.engines()
        wanted = name or found[0].name
        for engine in found:
            if engine.name == wanted:
                return engine
        have = ", ".join(engine.name for engine in found)
        raise InvalidArgument(f"The engine '{name}' is not installed here; installed: {have}.")

    def _engine_version(self) -> str:
        return "+".join(f"{engine.name}-{engine.version}" for engine in self._workers.engines())


class _Run:
    """Reads the pages of one document side by side, detecting its script only once."""

    def __init__(self, workers: Workers, limits: Limits, wish: Wish, path: Path, languages: tuple[str, ...]) -> None:
        self._workers = workers
        self._limits = limits
        self._wish = wish
        self._path = path
        self._languages = languages
        self._script = wish.script_hint
        self._detecting = asyncio.Lock()
        self._costly = 0

    @asynccontextmanager
    async def pages(self, numbers: list[int]) -> AsyncIterator[AsyncIterator[PageText]]:
        """Give the pages as they are finished. Leaving the block ends the work on the others."""
        finished: asyncio.Queue[PageText | BaseException] = asyncio.Queue(maxsize=2 * self._workers.slots)
        todo = iter(numbers)
        runners = [
            asyncio.create_task(self._run(todo, finished)) for _ in range(min(len(numbers), self._workers.slots))
        ]
        try:
            yield _drain(finished, len(numbers))
        finally:
            for runner in runners:
                runner.cancel()
            await asyncio.gather(*runners, return_exceptions=True)

    async def _run(self, todo: Iterator[int], finished: asyncio.Queue[PageText | BaseException]) -> None:
        try:
            for number in todo:
                await finished.put(await self._page(number))
        except Exception as error:
            await finished.put(error)

    async def _page(self, number: int) -> PageText:
        try:
            return await self._read(number)
        except Unavailable:
            raise
        except MetatagError as error:
            self._costly += error.code is ErrorCode.PAGE_TOO_COSTLY
            return PageText(number, "", "failed", str(error.code), error=Problem(str(error.code), error.message))

    async def _read(self, number: int) -> PageText:
        """Read a page; as long as the script is unknown, one page at a time gets as far as showing it."""
        if self._script or len(self._languages) < 2:
            return await self._workers.read(self._order(number), self._found)
        await self._detecting.acquire()
        released = False

        def found(script: str) -> None:
            nonlocal released
            self._found(script)
            if not released:
                released = True
                self._detecting.release()

        try:
            return await self._workers.read(self._order(number), found)
        finally:
            if not released:
                self._detecting.release()

    def _found(self, script: str) -> None:
        self._script = self._script or script

    def _order(self, number: int) -> PageOrder:
        limit = self._limits.page_seconds / (10 if self._costly >= COSTLY_PAGES else 1)
        return PageOrder(
            document=self._wish.document,
            path=self._path,
            number=number,
            options=self._wish.options,
            languages=self._languages,
            script=self._script,
            seconds=limit,
        )


async def _drain(finished: asyncio.Queue[PageText | BaseException], count: int) -> AsyncIterator[PageText]:
    for _ in range(count):
        page = await finished.get()
        if isinstance(page, BaseException):
            raise page
        yield page


def _english_first(languages: tuple[str, ...]) -> tuple[str, ...]:
    """Put eng in front: it is read where no script can be told."""
    return tuple(sorted(languages, key=lambda name: (name != "eng", name)))
