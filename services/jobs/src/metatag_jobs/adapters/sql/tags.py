"""A user's tags in SQL: how many documents have each, how that went from week to week, and when it came last."""

from __future__ import annotations

import time
from typing import Any

from metatag_jobs.adapters.sql.dialect import Dialect, fetch
from metatag_jobs.adapters.sql.transact import reads
from metatag_jobs.records.model import TagCount, TagPage
from metatag_runtime.sql import Database, Transaction

WEEK = 7 * 86_400.0
WEEKS = 8
# Documents looked into; of more the latest so many are, and that is said.
MAX_READ = 10_000

_ORDER = {"count": "n DESC, name", "name": "name", "latest": "latest DESC, name"}


class SqlTags:
    """The port TagStore."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._dialect = Dialect(database)
        lite = self._dialect.is_sqlite
        each = "json_each(doc_result.body, '$.tags')" if lite else ""
        each = each or "json_array_elements(COALESCE(CAST(doc_result.body AS json) -> 'tags', '[]'))"
        name = "json_extract(t.value, '$.tag')" if lite else "t.value ->> 'tag'"
        week = f"CAST((:now - d.processed_at) / {WEEK} AS int)"
        weeks = ", ".join(f"SUM(CASE WHEN {week} = {number} THEN 1 ELSE 0 END) AS w{number}" for number in range(WEEKS))
        self._tags = (
            f"SELECT {name} AS name, count(*) AS n, MAX(d.processed_at) AS latest, {weeks} "  # noqa: S608  ours alone
            "FROM (SELECT doc.id, doc.processed_at FROM doc JOIN job ON job.id = doc.job_id "
            "WHERE doc.user_id = :user_id AND doc.state IN ('done', 'failed') AND doc.trashed_at IS NULL "
            "AND job.state <> 'deleted' ORDER BY doc.processed_at DESC LIMIT :most) AS d "
            "JOIN doc_result ON doc_result.doc_id = d.id "
            f"CROSS JOIN {each} AS t WHERE lower({name}) LIKE :pattern ESCAPE '!' GROUP BY {name}"
        )
        self._ended = self._dialect.sql(
            "SELECT count(*) AS n FROM (SELECT 1 AS one FROM doc WHERE doc.user_id = :user_id AND "
            "doc.state IN ('done', 'failed') AND doc.trashed_at IS NULL LIMIT :most) AS f"
        )

    @reads
    async def page(
        self, transaction: Transaction, user_id: str, *, prefix: str, sort: str, limit: int, offset: int
    ) -> TagPage:
        """Return tags that begin so, in one of the orders "count", "name" and "latest", and how many there are."""
        escaped = prefix.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
        asked: dict[str, Any] = {"user_id": user_id, "now": time.time(), "most": MAX_READ, "pattern": f"{escaped}%"}
        listing = self._dialect.sql(f"{self._tags} ORDER BY {_ORDER[sort]} LIMIT :n OFFSET :offset")
        rows = await fetch(transaction, listing, n=limit, offset=offset, **asked)
        counting = self._dialect.sql(f"SELECT count(*) AS n FROM ({self._tags}) AS f")  # noqa: S608
        total = (await fetch(transaction, counting, **asked))[0]["n"]
        ended = (await fetch(transaction, self._ended, user_id=user_id, most=MAX_READ + 1))[0]["n"]
        # Oldest week first.
        found = [
            TagCount(row["name"], row["n"], row["latest"], [row[f"w{number}"] for number in reversed(range(WEEKS))])
            for row in rows
        ]
        return TagPage(found, total, MAX_READ if ended > MAX_READ else 0)
