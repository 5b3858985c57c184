"""What the gateway needs of the records: documents that have ended, as people change and find them.

Every method may raise MetatagError; another user's document is NotFound.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from metatag_gateway.model.documents import Document
from metatag_gateway.model.jobs import Job
from metatag_gateway.model.learning import Evaluation, Learning
from metatag_gateway.model.profiles import Profile
from metatag_gateway.model.records import Change, Correction, DocumentFilter, Found, ReviewQueue, TagPage, Trash
from metatag_gateway.model.searches import SavedSearch
from metatag_gateway.model.tag_jobs import TagChange, TagJob
from metatag_gateway.model.webhooks import Webhook, WebhookDelivery
from metatag_gateway.model.words import PageWords


class Records(Protocol):
    """The records of the jobs service. `expected` is the version that the caller saw, 0 for any: VERSION_MISMATCH."""

    async def correct(self, user_id: str, document_id: str, correction: Correction, expected: int) -> Document:
        """Change a document and return it with its text; INVALID_STATE while it is in work."""

    async def history(self, user_id: str, document_id: str, limit: int, before: int) -> tuple[int, list[Change]]:
        """Return a document's version, and its changes before a version (0: all), newest first."""

    async def undo(self, user_id: str, document_id: str, steps: int, expected: int) -> Document:
        """Take the last changes that stand back and return the document with its text; INVALID_STATE without any."""

    async def rename_job(self, user_id: str, job_id: str, name: str) -> Job:
        """Give a job another name."""

    async def review(self, user_id: str, reason: str, job_id: str, after: str, limit: int) -> ReviewQueue:
        """Return documents that wait for a review, the longest waiting first, after one of them."""

    async def approve(
        self, user_id: str, document_id: str, expected: int, reason: str, job_id: str
    ) -> tuple[Document, str]:
        """Say that a document is right; return it, and the next one that waits (empty: none)."""

    async def skip(self, user_id: str, document_id: str, reason: str, job_id: str) -> str:
        """Put a document at the end of the queue and return the next one that waits (empty: none)."""

    async def trash(self, user_id: str, document_id: str) -> datetime | None:
        """Put a document into the trash and return when it is removed for good; None: never by itself."""

    async def trashed(self, user_id: str, limit: int, offset: int) -> Trash:
        """Return the documents in the trash, the latest first."""

    async def restore(self, user_id: str, document_id: str) -> Document:
        """Take a document out of the trash."""

    async def erase(self, user_id: str, document_id: str) -> None:
        """Remove a document in the trash for good."""

    def words(self, user_id: str, document_id: str, page: int) -> AsyncIterator[PageWords]:
        """Return the words of a document's pages (0: all) as they were recognised; none for what was not."""

    async def find(
        self, user_id: str, wanted: DocumentFilter, *, sort: str, limit: int, offset: int, snippets: bool
    ) -> Found:
        """Return a page of ended documents, ordered by `sort` (a minus in front: falling)."""

    async def tags(self, user_id: str, *, prefix: str, sort: str, limit: int, offset: int) -> TagPage:
        """Return tags that begin so, in one of the orders count, name and latest."""


class TagJobs(Protocol):
    """Changes of the tags of many documents."""

    async def start(
        self, user_id: str, change: TagChange, document_ids: Sequence[str] | None, search: DocumentFilter | None
    ) -> TagJob:
        """Begin a change; CONFLICT for a rename into a tag that exists, INVALID_STATE when too many are open."""

    async def latest(self, user_id: str, limit: int) -> list[TagJob]:
        """Return the latest ones, newest first."""

    async def get(self, user_id: str, tag_job_id: str) -> TagJob:
        """Return one."""

    async def undo(self, user_id: str, tag_job_id: str) -> TagJob:
        """Begin to take one back; INVALID_STATE while it runs and when it was undone."""


class SearchStore(Protocol):
    """Searches that users keep under names. Another user's is NotFound; a name taken, without case, Conflict."""

    async def searches(self, user_id: str) -> list[SavedSearch]:
        """Return a user's saved searches by name."""

    async def add_search(self, user_id: str, search: SavedSearch) -> None:
        """Keep a search; Conflict also when the user has MAX_SEARCHES."""

    async def change_search(
        self, user_id: str, search_id: str, name: str | None, params: dict[str, str] | None
    ) -> SavedSearch:
        """Give a search another name or other parameters and return it; None: as they were."""

    async def delete_search(self, user_id: str, search_id: str) -> None:
        """Forget a search."""


class ProfileStore(Protocol):
    """Settings of tagging that users keep under names, found without case. Another user's is NotFound."""

    async def profiles(self, user_id: str) -> list[Profile]:
        """Return a user's profiles by name."""

    async def profile(self, user_id: str, name: str) -> Profile:
        """Return one."""

    async def put_profile(self, user_id: str, profile: Profile) -> None:
        """Keep a profile in the place of one with its name; Conflict when the user has MAX_PROFILES others."""

    async def delete_profile(self, user_id: str, name: str) -> None:
        """Forget a profile."""


class LearningPeer(Protocol):
    """What jobs learns from a user's corrections."""

    async def learning(self, user_id: str) -> Learning:
        """Return whether a user is learnt from, and what was learnt."""

    async def enable(self, user_id: str, enabled: bool) -> Learning:
        """Switch learning on or off."""

    async def forget(self, user_id: str) -> int:
        """Delete what was learnt; return of how many documents."""

    async def evaluate(self, user_id: str) -> Evaluation:
        """Compare the machine's tags with those that the user left."""


class Webhooks(Protocol):
    """Addresses of users to which jobs posts events. Another user's is NotFound."""

    async def webhooks(self, user_id: str) -> list[Webhook]:
        """Return a user's webhooks, oldest first."""

    async def create(self, user_id: str, url: str, events: Sequence[str]) -> tuple[Webhook, str]:
        """Keep an address; return the webhook and its secret. SOURCE_REFUSED; CONFLICT when there are too many."""

    async def change(
        self, user_id: str, webhook_id: str, *, url: str | None, events: Sequence[str] | None, active: bool | None
    ) -> Webhook:
        """Change what is not None and return the webhook."""

    async def remove(self, user_id: str, webhook_id: str) -> None:
        """Remove a webhook with its deliveries."""

    async def rotate(self, user_id: str, webhook_id: str) -> str:
        """Return a new secret; the old one signs too for a day."""

    async def test(self, user_id: str, webhook_id: str) -> str:
        """Have an event posted soon and return its delivery's id; INVALID_STATE for one that is not active."""

    async def retry(self, user_id: str, webhook_id: str, delivery_id: str) -> WebhookDelivery:
        """Post a delivery again soon; raises NotFound, InvalidState."""

    async def deliveries(self, user_id: str, webhook_id: str, limit: int) -> list[WebhookDelivery]:
        """Return the last deliveries, newest first."""
