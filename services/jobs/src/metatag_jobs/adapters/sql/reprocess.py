"""Runs over documents that had ended: their rows from those documents, and their results back to them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from metatag_jobs.adapters.sql import statements_jobs as J
from metatag_jobs.adapters.sql import statements_reprocess as S
from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch, rows_json
from metatag_jobs.adapters.sql.documents import COLUMNS, FROM, document_of
from metatag_jobs.adapters.sql.review import ReviewWriter
from metatag_jobs.adapters.sql.search import SearchWriter
from metatag_jobs.errors import DocumentInWork, DocumentNotFound, FileNotKept
from metatag_jobs.jsonable import pack
from metatag_jobs.model import Source
from metatag_jobs.records.model import Edit
from metatag_jobs.records.reprocessing import reprocessed
from metatag_jobs.results import Problem
from metatag_jobs.work import Finish, NewDocument
from metatag_runtime.errors import MetatagError
from metatag_runtime.sql import Transaction


class RunReader:
    """Fills rows that are runs over documents, inside the caller's transaction."""

    def __init__(self, dialect: Dialect) -> None:
        self._lock, self._originals = dialect.sql(J.LOCK_ORIGINALS), dialect.sql(J.ORIGINALS)

    async def fill(
        self, transaction: Transaction, user_id: str, documents: Sequence[NewDocument], *, alone: bool
    ) -> Sequence[NewDocument]:
        """Return the rows with what those documents hold; one that cannot run has its problem.

        A row that is its job's only one raises it: DocumentNotFound, DocumentInWork, FileNotKept.
        """
        wanted = sorted({each.reprocess_of for each in documents if each.reprocess_of})
        if not wanted:
            return documents
        ids = as_json(wanted)
        await fetch(transaction, self._lock, ids=ids, user_id=user_id)
        found = {row["id"]: row for row in await fetch(transaction, self._originals, ids=ids, user_id=user_id)}
        taken: set[str] = set()
        filled = []
        for each in documents:
            row = found.get(each.reprocess_of)
            problem = _problem(row, again=each.reprocess_of in taken) if each.reprocess_of else None
            if problem is not None and alone:
                raise problem
            taken.add(each.reprocess_of)
            filled.append(_filled(each, row, problem) if each.reprocess_of else each)
        return filled


def _problem(row: Any | None, *, again: bool) -> MetatagError | None:
    if row is None:
        return DocumentNotFound()
    if again or not row["has_ended"] or row["in_work"]:
        return DocumentInWork()
    return None if row["file_id"] else FileNotKept()


def _filled(each: NewDocument, row: Any | None, error: MetatagError | None) -> NewDocument:
    problem = Problem(str(error.code), error.message) if error else None
    if row is None:
        return replace(each, problem=problem)
    return replace(
        each,
        title=row["title"],
        description=row["description"],
        columns=json.loads(row["columns"]) if row["columns"] else {},
        source=Source(row["source_type"], row["source_path"], "" if problem else row["file_id"]),
        folder=row["folder"],
        problem=problem,
    )


