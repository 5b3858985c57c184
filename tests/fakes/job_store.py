"""Fakes of the ports that taking a job in needs: they remember, and refuse what the real ones refuse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metatag_jobs.errors import JobIdTaken, JobNotFound
from metatag_jobs.model import Job, Vocabulary
from metatag_jobs.work import NewDocument, NewJob
from metatag_runtime.errors import NotFound


class FakeJobStore:
    """The creating half of JobStore."""

    def __init__(self) -> None:
        self.begun: list[NewJob] = []
        self.documents: list[NewDocument] = []
        self.portions: list[int] = []
        self.abandoned = 0
        self._open: dict[str, int] = {}

    async def begin(self, job: NewJob) -> Job | None:
        for earlier in self.begun:
            if job.idempotency_key and earlier.idempotency_key == job.idempotency_key:
                return Job(earlier.id)
        if any(earlier.id == job.id for earlier in self.begun):
            raise JobIdTaken
        self.begun.append(job)
        self._open[job.id] = 0
        return None

    async def add(self, job_id: str, documents: Sequence[NewDocument]) -> None:
        if job_id not in self._open:
            raise JobNotFound
        self._open[job_id] += len(documents)
        self.portions.append(len(documents))
        if len(self.documents) < 10_000:
            self.documents += documents

    async def keep_creating(self, job_id: str) -> None:
        pass

    async def activate(self, job_id: str) -> Job:
        if job_id not in self._open:
            raise JobNotFound
        return Job(job_id, state="pending", total=self._open.pop(job_id))

    async def abandon(self, job_id: str) -> None:
        if self._open.pop(job_id, None) is not None:
            self.abandoned += 1

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError(f"the fake has no {name}")


class FakeVocabularies:
    """No vocabularies."""

    async def get(self, user_id: str, name: str, version: int) -> Vocabulary:
        raise NotFound("Vocabulary not found")

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError(f"the fake has no {name}")
