"""What erasing and exporting accounts need of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from metatag_jobs.model import Document, Job


@dataclass(frozen=True, slots=True)
class Erasure:
    """A user whose data is being removed. `age` is how long ago that was asked for, in seconds."""

    user_id: str
    age: float
    # No row of the user was left at the last look.
    is_done: bool


@dataclass(frozen=True, slots=True)
class ErasureStep:
    """What one portion did: jobs that were ended, and whether something of the user is left."""

    job_ids: Sequence[str]
    is_done: bool


class ErasureStore(Protocol):
    """Users whose data is being removed. Each method is one transaction."""

    async def ask(self, user_id: str) -> bool:
        """Enter a user, once; return whether no row of the user was left at the last look."""

    async def open(self) -> list[Erasure]:
        """Return the users whose data is being removed, and those who are looked at again."""

    async def step(self, user_id: str, limit: int) -> ErasureStep:
        """End the user's jobs and remove up to `limit` of each other kind of rows, with the objects they name."""

    async def close(self, user_id: str) -> None:
        """Forget that the user was asked for."""


class AccountStore(Protocol):
    """All that a user has, in bounded portions. Each method is one transaction."""

    async def jobs(self, user_id: str, after: str, limit: int) -> list[Job]:
        """Return the user's jobs that were not deleted, by id, after one of them."""

    async def documents(self, job_id: str, from_position: int, limit: int) -> list[tuple[Document, str]]:
        """Return documents of a job by position, the trash included, each with the object of its text or ""."""

    async def changes(self, document_ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """Return what people changed in documents, oldest first, by document."""

    async def feedback(self, document_ids: Sequence[str]) -> dict[str, Any]:
        """Return what is remembered of people's judgement of machine-made tags as JSON, by document."""

    async def files(self, user_id: str, after: str, limit: int) -> list[tuple[str, str]]:
        """Return the user's stored PDFs by SHA-256, after one of them: each digest with its object."""

    async def vocabularies(self, user_id: str) -> list[tuple[str, int]]:
        """Return the names and versions of the user's vocabularies."""

    async def terms(self, user_id: str, name: str, version: int) -> list[Any]:
        """Return the terms of one version as JSON, empty when it is gone."""

    async def webhooks(self, user_id: str) -> list[dict[str, Any]]:
        """Return the user's webhooks without their secrets."""

    async def tag_jobs(self, user_id: str, after: str, limit: int) -> list[dict[str, Any]]:
        """Return the user's changes of tags of many documents, by id, after one of them."""
