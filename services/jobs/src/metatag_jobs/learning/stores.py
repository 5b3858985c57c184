"""What learning needs of the database. Each method is one transaction, and another user's rows do not exist."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from metatag_jobs.learning.model import Collected
from metatag_jobs.model import TagExample


class LearningStore(Protocol):
    """Feedback of users on tags, and what their documents hold."""

    async def revision(self, user_id: str) -> tuple[bool, float | None]:
        """Return whether a user is learnt from, and when the latest feedback was given; cheap enough to ask often."""

    async def enabled(self, user_id: str) -> bool:
        """Return whether a user wants to be learnt from; a user who never said is."""

    async def enable(self, user_id: str, enabled: bool) -> None:
        """Switch learning on or off."""

    async def collected(self, user_id: str, limit: int) -> Collected:
        """Return the feedback on the latest `limit` documents that are not deleted, the latest first."""

    async def forget(self, user_id: str) -> int:
        """Delete a user's feedback; return of how many documents."""

    async def words(self, user_id: str, limit: int) -> Sequence[str]:
        """Return the distinct folded words of each of the latest `limit` ended documents, parted by blanks."""

    async def frequent_tags(self, user_id: str, documents: int, limit: int) -> list[str]:
        """Return the most frequent tags of the latest `documents` ended documents."""

    async def examples(self, user_id: str, limit: int) -> list[TagExample]:
        """Return the beginnings of the latest corrected or reviewed documents with their tags."""
