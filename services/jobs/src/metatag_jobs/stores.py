"""What jobs needs of its database. Each method says what the caller may rely on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

from metatag_jobs.model import Document, Job, JobEvent, StoredFile, Vocabulary, VocabularyTerm
from metatag_jobs.plan import OpenJob, Window
from metatag_jobs.summaries import Stats, Summary
from metatag_jobs.work import (
    Artifact,
    Checkpoint,
    Claim,
    Finish,
    JobContext,
    NewDocument,
    NewJob,
    OwnedDocument,
    PageEvent,
    Release,
    Ticket,
)


class JobStore(Protocol):
    """Jobs: creation, reading and control. A job of another user does not exist. Every write is one transaction."""

    async def begin(self, job: NewJob) -> Job | None:
        """Store a job that still receives its documents; give the job of an earlier call with the same idempotency key.

        Raises JobIdTaken. An unfinished creation with the same key that stood still for 30 s is taken over.
        """

    async def add(self, job_id: str, documents: Sequence[NewDocument]) -> None:
        """Store documents of a job in creation; those with a problem are failed at once, each with its event."""

    async def activate(self, job_id: str) -> Job:
        """End the creation: the job's documents may be worked on from now. A job whose documents all failed ends."""

    async def keep_creating(self, job_id: str) -> None:
        """Say that the creation of a job goes on; one of which this is not said for some seconds is given up."""

    async def abandon(self, job_id: str) -> None:
        """Drop a job whose creation was not finished; does nothing otherwise."""

    async def get(self, user_id: str, job_id: str) -> Job:
        """Give one job; raises JobNotFound."""

    async def get_by_key(self, user_id: str, idempotency_key: str) -> Job:
        """Return the job that was created with an idempotency key; raises JobNotFound."""

    async def find(
        self,
        user_id: str,
        *,
        states: Sequence[str],
        type: str,
        limit: int,
        offset: int,
        since: float | None = None,
        before: float | None = None,
    ) -> tuple[list[Job], int]:
        """Give a user's jobs, newest first, and how many match in all; `since` <= created (seconds) < `before`."""

    async def pause(self, user_id: str, job_id: str) -> Job:
        """Stop admitting documents and take back those admitted; raises JobNotFound, WrongState."""

    async def resume(self, user_id: str, job_id: str) -> Job:
        """Go on after a pause; raises JobNotFound, WrongState."""

    async def cancel(self, user_id: str, job_id: str) -> Job:
        """End the job now: every open document counts as cancelled from this commit on; raises as above."""

    async def delete(self, user_id: str, job_id: str) -> None:
        """Make the job and all it holds invisible from this commit on, stop its work; `purge` removes the rows."""

    async def retry(
        self, user_id: str, job_id: str, document_ids: Sequence[str], secret: bytes | None, limiter: str
    ) -> tuple[Job, int]:
        """Queue failed documents again; give how many. Raises JobNotFound, WrongState for a cancelled job."""

    async def purge(self, limit: int) -> tuple[list[str], bool]:
        """Remove up to `limit` documents of deleted jobs; give object names to delete and whether more is left."""


class WorkStore(Protocol):
    """The engine's truth. A worker's writes are fenced by (document, attempt, owner): a lost one changes nothing."""

    async def open_jobs(self) -> tuple[list[OpenJob], Window]:
        """Give the jobs with documents to admit and the room that live workers have."""

    async def admit(self, shares: Sequence[tuple[str, int]], lanes: dict[str, float], lease: float) -> list[Ticket]:
        """Admit up to n due documents of each job, store the lanes' virtual times, give the tickets."""

    async def admitted(self, limit: int, lease: float = 60.0, older_than: float = 0.0) -> list[Ticket]:
        """Return the tickets of documents admitted `older_than` seconds ago, for `lease`, that nobody has taken."""

    async def reap(self, lease: float, max_crashes: int, interactive_lease: float | None = None) -> int:
        """Queue again what dead workers owned and what was admitted too long ago; fail what crashed too often.

        A worker not heard of for `lease` seconds is dead, for documents sent alone after `interactive_lease`, if given.
        """

    async def sweep(self, limit: int) -> bool:
        """Mark open documents of cancelled jobs as cancelled, up to `limit`; give whether more is left."""

    async def start(self, owner: str, tickets: Sequence[Ticket]) -> dict[str, Claim]:
        """Make this worker the owner of those documents whose ticket is still good; give the claims by document."""

    async def context(self, job_id: str) -> JobContext | None:
        """Give what workers need to know of a job; None when it is gone."""

    async def checkpoint(self, owner: str, checkpoints: Sequence[Checkpoint]) -> dict[str, tuple[str, Artifact]]:
        """Store stages' outputs; give the job's state and the artifact in use for each document still owned.

        The artifact in use may be an older one of the same digest; then the caller deletes its own object.
        """

    async def find_artifacts(self, wanted: Sequence[tuple[str, str, str]]) -> dict[str, Artifact]:
        """Give existing artifacts of the documents' users for (document, kind, digest), by document."""

    async def keep_page_checkpoint(self, owner: str, document_id: str, attempt: int, artifact: Artifact) -> bool:
        """Enter pages of an unfinished stage, for this document only; False when it is not owned any more."""

    async def parts(self, document_id: str) -> list[str]:
        """Give the objects of a document's parts."""

    async def drop_parts(self, document_id: str) -> list[str]:
        """Forget a document's parts; give the objects to delete."""

    async def finish(self, owner: str, finishes: Sequence[Finish]) -> dict[str, str]:
        """Store results, counters, events and search entries in one transaction; give the job's state by document.

        A document that is missing in the answer was no longer owned: nothing of it was written.
        """

    async def release(self, owner: str, releases: Sequence[Release]) -> set[str]:
        """Put owned documents back into the queue; give those that were still owned."""

    async def tell_pages(self, owner: str, pages: Sequence[PageEvent]) -> None:
        """Store page events of owned documents."""

    async def heartbeat(self, owner: str, host: str, slots: int, interactive_slots: int) -> list[OwnedDocument]:
        """Say that a worker lives; give what it owns, with the states of the jobs."""

    async def leave(self, owner: str) -> None:
        """Say that a worker ended; what it still owns is queued again without a crash counted."""

    async def block(self, limiter: str, seconds: float) -> None:
        """Hold back all documents that use a limiter, for all workers."""

    async def pause_for(self, job_id: str, code: str, message: str) -> None:
        """Pause a job for a reason that its user must see to; does nothing unless it runs."""


