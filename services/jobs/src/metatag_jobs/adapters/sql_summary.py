"""A user's last days in numbers, counted by the database over all documents."""

from __future__ import annotations

import time

from metatag_jobs.adapters.dialect import Dialect, fetch
from metatag_jobs.adapters.transact import reads
from metatag_jobs.summaries import Summary, Tally
from metatag_runtime.sql import Database, Transaction

DAY = 86_400.0
MAX_TAGS = 50

_ENDED = (
    "FROM doc JOIN job ON job.id = doc.job_id WHERE doc.user_id = :user_id AND doc.state IN ('done', 'failed') "
    "AND doc.processed_at >= :since AND job.state <> 'deleted' AND doc.trashed_at IS NULL"
)
_DONE = (
    "FROM doc JOIN job ON job.id = doc.job_id JOIN doc_result ON doc_result.doc_id = doc.id "
    "{more}WHERE doc.user_id = :user_id AND doc.state = 'done' AND doc.processed_at >= :since "
    "AND job.state <> 'deleted' AND doc.trashed_at IS NULL"
)


class SqlSummary:
    """The port Summaries."""

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = Dialect(database)
        lite = dialect.is_sqlite

        def tally(name: str, rest: str, amount: str = "0", order: str = "name") -> str:
            return f"SELECT {name} AS name, count(*) AS n, {amount} AS cost {rest} GROUP BY {name} ORDER BY {order}"

        def day(column: str) -> str:
            utc = f"to_char(to_timestamp({column}) AT TIME ZONE 'UTC', 'YYYY-MM-DD')"
            return f"date({column}, 'unixepoch')" if lite else utc

        def field(column: str, name: str) -> str:
            return f"json_extract({column}, '$.{name}')" if lite else f"CAST({column} AS jsonb) ->> '{name}'"

        body = "doc_result.body"
        confidence = field(body, "ocr_confidence")
        # The tenth of a hundred that it lies in; 100 is in the last one.
        tenth = f"CAST(floor(least(CAST({confidence} AS double precision), 99.9) / 10) * 10 AS int)"
        if lite:
            tenth = f"CAST(min({confidence}, 99.9) / 10 AS INTEGER) * 10"
        each = f"JOIN json_each({body}, '$.tags') AS t " if lite else ""
        each = each or f"CROSS JOIN jsonb_array_elements(COALESCE(CAST({body} AS jsonb) -> 'tags', '[]')) AS t "
        tag = "json_extract(t.value, '$.tag')" if lite else "t ->> 'tag'"
        done = _DONE.format(more="")
        jobs = "FROM job WHERE user_id = :user_id AND created_at >= :since AND state <> 'deleted'"
        most = f"n DESC, name LIMIT {MAX_TAGS}"
        self._statements = {
            "processed": dialect.sql(tally(day("doc.processed_at"), f"{_ENDED} AND doc.state = 'done'")),
            "failed": dialect.sql(tally(day("doc.processed_at"), f"{_ENDED} AND doc.state = 'failed'")),
            "methods": dialect.sql(tally(field(body, "extraction_method"), done, order="n DESC, name")),
            "confidence": dialect.sql(tally(tenth, f"{done} AND {confidence} IS NOT NULL")),
            "tags": dialect.sql(tally(tag, _DONE.format(more=each), order=most)),
            "failures": dialect.sql(
                tally(field("doc.problem", "code"), f"{_ENDED} AND doc.state = 'failed'", order="n DESC, name")
            ),
            "spend": dialect.sql(tally(day("created_at"), jobs, "COALESCE(SUM(cost_micros), 0)")),
        }

    @reads
    async def of(self, transaction: Transaction, user_id: str, days: int) -> Summary:
        """Count the documents that ended in the last `days`, and what their days cost."""
        since = time.time() - days * DAY
        found = {}
        for chart, statement in self._statements.items():
            rows = await fetch(transaction, statement, user_id=user_id, since=since)
            found[chart] = [Tally(str(row["name"] or ""), row["n"], int(row["cost"])) for row in rows]
        return Summary(**found)
