"""Rows for stored objects, and what retention removes."""

from __future__ import annotations

from collections.abc import Sequence

from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch
from metatag_jobs.adapters.sql.objects import doom_in, keep_in
from metatag_jobs.adapters.sql.transact import reads, writes
from metatag_jobs.model import StoredFile
from metatag_jobs.work import Artifact
from metatag_runtime.sql import Database, Transaction


class SqlArtifacts:
    """The port Artifacts."""

    def __init__(self, database: Database) -> None:
        dialect = self._dialect = Dialect(database)
        sql = dialect.sql
        self._database = database
        self._adopt = sql(
            "INSERT INTO artifact (id, user_id, kind, digest, size, refs, created_at) "
            "VALUES (:id, :user_id, 'file', :digest, :size, 0, {now}) "
            "ON CONFLICT (user_id, kind, digest) DO UPDATE SET created_at = {now} RETURNING id, digest, size"
        )
        self._owned = sql(
            "SELECT id, digest, size FROM artifact WHERE user_id = :user_id AND kind = 'file' AND id IN {ids(ids)}"
        )
        self._find = sql(
            "UPDATE artifact SET created_at = {now} WHERE user_id = :user_id AND kind = 'file' "
            "AND digest IN {ids(digests)} RETURNING id, digest, size"
        )
        self._unused = sql(
            "DELETE FROM artifact WHERE refs <= 0 AND id IN "
            "(SELECT id FROM artifact WHERE refs <= 0 AND created_at < {now} - :age LIMIT :n) RETURNING id"
        )
        self._old_files = sql(
            "SELECT doc.id, doc.file_id FROM doc JOIN job ON job.id = doc.job_id WHERE doc.file_id IS NOT NULL "
            "AND job.completed_at < {now} - :age AND job.state IN ('completed', 'failed', 'cancelled') LIMIT :n"
        )
        self._detach = sql(f"UPDATE doc SET file_id = NULL WHERE id IN {dialect.ids('ids')}")  # noqa: S608
        self._unref = sql(
            "UPDATE artifact SET refs = refs - r.n FROM "  # noqa: S608
            + dialect.rows("rows", id="text", n="int")
            + " AS r WHERE artifact.id = r.id"
        )
        # Not what was sent or asked for again since: it is about to be used.
        self._drop = sql(
            "DELETE FROM artifact WHERE refs <= 0 AND created_at < {now} - :age "  # noqa: S608
            f"AND id IN {dialect.ids('ids')} RETURNING id"
        )
        self._old_jobs = sql(
            "UPDATE job SET state = 'deleted', sweep = true, secret = NULL, idempotency_key = NULL WHERE id IN "
            "(SELECT id FROM job WHERE state IN ('completed', 'failed', 'cancelled') "
            "AND completed_at < {now} - :age LIMIT :n)"
        )
        self._stale = sql(
            "UPDATE job SET state = 'deleted', sweep = true, secret = NULL, idempotency_key = NULL "
            "WHERE state = 'creating' AND updated_at < {now} - 60"
        )
        self._old_events = sql(
            "DELETE FROM job_event WHERE job_id IN (SELECT job.id FROM job WHERE job.completed_at < {now} - :age "
            "AND job.state IN ('completed', 'failed', 'cancelled') AND EXISTS "
            "(SELECT 1 FROM job_event e WHERE e.job_id = job.id) LIMIT :n)"
        )

    @writes
    async def adopt_upload(
        self, transaction: Transaction, user_id: str, artifact: Artifact, file_name: str
    ) -> StoredFile:
        """Remember an uploaded file; give the file in use, which may be an older one with the same content."""
        row = (
            await fetch(
                transaction,
                self._adopt,
                id=artifact.id,
                user_id=user_id,
                digest=artifact.digest,
                size=artifact.size,
            )
        )[0]
        await keep_in(transaction, self._dialect, [row["id"]])
        return StoredFile(row["id"], row["digest"], row["size"], file_name)

    @writes
    async def find_uploads(self, transaction: Transaction, user_id: str, digests: Sequence[str]) -> list[StoredFile]:
        """Give a user's stored files with these contents, and keep them as if they had just been sent."""
        rows = await fetch(transaction, self._find, user_id=user_id, digests=as_json(sorted(digests)))
        return [StoredFile(row["id"], row["digest"], row["size"]) for row in rows]

    @reads
    async def owned_files(self, transaction: Transaction, user_id: str, ids: Sequence[str]) -> dict[str, StoredFile]:
        """Return those of the files that are stored and the user's, by id."""
        rows = await fetch(transaction, self._owned, user_id=user_id, ids=as_json(sorted(set(ids))))
        return {row["id"]: StoredFile(row["id"], row["digest"], row["size"]) for row in rows}

    @writes
    async def expire_uploads(self, transaction: Transaction, older_than: float, limit: int) -> list[str]:
        """Forget objects that no document uses and that are older than so many seconds."""
        gone = [row["id"] for row in await fetch(transaction, self._unused, age=older_than, n=limit)]
        await doom_in(transaction, self._dialect, gone)
        return gone

    @writes
    async def expire_files(self, transaction: Transaction, older_than: float, limit: int) -> list[str]:
        """Take the PDF from documents of jobs that ended so many seconds ago; give the objects to delete."""
        rows = await fetch(transaction, self._old_files, age=older_than, n=limit)
        if not rows:
            return []
        counts: dict[str, int] = {}
        for row in rows:
            counts[row["file_id"]] = counts.get(row["file_id"], 0) + 1
        await transaction.run(self._detach, {"ids": as_json([row["id"] for row in rows])})
        held = as_json([{"id": each, "n": counts[each]} for each in sorted(counts)])
        await transaction.run(self._unref, {"rows": held})
        rows = await fetch(transaction, self._drop, ids=as_json(sorted(counts)), age=older_than)
        gone = [row["id"] for row in rows]
        await doom_in(transaction, self._dialect, gone)
        return gone

    @writes
    async def expire_jobs(self, transaction: Transaction, older_than: float, limit: int) -> int:
        """Delete jobs that ended so many seconds ago, as their users would; give how many."""
        return await transaction.run(self._old_jobs, {"age": older_than, "n": limit})

    @writes
    async def drop_stale_creations(self, transaction: Transaction) -> int:
        """Delete jobs whose creation was given up a minute ago; give how many."""
        return await transaction.run(self._stale, {})

    @writes
    async def expire_events(self, transaction: Transaction, older_than: float, limit: int) -> int:
        """Drop events of up to `limit` jobs that ended so many seconds ago; give how many events."""
        return await transaction.run(self._old_events, {"age": older_than, "n": limit})
