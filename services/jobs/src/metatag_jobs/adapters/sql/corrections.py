"""Corrections of documents and their history in SQL."""

from __future__ import annotations

import json
from typing import Any

from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch
from metatag_jobs.adapters.sql.documents import COLUMNS, FROM, document_of
from metatag_jobs.adapters.sql.learning import FeedbackWriter
from metatag_jobs.adapters.sql.review import ReviewWriter
from metatag_jobs.adapters.sql.search import SearchWriter
from metatag_jobs.adapters.sql.transact import reads, writes
from metatag_jobs.errors import DocumentNotFound
from metatag_jobs.jsonable import pack
from metatag_jobs.records.model import Change, Edit, FieldChange, Snapshot
from metatag_runtime.sql import Database, Transaction

# Changes of one document that are kept; the first, which holds the machine's values, stays for ever.
MAX_CHANGES = 1_000

_ENDED = "doc.state IN ('done', 'failed', 'cancelled')"
_OWNED = "doc.id = :id AND doc.user_id = :user_id AND doc.trashed_at IS NULL AND job.state <> 'deleted'"
CHANGE = "version, made_at, made_by, action, body, undone, undoes"

_WRITE = f"""
    UPDATE doc SET version = :version, title = :title, description = :description, note = :note, reviewed_at =
    :reviewed_at, reviewed_by = :reviewed_by, edited = :edited OR edited WHERE id = :id AND user_id = :user_id AND
    version = :expected AND trashed_at IS NULL AND {_ENDED} AND EXISTS (SELECT 1 FROM job WHERE job.id = doc.job_id
    AND job.state <> 'deleted')
"""  # noqa: S608  no value of a caller
_RESULT = """
    INSERT INTO doc_result (doc_id, body) VALUES (:id, :body) ON CONFLICT (doc_id) DO UPDATE SET body = excluded.body
"""
_REMEMBER = """
    INSERT INTO doc_change (doc_id, version, made_at, made_by, action, body, undoes, tag_job_id) VALUES (:id,
    :version, :at, :by, :action, :body, :undoes, :tag_job_id)
"""
_UNDONE = """
    UPDATE doc_change SET undone = true WHERE doc_id = :id AND CAST(version AS varchar(20)) IN {ids(versions)}
"""
_FORGET = """
    DELETE FROM doc_change WHERE doc_id = :id AND version <= :oldest AND version > 2
"""
_UNDOABLE = f"""
    SELECT {CHANGE} FROM doc_change WHERE doc_id = :id AND NOT undone AND action <> 'undo' AND version >
    COALESCE((SELECT max(version) FROM doc_change WHERE doc_id = :id AND action = 'process_again'), 0)
    ORDER BY version DESC LIMIT :n
"""  # noqa: S608


class CorrectionWriter:
    """Writes changes of documents inside the caller's transaction."""

    def __init__(self, dialect: Dialect) -> None:
        sql = dialect.sql
        self._search = SearchWriter(dialect)
        self._queue = ReviewWriter(dialect)
        self._feedback = FeedbackWriter(dialect)
        self._write, self._result, self._remember = sql(_WRITE), sql(_RESULT), sql(_REMEMBER)
        self._mark_undone, self._forget = sql(_UNDONE), sql(_FORGET)
        self._unqueue = sql("DELETE FROM doc_review WHERE doc_id = :id")

    async def write(self, transaction: Transaction, edit: Edit) -> bool:
        """Write a change with its history and search entry; False, nothing written, when the version moved on."""
        if not await transaction.run(self._write, _doc_values(edit)):
            return False
        document_id, change = edit.document_id, edit.change
        if edit.result is not None:
            await transaction.run(self._result, {"id": document_id, "body": as_json(pack(edit.result))})
        if edit.search is not None:
            entry = {"id": document_id, "user_id": edit.user_id, "label": edit.search.label}
            await self._search.add(transaction, [{**entry, "words": " ".join(edit.search.tokens)}])
        await transaction.run(self._remember, _change_values(edit))
        await self._review(transaction, edit)
        await self._feedback.write(transaction, edit)
        if change.undoes:
            versions = as_json([str(version) for version in change.undoes])
            await transaction.run(self._mark_undone, {"id": document_id, "versions": versions})
        if change.version > MAX_CHANGES:
            await transaction.run(self._forget, {"id": document_id, "oldest": change.version - MAX_CHANGES})
        return True

    async def _review(self, transaction: Transaction, edit: Edit) -> None:
        """Take a document that was reviewed off the queue; put one back whose review was taken back."""
        flags = [change.after for change in edit.change.changes if change.field == "reviewed"]
        if flags == [True]:
            await transaction.run(self._unqueue, {"id": edit.document_id})
        elif flags == [False]:
            await self._queue.add(transaction, edit.document_id, edit.reasons)


