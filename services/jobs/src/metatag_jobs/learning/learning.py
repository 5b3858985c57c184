"""What users see of learning: whether it is on, what was learnt, and how good the tags are."""

from __future__ import annotations

from metatag_jobs.learning.evaluation import Evaluation, evaluated
from metatag_jobs.learning.feedback import counted
from metatag_jobs.learning.model import MAX_DOCUMENTS, Learning
from metatag_jobs.learning.stores import LearningStore

# Tags that are shown.
SHOWN = 200


class Learner:
    """The use cases of LearningService."""

    def __init__(self, store: LearningStore) -> None:
        self._store = store

    async def learning(self, user_id: str) -> Learning:
        """Return whether a user is learnt from, and what was learnt."""
        enabled = await self._store.enabled(user_id)
        collected = await self._store.collected(user_id, MAX_DOCUMENTS)
        tags = counted(collected.feedback, most=10 * MAX_DOCUMENTS)
        return Learning(
            enabled=enabled,
            documents=len(collected.feedback),
            latest_at=collected.latest_at,
            kept=sum(tag.kept for tag in tags),
            removed=sum(tag.removed for tag in tags),
            added=sum(tag.added for tag in tags),
            tags=tags[:SHOWN],
        )

    async def enable(self, user_id: str, enabled: bool) -> Learning:
        """Switch learning on or off and return what is known."""
        await self._store.enable(user_id, enabled)
        return await self.learning(user_id)

    async def forget(self, user_id: str) -> int:
        """Delete what was learnt; return of how many documents."""
        return await self._store.forget(user_id)

    async def evaluate(self, user_id: str) -> Evaluation:
        """Compare the machine's tags with those that people left."""
        collected = await self._store.collected(user_id, MAX_DOCUMENTS)
        return evaluated(collected.feedback)
