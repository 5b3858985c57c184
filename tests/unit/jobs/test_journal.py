"""Group commit, and pages that are told before their document's end without delaying it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import pytest

from metatag_jobs import journal as module
from metatag_jobs.adapters.memory.event_bus import MemoryEventBus
from metatag_jobs.journal import GroupJournal
from metatag_jobs.model import Document, PageRead, Source
from metatag_jobs.results import Page
from metatag_jobs.work import Claim, Finish, PageEvent


class Store:
    """Records what was written, in order."""

    def __init__(self) -> None:
        self.log: list[str] = []

    async def tell_pages(self, owner: str, pages: Sequence[PageEvent]) -> None:
        await asyncio.sleep(0.01)
        self.log += [f"page {page.document_id}" for page in pages]

    async def finish(self, owner: str, finishes: Sequence[Finish]) -> dict[str, str]:
        self.log += [f"end {each.claim.document_id}" for each in finishes]
        return {each.claim.document_id: "running" for each in finishes}


def end(document_id: str) -> Finish:

    claim = Claim(document_id, 1, "j", 0, "", "", Source("url", "x"), "finish", 0, 0, 0, 0.0)
    return Finish(claim, Document(id=document_id), None)


def page(document_id: str) -> PageEvent:
    return PageEvent(document_id, 1, "j", PageRead(document_id, 0, Page(number=1)))


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    # Long enough that a wait for it cannot be missed.
    monkeypatch.setattr(module, "PAGE_PERIOD", 30.0)
    return Store()


def journal_of(store: Any) -> GroupJournal:
    return GroupJournal(store, MemoryEventBus(), "w", lambda _: False)


async def test_a_documents_pages_come_before_its_end_and_at_once(store: Store) -> None:
    journal, start = journal_of(store), time.monotonic()
    journal.page(page("a"))
    await journal.finish(end("a"))
    assert store.log == ["page a", "end a"]
    assert time.monotonic() - start < 15


async def test_the_pages_of_others_delay_nobody(store: Store) -> None:
    journal = journal_of(store)
    journal.page(page("a"))
    await journal.finish(end("b"))
    assert store.log == ["end b"]
    await journal.finish(end("a"))
    assert store.log == ["end b", "page a", "end a"]


async def test_pages_after_a_hurry_gather_again(store: Store) -> None:
    journal = journal_of(store)
    journal.page(page("a"))
    await journal.finish(end("a"))
    journal.page(page("b"))
    await asyncio.sleep(0.1)
    assert "page b" not in store.log
    await journal.finish(end("b"))
    assert store.log[-2:] == ["page b", "end b"]


async def test_after_a_group_the_next_write_waits_for_company_and_a_lone_one_does_not(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[int] = []

    class Counting(Store):
        async def finish(self, owner: str, finishes: Sequence[Finish]) -> dict[str, str]:
            groups.append(len(finishes))
            return await super().finish(owner, finishes)

    monkeypatch.setattr(module, "GATHER", 0.1)
    journal = journal_of(Counting())
    await journal.finish(end("a"))
    start = time.monotonic()
    await journal.finish(end("b"))
    assert time.monotonic() - start < 0.09
    await asyncio.gather(journal.finish(end("c")), journal.finish(end("d")))
    late = asyncio.create_task(journal.finish(end("e")))
    await asyncio.sleep(0.01)
    await asyncio.gather(journal.finish(end("f")), late)
    assert groups == [1, 1, 2, 2]
