"""One portion of a tag job after the other: short transactions, each with the place to which it came.

A job that is cut off anywhere goes on from its place: what of a portion was written already says what it should, and
changes nothing a second time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from metatag_jobs.errors import DocumentNotFound, VersionMismatch
from metatag_jobs.records.corrections import edit_of
from metatag_jobs.records.editing import MAX_TAGS
from metatag_jobs.records.model import BULK, Author, Edit, Record, Snapshot
from metatag_jobs.records.retagging import retagged, reverted
from metatag_jobs.records.stores import CorrectionStore, SelectionStore, TagJobStore
from metatag_jobs.records.tag_model import COMPLETED, EDIT, UNDOING, UNDONE, Made, Place, TagJob

# Documents looked for at a time, written in one transaction, and texts read at once.
PORTION = 200
WRITTEN = 25
READ_AT_ONCE = 8
# Documents counted; of more it is said that there are more.
MAX_COUNTED = 10_000
# Others change a document between reading and writing it: how often it is read again.
TRIES = 5

T = TypeVar("T")


class TagJobSteps:
    """Does what tag jobs ask for, a portion at a time."""

    def __init__(
        self,
        store: TagJobStore,
        selection: SelectionStore,
        documents: CorrectionStore,
        text_of: Callable[[Snapshot], Awaitable[str]],
        now: Callable[[], float],
    ) -> None:
        """`text_of` gives a document's text, `now` the database's time in seconds since 1970."""
        self._store = store
        self._selection = selection
        self._documents = documents
        self._text_of = text_of
        self._now = now
        self._places = asyncio.Semaphore(READ_AT_ONCE)

    async def step(self, job: TagJob) -> None:
        """Do the next portion of a job, or end it."""
        if job.state == UNDOING:
            await self._undo_some(job)
            return
        if not job.is_counted:
            total, is_exact = await self._selection.count(
                job.user_id, job.wanted, until=job.created_at, most=MAX_COUNTED
            )
            await self._store.counted(job.id, total, is_exact, max(0, len(job.wanted.ids or ()) - total))
        found = await self._selection.portion(
            job.user_id, job.wanted, after=job.place, until=job.created_at, limit=PORTION
        )
        place = job.place
        for places in _pieces(found):
            refused = await self._change(job, [each.id for each in places])
            if not await self._store.advance(job.id, place, places[-1], done=len(places), refused=refused):
                # Another process does it.
                return
            place = places[-1]
        if len(found) < PORTION:
            await self._store.end(job.id, COMPLETED)

    async def _change(self, job: TagJob, ids: Sequence[str]) -> int:
        """Change these documents; return how many would have too many tags."""
        refused: set[str] = set()

        async def make(document_id: str) -> Edit | None:
            snapshot = await self._documents.snapshot(job.user_id, document_id)
            if not snapshot.has_ended:
                return None
            action = "bulk" if job.change.action == EDIT else "tag_job"
            author = Author(job.user_id, self._now(), origin=BULK, action=action)
            record = Record.of(snapshot.document)
            tags = retagged(record.tags, job.change, author)
            if tags == record.tags:
                return None
            if len(tags) > MAX_TAGS:
                refused.add(document_id)
                return None
            return await self._edit(snapshot, replace(record, tags=tags), author, tag_job_id=job.id)

        await self._write(job.id, ids, make)
        return len(refused)

    async def _undo_some(self, job: TagJob) -> None:
        found = await self._store.made(job.id, after=job.place.id, limit=PORTION)
        place = job.place
        for some in _pieces(found):
            left = await self._take_back(job, {each.document_id: each for each in some})
            last = Place(0.0, some[-1].document_id)
            if not await self._store.advance(job.id, place, last, left=left):
                return
            place = last
        if len(found) < PORTION:
            await self._store.end(job.id, UNDONE)

    async def _take_back(self, job: TagJob, changes: dict[str, Made]) -> int:
        """Take changes back where they stand; return in how many documents they do not."""
        left: set[str] = set()

        async def make(document_id: str) -> Edit | None:
            made = changes[document_id]
            if made.change.undone:
                return None
            ((before, after),) = ((each.before, each.after) for each in made.change.changes if each.field == "tags")
            try:
                snapshot = await self._documents.snapshot(job.user_id, document_id)
            except DocumentNotFound:
                left.add(document_id)
                return None
            record = Record.of(snapshot.document)
            tags = reverted(record.tags, before, after) if snapshot.has_ended and not made.is_past else None
            if tags is None:
                left.add(document_id)
                return None
            author = Author(job.user_id, self._now(), action="undo")
            return await self._edit(
                snapshot, replace(record, tags=tags), author, undoes=[made.change.version], tag_job_id=job.id
            )

        await self._write(job.id, list(changes), make, undone=True)
        return len(left)

    async def _edit(
        self,
        snapshot: Snapshot,
        record: Record,
        author: Author,
        *,
        undoes: list[int] | None = None,
        tag_job_id: str = "",
    ) -> Edit | None:
        async with self._places:
            text = await self._text_of(snapshot)
        # Words of a long text take their time.
        return await asyncio.to_thread(
            edit_of, snapshot, record, author, text, user_id=author.user_id, undoes=undoes, tag_job_id=tag_job_id
        )

    async def _write(
        self,
        job_id: str,
        ids: Sequence[str],
        make: Callable[[str], Awaitable[Edit | None]],
        *,
        undone: bool = False,
    ) -> None:
        """Write what `make` gives for each document; it is asked again for those that others changed meanwhile."""
        waiting = list(ids)
        for _ in range(TRIES):
            made = await asyncio.gather(*(self._made(make, each) for each in waiting))
            edits = [edit for edit in made if edit is not None]
            written = await self._store.write(job_id, edits, undone=undone) if edits else set()
            waiting = [edit.document_id for edit in edits if edit.document_id not in written]
            if not waiting:
                return
        raise VersionMismatch

    @staticmethod
    async def _made(make: Callable[[str], Awaitable[Edit | None]], document_id: str) -> Edit | None:
        try:
            return await make(document_id)
        except DocumentNotFound:
            # Deleted since it was found.
            return None


def _pieces(found: Sequence[T]) -> Iterator[Sequence[T]]:
    return (found[start : start + WRITTEN] for start in range(0, len(found), WRITTEN))
