"""Reads one document over all OCR nodes: runs of pages, each on the node with the fewest, on another if that fails."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace

from metatag.v1 import ocr_pb2
from metatag_jobs.adapters.ocr.call import DocumentCall, Opened, PartAnswer, recognize_part
from metatag_jobs.adapters.ocr.nodes import DOWN_SECONDS, Node, OcrNodes
from metatag_jobs.adapters.ocr.picture import Rendering, render_page
from metatag_jobs.model import ProcessOptions
from metatag_jobs.results import OcrOutcome, Page
from metatag_runtime.errors import ErrorCode, MetatagError, Unavailable
from metatag_runtime.grpc_calls import peer_errors

# A run of pages should take about so long: short enough that another document is not kept waiting. Seconds.
RANGE_SECONDS = 0.25

# Read alone first, so that later runs know the script.
FIRST_PAGES = 1

# Documents of at most so many pages are one call.
WHOLE_PAGES = 4

# A document waits for a usable node at most so long; then it goes back to the queue. Seconds.
PATIENCE = 20.0

# Failures that another node may not have; one that stops cancels its calls.
_ELSEWHERE = frozenset({ErrorCode.BUSY, ErrorCode.UNAVAILABLE, ErrorCode.STORAGE_FULL, ErrorCode.CANCELLED})

# Characters of a document up to which pages of its text layer are added to those that were asked for.
MAX_TEXT_CHARS = 500_000

Content = Callable[[], AsyncIterator[bytes]]


class PooledOcr:
    """The port OcrReader."""

    def __init__(
        self,
        nodes: OcrNodes,
        *,
        deadline: float,
        range_pages: int,
        patience: float = PATIENCE,
        text_pages: int = 0,
    ) -> None:
        self._nodes = nodes
        self._text_pages = text_pages
        self._deadline = deadline
        self._range_pages = range_pages
        self._patience = patience

    async def read(
        self,
        *,
        document_id: str,
        sha256: str,
        size: int,
        content: Content,
        options: ProcessOptions,
        interactive: bool,
        on_page: Callable[[Page], None],
        known: Sequence[Page] = (),
    ) -> OcrOutcome:
        """Return the text of the asked pages in order; `content` is called again for each node that lacks the file.

        Pages after the asked ones come too, up to the pool's bound, where a text layer that is believed holds them:
        they cost no recognition.
        """
        await self._nodes.known(5.0)
        call = DocumentCall(sha256, size, content, options, self._deadline)
        reading = _Reading(self._nodes, call, document_id, interactive, on_page, self._range_pages, self._patience)
        return await self._with_text_layers(await reading.run(known), call, document_id, interactive=interactive)

    async def _with_text_layers(
        self, outcome: OcrOutcome, call: DocumentCall, document_id: str, *, interactive: bool
    ) -> OcrOutcome:
        last = min(outcome.page_count, self._text_pages)
        numbers = range(call.options.num_pages + 1, last + 1)
        layered = any(page.method == "text_layer" for page in outcome.pages)
        if not numbers or not layered or call.options.ocr_mode not in ("", "auto"):
            return outcome
        free = replace(call, options=replace(call.options, ocr_mode="skip", num_pages=last))
        try:
            found = await self.read_pages(free, numbers, document_id, interactive=interactive)
        except MetatagError:
            # What was asked for is read; the rest is a gift.
            return outcome
        size = sum(len(page.text) for page in outcome.pages)
        more = []
        for number in sorted(found):
            page = found[number]
            size += len(page.text)
            if size > MAX_TEXT_CHARS:
                break
            if page.method == "text_layer" and page.text.strip():
                more.append(page)
        return replace(outcome, pages=[*outcome.pages, *more])

    async def read_pages(
        self, call: DocumentCall, numbers: Sequence[int], document_id: str, *, interactive: bool
    ) -> dict[int, Page]:
        """Give these pages by number, as `call` wants them; its deadline is this pool's. Raises MetatagError."""
        await self._nodes.known(min(5.0, self._patience))
        call = replace(call, deadline=self._deadline)
        reading = _Reading(
            self._nodes, call, document_id, interactive, lambda _: None, self._range_pages, self._patience
        )
        return await reading.run_pages(numbers)

    async def picture(
        self,
        *,
        document_id: str,
        sha256: str,
        size: int,
        content: Content,
        number: int,
        width: int,
        interactive: bool,
    ) -> bytes:
        """Return a page as a JPEG, drawn by the node with the fewest calls, or by another if that fails."""
        await self._nodes.known(5.0)
        wanted = Rendering(sha256, size, content, number, width, self._deadline)
        end = time.monotonic() + self._patience
        while True:
            node = await self._nodes.acquire(document_id, interactive=interactive)
            rest = 0.0
            try:
                return await render_page(node, wanted)
            except MetatagError as error:
                if error.code not in _ELSEWHERE or time.monotonic() > end:
                    raise
                rest = _rest(error)
            finally:
                self._nodes.release(node, rest=rest)

    async def version(self) -> str:
        """Give the identity of engines and data over all nodes."""
        return "|".join(sorted({node.version for node in self._nodes.nodes if node.version}))

    async def ping(self) -> None:
        """Raise if no node answers."""
        await self._nodes.known(1.0)
        failures: list[MetatagError] = []
        for node in self._nodes.nodes:
            try:
                await recognize_ping(node)
            except MetatagError as error:
                failures.append(error)
            else:
                return
        raise failures[0] if failures else Unavailable("No OCR node is known.")


