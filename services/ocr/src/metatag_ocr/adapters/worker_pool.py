"""The children of a node: kept warm, lent for one page at a time, replaced when they die or grow old.

A document may have `slots` pages in work. A document that has none is never made to wait for another document's page:
it gets a child of its own, up to twice the slots. So a hostile document that holds its children for a whole time limit
does not delay a healthy one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog
from prometheus_client import Counter as Count

from metatag_ocr.adapters.worker_process import WorkerLost, WorkerProcess
from metatag_ocr.frames import Message
from metatag_runtime.errors import Unavailable
from metatag_runtime.loops import run_forever

log = structlog.get_logger("metatag.ocr.pool")

DEATHS = Count("metatag_ocr_worker_deaths_total", "Workers that ended, by cause.", ["pool", "cause"])

# Failed starts in a row after which the pool calls itself unhealthy.
_FAILED_STARTS = 3
# Seconds before a failed start is tried again.
_START_PAUSE = 1.0


@dataclass(frozen=True)
class PoolOptions:
    """How many children, and how long each lives."""

    name: str
    slots: int
    worker_pages: int
    # Whether children are kept ready; if not, they start when first needed.
    warm: bool = True

    @property
    def kept(self) -> int:
        """Children kept ready: one a slot, and one for the document that comes while all slots are busy."""
        return self.slots + 1 if self.warm else 0

    @property
    def most_idle(self) -> int:
        """Idle children that stay; deep ones stay as well, because their start is slow."""
        return max(self.kept, self.slots)

    @property
    def most(self) -> int:
        """Children at most: twice the slots where one costs 130 MB, the slots where it costs gigabytes."""
        return 2 * self.slots if self.warm else self.slots


class WorkerPool:
    """Lends children. Used inside one event loop."""

    def __init__(self, plan: Message, options: PoolOptions) -> None:
        self.options = options
        self.engine: Message = {}
        self.detail = "starting"
        self.waiting = 0
        self._plan = plan
        self._idle: list[WorkerProcess] = []
        self._holders: Counter[str] = Counter()
        # Children that live or are being started.
        self._count = 0
        self._failed_starts = 0
        self._changed = asyncio.Condition()
        self._keeper: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._all: set[WorkerProcess] = set()
        self._closed = False

    @property
    def working(self) -> int:
        """Pages in work."""
        return self._holders.total()

    @property
    def healthy(self) -> bool:
        """Whether children start."""
        return not self._closed and self._failed_starts < _FAILED_STARTS

    def start(self) -> None:
        """Begin to keep children ready; returns at once."""
        if not self.options.warm:
            self.detail = ""
            return
        keeping = run_forever(self._keep, f"keep {self.options.name} workers ready", pause=_START_PAUSE)
        self._keeper = asyncio.create_task(keeping, name=f"ocr-{self.options.name}-keeper")

    async def stop(self) -> None:
        """End all children."""
        self._closed = True
        tasks = [task for task in (self._keeper, *self._background) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(worker.kill() for worker in list(self._all)), return_exceptions=True)
        self._idle.clear()
        async with self._changed:
            self._changed.notify_all()

    @asynccontextmanager
    async def lend(self, document: str) -> AsyncIterator[WorkerProcess]:
        """Lend a child for one piece of work on a document, waiting for a free one."""
        worker = await self._take(document)
        try:
            yield worker
        except WorkerLost as error:
            DEATHS.labels(self.options.name, error.cause).inc()
            raise
        finally:
            self._give(document, worker)

    async def _take(self, document: str) -> WorkerProcess:
        self.waiting += 1
        try:
            async with self._changed:
                while not self._may_have(document):
                    await self._changed.wait()
                self._check_open()
                self._holders[document] += 1
                worker = self._pick(document)
            try:
                return worker or await self._begin()
            except BaseException:
                self._release(document)
                raise
        finally:
            self.waiting -= 1

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("The node is stopping; send the document to another one.")

    def _may_have(self, document: str) -> bool:
        """Tell whether a document may take a child now: its first at once, further ones within the slots."""
        if self._closed:
            return True
        room = bool(self._idle) or self._count < self.options.most
        if not self._holders[document]:
            return room
        return room and self.working < self.options.slots

    def _pick(self, document: str) -> WorkerProcess | None:
        """Take an idle child, best one that has the document open; None when one must be started (it is counted)."""
        self._idle = [worker for worker in self._idle if worker.alive or self._forget(worker)]
        for worker in reversed(self._idle):
            if worker.document == document:
                self._idle.remove(worker)
                return worker
        if self._idle:
            return self._idle.pop()
        self._count += 1
        return None

    def _forget(self, worker: WorkerProcess) -> bool:
        self._all.discard(worker)
        self._count -= 1
        return False

    async def _begin(self) -> WorkerProcess:
        """Start a child that is counted already."""
        worker = WorkerProcess(self._plan)
        self._all.add(worker)
        try:
            await worker.start()
        except BaseException as error:
            self._forget(worker)
            if isinstance(error, WorkerLost):
                self._failed_starts += 1
                self.detail = worker.detail or "workers do not start"
                DEATHS.labels(self.options.name, "start").inc()
                raise Unavailable(f"The {self.options.name} workers do not start: {self.detail}.") from error
            raise
        self._failed_starts = 0
        self.engine, self.detail = worker.engine, ""
        self._spawn(self._watch(worker))
        return worker

    async def _watch(self, worker: WorkerProcess) -> None:
        """Notice a child that dies while nobody uses it, so that its successor is ready before the next page."""
        await worker.ended()
        if worker in self._idle and not self._closed:
            self._idle.remove(worker)
            self._forget(worker)
            DEATHS.labels(self.options.name, "idle").inc()
            await self._notify()

    def _give(self, document: str, worker: WorkerProcess) -> None:
        worker.document = document
        if not worker.alive:
            self._forget(worker)
        elif self._closed or worker.pages >= self.options.worker_pages or len(self._idle) >= self.options.most_idle:
            self._forget(worker)
            self._spawn(worker.leave())
        else:
            self._idle.append(worker)
        self._release(document)

    def _release(self, document: str) -> None:
        self._holders[document] -= 1
        if not self._holders[document]:
            del self._holders[document]
        self._spawn(self._notify())

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _spawn(self, work: object) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _keep(self) -> None:
        """Start a child as soon as too few live."""
        async with self._changed:
            while self._count >= self.options.kept:
                await self._changed.wait()
            self._count += 1
        worker = await self._begin()
        # After the wait: the list may be another one by now.
        self._idle.append(worker)
        await self._notify()