class RunWriter:
    """Gives results of runs to their documents, inside the transaction that ends the runs."""

    def __init__(self, dialect: Dialect) -> None:
        sql = dialect.sql
        self._search, self._queue = SearchWriter(dialect), ReviewWriter(dialect)
        self._lock_jobs, self._lock = sql(S.LOCK_JOBS), sql(S.LOCK)
        self._write, self._amend = sql(S.WRITE), sql(S.AMEND)
        self._documents = sql(
            f"SELECT {COLUMNS}, doc.tag_id, doc.state AS own_state {FROM} WHERE doc.id IN {{ids(ids)}} AND "
            "doc.user_id = :user_id AND doc.trashed_at IS NULL AND job.state <> 'deleted' AND "
            "doc.state IN ('done', 'failed', 'cancelled')"
        )
        self._now = sql("SELECT {now} AS now")
        self._result, self._remember = sql(S.RESULT), sql(S.REMEMBER)
        self._unqueue, self._recount, self._refer = sql(S.UNQUEUE), sql(S.RECOUNT), sql(S.REFER)

    async def apply(self, transaction: Transaction, runs: Sequence[Finish]) -> None:
        """Write each run's result to its document; one that was deleted meanwhile stays so."""
        if not runs:
            return
        user_id = runs[0].claim.user_id
        by_document = {run.claim.reprocess_of: run for run in runs}
        ids = as_json(sorted(by_document))
        await fetch(transaction, self._lock_jobs, ids=ids)
        await fetch(transaction, self._lock, ids=ids)
        at = (await fetch(transaction, self._now))[0]["now"]
        for row in await fetch(transaction, self._documents, ids=ids, user_id=user_id):
            run = by_document[row["id"]]
            edit = reprocessed(document_of(row), run, user_id=user_id, at=at)
            await self._store(transaction, edit, run)
            await self._exchange(transaction, row, run)

    async def amend(self, transaction: Transaction, ends: Sequence[Finish]) -> None:
        """Give documents that people had changed before they were tried again what those gave beside the result."""
        if not ends:
            return
        user_id = ends[0].claim.user_id
        by_document = {end.claim.document_id: end for end in ends}
        at = (await fetch(transaction, self._now))[0]["now"]
        for row in await fetch(transaction, self._documents, ids=as_json(sorted(by_document)), user_id=user_id):
            edit = reprocessed(document_of(row), by_document[row["id"]], user_id=user_id, at=at)
            values = {"id": row["id"], "version": edit.change.version, "title": edit.record.title}
            await transaction.run(self._amend, values)
            await self._remember_all(transaction, edit)

    async def _store(self, transaction: Transaction, edit: Edit, run: Finish) -> None:
        document_id, change, result = edit.document_id, edit.change, edit.result
        assert result is not None
        values = {
            "id": document_id,
            "version": change.version,
            "title": edit.record.title,
            "ocr_id": run.claim.ocr_id or None,
            "tag_id": run.claim.tag_id or None,
            "at": change.at,
            "language": result.language[:16],
            "method": result.extraction_method[:32],
            "confidence": result.ocr_confidence,
        }
        await transaction.run(self._write, values)
        await self._remember_all(transaction, edit)

    async def _remember_all(self, transaction: Transaction, edit: Edit) -> None:
        """Write the result, the search entry, the history and the place in the review queue."""
        document_id, change, result = edit.document_id, edit.change, edit.result
        assert result is not None
        assert edit.search is not None
        await transaction.run(self._result, {"id": document_id, "body": as_json(pack(result))})
        entry = {"id": document_id, "user_id": edit.user_id, "label": edit.search.label}
        await self._search.add(transaction, [{**entry, "words": " ".join(edit.search.tokens)}])
        body = as_json([each.packed() for each in change.changes])
        made = {"id": document_id, "version": change.version, "at": change.at, "by": change.by, "action": change.action}
        await transaction.run(self._remember, {**made, "body": body})
        await transaction.run(self._unqueue, {"id": document_id})
        await self._queue.add(transaction, document_id, edit.reasons)

    async def _exchange(self, transaction: Transaction, row: Any, run: Finish) -> None:
        """Count the document's objects and its end anew."""
        counts: dict[str, int] = {}
        for name, n in (
            (run.claim.ocr_id, 1), (run.claim.tag_id, 1), (row["ocr_id"], -1), (row["tag_id"], -1),
        ):  # fmt: skip
            if name:
                counts[name] = counts.get(name, 0) + n
        rows = rows_json({"id": name, "n": counts[name]} for name in sorted(counts) if counts[name])
        await transaction.run(self._refer, {"rows": rows})
        if row["own_state"] != "done":
            failed = int(row["own_state"] == "failed")
            await transaction.run(self._recount, {"id": row["job_id"], "failed": failed, "cancelled": 1 - failed})
