"""Waiting for the end of a job while the replica that sends its events is silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from metatag_gateway import wait_for_job
from metatag_gateway.errors import StillRunning
from metatag_gateway.wait_for_job import until_ended
from metatag_runtime.errors import MetatagError, NotFound, Unavailable

RUNNING: Any = SimpleNamespace(id="a", seq=0, ended=False)
ENDED: Any = SimpleNamespace(id="a", seq=3, ended=True)


class SilentWatch:
    """Jobs whose events never come; `answers` are those to looks, the last for good."""

    def __init__(self, *answers: Any) -> None:
        self._answers = list(answers)
        self.looks = 0
        self.watching = 0

    async def watch(self, user_id: str, job_id: str, after: int) -> AsyncIterator[None]:
        self.watching += 1
        try:
            await asyncio.Event().wait()
            yield None
        finally:
            self.watching -= 1

    async def get(self, user_id: str, job_id: str) -> Any:
        answer = self._answers[min(self.looks, len(self._answers) - 1)]
        self.looks += 1
        if isinstance(answer, MetatagError):
            raise answer
        return answer


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wait_for_job, "FIRST_LOOK", 0.01)
    monkeypatch.setattr(wait_for_job, "LAST_LOOK", 0.02)


async def test_the_end_is_seen_without_an_event() -> None:
    jobs: Any = SilentWatch(RUNNING, Unavailable("away"), ENDED)
    assert await until_ended(jobs, "u", RUNNING, 30) is ENDED
    assert (jobs.looks, jobs.watching) == (3, 0)


async def test_a_job_that_is_gone_ends_the_waiting() -> None:
    jobs: Any = SilentWatch(NotFound("no such job"))
    with pytest.raises(NotFound):
        await until_ended(jobs, "u", RUNNING, 30)
    assert jobs.watching == 0


async def test_the_time_of_the_waiting_ends_the_watch_too() -> None:
    jobs: Any = SilentWatch(RUNNING)
    with pytest.raises(StillRunning):
        await until_ended(jobs, "u", RUNNING, 0.1)
    assert jobs.watching == 0
