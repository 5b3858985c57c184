"""Observers of jobs: one stream from the jobs service for each job on this gateway, however many watch it.

Every observer has a place (the last number it was sent) in the job's shared list of recent lines. A slow reader falls
behind in the list, not in memory: what it missed is merged when it reads again, and what has left the list is read
from the jobs service anew. So nobody costs more than one batch of lines.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass

import structlog

from metatag_gateway import ws_messages
from metatag_gateway.model.jobs import Job, JobEvent
from metatag_gateway.ports import Jobs
from metatag_runtime.errors import ErrorCode, MetatagError

log = structlog.get_logger("metatag.observers")

# Lines kept of each watched job, a few hundred bytes each; half as much again may pile up before the oldest go.
KEPT = 2048
# Most lines sent in one go; more than MERGE_FROM of them means that the reader is behind.
BATCH = 512
MERGE_FROM = 32
PAGE = 1000
# A catchup just made serves the next observer too. Seconds.
CATCHUP_FRESH = 1.0

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Line:
    """One event, written once for all observers."""

    seq: int
    text: str
    # What a later line may replace: the row it is about, while the row is in work; None for what must arrive.
    row: int | None
    is_page: bool
    is_last: bool


@dataclass(frozen=True, slots=True)
class Catchup:
    """The first frame and the number from which to go on."""

    text: str
    job: Job


class Observers:
    """Gives each observer the frames of a job."""

    def __init__(self, jobs: Jobs, keepalive: float = 30.0) -> None:
        """`keepalive` is the silence in seconds after which a frame is sent."""
        self._jobs = jobs
        self._keepalive = keepalive
        self._feeds: dict[Key, Feed] = {}
        self._catchups: dict[Key, tuple[float, asyncio.Task[Catchup]]] = {}

    async def frames(
        self,
        user_id: str,
        job_id: str,
        after: int | None,
        pages: bool,
        still_allowed: Callable[[], Awaitable[object]],
    ) -> AsyncGenerator[str, None]:
        """Give the frames of a job as JSON texts, until the last one.

        `after` resumes behind an event's number, without results in the catchup. `pages` adds a frame for each page
        read. `still_allowed` is asked at each silence and raises when the observer must go. NotFound comes before the
        first frame.
        """
        if after is None:
            first = await self._catchup(user_id, job_id)
        else:
            job = await self._jobs.get(user_id, job_id)
            first = Catchup(_write(ws_messages.catchup(job, user_id, [])), job)
        yield first.text
        seq = first.job.seq if after is None else min(after, first.job.seq)
        if first.job.ended and seq >= first.job.seq:
            yield _write(ws_messages.already(first.job))
            return
        status = first.job.status
        async with self._feed(user_id, job_id, first.job.seq) as feed:
            reader = Reader(feed, self._jobs, seq)
            try:
                while True:
                    lines = await self._next(reader)
                    if not lines:
                        await still_allowed()
                        status = (await self._status(user_id, job_id)) or status
                        yield _write(ws_messages.keepalive(job_id, status, reader.seq))
                        continue
                    for line in lines:
                        if pages or not line.is_page:
                            yield line.text
                    if lines[-1].is_last:
                        return
            finally:
                await reader.close()

    async def _next(self, reader: Reader) -> list[Line]:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._keepalive):
                return await reader.next()
        return []

    async def _status(self, user_id: str, job_id: str) -> str | None:
        try:
            return (await self._jobs.get(user_id, job_id)).status
        except MetatagError as error:
            if error.code is ErrorCode.NOT_FOUND:
                raise
            return None

    @asynccontextmanager
    async def _feed(self, user_id: str, job_id: str, after: int) -> AsyncIterator[Feed]:
        key = (user_id, job_id)
        feed = self._feeds.get(key)
        if feed is None or feed.failure is not None:
            feed = self._feeds[key] = Feed(self._jobs, user_id, job_id, after)
        feed.observers += 1
        try:
            yield feed
        finally:
            feed.observers -= 1
            if not feed.observers:
                if self._feeds.get(key) is feed:
                    del self._feeds[key]
                await feed.close()

    async def _catchup(self, user_id: str, job_id: str) -> Catchup:
        key = (user_id, job_id)
        now = time.monotonic()
        for old in [name for name, (made, _) in self._catchups.items() if now - made > CATCHUP_FRESH]:
            del self._catchups[old]
        made = self._catchups.get(key)
        if made is None:
            task = asyncio.create_task(self._make_catchup(user_id, job_id), name="catchup")
            self._catchups[key] = (now, task)
        else:
            task = made[1]
        # One observer that leaves must not take the catchup from the others.
        return await asyncio.shield(task)

    async def _make_catchup(self, user_id: str, job_id: str) -> Catchup:
        # The number first, then the rows: a row that ends in between is sent again as an event, never missed.
        job = await self._jobs.get(user_id, job_id)
        head = _write(ws_messages.catchup(job, user_id, []))
        written: list[str] = []
        row = 0
        while found := await self._jobs.documents(user_id, job_id, PAGE, row, ("success", "failed")):
            written.append(_write_all(ws_messages.catchup(job, user_id, found)["results"]))
            row = found[-1].row + 1
            if len(found) < PAGE:
                break
        return Catchup(f"{head[:-2]}{','.join(written)}]}}", job)


class Feed:
    """The recent lines of one job, and the task that reads more."""

    def __init__(self, jobs: Jobs, user_id: str, job_id: str, after: int) -> None:
        self.user_id = user_id
        self.job_id = job_id
        self.observers = 0
        self.failure: MetatagError | None = None
        self._jobs = jobs
        # The number before the first kept line.
        self.first = after
        self._lines: list[Line] = []
        self._changed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run(), name=f"watch-{job_id}")

    def since(self, seq: int) -> list[Line] | None:
        """Give the lines after a number, at most BATCH; None when they are no longer, or not yet, kept here."""
        if seq < self.first:
            return None
        begin = seq - self.first
        return self._lines[begin : begin + BATCH]

    async def changed(self) -> None:
        """Return at the next change."""
        await asyncio.shield(self._changed)

    async def close(self) -> None:
        """Stop reading."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        pause = 0.1
        while True:
            try:
                if await self._read():
                    return
                pause = 0.1
            except MetatagError as error:
                if error.code not in {ErrorCode.UNAVAILABLE, ErrorCode.CANCELLED, ErrorCode.BUSY}:
                    self._end(error)
                    return
                # The jobs service restarts: go on behind the last number, so that nothing is missed.
                pause = min(5.0, pause * 2)
            except Exception:
                log.exception("watching a job failed", job_id=self.job_id)
                self._end(MetatagError("The job cannot be watched just now; try again in a moment."))
                return
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311  jitter

    async def _read(self) -> bool:
        head = self.first + len(self._lines)
        async with aclosing(_as_generator(self._jobs.watch(self.user_id, self.job_id, head))) as events:
            async for event in events:
                if event is not None and event.seq > self.first + len(self._lines):
                    self._add(line(self.job_id, event))
                    if ws_messages.is_last(event):
                        return True
        return False

    def _add(self, new: Line) -> None:
        self._lines.append(new)
        if len(self._lines) > KEPT + KEPT // 2:
            self.first += KEPT // 2
            del self._lines[: KEPT // 2]
        self._wake()

    def _end(self, error: MetatagError) -> None:
        self.failure = error
        self._wake()

    def _wake(self) -> None:
        changed, self._changed = self._changed, asyncio.get_running_loop().create_future()
        changed.set_result(None)


class Reader:
    """One observer's place in a feed."""

    def __init__(self, feed: Feed, jobs: Jobs, seq: int) -> None:
        self.seq = seq
        self._feed = feed
        self._jobs = jobs
        self._own: AsyncIterator[JobEvent | None] | None = None

    async def next(self) -> list[Line]:
        """Give the next lines, merged when the reader is behind; waits for the first one."""
        while True:
            found = self._feed.since(self.seq)
            if found is None:
                found = await self._missed()
            elif self._own is not None:
                await self.close()
            if found:
                self.seq = found[-1].seq
                return merge(found) if len(found) > MERGE_FROM else found
            if self._feed.failure is not None:
                raise self._feed.failure
            await self._feed.changed()

    async def close(self) -> None:
        """Give up the stream of its own, if there is one."""
        own, self._own = self._own, None
        if own is not None:
            await _as_generator(own).aclose()

    async def _missed(self) -> list[Line]:
        """Read what the feed no longer has from the jobs service, a line at a time: it waits for us, not in memory."""
        if self._own is None:
            self._own = self._jobs.watch(self._feed.user_id, self._feed.job_id, self.seq)
        try:
            async for event in self._own:
                if event is not None and event.seq > self.seq:
                    return [line(self._feed.job_id, event)]
        except BaseException:
            await self.close()
            raise
        await self.close()
        raise MetatagError("The job's events ended early.", code=ErrorCode.UNAVAILABLE)


def line(job_id: str, event: JobEvent) -> Line:
    """Write an event."""
    document = event.document
    in_work = document is not None and document.status in {"pending", "processing"}
    row = event.row if in_work or event.page is not None else None
    return Line(
        event.seq, _write(ws_messages.event(job_id, event)), row, event.page is not None, ws_messages.is_last(event)
    )


def merge(lines: list[Line]) -> list[Line]:
    """Leave out what a later line of the same batch replaces: rows in work of which newer is known."""
    latest: dict[int, int] = {}
    for found in lines:
        if found.row is not None:
            latest[found.row] = found.seq
    return [found for found in lines if found.row is None or latest[found.row] == found.seq]


def _as_generator(events: AsyncIterator[JobEvent | None]) -> AsyncGenerator[JobEvent | None, None]:
    assert isinstance(events, AsyncGenerator)
    return events


def _write(frame: ws_messages.Frame) -> str:
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def _write_all(rows: list[ws_messages.Frame]) -> str:
    return ",".join(map(_write, rows))
