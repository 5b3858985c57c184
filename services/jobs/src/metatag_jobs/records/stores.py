"""What records needs of the database. Each method is one transaction, and another user's document does not exist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from metatag_jobs.model import Document, Job
from metatag_jobs.records.finding import DocumentFilter, Found
from metatag_jobs.records.model import Change, Edit, ReviewPage, Snapshot, TagPage
from metatag_jobs.records.tag_model import Made, Place, TagJob


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


class SelectionStore(Protocol):
    """Documents chosen for a change of many: those that ended until a moment, in the order in which they ended."""

    async def count(self, user_id: str, wanted: DocumentFilter, *, until: float, most: int) -> tuple[int, bool]:
        """Return how many there are, at most `most`, and whether that is all."""

    async def portion(
        self, user_id: str, wanted: DocumentFilter, *, after: Place, until: float, limit: int
    ) -> list[Place]:
        """Return the next ones after a place."""


class TagJobStore(Protocol):
    """Tag jobs and what they have done."""

    async def create(self, job: TagJob, most: int) -> bool:
        """Store a job; False, nothing stored, when the user has `most` open ones."""

    async def get(self, user_id: str, job_id: str) -> TagJob | None:
        """Return a job of the user; None for none."""

    async def latest(self, user_id: str, limit: int) -> list[TagJob]:
        """Return a user's jobs, newest first."""

    async def begin_undo(self, user_id: str, job_id: str) -> bool:
        """Make a job that is at its end one that is undone; False, nothing written, for others."""

    async def open(self, limit: int) -> list[TagJob]:
        """Return the oldest open job of each user."""

    async def counted(self, job_id: str, total: int, is_exact: bool, missing: int) -> None:
        """Keep how many documents there are."""

    async def write(self, job_id: str, edits: Sequence[Edit], *, undone: bool) -> set[str]:
        """Write changes with their histories in one transaction, and count them; return the documents written.

        The others have moved on since they were read. `undone`: they count as restored.
        """

    async def advance(
        self, job_id: str, since: Place, to: Place, *, done: int = 0, refused: int = 0, left: int = 0
    ) -> bool:
        """Move a job from one place to the next; False, nothing written, when it is elsewhere."""

    async def made(self, job_id: str, *, after: str, limit: int) -> list[Made]:
        """Return the changes that a job made, in the order of the documents' ids, after one of them."""

    async def tried(self, job_id: str, most: int, problem: str) -> bool:
        """Count a portion that failed; the job fails with `problem` at the last. Return whether it did."""

    async def expire(self, older_than: float, limit: int) -> int:
        """Remove jobs that ended so many seconds ago, at most `limit`; return how many."""

    async def end(self, job_id: str, state: str) -> None:
        """End an open job."""
