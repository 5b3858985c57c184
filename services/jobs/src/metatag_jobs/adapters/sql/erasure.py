"""The removal of all rows of a user in SQL."""

from __future__ import annotations

from metatag_jobs.accounts.stores import Erasure, ErasureStep
from metatag_jobs.adapters.sql.dialect import Dialect, fetch
from metatag_jobs.adapters.sql.objects import doom_in
from metatag_jobs.adapters.sql.transact import reads, writes
from metatag_runtime.sql import Database, Transaction

_ASK = """
    INSERT INTO erasure (user_id, asked_at, is_done) VALUES (:user_id, {now}, false) ON CONFLICT (user_id) DO NOTHING
"""
_IS_DONE = """
    SELECT is_done FROM erasure WHERE user_id = :user_id
"""
_OPEN = """
    SELECT user_id, {now} - asked_at AS age, is_done FROM erasure ORDER BY asked_at
"""
_CLOSE = """
    DELETE FROM erasure WHERE user_id = :user_id
"""
_MARK = """
    UPDATE erasure SET is_done = :is_done WHERE user_id = :user_id AND is_done <> :is_done
"""
# As a user deletes a job; the rows behind it are then removed as for any deleted job.
_JOBS = """
    UPDATE job SET state = 'deleted', queued = 0, running = 0, secret = NULL, sweep = true, idempotency_key = NULL,
    updated_at = {now} WHERE id IN (SELECT id FROM job WHERE user_id = :user_id AND state <> 'deleted' LIMIT :n)
    RETURNING id
"""
_JOBS_LEFT = """
    SELECT 1 AS found FROM job WHERE user_id = :user_id LIMIT 1
"""
# What hangs on no job.
_OTHERS = (
    "DELETE FROM webhook_delivery WHERE id IN (SELECT webhook_delivery.id FROM webhook_delivery JOIN webhook ON "
    "webhook.id = webhook_delivery.webhook_id WHERE webhook.user_id = :user_id LIMIT :n)",
    "DELETE FROM webhook WHERE user_id = :user_id AND NOT EXISTS (SELECT 1 FROM webhook_delivery WHERE "
    "webhook_delivery.webhook_id = webhook.id)",
    "DELETE FROM tag_job WHERE id IN (SELECT id FROM tag_job WHERE user_id = :user_id LIMIT :n)",
    "DELETE FROM tag_feedback WHERE doc_id IN (SELECT doc_id FROM tag_feedback WHERE user_id = :user_id LIMIT :n)",
    "DELETE FROM learning WHERE user_id = :user_id",
    "DELETE FROM vocabulary WHERE user_id = :user_id",
    "DELETE FROM lane WHERE user_id = :user_id",
)
# Once no document is left nothing refers to them.
_ARTIFACTS = """
    DELETE FROM artifact WHERE id IN (SELECT id FROM artifact WHERE user_id = :user_id LIMIT :n) RETURNING id
"""
# The index of SQLite keeps the words of deleted rows until its parts are merged.
_MERGE_INDEX = """
    INSERT INTO doc_fts (doc_fts) VALUES ('optimize')
"""


class SqlErasures:
    """The port ErasureStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dialect = Dialect(database)
        self._sql = self._dialect.sql

    @writes
    async def ask(self, transaction: Transaction, user_id: str) -> bool:
        """Enter a user, once; return whether no row of the user was left at the last look."""
        await transaction.run(self._sql(_ASK), {"user_id": user_id})
        return bool((await fetch(transaction, self._sql(_IS_DONE), user_id=user_id))[0]["is_done"])

    @reads
    async def open(self, transaction: Transaction) -> list[Erasure]:
        """Return the users whose data is being removed, and those who are looked at again."""
        rows = await fetch(transaction, self._sql(_OPEN))
        return [Erasure(row["user_id"], float(row["age"]), bool(row["is_done"])) for row in rows]

    @writes
    async def step(self, transaction: Transaction, user_id: str, limit: int) -> ErasureStep:
        """End the user's jobs and remove up to `limit` of each other kind of rows, with the objects they name."""
        mine = {"user_id": user_id, "n": limit}
        ended = [row["id"] for row in await fetch(transaction, self._sql(_JOBS), **mine)]
        removed = 0
        for statement in _OTHERS:
            given = mine if ":n" in statement else {"user_id": user_id}
            removed += await transaction.run(self._sql(statement), given)
        is_busy = bool(await fetch(transaction, self._sql(_JOBS_LEFT), user_id=user_id))
        if not is_busy:
            gone = [row["id"] for row in await fetch(transaction, self._sql(_ARTIFACTS), **mine)]
            await doom_in(transaction, self._dialect, gone)
            removed += len(gone)
        is_done = not is_busy and not removed
        marked = await transaction.run(self._sql(_MARK), {"user_id": user_id, "is_done": is_done})
        if marked and is_done and self._database.is_sqlite:
            await transaction.run(self._sql(_MERGE_INDEX), {})
        return ErasureStep(ended, is_done)

    @writes
    async def close(self, transaction: Transaction, user_id: str) -> None:
        """Forget that the user was asked for."""
        await transaction.run(self._sql(_CLOSE), {"user_id": user_id})
