"""Tag jobs as people ask for them: begin one, look how far it is, take it back. tag_job_steps.py does the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from metatag_jobs.errors import TagExists, TagJobNotFound, TooManyTagJobs, WrongState
from metatag_jobs.records.finding import DocumentFilter
from metatag_jobs.records.retagging import checked
from metatag_jobs.records.stores import SelectionStore, TagJobStore
from metatag_jobs.records.tag_model import COMPLETED, EDIT, RENAME, RUNNING, TagChange, TagJob
from metatag_runtime.errors import InvalidArgument

MAX_DOCUMENTS = 10_000
# Jobs of one user that wait or run; they are done one after the other.
MAX_OPEN = 20


class TagJobs:
    """The use cases StartTagJob, GetTagJob, ListTagJobs and UndoTagJob."""

    def __init__(
        self,
        store: TagJobStore,
        selection: SelectionStore,
        *,
        now: Callable[[], float],
        new_id: Callable[[], str],
        wake: Callable[[], None],
    ) -> None:
        """`now` gives the database's time, in seconds since 1970; `wake` says that there is work."""
        self._store = store
        self._selection = selection
        self._now = now
        self._new_id = new_id
        self._wake = wake

    async def start(self, user_id: str, change: TagChange, wanted: DocumentFilter | None) -> TagJob:
        """Begin to change the tags of all documents that have ended; `wanted` chooses some, for the action edit.

        Raises InvalidArgument, TagExists, TooManyTagJobs.
        """
        clean = checked(change)
        if clean.action == EDIT:
            if wanted is None:
                raise InvalidArgument("Say of which documents: give document_ids or search.")
            if len(wanted.ids or ()) > MAX_DOCUMENTS:
                raise InvalidArgument(f"document_ids: at most {MAX_DOCUMENTS:,} documents can be named.")
        elif wanted is not None:
            raise InvalidArgument("document_ids and search belong to the action edit.")
        else:
            wanted = DocumentFilter(any_tags=tuple(clean.tags))
        now = self._now()
        if clean.action == RENAME:
            there = replace(wanted, any_tags=tuple(clean.to))
            if (await self._selection.count(user_id, there, until=now, most=1))[0]:
                raise TagExists(clean.to[0])
        job = TagJob(self._new_id(), user_id, clean, RUNNING, now, wanted=wanted)
        if not await self._store.create(job, MAX_OPEN):
            raise TooManyTagJobs(MAX_OPEN)
        self._wake()
        return job

    async def get(self, user_id: str, job_id: str) -> TagJob:
        """Return a job; raises TagJobNotFound."""
        found = await self._store.get(user_id, job_id)
        if found is None:
            raise TagJobNotFound
        return found

    async def latest(self, user_id: str, limit: int) -> list[TagJob]:
        """Return a user's jobs, newest first."""
        return await self._store.latest(user_id, limit)

    async def undo(self, user_id: str, job_id: str) -> TagJob:
        """Begin to take a job back; raises TagJobNotFound, WrongState unless it is at its end and stands."""
        if not await self._store.begin_undo(user_id, job_id):
            job = await self.get(user_id, job_id)
            raise WrongState(_CANNOT.get(job.state, "The change of tags cannot be undone."))
        self._wake()
        return await self.get(user_id, job_id)


_CANNOT = {
    RUNNING: "The change of tags still runs; undo it when it is at its end.",
    "undoing": "The change of tags is being undone already.",
    "undone": "The change of tags was undone already.",
    COMPLETED: "The change of tags was changed meanwhile; ask again.",
}