async def recognize_ping(node: Node) -> None:
    """Ask one node for its engines; raises MetatagError."""
    with peer_errors("ocr"):
        answer = await node.stub.ListEngines(ocr_pb2.ListEnginesRequest(), timeout=3.0)
    if not any(each.healthy for each in answer.engines):
        raise Unavailable("The OCR node has no healthy engine.")


@dataclass
class _Reading:
    """One document in work."""

    nodes: OcrNodes
    call: DocumentCall
    lane: str
    interactive: bool
    on_page: Callable[[Page], None]
    range_pages: int
    patience: float
    opened: Opened | None = None
    pages: dict[int, Page] = field(default_factory=dict)
    script: str = ""
    language: str = ""
    engine_version: str = ""
    page_seconds: float = RANGE_SECONDS
    todo: deque[int] = field(default_factory=deque)

    async def run(self, known: Sequence[Page] = ()) -> OcrOutcome:
        limit = self.call.options.num_pages
        alone = len(self.nodes.nodes) == 1 and limit <= self.range_pages
        first = limit if limit <= WHOLE_PAGES or alone else FIRST_PAGES
        await self._read_run(list(range(1, first + 1)))
        assert self.opened is not None
        last = min(limit, self.opened.page_count)
        # The first pages are read in any case: they tell of the document what later runs need to know.
        self.pages |= {page.number: page for page in known if first < page.number <= last}
        self.todo.extend(number for number in range(first + 1, last + 1) if number not in self.pages)
        if self.todo:
            await self._read_rest()
        return self._outcome(self.opened)

    async def run_pages(self, numbers: Sequence[int]) -> dict[int, Page]:
        self.todo.extend(numbers)
        await self._read_rest()
        return self.pages

    async def _read_rest(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(len(self.todo), self.nodes.total_slots + 1)):
                    group.create_task(self._read_runs())
        except BaseExceptionGroup as errors:
            # The first failure ended the others; it is the document's.
            raise errors.exceptions[0] from None

    async def _read_runs(self) -> None:
        while self.todo:
            await self._read_run(None)

    async def _read_run(self, numbers: list[int] | None) -> None:
        """Read a run of pages, the next one if none is given, on one node after another until one can."""
        end = time.monotonic() + self.patience
        while True:
            node = await self._place(end)
            if numbers is None:
                numbers = self._take()
            rest = 0.0
            try:
                if numbers:
                    await self._read_on(node, numbers)
                return
            except MetatagError as error:
                if error.code not in _ELSEWHERE or time.monotonic() > end:
                    raise
                rest = _rest(error)
            finally:
                self.nodes.release(node, rest=rest)

    async def _place(self, end: float) -> Node:
        try:
            async with asyncio.timeout(max(0.01, end - time.monotonic())) if not self._busy() else _forever():
                return await self.nodes.acquire(self.lane, interactive=self.interactive)
        except TimeoutError:
            raise Unavailable("No OCR node takes the document just now.") from None

    def _busy(self) -> bool:
        """Whether places are only taken by other work: then waiting is right, however long."""
        return any(node.outstanding for node in self.nodes.nodes)

    def _take(self) -> list[int]:
        fair = max(1, len(self.todo) // (2 * self.nodes.total_slots))
        count = max(1, min(self.range_pages, fair, int(RANGE_SECONDS / max(self.page_seconds, 0.001))))
        return [self.todo.popleft() for _ in range(min(count, len(self.todo)))]

    async def _read_on(self, node: Node, numbers: Sequence[int]) -> None:
        # A call without pages would mean all pages.
        missing = [number for number in numbers if number not in self.pages] or list(numbers)
        start = time.monotonic()
        answer = await recognize_part(node, self.call, missing, self.script, self._keep)
        self._learn(answer, (time.monotonic() - start) / max(1, len(answer.read)))

    def _keep(self, page: Page) -> None:
        if page.number not in self.pages:
            self.pages[page.number] = page
            self.on_page(page)

    def _learn(self, answer: PartAnswer, page_seconds: float) -> None:
        self.opened = self.opened or answer.opened
        self.script = self.script or answer.script
        self.language = self.language or answer.language
        self.engine_version = answer.engine_version
        self.page_seconds = 0.5 * self.page_seconds + 0.5 * page_seconds

    def _outcome(self, opened: Opened) -> OcrOutcome:
        pages = [self.pages[number] for number in sorted(self.pages)]
        scores = [page.confidence for page in pages if page.confidence is not None]
        return OcrOutcome(
            pages=pages,
            page_count=opened.page_count,
            title=opened.title,
            outline_title=opened.outline_title,
            notes=list(opened.notes),
            confidence=sum(scores) / len(scores) if scores else None,
            script=self.script,
            language=self.language,
            engine_version=self.engine_version,
        )


def _rest(error: MetatagError) -> float:
    """Give how long the node is left alone, with jitter."""
    if error.code is ErrorCode.BUSY:
        return min(error.retry_after or 0.05, 1.0) * random.uniform(0.5, 1.0)  # noqa: S311  jitter, no secret
    return DOWN_SECONDS * random.uniform(0.5, 1.0)  # noqa: S311


def _forever() -> asyncio.Timeout:
    return asyncio.timeout(None)
