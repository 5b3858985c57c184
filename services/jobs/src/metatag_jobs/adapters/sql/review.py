"""The review queue in SQL."""

from __future__ import annotations

from metatag_jobs.adapters.sql.dialect import Dialect, fetch
from metatag_jobs.adapters.sql.documents import COLUMNS, FROM, document_of
from metatag_jobs.adapters.sql.transact import reads, writes
from metatag_jobs.errors import DocumentNotFound
from metatag_jobs.records.model import Queued, ReviewPage
from metatag_jobs.review_reasons import NAMES
from metatag_runtime.sql import Database, Transaction

# Documents counted; a longer queue is said to have so many at least.
MAX_COUNTED = 10_000

_WAITING = (
    "doc_review.user_id = :user_id AND (:mask = 0 OR (doc_review.reasons & :mask) > 0) "
    "AND (:job_id = '' OR doc_review.job_id = :job_id)"
)
_HERE = "JOIN doc ON doc.id = doc_review.doc_id JOIN job ON job.id = doc_review.job_id"
_SEEN = "job.state <> 'deleted' AND doc.trashed_at IS NULL AND doc.state IN ('done', 'failed', 'cancelled')"


class ReviewWriter:
    """Puts single documents into the queue, inside the caller's transaction."""

    def __init__(self, dialect: Dialect) -> None:
        self._add = dialect.sql(
            "INSERT INTO doc_review (doc_id, user_id, job_id, reasons, due_at) SELECT id, user_id, job_id, :reasons, "
            "{now} FROM doc WHERE id = :id ON CONFLICT (doc_id) DO UPDATE SET reasons = excluded.reasons"
        )

    async def add(self, transaction: Transaction, document_id: str, reasons: int) -> None:
        """Add a document for a sum of reasons; none does nothing."""
        if reasons:
            await transaction.run(self._add, {"id": document_id, "reasons": reasons})


class SqlReview:
    """The port ReviewStore."""

    def __init__(self, database: Database) -> None:
        sql = Dialect(database).sql
        self._database = database
        after = (
            "(:after = '' OR (doc_review.due_at, doc_review.doc_id) > "
            "(SELECT due_at, doc_id FROM doc_review WHERE doc_id = :after))"
        )
        self._page = sql(
            f"SELECT {COLUMNS}, doc_review.reasons {FROM} JOIN doc_review ON doc_review.doc_id = doc.id "
            f"WHERE {_WAITING} AND {after} AND {_SEEN} ORDER BY doc_review.due_at, doc_review.doc_id LIMIT :n"
        )
        sums = ", ".join(
            f"COALESCE(SUM(CASE WHEN (reasons & {number}) > 0 THEN 1 ELSE 0 END), 0) AS {name}"
            for name, number in NAMES.items()
        )
        self._counts = sql(
            f"SELECT count(*) AS total, {sums} FROM (SELECT doc_review.reasons FROM doc_review {_HERE} "  # noqa: S608
            f"WHERE doc_review.user_id = :user_id AND (:job_id = '' OR doc_review.job_id = :job_id) AND {_SEEN} "
            f"LIMIT {MAX_COUNTED + 1}) AS waiting"
        )
        self._next = sql(
            f"SELECT doc_review.doc_id FROM doc_review {_HERE} WHERE {_WAITING} AND doc_review.doc_id <> :id "  # noqa: S608
            f"AND {_SEEN} ORDER BY doc_review.due_at, doc_review.doc_id LIMIT 1"
        )
        self._skip = sql("UPDATE doc_review SET due_at = {now} WHERE doc_id = :id AND user_id = :user_id")

    @reads
    async def page(
        self, transaction: Transaction, user_id: str, *, reason: str, job_id: str, after: str, limit: int
    ) -> ReviewPage:
        """Return documents that wait, oldest first, and how many there are for each reason."""
        asked = {"user_id": user_id, "mask": NAMES.get(reason, 0), "job_id": job_id}
        rows = await fetch(transaction, self._page, after=after, n=limit, **asked)
        counts = (await fetch(transaction, self._counts, user_id=user_id, job_id=job_id))[0]
        exact = counts["total"] <= MAX_COUNTED
        return ReviewPage(
            [Queued(document_of(row), row["reasons"]) for row in rows],
            {name: int(counts[name]) for name in (*NAMES, "total")},
            exact,
        )

    @reads
    async def next(self, transaction: Transaction, user_id: str, document_id: str, reason: str, job_id: str) -> str:
        """Return the first other document that waits; empty when there is none."""
        asked = {"user_id": user_id, "mask": NAMES.get(reason, 0), "job_id": job_id}
        rows = await fetch(transaction, self._next, id=document_id, **asked)
        return str(rows[0]["doc_id"]) if rows else ""

    @writes
    async def skip(self, transaction: Transaction, user_id: str, document_id: str) -> None:
        """Put a waiting document at the end of the queue; raises DocumentNotFound."""
        if not await transaction.run(self._skip, {"id": document_id, "user_id": user_id}):
            raise DocumentNotFound