class SqlCorrections:
    """The port CorrectionStore."""

    def __init__(self, database: Database) -> None:
        dialect = Dialect(database)
        sql = dialect.sql
        self._database = database
        self._writer = CorrectionWriter(dialect)
        self._one = sql(f"SELECT {COLUMNS}, {_ENDED} AS has_ended {FROM} WHERE {_OWNED}")
        self._undoable = sql(_UNDOABLE)
        self._version = sql(f"SELECT doc.version FROM doc JOIN job ON job.id = doc.job_id WHERE {_OWNED}")  # noqa: S608
        self._changes = sql(
            f"SELECT {CHANGE} FROM doc_change WHERE doc_id = :id AND (:before = 0 OR version < :before) "  # noqa: S608
            "ORDER BY version DESC LIMIT :n"
        )

    @reads
    async def snapshot(self, transaction: Transaction, user_id: str, document_id: str) -> Snapshot:
        """Return a document as it is now; raises DocumentNotFound."""
        rows = await fetch(transaction, self._one, id=document_id, user_id=user_id)
        if not rows:
            raise DocumentNotFound
        return Snapshot(document_of(rows[0]), rows[0]["ocr_id"] or "", bool(rows[0]["has_ended"]))

    @writes
    async def write(self, transaction: Transaction, edit: Edit) -> bool:
        """Write a change with its history and search entry; False, nothing written, when the version moved on."""
        return await self._writer.write(transaction, edit)

    @reads
    async def changes(
        self, transaction: Transaction, user_id: str, document_id: str, *, before: int, limit: int
    ) -> tuple[int, list[Change]]:
        """Return the document's version, and its changes before a version (0: all), newest first."""
        owned = await fetch(transaction, self._version, id=document_id, user_id=user_id)
        if not owned:
            raise DocumentNotFound
        rows = await fetch(transaction, self._changes, id=document_id, before=before, n=limit)
        return owned[0]["version"], [change_of(row) for row in rows]

    @reads
    async def undoable(self, transaction: Transaction, document_id: str, limit: int) -> list[Change]:
        """Return the last changes that can be undone and are not, newest first."""
        return [change_of(row) for row in await fetch(transaction, self._undoable, id=document_id, n=limit)]


def _doc_values(edit: Edit) -> dict[str, Any]:
    return {
        "id": edit.document_id,
        "user_id": edit.user_id,
        "version": edit.change.version,
        "expected": edit.change.version - 1,
        "title": edit.record.title,
        "description": edit.record.description,
        "note": edit.record.note,
        "reviewed_at": edit.reviewed_at,
        "reviewed_by": edit.reviewed_by or None,
        "edited": any(change.field != "reviewed" for change in edit.change.changes),
    }


def _change_values(edit: Edit) -> dict[str, Any]:
    change = edit.change
    return {
        "id": edit.document_id,
        "version": change.version,
        "at": change.at,
        "by": change.by,
        "action": change.action,
        "body": as_json([each.packed() for each in change.changes]),
        "undoes": as_json(change.undoes) if change.undoes else None,
        "tag_job_id": edit.tag_job_id or None,
    }


def change_of(row: Any) -> Change:
    """Return the change of a row of CHANGE."""
    return Change(
        version=row["version"],
        at=row["made_at"],
        by=row["made_by"],
        action=row["action"],
        changes=[FieldChange.unpacked(each) for each in json.loads(row["body"])],
        undone=bool(row["undone"]),
        undoes=json.loads(row["undoes"]) if row["undoes"] else [],
    )
