"""What records needs of the database. Each method is one transaction, and another user's document does not exist."""

from __future__ import annotations

from typing import Protocol

from metatag_jobs.model import Document, Job
from metatag_jobs.records.finding import DocumentFilter, Found
from metatag_jobs.records.model import Change, Edit, ReviewPage, Snapshot, TagPage


class CorrectionStore(Protocol):
    """Documents as people change them, and their history."""

    async def snapshot(self, user_id: str, document_id: str) -> Snapshot:
        """Return a document as it is now; raises DocumentNotFound."""

    async def write(self, edit: Edit) -> bool:
        """Write a change with its history and search entry; False, nothing written, when the version moved on."""

    async def changes(self, user_id: str, document_id: str, *, before: int, limit: int) -> tuple[int, list[Change]]:
        """Return the document's version, and its changes before a version (0: all), newest first.

        Raises DocumentNotFound.
        """

    async def undoable(self, document_id: str, limit: int) -> list[Change]:
        """Return the last changes that can be undone and are not, newest first."""


class ReviewStore(Protocol):
    """Documents that a person should look at, for a `reason` of review_reasons.NAMES (empty: any) and a job."""

    async def page(self, user_id: str, *, reason: str, job_id: str, after: str, limit: int) -> ReviewPage:
        """Return documents that wait, oldest first, after one of them, and how many there are for each reason."""

    async def next(self, user_id: str, document_id: str, reason: str, job_id: str) -> str:
        """Return the first other document that waits; empty when there is none."""

    async def skip(self, user_id: str, document_id: str) -> None:
        """Put a waiting document at the end of the queue; raises DocumentNotFound."""


class TrashStore(Protocol):
    """Deleted documents that can come back for so many `days`; 0: for ever."""

    async def put(self, user_id: str, document_id: str) -> float:
        """Put a document in and return when, in seconds since 1970; raises DocumentNotFound, DocumentInWork."""

    async def page(self, user_id: str, *, limit: int, offset: int) -> tuple[list[Document], int]:
        """Return documents in the trash, latest first, and how many there are."""

    async def restore(self, user_id: str, document_id: str, days: float) -> Document:
        """Take a document out and return it; raises NotInTrash, also when its time is over."""

    async def erase(self, user_id: str, document_id: str, days: float) -> None:
        """Remove a document for good; raises NotInTrash."""

    async def expire(self, days: float, limit: int) -> int:
        """Remove up to `limit` documents that were put in so many days ago for good; give how many."""


class NameStore(Protocol):
    """What people call their batches."""

    async def rename(self, user_id: str, job_id: str, name: str) -> Job:
        """Give a job another name and return it; raises JobNotFound."""


class FindStore(Protocol):
    """Lists and searches."""

    async def find(self, user_id: str, wanted: DocumentFilter, *, sort: str, limit: int, offset: int) -> Found:
        """Return a page of a user's ended documents, in one of the orders of SORTS, and how many match."""


class TagStore(Protocol):
    """The tags of a user's documents."""

    async def page(self, user_id: str, *, prefix: str, sort: str, limit: int, offset: int) -> TagPage:
        """Return tags that begin so, in one of the orders "count", "name" and "latest", and how many there are."""
