"""Child processes of a service: kept ready, lent for one piece of work, replaced when they die or grow old.

A document may have `slots` pieces of work in hand. A document that has none is never made to wait for the slots: it
gets a child of its own, up to `max_children`. So a hostile document that holds its children for a whole time limit does
not delay a healthy one.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from metatag_runtime.child_frames import Message
from metatag_runtime.child_process import ChildLost, ChildProcess, ChildProgram
from metatag_runtime.errors import Unavailable
from metatag_runtime.loops import run_forever

# Failed starts in a row after which the pool calls itself unhealthy.
_FAILED_STARTS = 3
# Seconds before a failed start is tried again.
_START_PAUSE = 1.0


@dataclass(frozen=True)
class PoolOptions:
    """How many children, and how long each lives."""

    name: str
    slots: int
    # A child is replaced after so many uses, so that no leak of a library can grow for ever.
    max_uses: int
    # Children that live at most, and those kept ready while nobody asks; 0: they start when first needed.
    max_children: int
    kept: int = 0

    @property
    def max_idle(self) -> int:
        """Idle children that stay."""
        return max(self.kept, self.slots)


class ChildPool:
    """Lends children. Used inside one event loop. `on_death` is told the cause of each end that nobody asked for."""

    def __init__(
        self, program: ChildProgram, options: PoolOptions, on_death: Callable[[str], None] = lambda cause: None
    ) -> None:
        self.options = options
        # What the child that started last said of itself.
        self.hello: Message = {}
        self.detail = "starting"
        self.waiting = 0
        self.program = program
        self._on_death = on_death
        self._idle: list[ChildProcess] = []
        self._holders: Counter[str] = Counter()
        # Children that live or are being started.
        self._count = 0
        self._failed_starts = 0
        self._changed = asyncio.Condition()
        self._keeper: asyncio.Task[None] | None = None
        self._background: set[asyncio.Task[None]] = set()
        self._all: set[ChildProcess] = set()
        self._closed = False

    @property
    def working(self) -> int:
        """Pieces of work in hand."""
        return self._holders.total()

    @property
    def healthy(self) -> bool:
        """Whether children start."""
        return not self._closed and self._failed_starts < _FAILED_STARTS

    def start(self) -> None:
        """Begin to keep children ready; returns at once."""
        if not self.options.kept:
            self.detail = ""
            return
        keeping = run_forever(self._keep, f"keep {self.options.name} children ready", pause=_START_PAUSE)
        self._keeper = asyncio.create_task(keeping, name=f"{self.options.name}-keeper")

    async def stop(self) -> None:
        """End all children."""
        self._closed = True
        tasks = [task for task in (self._keeper, *self._background) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(child.kill() for child in list(self._all)), return_exceptions=True)
        self._idle.clear()
        async with self._changed:
            self._changed.notify_all()

    @asynccontextmanager
    async def lend(self, document: str) -> AsyncIterator[ChildProcess]:
        """Lend a child for one piece of work on a document, waiting for a free one."""
        child = await self._take(document)
        try:
            yield child
        except ChildLost as error:
            self._on_death(error.cause)
            raise
        finally:
            self._give(document, child)

    async def _take(self, document: str) -> ChildProcess:
        self.waiting += 1
        try:
            async with self._changed:
                while not self._may_have(document):
                    await self._changed.wait()
                self._check_open()
                self._holders[document] += 1
                child = self._pick(document)
            try:
                return child or await self._begin()
            except BaseException:
                self._release(document)
                raise
        finally:
            self.waiting -= 1

    def _check_open(self) -> None:
        if self._closed:
            raise Unavailable("This node is stopping; send the document to another one.")

    def _may_have(self, document: str) -> bool:
        """Tell whether a document may take a child now: its first at once, further ones within the slots."""
        if self._closed:
            return True
        room = bool(self._idle) or self._count < self.options.max_children
        if not self._holders[document]:
            return room
        return room and self.working < self.options.slots

    def _pick(self, document: str) -> ChildProcess | None:
        """Take an idle child, best one that has the document open; None when one must be started (it is counted)."""
        self._idle = [child for child in self._idle if child.alive or self._forget(child)]
        for child in reversed(self._idle):
            if child.work == document:
                self._idle.remove(child)
                return child
        if self._idle:
            return self._idle.pop()
        self._count += 1
        return None

    def _forget(self, child: ChildProcess) -> bool:
        self._all.discard(child)
        self._count -= 1
        return False

    async def _begin(self) -> ChildProcess:
        """Start a child that is counted already."""
        child = ChildProcess(self.program)
        self._all.add(child)
        try:
            await child.start()
        except BaseException as error:
            self._forget(child)
            # Who waits for this one may try a start of its own.
            self._spawn(self._notify())
            if isinstance(error, ChildLost):
                self._failed_starts += 1
                self.detail = child.detail or "processes do not start"
                self._on_death("start")
                raise Unavailable(f"The {self.options.name} processes do not start: {self.detail}.") from error
            raise
        self._failed_starts = 0
        self.hello, self.detail = child.hello, ""
        self._spawn(self._watch(child))
        return child

    async def _watch(self, child: ChildProcess) -> None:
        """Notice a child that dies while nobody uses it, so that its successor is ready before the next page."""
        await child.ended()
        if child in self._idle and not self._closed:
            self._idle.remove(child)
            self._forget(child)
            self._on_death("idle")
            await self._notify()

    def _give(self, document: str, child: ChildProcess) -> None:
        child.work = document
        if not child.alive:
            self._forget(child)
        elif self._closed or child.uses >= self.options.max_uses or len(self._idle) >= self.options.max_idle:
            self._forget(child)
            self._spawn(child.leave())
        else:
            self._idle.append(child)
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
        child = await self._begin()
        # After the wait: the list may be another one by now.
        self._idle.append(child)
        await self._notify()
