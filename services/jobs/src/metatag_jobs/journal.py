"""Group commit: concurrent writes of one worker share transactions, so that the job row is not a hot spot.

Each kind of write has one writer at a time. While it commits, new ones gather; the next transaction takes them all, up
to GROUP. An idle worker's single write goes out at once; between groups a busy worker waits a moment, because a
transaction costs nearly the same for two documents as for twenty.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import structlog

from metatag_jobs.errors import Replaced
from metatag_jobs.ports import EventBus
from metatag_jobs.stores import WorkStore
from metatag_jobs.work import Artifact, Checkpoint, Claim, Finish, PageEvent, Release, Ticket

log = structlog.get_logger("metatag.jobs.journal")

# Writes in one transaction.
GROUP = 64

# A busy worker's pause between two transactions of one kind. Seconds.
GATHER = 0.01

# Page events wait for company at most so long. Seconds.
PAGE_PERIOD = 0.2

# Page events that may wait; beyond, they are dropped: they only decorate.
PAGE_BOUND = 5000

# A write that the database refuses is tried again, so that a restart of it costs no work. Seconds.
RETRY_FOR = 60.0
RETRY_PAUSE = 0.5

# Says whether the database may take the same write a moment later.
Passing = Callable[[Exception], bool]

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Group(Generic[Item, Answer]):
    """One kind of write."""

    def __init__(self, write: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]], passing: Passing) -> None:
        self._write = write
        self._passing = passing
        self._waiting: deque[tuple[Item, asyncio.Future[Answer]]] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()
        # The next group is not taken before; a time of the loop.
        self._next = 0.0

    async def put(self, item: Item) -> Answer:
        """Write one item with others; gives its answer."""
        done: asyncio.Future[Answer] = self._loop.create_future()
        self._waiting.append((item, done))
        if self._writer is None:
            self._writer = asyncio.create_task(self._drain())
        return await done

    async def _drain(self) -> None:
        try:
            while self._waiting:
                # Also when nothing waited for a moment: else the first to come would go alone, and the others after it.
                if (pause := self._next - self._loop.time()) > 0:
                    await asyncio.sleep(pause)
                group = [self._waiting.popleft() for _ in range(min(GROUP, len(self._waiting)))]
                await self._commit(group)
                self._next = self._loop.time() + GATHER if len(group) > 1 else 0.0
        finally:
            self._writer = None

    async def _commit(self, group: list[tuple[Item, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await _insist(lambda: self._write([item for item, _ in group]), self._passing)
        except Exception as error:
            for _, done in group:
                if not done.done():
                    done.set_exception(error)
            return
        for (_, done), answer in zip(group, answers, strict=True):
            if not done.done():
                done.set_result(answer)


async def _insist(write: Callable[[], Awaitable[Sequence[Answer]]], passing: Passing) -> Sequence[Answer]:
    """Repeat a write over a restart of the database; every write is fenced, so a second one does no harm."""
    loop = asyncio.get_running_loop()
    end = loop.time() + RETRY_FOR
    while True:
        try:
            return await write()
        except Exception as error:
            if loop.time() > end or not passing(error):
                raise
            log.warning("write failed, trying again", error=type(error).__name__)
            await asyncio.sleep(RETRY_PAUSE * random.uniform(0.5, 1.0))  # noqa: S311  jitter, no secret


class GroupJournal:
    """The pipeline's Journal and the worker's hand in the store, for one owner."""

    def __init__(self, store: WorkStore, event_bus: EventBus, owner: str, passing: Passing) -> None:
        self._store = store
        self._event_bus = event_bus
        self._owner = owner
        self._starts = Group(self._write_starts, passing)
        self._finds = Group(self._read_artifacts, passing)
        self._checkpoints = Group(self._write_checkpoints, passing)
        self._finishes = Group(self._write_finishes, passing)
        self._releases = Group(self._write_releases, passing)
        self._pages: list[PageEvent] = []
        self._page_writer: asyncio.Task[None] | None = None
        # Documents with page events that are not stored yet.
        self._untold: set[str] = set()
        self._hurry = asyncio.Event()

    async def start(self, ticket: Ticket) -> Claim | None:
        """Take a document over; None when the ticket is no longer good."""
        return await self._starts.put(ticket)

    async def checkpoint(self, checkpoint: Checkpoint) -> tuple[str, Artifact]:
        """Store a stage's output. Raises Replaced."""
        found = await self._checkpoints.put(checkpoint)
        if found is None:
            raise Replaced
        return found

    async def reuse(self, claim: Claim, stage: str, kind: str, digest: str) -> tuple[str, Artifact] | None:
        """Checkpoint with an existing artifact, if there is one."""
        artifact = await self._finds.put((claim.document_id, kind, digest))
        if artifact is None:
            return None
        # None also when the artifact is gone by now; a document that is no longer ours shows at the next write.
        return await self._checkpoints.put(
            Checkpoint(claim.document_id, claim.attempt, stage, kind, artifact, 0, existing=True)
        )

    async def keep_page_checkpoint(self, claim: Claim, artifact: Artifact) -> bool:
        """Enter pages of a long document that are read already; False when it is no longer ours."""
        return await self._store.keep_page_checkpoint(self._owner, claim.document_id, claim.attempt, artifact)

    async def parts(self, claim: Claim) -> Sequence[str]:
        """Give the objects of what an earlier attempt read."""
        return await self._store.parts(claim.document_id)

    async def drop_parts(self, claim: Claim) -> Sequence[str]:
        """Forget the parts; give their objects."""
        return await self._store.drop_parts(claim.document_id)

    async def finish(self, finish: Finish) -> str:
        """End a document; gives the job's state. Raises Replaced."""
        if self._page_writer is not None and finish.claim.document_id in self._untold:
            # Its pages come before its end, but its end does not wait for their company.
            self._hurry.set()
            await asyncio.shield(self._page_writer)
        state = await self._finishes.put(finish)
        if not state:
            raise Replaced
        return state

    async def release(self, release: Release) -> bool:
        """Put a document back; gives whether it was still ours."""
        return await self._releases.put(release)

    def page(self, page: PageEvent) -> None:
        """Tell observers of a page, soon."""
        if len(self._pages) < PAGE_BOUND:
            self._pages.append(page)
            self._untold.add(page.document_id)
        if self._page_writer is None:
            self._page_writer = asyncio.create_task(self._write_pages())

    async def _write_starts(self, tickets: Sequence[Ticket]) -> list[Claim | None]:
        claims = await self._store.start(self._owner, tickets)
        await self._event_bus.announce(sorted({claim.job_id for claim in claims.values()}))
        # Doubled tickets in one group: only the first may have the document.
        return [claims.pop(ticket.document_id, None) for ticket in tickets]

    async def _read_artifacts(self, wanted: Sequence[tuple[str, str, str]]) -> list[Artifact | None]:
        found = await self._store.find_artifacts(wanted)
        return [found.get(document_id) for document_id, _, _ in wanted]

    async def _write_checkpoints(self, checkpoints: Sequence[Checkpoint]) -> list[tuple[str, Artifact] | None]:
        kept = await self._store.checkpoint(self._owner, checkpoints)
        return [kept.get(each.document_id) for each in checkpoints]

    async def _write_finishes(self, finishes: Sequence[Finish]) -> list[str]:
        states = await self._store.finish(self._owner, finishes)
        await self._event_bus.announce(sorted({each.claim.job_id for each in finishes}))
        await self._event_bus.wake_dispatcher()
        return [states.get(each.claim.document_id, "") for each in finishes]

    async def _write_releases(self, releases: Sequence[Release]) -> list[bool]:
        kept = await self._store.release(self._owner, releases)
        await self._event_bus.wake_dispatcher()
        return [each.document_id in kept for each in releases]

    async def _write_pages(self) -> None:
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PAGE_PERIOD):
                    await self._hurry.wait()
            while self._pages:
                pages, self._pages = self._pages[:GROUP], self._pages[GROUP:]
                await self._store.tell_pages(self._owner, pages)
                await self._event_bus.announce(sorted({page.job_id for page in pages}))
        except Exception as error:
            log.warning("page events lost", error=type(error).__name__)
            self._pages.clear()
        finally:
            self._page_writer = None
            self._hurry.clear()
            self._untold = {page.document_id for page in self._pages}
