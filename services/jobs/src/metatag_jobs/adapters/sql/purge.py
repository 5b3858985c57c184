"""The end of documents in SQL: rows, what hangs on them, and the objects that nobody needs any more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch, rows_json
from metatag_jobs.adapters.sql.objects import doom_in
from metatag_jobs.adapters.sql.page_checkpoints import drop_parts_of
from metatag_runtime.sql import Transaction

# Tables of which a row belongs to one document.
_ON_DOCUMENTS = ("doc_change", "doc_review", "doc_trash", "tag_feedback")


class Purge:
    """Removes rows of documents for good, and of deleted jobs a bounded number at a time."""

    def __init__(self, dialect: Dialect) -> None:
        sql, ids = dialect.sql, dialect.ids("ids")
        self._dialect = dialect
        self._job = sql(
            f"SELECT id, updated_at FROM job WHERE sweep AND state = 'deleted' LIMIT 1{dialect.skip_locked}"  # noqa: S608
        )
        self._docs = sql("SELECT id, user_id, file_id, ocr_id, tag_id FROM doc WHERE job_id = :id LIMIT :n")
        self._drop = [
            sql(f"DELETE FROM doc_result WHERE doc_id IN {ids}"),  # noqa: S608
            *(sql(f"DELETE FROM {table} WHERE doc_id IN {ids}") for table in _ON_DOCUMENTS),  # noqa: S608
            *(
                [sql(f"DELETE FROM doc_fts WHERE rowid IN (SELECT n FROM doc_search WHERE doc_id IN {ids})")]  # noqa: S608
                if dialect.is_sqlite
                else []
            ),
            sql(f"DELETE FROM doc_search WHERE doc_id IN {ids}"),  # noqa: S608
            sql(f"DELETE FROM doc WHERE id IN {ids}"),  # noqa: S608
        ]
        # Later runs over documents bear what those bore; one in work ends by itself, and its job counts on it.
        self._runs = sql(
            "SELECT id, user_id, file_id, ocr_id, tag_id FROM doc WHERE reprocess_of IS NOT NULL "  # noqa: S608
            f"AND reprocess_of IN {ids} AND state IN ('done', 'failed', 'cancelled')"
        )
        self._unref = sql(
            "UPDATE artifact SET refs = refs - r.n FROM "  # noqa: S608
            + dialect.rows("rows", id="text", n="int")
            + " AS r WHERE artifact.id = r.id"
        )
        # A file that was sent or asked for again after the delete is about to be used.
        self._unused = sql(
            "DELETE FROM artifact WHERE refs <= 0 AND (kind <> 'file' OR created_at < :since) "  # noqa: S608
            f"AND id IN {ids} RETURNING id"
        )
        self._events = sql("DELETE FROM job_event WHERE job_id = :id")
        self._gone = sql("DELETE FROM job WHERE id = :id")

    async def step(self, transaction: Transaction, limit: int) -> tuple[list[str], bool]:
        """Remove one portion; give the objects nobody needs any more and whether more is left."""
        jobs = await fetch(transaction, self._job)
        if not jobs:
            return [], False
        job_id = jobs[0]["id"]
        docs = await fetch(transaction, self._docs, id=job_id, n=limit)
        if docs:
            objects = await self.drop(transaction, docs, jobs[0]["updated_at"])
            if len(docs) == limit:
                return objects, True
        else:
            objects = []
        await transaction.run(self._events, {"id": job_id})
        await transaction.run(self._gone, {"id": job_id})
        return objects, True

    async def drop(self, transaction: Transaction, docs: Sequence[Any], deleted_at: float) -> list[str]:
        """Remove documents of one user, rows with id, user_id, file_id, ocr_id and tag_id; give the objects due.

        A file that was sent again after `deleted_at` (seconds since 1970) stays.
        """
        docs = [*docs, *await self._runs_over(transaction, docs)]
        counts: dict[str, int] = {}
        for row in docs:
            for name in (row["file_id"], row["ocr_id"], row["tag_id"]):
                if name:
                    counts[name] = counts.get(name, 0) + 1
        ids = as_json([row["id"] for row in docs])
        for statement in self._drop:
            await transaction.run(statement, {"ids": ids})
        parts = await drop_parts_of(transaction, self._dialect, docs[0]["user_id"], [row["id"] for row in docs])
        await doom_in(transaction, self._dialect, parts)
        if not counts:
            return parts
        names = sorted(counts)
        await transaction.run(self._unref, {"rows": rows_json({"id": each, "n": counts[each]} for each in names)})
        unused = await fetch(transaction, self._unused, ids=as_json(names), since=deleted_at)
        await doom_in(transaction, self._dialect, [row["id"] for row in unused])
        return parts + [row["id"] for row in unused]

    async def _runs_over(self, transaction: Transaction, docs: Sequence[Any]) -> Sequence[Any]:
        """Return the ended runs over documents that are not among them."""
        ids = [row["id"] for row in docs]
        return [row for row in await fetch(transaction, self._runs, ids=as_json(ids)) if row["id"] not in ids]