class EventLog(Protocol):
    """The events of jobs, gapless and in order."""

    async def after(self, job_id: str, seq: int, limit: int) -> list[JobEvent]:
        """Give up to `limit` events with a number above `seq`, in order."""

    async def written(self, job_id: str, seq: int, limit: int) -> list[tuple[int, str]]:
        """Give the same as numbers and JSON texts (jsonable.py), for those who only pass them on."""

    async def last(self, job_id: str) -> Job | None:
        """Give the job as it is now, whoever owns it; None when it is gone."""

    async def recently_changed(self, seconds: float) -> list[str]:
        """Give the jobs that changed in the last seconds."""


class Summaries(Protocol):
    """Counts over all documents of a user."""

    async def of(self, user_id: str, days: int) -> Summary:
        """Count the documents that ended in the last `days`, and what their days cost."""


class History(Protocol):
    """Documents and results, for reading. A document of another user does not exist."""

    async def of_job(
        self, user_id: str, job_id: str, *, limit: int, from_position: int, states: Sequence[str]
    ) -> list[Document]:
        """Give documents of a job by position; raises JobNotFound."""

    async def latest(self, user_id: str, *, limit: int, states: Sequence[str]) -> list[Document]:
        """Give a user's finished documents, latest first."""

    async def document(self, user_id: str, document_id: str) -> tuple[Document, str, str]:
        """Give a document with the names of its text and file objects, each empty when absent; raises
        DocumentNotFound.
        """

    async def search(
        self, user_id: str, query: str, limit: int, facets: Mapping[str, str] | None = None
    ) -> list[Document]:
        """Give documents whose title, tags or text match; every character of the query stands for itself."""

    async def stats(self, user_id: str) -> Stats:
        """Give a user's counts."""

    async def table_of(self, user_id: str, job_id: str) -> tuple[str, list[str]]:
        """Return a job's name, and the names of the columns that its rows have of their own; raise JobNotFound."""

    def export(self, user_id: str, job_id: str) -> AsyncIterator[list[Document]]:
        """Give all documents of a job by position in bounded lists; raises JobNotFound."""


class Artifacts(Protocol):
    """Rows for stored objects. An object's name is used once, so that a delete can never hit a newer object."""

    async def adopt_upload(self, user_id: str, artifact: Artifact, file_name: str) -> StoredFile:
        """Remember an uploaded file; give the file in use, which may be an older one with the same content."""

    async def find_uploads(self, user_id: str, digests: Sequence[str]) -> list[StoredFile]:
        """Give a user's stored files with these contents, and keep them as if they had just been sent."""

    async def owned_files(self, user_id: str, ids: Sequence[str]) -> dict[str, StoredFile]:
        """Return those of the files that are stored and the user's, by id."""

    async def expire_uploads(self, older_than: float, limit: int) -> list[str]:
        """Forget files that no document uses and that are older than so many seconds; give the objects to delete."""

    async def expire_files(self, older_than: float, limit: int) -> list[str]:
        """Take the PDF from documents of jobs that ended so many seconds ago; give the objects to delete."""

    async def expire_jobs(self, older_than: float, limit: int) -> int:
        """Delete jobs that ended so many seconds ago, as their users would; give how many."""

    async def drop_stale_creations(self) -> int:
        """Delete jobs whose creation was given up long ago; give how many."""

    async def expire_events(self, older_than: float, limit: int) -> int:
        """Drop events of jobs that ended so many seconds ago; give how many."""


class ObjectAccount(Protocol):
    """Objects to delete: each is written down before it is put, or when nothing names it any more.

    The row that names an object takes it off the account in its own transaction.
    """

    async def expect(self, names: Sequence[str]) -> None:
        """Write down objects that are about to be put; without a row they are deleted after some minutes."""

    async def doom(self, names: Sequence[str]) -> None:
        """Write down objects that nobody needs."""

    async def due(self, limit: int) -> list[str]:
        """Return objects to delete now."""

    async def forget(self, names: Sequence[str]) -> None:
        """Take objects that are deleted off the account."""

    async def postpone(self, names: Sequence[str]) -> None:
        """Try objects that could not be deleted again later."""

    async def unknown(self, names: Sequence[str]) -> list[str]:
        """Return those of the objects that no row names."""


class VocabularyStore(Protocol):
    """Named lists of allowed tags, in versions."""

    async def put(self, user_id: str, name: str, terms: Sequence[VocabularyTerm]) -> Vocabulary:
        """Store a new version unless the latest has the same terms; give it without its terms."""

    async def get(self, user_id: str, name: str, version: int) -> Vocabulary:
        """Give one version, 0 for the latest; raises NotFound."""

    async def list(self, user_id: str) -> list[tuple[Vocabulary, int]]:
        """Give the latest versions without terms, with their number of terms, by name."""

    async def delete(self, user_id: str, name: str) -> None:
        """Remove all versions; raises NotFound."""
