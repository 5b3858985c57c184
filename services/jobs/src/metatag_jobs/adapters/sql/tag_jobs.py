"""Tag jobs in SQL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from metatag_jobs.adapters.sql.corrections import CHANGE, CorrectionWriter, change_of
from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch
from metatag_jobs.adapters.sql.transact import reads, writes
from metatag_jobs.jsonable import pack, unpack
from metatag_jobs.records.finding import DocumentFilter
from metatag_jobs.records.model import Edit
from metatag_jobs.records.tag_model import COMPLETED, Made, Place, TagChange, TagJob
from metatag_runtime.sql import Database, Transaction

_CREATE = """
    INSERT INTO tag_job (id, user_id, state, change, wanted, place_at, place_id, created_at) VALUES (:id, :user_id,
    'running', :change, :wanted, 0, '', :created_at)
"""
_BEGIN_UNDO = """
    UPDATE tag_job SET state = 'undoing', place_at = 0, place_id = '', tries = 0, problem = '' WHERE id = :id AND
    user_id = :user_id AND state IN ('completed', 'failed')
"""
# The oldest of each user.
_OPEN = """
    SELECT * FROM tag_job WHERE state IN ('running', 'undoing') AND NOT EXISTS (SELECT 1 FROM tag_job AS other WHERE
    other.user_id = tag_job.user_id AND other.state IN ('running', 'undoing') AND other.id < tag_job.id) ORDER BY id
    LIMIT :n
"""
_COUNTED = """
    UPDATE tag_job SET is_counted = true, total = :total, total_exact = :is_exact, missing = :missing WHERE id = :id
"""
_CHANGED = """
    UPDATE tag_job SET changed = changed + :changed, restored = restored + :restored WHERE id = :id
"""
_ADVANCE = """
    UPDATE tag_job SET place_at = :at, place_id = :place, done = done + :done, refused = refused + :refused,
    left_alone = left_alone + :left, tries = 0 WHERE id = :id AND state IN ('running', 'undoing') AND place_at =
    :since_at AND place_id = :since
"""
# What was counted at the beginning may have been deleted since, or be more than is counted. Documents that were
# changed just before a cut bear their tags no more: they are not found again, and count as done all the same.
_END = """
    UPDATE tag_job SET state = :state, completed_at = {now}, total = CASE WHEN NOT :is_whole THEN total WHEN
    changed + refused > done THEN changed + refused ELSE done END, total_exact = total_exact OR :is_whole,
    wanted = '{}' WHERE id = :id AND state IN ('running', 'undoing')
"""
_TRIED = """
    UPDATE tag_job SET tries = tries + 1 WHERE id = :id RETURNING tries
"""
_FAIL = """
    UPDATE tag_job SET state = 'failed', completed_at = {now}, problem = :problem WHERE id = :id AND state IN
    ('running', 'undoing')
"""
_EXPIRE = """
    DELETE FROM tag_job WHERE id IN (SELECT id FROM tag_job WHERE completed_at < {now} - :age AND state NOT IN
    ('running', 'undoing') ORDER BY id LIMIT :n)
"""
# Nothing of a change is left where the document was processed again after it.
_MADE = f"""
    SELECT doc_id, {CHANGE}, EXISTS (SELECT 1 FROM doc_change AS later WHERE later.doc_id = made.doc_id AND
    later.version > made.version AND later.action = 'process_again') AS is_past FROM doc_change AS made WHERE
    tag_job_id = :id AND action <> 'undo' AND doc_id > :after ORDER BY doc_id LIMIT :n
