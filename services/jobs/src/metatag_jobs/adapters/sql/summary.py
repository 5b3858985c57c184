"""A user's last days in numbers, counted by the database over all documents."""

from __future__ import annotations

import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch
from metatag_jobs.adapters.sql.transact import reads
from metatag_jobs.summaries import Summary, Tally
from metatag_runtime.sql import Database, Transaction

DAY = 86_400.0
MAX_TAGS = 50

# Results that are looked into; of more documents the latest so many are, and their numbers scaled.
MAX_READ = 3_000

_MINE = "doc.user_id = :user_id AND doc.processed_at >= :since AND doc.trashed_at IS NULL"
_LATEST = (
    "FROM (SELECT doc.id, doc.problem, doc.method, doc.confidence FROM doc JOIN job ON job.id = doc.job_id "
    "WHERE {mine} AND doc.state IN ('done', 'failed') AND doc.state = '{state}' AND job.state <> 'deleted' "
    "ORDER BY doc.processed_at DESC LIMIT :most) AS doc "
)

_STATES = ("done", "failed")
# On PostgreSQL one walk along the index a day: grouping a million rows by an expression would sort them all.
_EACH_DAY = (
    "SELECT each.day, n.done, n.failed FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS each(day) "
    "CROSS JOIN LATERAL (SELECT {counts} {ended} "
    "AND doc.processed_at >= each.day * CAST({length} AS double precision) "
    "AND doc.processed_at < (each.day + 1) * CAST({length} AS double precision)) AS n"
)


class SqlSummary:
    """The port Summaries."""

    def __init__(self, database: Database) -> None:
        self._database = database
        dialect = Dialect(database)
        lite = dialect.is_sqlite

        def tally(name: str, rest: str, order: str = "n DESC, name") -> str:
            return f"SELECT {name} AS name, count(*) AS n {rest} GROUP BY {name} ORDER BY {order}"

        def field(column: str, name: str) -> str:
            return f"json_extract({column}, '$.{name}')" if lite else f"CAST({column} AS json) ->> '{name}'"

        body = "doc_result.body"
        # Beside the row since it is kept there; parsing costs most of all this.
        method = f"CASE WHEN doc.method IS NULL THEN {field(body, 'extraction_method')} ELSE doc.method END"
        stored = f"CAST({field(body, 'ocr_confidence')} AS double precision)"
        confidence = f"(CASE WHEN doc.method IS NULL THEN {stored} ELSE doc.confidence END)"
        # The tenth of a hundred that it lies in; 100 is in the last one.
        tenth = f"CAST(floor(least(CAST({confidence} AS double precision), 99.9) / 10) * 10 AS int)"
        if lite:
            tenth = f"CAST(min({confidence}, 99.9) / 10 AS INTEGER) * 10"
        each = f"JOIN json_each({body}, '$.tags') AS t " if lite else ""
        each = each or f"CROSS JOIN json_array_elements(COALESCE(CAST({body} AS json) -> 'tags', '[]')) AS t "
        tag = "json_extract(t.value, '$.tag')" if lite else "t.value ->> 'tag'"
        done = _LATEST.format(mine=_MINE, state="done") + "JOIN doc_result ON doc_result.doc_id = doc.id "
        failed = _LATEST.format(mine=_MINE, state="failed")
        self._read = {
            "methods": dialect.sql(tally(method, done)),
            "confidence": dialect.sql(tally(tenth, f"{done}WHERE {confidence} IS NOT NULL", "name")),
            "tags": dialect.sql(tally(tag, done + each, f"n DESC, name LIMIT {MAX_TAGS}")),
            "failures": dialect.sql(tally(field("doc.problem", "code"), failed)),
        }
        # Whole numbers of days are cheaper than their names.
        day = f"CAST({{}} / {DAY} AS INTEGER)" if lite else f"CAST(floor({{}} / {DAY}) AS int)"
        # All that is asked for stands in one index; a join with the jobs would take ten times as long. Documents of
        # jobs that are being deleted are few, and are taken off.
        counts = ", ".join(f"SUM(CASE WHEN doc.state = '{state}' THEN 1 ELSE 0 END) AS {state}" for state in _STATES)
        ended = f"FROM doc WHERE {_MINE} AND doc.state IN ('done', 'failed')"
        of_day = f"SELECT {day.format('doc.processed_at')} AS day, {counts} {ended} {{}}GROUP BY 1"
        self._days = dialect.sql(
            of_day.format("") if lite else _EACH_DAY.format(counts=counts, ended=ended, length=DAY)
        )
        self._of_jobs = dialect.sql(of_day.format("AND doc.job_id IN {ids(jobs)} "))
        self._deleted = dialect.sql("SELECT id FROM job WHERE user_id = :user_id AND state = 'deleted'")
        self._spend = dialect.sql(
            f"SELECT {day.format('created_at')} AS day, count(*) AS n, COALESCE(SUM(cost_micros), 0) AS cost FROM job "  # noqa: S608
            "WHERE user_id = :user_id AND created_at >= :since AND state <> 'deleted' GROUP BY 1 ORDER BY 1"
        )

    @reads
    async def of(self, transaction: Transaction, user_id: str, days: int) -> Summary:
        """Count the documents that ended in the last `days`, and what their days cost."""
        asked = {"user_id": user_id, "since": time.time() - days * DAY}
        ended = await self._by_day(transaction, asked)
        totals = {state: sum(days.values()) for state, days in ended.items()}
        found = {}
        for chart, statement in self._read.items():
            total = totals["failed" if chart == "failures" else "done"]
            scale = max(1.0, total / MAX_READ)
            rows = await fetch(transaction, statement, most=MAX_READ, **asked)
            found[chart] = [Tally(str(row["name"] or ""), round(row["n"] * scale)) for row in rows]
        spent = await fetch(transaction, self._spend, **asked)
        return Summary(
            processed=[Tally(_name(day), n) for day, n in ended["done"].items()],
            failed=[Tally(_name(day), n) for day, n in ended["failed"].items()],
            spend=[Tally(_name(row["day"]), row["n"], int(row["cost"])) for row in spent],
            sampled=MAX_READ if max(totals.values()) > MAX_READ else 0,
            **found,
        )

    async def _by_day(self, transaction: Transaction, asked: dict[str, Any]) -> dict[str, dict[int, int]]:
        """Return how many documents ended on each day, by state, without those of deleted jobs."""
        first, last = (int(moment // DAY) for moment in (asked["since"], self._database.now()))
        bounds = {} if self._database.is_sqlite else {"first": first, "last": last}
        found: dict[str, Counter[int]] = {state: Counter() for state in _STATES}
        for row in await fetch(transaction, self._days, **bounds, **asked):
            for state, days in found.items():
                days[row["day"]] += int(row[state] or 0)
        deleted = await fetch(transaction, self._deleted, user_id=asked["user_id"])
        if deleted:
            jobs = as_json([row["id"] for row in deleted])
            for row in await fetch(transaction, self._of_jobs, jobs=jobs, **asked):
                for state, days in found.items():
                    days[row["day"]] -= int(row[state])
        return {state: {day: n for day, n in sorted(days.items()) if n} for state, days in found.items()}


def _name(day: int) -> str:
    return datetime.fromtimestamp(day * DAY, UTC).date().isoformat()
