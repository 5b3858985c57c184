"""A worker that is told to stop: what it has in hand ends, nothing is done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast

import pytest

from metatag_jobs import worker as workers
from metatag_jobs.adapters.memory.event_bus import MemoryEventBus
from metatag_jobs.journal import GroupJournal
from metatag_jobs.model import ProcessOptions, Source
from metatag_jobs.pipeline import Pipeline
from metatag_jobs.retrying import Limits
from metatag_jobs.work import Claim, Finish, JobContext, OwnedDocument, Release, Ticket
from metatag_jobs.worker import Worker


class SlowJournal:
    """Claims a document only when the test lets it."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.go = asyncio.Event()
        self.written: list[str] = []

    async def start(self, ticket: Ticket) -> Claim:
        self.asked.set()
        await self.go.wait()
        source = Source("url", "http://x/a.pdf")
        return Claim(ticket.document_id, ticket.attempt, "job", 0, "", "", source, "tag", 0, 0, 0, 0.0)

    async def finish(self, finish: Finish) -> str:
        self.written.append("finished")
        return "running"

    async def release(self, release: Release) -> bool:
        self.written.append("released")
        return True


class Store:
    def __init__(self, written: list[str]) -> None:
        self._written = written

    async def heartbeat(self, *_: Any) -> list[OwnedDocument]:
        return []

    async def leave(self, owner: str) -> None:
        self._written.append("left")

    async def context(self, job_id: str) -> JobContext:
        return JobContext(job_id, "u1", "batch", ProcessOptions(), None, "", "")


class Tickets:
    """Hands out one ticket."""

    async def listen(self, handle: Callable[[Ticket], Awaitable[None]], *_: int) -> None:
        await handle(Ticket("document", 1, "job"))
        await asyncio.Event().wait()

    async def send(self, tickets: Sequence[Ticket]) -> None:
        raise NotImplementedError


class Stages:
    def __init__(self, written: list[str]) -> None:
        self._written = written

    async def run(self, claim: Claim, job: JobContext) -> None:
        self._written.append("stages run")


def worker(journal: SlowJournal) -> Worker:
    return Worker(
        owner="w1",
        store=cast(Any, Store(journal.written)),
        journal=cast(GroupJournal, journal),
        pipeline=cast(Pipeline, Stages(journal.written)),
        queue=cast(Any, Tickets()),
        event_bus=MemoryEventBus(),
        limits=Limits(4, 200),
        slots=1,
        interactive_slots=1,
        heartbeat_seconds=60,
    )


async def test_a_document_that_is_being_claimed_ends_before_the_worker_leaves() -> None:
    journal = SlowJournal()
    stopping = worker(journal)
    await stopping.start()
    await journal.asked.wait()
    stop = asyncio.create_task(stopping.stop(10.0))
    for _ in range(20):
        await asyncio.sleep(0)
    journal.go.set()
    await stop
    # Left before: another worker would have run the same stages.
    assert journal.written == ["stages run", "finished", "left"]


async def test_no_ticket_is_taken_while_a_claim_is_not_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Callable[[], bool]] = []

    class Listening(Tickets):
        async def listen(self, handle: Callable[[Ticket], Awaitable[None]], *more: Any) -> None:
            asked.append(more[-1])
            await super().listen(handle)

    journal = SlowJournal()
    cut_off = worker(journal)
    cut_off._queue = cast(Any, Listening())
    await cut_off.start()
    await journal.asked.wait()
    assert asked[0]()
    monkeypatch.setattr(workers, "CLAIM_SECONDS", 0.0)
    assert not asked[0]()
    journal.go.set()
    while "finished" not in journal.written:
        await asyncio.sleep(0)
    assert asked[0]()
    await cut_off.stop(1.0)