"""  # noqa: S608  no value of a caller


class SqlTagJobs:
    """The port TagJobStore."""

    def __init__(self, database: Database) -> None:
        dialect = Dialect(database)
        sql = dialect.sql
        self._database = database
        self._writer = CorrectionWriter(dialect)
        self._create, self._begin_undo, self._open = sql(_CREATE), sql(_BEGIN_UNDO), sql(_OPEN)
        self._counted, self._changed, self._advance = sql(_COUNTED), sql(_CHANGED), sql(_ADVANCE)
        self._end, self._tried, self._fail, self._made = sql(_END), sql(_TRIED), sql(_FAIL), sql(_MADE)
        self._expire = sql(_EXPIRE)
        self._one = sql("SELECT * FROM tag_job WHERE id = :id AND user_id = :user_id")
        self._latest = sql("SELECT * FROM tag_job WHERE user_id = :user_id ORDER BY id DESC LIMIT :n")
        self._count = sql(
            "SELECT count(*) AS n FROM tag_job WHERE user_id = :user_id AND state IN ('running', 'undoing')"
        )

    @writes
    async def create(self, transaction: Transaction, job: TagJob, most: int) -> bool:
        """Store a job; False, nothing stored, when the user has `most` open ones."""
        if (await fetch(transaction, self._count, user_id=job.user_id))[0]["n"] >= most:
            return False
        values = {"change": as_json(pack(job.change)), "wanted": as_json(pack(job.wanted))}
        row = {"id": job.id, "user_id": job.user_id, "created_at": job.created_at}
        await transaction.run(self._create, row | values)
        return True

    @reads
    async def get(self, transaction: Transaction, user_id: str, job_id: str) -> TagJob | None:
        """Return a job of the user; None for none."""
        rows = await fetch(transaction, self._one, id=job_id, user_id=user_id)
        return _job(rows[0]) if rows else None

    @reads
    async def latest(self, transaction: Transaction, user_id: str, limit: int) -> list[TagJob]:
        """Return a user's jobs, newest first."""
        return [_job(row) for row in await fetch(transaction, self._latest, user_id=user_id, n=limit)]

    @writes
    async def begin_undo(self, transaction: Transaction, user_id: str, job_id: str) -> bool:
        """Make a job that is at its end one that is undone; False, nothing written, for others."""
        return bool(await transaction.run(self._begin_undo, {"id": job_id, "user_id": user_id}))

    @reads
    async def open(self, transaction: Transaction, limit: int) -> list[TagJob]:
        """Return the oldest open job of each user."""
        return [_job(row) for row in await fetch(transaction, self._open, n=limit)]

    @writes
    async def counted(self, transaction: Transaction, job_id: str, total: int, is_exact: bool, missing: int) -> None:
        """Keep how many documents there are."""
        row = {"id": job_id, "total": total, "is_exact": is_exact, "missing": missing}
        await transaction.run(self._counted, row)

    @writes
    async def write(self, transaction: Transaction, job_id: str, edits: Sequence[Edit], *, undone: bool) -> set[str]:
        """Write changes with their histories, and count them; return the documents written."""
        # In the order of their keys, so that two who write the same ones do not wait for each other.
        ordered = sorted(edits, key=lambda edit: edit.document_id)
        written = {edit.document_id for edit in ordered if await self._writer.write(transaction, edit)}
        counts = {"changed": 0 if undone else len(written), "restored": len(written) if undone else 0}
        await transaction.run(self._changed, {"id": job_id, **counts})
        return written

    @writes
    async def advance(
        self,
        transaction: Transaction,
        job_id: str,
        since: Place,
        to: Place,
        *,
        done: int = 0,
        refused: int = 0,
        left: int = 0,
    ) -> bool:
        """Move a job from one place to the next; False, nothing written, when it is elsewhere."""
        places = {"since_at": since.at, "since": since.id, "at": to.at, "place": to.id}
        counts = {"done": done, "refused": refused, "left": left}
        return bool(await transaction.run(self._advance, {"id": job_id, **places, **counts}))

    @reads
    async def made(self, transaction: Transaction, job_id: str, *, after: str, limit: int) -> list[Made]:
        """Return the changes that a job made, in the order of the documents' ids, after one of them."""
        rows = await fetch(transaction, self._made, id=job_id, after=after, n=limit)
        return [Made(row["doc_id"], change_of(row), bool(row["is_past"])) for row in rows]

    @writes
    async def tried(self, transaction: Transaction, job_id: str, most: int, problem: str) -> bool:
        """Count a portion that failed; the job fails with `problem` at the last. Return whether it did."""
        rows = await fetch(transaction, self._tried, id=job_id)
        if not rows or rows[0]["tries"] < most:
            return False
        return bool(await transaction.run(self._fail, {"id": job_id, "problem": problem}))

    @writes
    async def end(self, transaction: Transaction, job_id: str, state: str) -> None:
        """End an open job."""
        await transaction.run(self._end, {"id": job_id, "state": state, "is_whole": state == COMPLETED})

    @writes
    async def expire(self, transaction: Transaction, older_than: float, limit: int) -> int:
        """Remove jobs that ended so many seconds ago, at most `limit`; return how many."""
        return await transaction.run(self._expire, {"age": older_than, "n": limit})


def _job(row: Mapping[str, Any]) -> TagJob:
    done = max(row["done"], row["changed"] + row["refused"])
    return TagJob(
        id=row["id"],
        user_id=row["user_id"],
        change=unpack(TagChange, json.loads(row["change"])),
        state=row["state"],
        created_at=row["created_at"],
        total=max(row["total"], done),
        total_exact=bool(row["total_exact"]),
        done=done,
        changed=row["changed"],
        refused=row["refused"],
        missing=row["missing"],
        restored=row["restored"],
        left=row["left_alone"],
        completed_at=row["completed_at"],
        problem=row["problem"],
        wanted=unpack(DocumentFilter, json.loads(row["wanted"])),
        is_counted=bool(row["is_counted"]),
        place=Place(row["place_at"], row["place_id"]),
        tries=row["tries"],
    )
