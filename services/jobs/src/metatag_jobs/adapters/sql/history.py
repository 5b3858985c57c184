"""Documents and results for reading."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping, Sequence

from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch
from metatag_jobs.adapters.sql.documents import COLUMNS, FROM, STATE, document_of
from metatag_jobs.adapters.sql.events import JOB_COLUMNS, default_name, job_of
from metatag_jobs.adapters.sql.search import SearchReader
from metatag_jobs.adapters.sql.transact import reads
from metatag_jobs.errors import DocumentNotFound, JobNotFound
from metatag_jobs.facet_index import filter_words
from metatag_jobs.model import Document
from metatag_jobs.summaries import Stats
from metatag_runtime.sql import Database, Transaction

# Documents read at a time for an export.
EXPORT_BATCH = 500

_INTERNAL = {
    "pending": ("queued", "admitted"),
    "processing": ("running",),
    "success": ("done",),
    "failed": ("failed",),
    "cancelled": ("cancelled",),
}


class SqlHistory:
    """The port History."""

    def __init__(self, database: Database) -> None:
        dialect = Dialect(database)
        sql = dialect.sql
        self._database = database
        self._search = SearchReader(dialect)
        owned = "job.user_id = :user_id AND job.state <> 'deleted'"
        shown = "(doc.trashed_at IS NULL OR doc.reprocess_of IS NOT NULL)"
        self._job = sql(f"SELECT id, columns, name, type, created_at FROM job WHERE id = :job_id AND {owned}")  # noqa: S608
        self._of_job = sql(
            f"SELECT {COLUMNS} {FROM} WHERE doc.job_id = :job_id AND doc.position >= :from_position "
            f"AND {shown} AND {STATE} IN {dialect.ids('states')} ORDER BY doc.position LIMIT :n"
        )
        self._latest = sql(
            f"SELECT {COLUMNS} {FROM} WHERE doc.user_id = :user_id AND doc.state IN ('done', 'failed') "
            f"AND doc.state IN {dialect.ids('states')} AND job.state <> 'deleted' AND doc.trashed_at IS NULL "
            "ORDER BY doc.processed_at DESC, doc.id DESC LIMIT :n"
        )
        self._one = sql(f"SELECT {COLUMNS} {FROM} WHERE doc.id = :id AND {shown} AND {owned}")
        self._some = sql(f"SELECT {COLUMNS} {FROM} WHERE doc.id IN {dialect.ids('ids')}")
        self._counts = sql(
            "SELECT count(*) AS jobs, COALESCE(SUM(total), 0) AS documents, COALESCE(SUM(done), 0) AS done, "  # noqa: S608
            f"COALESCE(SUM(failed), 0) AS failed, COALESCE(SUM(cost_micros), 0) AS cost FROM job WHERE {owned}"
        )
        self._by_state = sql(
            f"SELECT state, started_at IS NULL AS fresh, count(*) AS n FROM job WHERE {owned} "  # noqa: S608
            "GROUP BY state, started_at IS NULL"
        )
        self._recent = sql(f"SELECT {JOB_COLUMNS} FROM job WHERE {owned} ORDER BY created_at DESC, id DESC LIMIT 5")  # noqa: S608

    @reads
    async def of_job(
        self,
        transaction: Transaction,
        user_id: str,
        job_id: str,
        *,
        limit: int,
        from_position: int,
        states: Sequence[str],
    ) -> list[Document]:
        """Give documents of a job by position; raises JobNotFound."""
        await self._require_job(transaction, user_id, job_id)
        rows = await fetch(
            transaction,
            self._of_job,
            job_id=job_id,
            from_position=from_position,
            states=_states(states),
            n=limit,
        )
        return [document_of(row) for row in rows]

    @reads
    async def latest(
        self, transaction: Transaction, user_id: str, *, limit: int, states: Sequence[str]
    ) -> list[Document]:
        """Give a user's finished documents, latest first."""
        rows = await fetch(transaction, self._latest, user_id=user_id, states=_states(states), n=limit)
        return [document_of(row) for row in rows]

    @reads
    async def document(self, transaction: Transaction, user_id: str, document_id: str) -> tuple[Document, str, str]:
        """Give a document with the names of its text and file objects; raises DocumentNotFound."""
        rows = await fetch(transaction, self._one, id=document_id, user_id=user_id)
        if not rows:
            raise DocumentNotFound
        return document_of(rows[0]), rows[0]["ocr_id"] or "", rows[0]["file_id"] or ""

    @reads
    async def search(
        self,
        transaction: Transaction,
        user_id: str,
        query: str,
        limit: int,
        facets: Mapping[str, str] | None = None,
    ) -> list[Document]:
        """Return documents whose title, tags or text match and that have the facets, latest first."""
        ids = await self._search.find(transaction, user_id, query, limit, filter_words(facets or {}))
        rows = await fetch(transaction, self._some, ids=as_json(ids)) if ids else []
        by_id = {row["id"]: row for row in rows}
        return [document_of(by_id[each]) for each in ids if each in by_id]

    @reads
    async def stats(self, transaction: Transaction, user_id: str) -> Stats:
        """Give a user's counts."""
        counts = (await fetch(transaction, self._counts, user_id=user_id))[0]
        by_state = await fetch(transaction, self._by_state, user_id=user_id)
        recent = await fetch(transaction, self._recent, user_id=user_id)
        states: dict[str, int] = {}
        for row in by_state:
            public = _public_job_state(row["state"], bool(row["fresh"]))
            states[public] = states.get(public, 0) + row["n"]
        return Stats(
            total_jobs=counts["jobs"],
            total_documents=int(counts["documents"]),
            documents_processed=int(counts["done"]),
            documents_failed=int(counts["failed"]),
            jobs_by_status=states,
            recent_activity=[job_of(row) for row in recent],
            cost_micros=int(counts["cost"]),
        )

    @reads
    async def table_of(self, transaction: Transaction, user_id: str, job_id: str) -> tuple[str, list[str]]:
        """Return a job's name, and the names of the columns that its rows have of their own; raise JobNotFound."""
        rows = await fetch(transaction, self._job, job_id=job_id, user_id=user_id)
        if not rows:
            raise JobNotFound
        row = rows[0]
        columns = list(json.loads(row["columns"])) if row["columns"] else []
        return row["name"] or default_name(row["type"], row["created_at"]), columns

    async def export(self, user_id: str, job_id: str) -> AsyncIterator[list[Document]]:
        """Give all documents of a job by position in bounded lists; raises JobNotFound."""
        position = 0
        while True:
            batch = await self.of_job(user_id, job_id, limit=EXPORT_BATCH, from_position=position, states=())
            if not batch:
                return
            yield batch
            position = batch[-1].position + 1

    async def _require_job(self, transaction: Transaction, user_id: str, job_id: str) -> None:
        if not await fetch(transaction, self._job, job_id=job_id, user_id=user_id):
            raise JobNotFound


def _states(public: Sequence[str]) -> str:
    return as_json([state for each in public or _INTERNAL for state in _INTERNAL[each]])


def _public_job_state(state: str, fresh: bool) -> str:
    if state == "running":
        return "pending" if fresh else "processing"
    return {"creating": "pending"}.get(state, state)
