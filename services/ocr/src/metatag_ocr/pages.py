"""The pages of one document: read side by side, the script detected once, bad ones given to the deep engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from metatag_ocr.better import better, needs_deep
from metatag_ocr.doubts import Doubts
from metatag_ocr.model import PageText, Problem, ReadRequest
from metatag_ocr.ports import PageOrder, Workers
from metatag_runtime.errors import ErrorCode, MetatagError, Unavailable

# Pages of one document that may use up their whole time limit; the rest of it is read on a tenth of the limit.
COSTLY_PAGES = 5


@dataclass(frozen=True)
class Limits:
    """Bounds of one document. A page under `deep_below` (0 to 100) is given to the deep engine."""

    document_bytes: int
    page_seconds: float
    deep_seconds: float = 180.0
    deep_below: float = 85.0


@dataclass(frozen=True)
class Pools:
    """The workers that read, and those for pages that come out badly."""

    first: Workers
    deep: Workers | None = None


class Run:
    """Reads wanted pages of one document that is open at `path`."""

    def __init__(
        self, pools: Pools, limits: Limits, read_request: ReadRequest, path: Path, languages: tuple[str, ...]
    ) -> None:
        self._workers = pools.first
        self._deep = pools.deep
        self._limits = limits
        self._read_request = read_request
        self._path = path
        self._languages = languages
        self._script = read_request.script_hint
        self._detecting = asyncio.Lock()
        self._doubts = Doubts()
        self._costly = 0

    @asynccontextmanager
    async def pages(self, numbers: list[int]) -> AsyncIterator[AsyncIterator[PageText]]:
        """Give the pages as they are finished. Leaving the block ends the work on the others."""
        slots = self._workers.slots
        finished: asyncio.Queue[PageText | BaseException] = asyncio.Queue(maxsize=2 * slots)
        todo = iter(numbers)
        runners = [asyncio.create_task(self._run(todo, finished)) for _ in range(min(len(numbers), slots))]
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
            page = await self._doubts.settle(lambda compares: self._read(number, compares=compares))
        except Unavailable:
            raise
        except MetatagError as error:
            self._costly += error.code is ErrorCode.PAGE_TOO_COSTLY
            failed = PageText(number, "", "failed", str(error.code), error=Problem(str(error.code), error.message))
            return await self._layer_alone(number) or failed
        return await self._deepened(page) if needs_deep(page, self._limits.deep_below) else page

    async def _layer_alone(self, number: int) -> PageText | None:
        """Return a page whose picture cannot be read as its layer has it; None where the layer is no good either."""
        if self._read_request.options.mode != "auto" or self._costly > COSTLY_PAGES:
            return None
        order = self._order(number)
        options = replace(order.options, mode="skip")
        order = replace(order, options=options, seconds=min(order.seconds, self._limits.page_seconds / 10))
        try:
            page = await self._workers.read(order, self._found)
        except Unavailable:
            raise
        except MetatagError:
            return None
        return replace(page, notes=(*page.notes, "layer_not_compared")) if page.method == "text_layer" else None

    async def _read(self, number: int, *, compares: bool) -> PageText:
        """Read a page; as long as the script is unknown, one page at a time gets as far as showing it."""
        if self._script or len(self._languages) < 2:
            return await self._workers.read(self._order(number, compares=compares), self._found)
        await self._detecting.acquire()
        released = False

        def found(script: str) -> None:
            nonlocal released
            self._found(script)
            if not released:
                released = True
                self._detecting.release()

        try:
            return await self._workers.read(self._order(number, compares=compares), found)
        finally:
            if not released:
                self._detecting.release()

    async def _deepened(self, page: PageText) -> PageText:
        """Read a bad page with the deep engine and keep the better text; without one, say so in the page's notes."""
        if self._deep is None:
            return replace(page, notes=(*page.notes, "deep_engine_not_installed"))
        languages = tuple(page.language.split("+"))
        # A page of two scripts read in one of them would lose the other.
        if not set(languages) <= set(self._deep.engine().languages):
            return replace(page, notes=(*page.notes, "deep_engine_lacks_language"))
        order = replace(self._order(page.number), languages=languages, seconds=self._limits.deep_seconds)
        order = replace(order, options=replace(order.options, mode="force", languages=languages))
        try:
            deep = await self._deep.read(order, lambda _: None)
        except MetatagError:
            return replace(page, notes=(*page.notes, "deep_engine_failed"))
        return better(page, deep)

    def _found(self, script: str) -> None:
        """Remember the script that a page showed last: the next page is most likely written in it."""
        self._script = script or self._script

    def _order(self, number: int, *, compares: bool = True) -> PageOrder:
        limit = self._limits.page_seconds / (10 if self._costly >= COSTLY_PAGES else 1)
        return PageOrder(
            document=self._read_request.document,
            path=self._path,
            number=number,
            options=self._read_request.options,
            languages=self._languages,
            script=self._script,
            seconds=limit,
            confirmed=self._doubts.confirmed,
            compares=compares,
        )


async def _drain(finished: asyncio.Queue[PageText | BaseException], count: int) -> AsyncIterator[PageText]:
    for _ in range(count):
        page = await finished.get()
        if isinstance(page, BaseException):
            raise page
        yield page
