"""The trash in SQL."""

from __future__ import annotations

from typing import Any

from metatag_jobs.adapters.sql.dialect import Dialect, fetch
from metatag_jobs.adapters.sql.documents import COLUMNS, FROM, document_of
from metatag_jobs.adapters.sql.purge import Purge
from metatag_jobs.adapters.sql.transact import reads, writes
from metatag_jobs.errors import DocumentInWork, DocumentNotFound, NotInTrash
from metatag_jobs.model import Document
from metatag_runtime.sql import Database, Transaction

_OWNED = "doc.id = :id AND doc.user_id = :user_id AND doc.reprocess_of IS NULL AND job.state <> 'deleted'"
_ENDED = "doc.state IN ('done', 'failed', 'cancelled')"
_IDS = "doc.id, doc.user_id, doc.file_id, doc.ocr_id, doc.tag_id, doc.trashed_at"
_DAY = 86_400.0


class SqlTrash:
    """The port TrashStore."""

    def __init__(self, database: Database) -> None:
        dialect = Dialect(database)
        sql = dialect.sql
        self._database = database
        self._purge = Purge(dialect)
        joined = "FROM doc JOIN job ON job.id = doc.job_id"
        self._look = sql(f"SELECT doc.trashed_at, {_ENDED} AS has_ended {joined} WHERE {_OWNED}")
        self._mark = sql("UPDATE doc SET trashed_at = :at WHERE id = :id AND trashed_at IS NULL")
        self._enter = sql("INSERT INTO doc_trash (doc_id, user_id, trashed_at) VALUES (:id, :user_id, :at)")
        self._unmark = sql("UPDATE doc SET trashed_at = NULL WHERE id = :id")
        self._leave = sql("DELETE FROM doc_trash WHERE doc_id = :id")
        self._one = sql(f"SELECT {COLUMNS} {FROM} WHERE {_OWNED}")
        self._page = sql(
            f"SELECT {COLUMNS} {FROM} JOIN doc_trash ON doc_trash.doc_id = doc.id WHERE doc_trash.user_id = :user_id "
            "AND job.state <> 'deleted' ORDER BY doc_trash.trashed_at DESC, doc.id DESC LIMIT :n OFFSET :offset"
        )
        self._count = sql(
            "SELECT count(*) AS n FROM doc_trash JOIN doc ON doc.id = doc_trash.doc_id JOIN job ON job.id = doc.job_id "
            "WHERE doc_trash.user_id = :user_id AND job.state <> 'deleted'"
        )
        self._in_trash = sql(f"SELECT {_IDS} {joined} WHERE {_OWNED} AND doc.trashed_at IS NOT NULL")
        self._old = sql(
            f"SELECT {_IDS} FROM doc_trash JOIN doc ON doc.id = doc_trash.doc_id "  # noqa: S608
            "WHERE doc_trash.trashed_at < {now} - :age ORDER BY doc_trash.trashed_at LIMIT :n" + dialect.skip_locked
        )

    @writes
    async def put(self, transaction: Transaction, user_id: str, document_id: str) -> float:
        """Put a document into the trash and return when, in seconds since 1970."""
        rows = await fetch(transaction, self._look, id=document_id, user_id=user_id)
        if not rows:
            raise DocumentNotFound
        if rows[0]["trashed_at"] is not None:
            return float(rows[0]["trashed_at"])
        if not rows[0]["has_ended"]:
            raise DocumentInWork
        at = self._database.now()
        if await transaction.run(self._mark, {"id": document_id, "at": at}):
            await transaction.run(self._enter, {"id": document_id, "user_id": user_id, "at": at})
        return at

    @reads
    async def page(
        self, transaction: Transaction, user_id: str, *, limit: int, offset: int
    ) -> tuple[list[Document], int]:
        """Return documents in the trash, latest first, and how many there are."""
        rows = await fetch(transaction, self._page, user_id=user_id, n=limit, offset=offset)
        total = (await fetch(transaction, self._count, user_id=user_id))[0]["n"]
        return [document_of(row) for row in rows], total

    @writes
    async def restore(self, transaction: Transaction, user_id: str, document_id: str, days: float) -> Document:
        """Take a document out of the trash and return it; raises NotInTrash, also when its time is over."""
        row = await self._held(transaction, user_id, document_id, days)
        if days and self._database.now() - row["trashed_at"] > days * _DAY:
            raise NotInTrash(days)
        await transaction.run(self._unmark, {"id": document_id})
        await transaction.run(self._leave, {"id": document_id})
        return document_of((await fetch(transaction, self._one, id=document_id, user_id=user_id))[0])

    @writes
    async def erase(self, transaction: Transaction, user_id: str, document_id: str, days: float) -> None:
        """Remove a document in the trash for good; raises NotInTrash."""
        row = await self._held(transaction, user_id, document_id, days)
        await self._purge.drop(transaction, [row], row["trashed_at"])

    @writes
    async def expire(self, transaction: Transaction, days: float, limit: int) -> int:
        """Remove up to `limit` documents that were put in so many days ago for good; give how many."""
        rows = await fetch(transaction, self._old, age=days * _DAY, n=limit)
        by_user: dict[str, list[Any]] = {}
        for row in rows:
            by_user.setdefault(row["user_id"], []).append(row)
        for theirs in by_user.values():
            await self._purge.drop(transaction, theirs, min(row["trashed_at"] for row in theirs))
        return len(rows)

    async def _held(self, transaction: Transaction, user_id: str, document_id: str, days: float) -> Any:
        rows = await fetch(transaction, self._in_trash, id=document_id, user_id=user_id)
        if not rows:
            raise NotInTrash(days)
        return rows[0]
