"""Names of jobs in SQL."""

from __future__ import annotations

from metatag_jobs.adapters.sql.dialect import Dialect, fetch
from metatag_jobs.adapters.sql.events import JOB_COLUMNS, job_of
from metatag_jobs.adapters.sql.transact import writes
from metatag_jobs.errors import JobNotFound
from metatag_jobs.model import Job
from metatag_runtime.sql import Database, Transaction


class SqlNames:
    """The port NameStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rename = Dialect(database).sql(
            "UPDATE job SET name = :name WHERE id = :id AND user_id = :user_id AND state <> 'deleted' "  # noqa: S608
            f"RETURNING {JOB_COLUMNS}"
        )

    @writes
    async def rename(self, transaction: Transaction, user_id: str, job_id: str, name: str) -> Job:
        """Give a job another name and return it; raises JobNotFound."""
        rows = await fetch(transaction, self._rename, id=job_id, user_id=user_id, name=name)
        if not rows:
            raise JobNotFound
        return job_of(rows[0])
