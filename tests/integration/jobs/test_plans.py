"""Plans that PostgreSQL keeps: made while the tables are empty or small, they must find rows by key all the same."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import Connection, TextClause, literal, text
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from fakes import servers
from fakes.jobs_database import ended, make_job
from metatag_jobs.adapters.sql.control import SqlJobStore
from metatag_jobs.adapters.sql.work import SqlWorkStore
from metatag_jobs.bootstrap import MIGRATIONS, VERSION_TABLE
from metatag_jobs.plan import plan
from metatag_jobs.work import Artifact, Checkpoint, Claim, Release
from metatag_runtime.sql import Database, Transaction, Work, migrate, run_blocking
from metatag_runtime.sql_server import PLAN_ONCE

# What may grow to 100,000 rows a job, and the indexes that find single rows in it.
BY_THEIR_KEYS = {
    # The last finds the documents of one content.
    "doc": {"doc_pkey", "ix_doc_ready", "ix_doc_file"},
    "doc_review": {"doc_review_pkey"},
    "artifact": {"artifact_pkey", "uq_artifact"},
    # The second is the first, of the running jobs only.
    "job": {"job_pkey", "ix_job_open"},
    "doc_result": {"doc_result_pkey"},
    "doc_search": {"doc_search_pkey"},
    "job_event": {"job_event_pkey"},
    "doomed": {"doomed_pkey"},
}


class Listening:
    """A transaction that notes its statements."""

    def __init__(self, transaction: Transaction, heard: dict[str, Mapping[str, Any]]) -> None:
        self._transaction = transaction
        self._heard = heard

    async def fetch(self, statement: TextClause, values: Mapping[str, Any]) -> Any:
        self._heard[statement.text] = values
        return await self._transaction.fetch(statement, values)

    async def run(self, statement: TextClause, values: Mapping[str, Any]) -> int:
        self._heard[statement.text] = values
        return await self._transaction.run(statement, values)


class ListeningDatabase(Database):
    """Notes the statements of transactions by key."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.heard: dict[str, Mapping[str, Any]] = {}

    async def writing(self, work: Work[Any], *, by_key: bool = False) -> Any:
        if not by_key:
            return await super().writing(work)
        return await super().writing(lambda transaction: work(Listening(transaction, self.heard)), by_key=True)


@pytest.fixture
async def database() -> AsyncIterator[ListeningDatabase]:
    url = servers.postgres().new_database()
    migrate(url, MIGRATIONS, VERSION_TABLE)
    found = ListeningDatabase(url)
    yield found
    await found.close()
    servers.postgres().drop_database(url)


async def work_on_some(database: Database) -> None:
    """Lead documents through every transaction by key."""
    store = SqlWorkStore(database)
    await make_job(SqlJobStore(database), 6)
    await store.heartbeat("w", "host", 64, 4)
    tickets = await store.admit(*plan(*await store.open_jobs()), 60)
    claims = list((await store.start("w", tickets)).values())
    await store.checkpoint(
        "w", [point(claim, kind) for claim, kind in zip(claims, ("file", "ocr", "tag"), strict=False)]
    )
    # Made again, and found: what was held before is let go, what was found is locked.
    await store.checkpoint("w", [point(claims[0], "file", "other")])
    await store.checkpoint("w", [point(claims[0], "file", "other", existing=True)])
    await store.finish("w", [ended(claim) for claim in claims[:4]])
    await store.release("w", [Release(claim.document_id, claim.attempt) for claim in claims[4:]])


def point(claim: Claim, kind: str, name: str = "one", *, existing: bool = False) -> Checkpoint:
    artifact = Artifact(f"{name}-{kind}-{claim.position}", f"{name}-{claim.position}", 1)
    return Checkpoint(claim.document_id, claim.attempt, "ocr", kind, artifact, 1, existing)


def scans(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the parts of a plan that read a table."""
    if "Relation Name" in node and node["Node Type"] != "ModifyTable":
        yield node
    for part in node.get("Plans", []):
        yield from scans(part)


def kept_plan(connection: Connection, statement: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the plan that PostgreSQL keeps for a statement, as the driver numbers its values."""
    compiled = text(statement).compile(dialect=PGDialect_asyncpg())
    connection.exec_driver_sql(f"PREPARE p AS {compiled.string}")
    given = ", ".join(_literal(values[name]) for name in compiled.positiontup or ())
    row = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) EXECUTE p{f'({given})' if given else ''}").scalar_one()
    connection.exec_driver_sql("DEALLOCATE p")
    return dict((json.loads(row) if isinstance(row, str) else row)[0]["Plan"])


def _literal(value: Any) -> str:
    return str(literal(value).compile(dialect=PGDialect_asyncpg(), compile_kwargs={"literal_binds": True}))


def ways(database: ListeningDatabase) -> dict[str, set[str]]:
    """Give the ways by which kept plans reach each table."""
    found: dict[str, set[str]] = {}

    def look(connection: Connection) -> None:
        for name, value in PLAN_ONCE.items():
            connection.exec_driver_sql(f"SET {name} = '{value}'")
        for statement, values in database.heard.items():
            for node in scans(kept_plan(connection, statement, values)):
                way = node.get("Index Name", "") if "Index Cond" in node else f"all: {json.dumps(node)} in {statement}"
                found.setdefault(node["Relation Name"], set()).add(way)

    run_blocking(database.url, look)
    return found


async def test_kept_plans_reach_rows_by_key_whatever_the_size_of_the_table(database: ListeningDatabase) -> None:
    await work_on_some(database)
    assert len(database.heard) > 15
    # Before anything was counted, and when it was: a handful of rows is where scanning looks cheapest.
    before = ways(database)
    run_blocking(database.url, lambda connection: connection.exec_driver_sql("ANALYZE"))
    after = ways(database)
    for found in (before, after):
        assert {table: used - BY_THEIR_KEYS.get(table, set()) for table, used in found.items()} == {
            table: set() for table in found
        }
    assert {"doc", "artifact", "job"} <= before.keys()
