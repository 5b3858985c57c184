"""Observers of a job: shared, resumable, and bounded however slow they read."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from metatag_gateway import observers as module
from metatag_gateway.model.documents import Document, Page, Result
from metatag_gateway.model.jobs import Job, JobEvent
from metatag_gateway.observers import BATCH, Feed, Line, Observers, Reader, merge
from metatag_runtime.errors import ErrorCode, MetatagError, NotFound


class OneJob:
    """A jobs service with one job whose events the test writes."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.events: list[JobEvent] = []
        self.changed = asyncio.Event()
        self.watching = 0
        self.watched_from: list[int] = []
        self.fail: MetatagError | None = None

    @property
    def job(self) -> Job:
        done = sum(1 for event in self.events if event.document and event.document.status == "success")
        status = "completed" if self.events and self.events[-1].job else "processing"
        return Job("j", "batch", status, self.total, done, 0, seq=len(self.events))

    def row(self, row: int, status: str) -> None:
        document = Document(f"d{row}", "j", row, "T", "", "http://x", "url", status, result=Result())
        self._add(document=document, row=row)

    def page(self, row: int) -> None:
        self._add(page=Page(1, "text_layer", "", None, 1), row=row)

    def end(self) -> None:
        self._add(job=Job("j", "batch", "completed", self.total, self.total, 0))

    def _add(self, **kind: Any) -> None:
        self.events.append(JobEvent(len(self.events) + 1, None, self.total, 0, 0, 0, **kind))
        self.changed.set()
        self.changed = asyncio.Event()

    async def get(self, user_id: str, job_id: str) -> Job:
        if job_id != "j":
            raise NotFound("Job not found")
        return self.job

    async def documents(self, *args: Any) -> list[Document]:
        return []

    async def watch(self, user_id: str, job_id: str, after: int) -> AsyncIterator[JobEvent | None]:
        self.watching += 1
        self.watched_from.append(after)
        try:
            while True:
                changed = self.changed
                for event in self.events[after:]:
                    after = event.seq
                    yield event
                    if event.job:
                        return
                if self.fail:
                    failure, self.fail = self.fail, None
                    raise failure
                await changed.wait()
        finally:
            self.watching -= 1


async def allowed() -> None:
    return None


async def collect(observers: Observers, after: int | None = None, pages: bool = False) -> list[dict[str, Any]]:
    return [json.loads(text) async for text in observers.frames("u", "j", after, pages, allowed)]


async def test_many_observers_of_a_job_share_one_stream() -> None:
    jobs = OneJob(2)
    observers = Observers(jobs)  # type: ignore[arg-type]
    tasks = [asyncio.create_task(collect(observers)) for _ in range(100)]
    await asyncio.sleep(0.05)
    assert jobs.watching == 1
    for row in (0, 1):
        jobs.row(row, "processing")
        jobs.row(row, "success")
    jobs.end()
    for found in await asyncio.gather(*tasks):
        assert [frame["seq"] for frame in found] == [0, 1, 2, 3, 4, 5]
        assert found[-1]["type"] == "completed"
    await asyncio.sleep(0.01)
    assert jobs.watching == 0


async def test_the_last_observer_ends_the_stream() -> None:
    jobs = OneJob(1)
    observers = Observers(jobs)  # type: ignore[arg-type]
    frames = observers.frames("u", "j", None, False, allowed)
    await anext(frames)
    pending = asyncio.ensure_future(anext(frames))
    await asyncio.sleep(0.01)
    assert jobs.watching == 1
    pending.cancel()
    await asyncio.gather(pending, return_exceptions=True)
    await frames.aclose()
    assert jobs.watching == 0


async def test_a_lost_stream_goes_on_behind_the_last_number() -> None:
    jobs = OneJob(1)
    observers = Observers(jobs)  # type: ignore[arg-type]
    task = asyncio.create_task(collect(observers))
    await asyncio.sleep(0.01)
    jobs.row(0, "processing")
    await asyncio.sleep(0.01)
    jobs.fail = MetatagError("gone", code=ErrorCode.UNAVAILABLE)
    jobs.row(0, "success")
    jobs.end()
    async with asyncio.timeout(5):
        found = await task
    assert [frame["seq"] for frame in found] == [0, 1, 2, 3]


async def test_a_reader_far_behind_reads_from_the_service_and_misses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEPT", 8)
    jobs = OneJob(40)
    feed = Feed(jobs, "u", "j", 0)  # type: ignore[arg-type]
    reader = Reader(feed, jobs, 0)  # type: ignore[arg-type]
    for row in range(40):
        jobs.row(row, "success")
    jobs.end()
    await asyncio.sleep(0.05)
    assert feed.since(0) is None
    seen: list[int] = []
    while not seen or seen[-1] < 41:
        seen += [line.seq for line in await reader.next()]
    assert seen == list(range(1, 42))
    assert jobs.watched_from == [0, 0]
    await reader.close()
    await feed.close()


async def test_a_slow_reader_gets_merged_progress_and_every_end() -> None:
    jobs = OneJob(60)
    feed = Feed(jobs, "u", "j", 0)  # type: ignore[arg-type]
    for row in range(60):
        jobs.row(row, "processing")
        jobs.page(row)
        jobs.row(row, "success")
    jobs.end()
    await asyncio.sleep(0.05)
    found = await Reader(feed, jobs, 0).next()  # type: ignore[arg-type]
    assert len(found) <= BATCH
    # Of each row in work only the newest word is left; all ends are there.
    assert sum(line.row is not None for line in found) == 60
    assert sum(line.row is None for line in found) == 61
    await feed.close()


def test_merging_leaves_order_and_ends_alone() -> None:
    lines = [Line(1, "", 0, False, False), Line(2, "", 1, False, False), Line(3, "", 0, True, False),
             Line(4, "", None, False, False), Line(5, "", None, False, True)]  # fmt: skip
    assert [line.seq for line in merge(lines)] == [2, 3, 4, 5]


async def test_an_unknown_job_is_told_before_the_first_frame() -> None:
    observers = Observers(OneJob(1))  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await anext(observers.frames("u", "other", None, False, allowed))


async def test_a_number_from_the_future_waits_for_what_comes() -> None:
    jobs = OneJob(1)
    observers = Observers(jobs)  # type: ignore[arg-type]
    task = asyncio.create_task(collect(observers, after=999))
    await asyncio.sleep(0.01)
    jobs.row(0, "success")
    jobs.end()
    async with asyncio.timeout(5):
        found = await task
    assert [frame["seq"] for frame in found] == [0, 1, 2]
