"""Looking into the jobs database from outside, and making rows with few words."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import text

from metatag_jobs.adapters.sql.control import SqlJobStore
from metatag_jobs.adapters.sql.dialect import new_id
from metatag_jobs.model import Document, ProcessOptions, Source
from metatag_jobs.results import DocumentResult, Problem
from metatag_jobs.work import Claim, Finish, NewDocument, NewJob
from metatag_runtime.sql import Database

TABLES = (
    "job",
    "doc",
    "doc_result",
    "doc_change",
    "doc_review",
    "doc_trash",
    "tag_job",
    "job_event",
    "lane",
    "worker",
    "limiter",
    "artifact",
    "vocabulary",
    "doc_search",
    "doomed",
    "leader",
    "webhook",
    "webhook_delivery",
    "tag_feedback",
    "learning",
    "erasure",
)


async def empty(database: Database) -> None:
    """Remove all rows."""
    async with database.write() as connection:
        if database.is_sqlite:
            for table in (*TABLES, "doc_fts"):
                await connection.execute(text(f"DELETE FROM {table}"))
        else:
            await connection.execute(text(f"TRUNCATE {', '.join(TABLES)}"))


async def rows(database: Database, statement: str, **values: Any) -> list[dict[str, Any]]:
    """Run a query of the test's own."""
    async with database.read() as connection:
        return [dict(row) for row in (await connection.execute(text(statement), values)).mappings().all()]


async def change(database: Database, statement: str, **values: Any) -> None:
    """Run a write of the test's own."""
    async with database.write() as connection:
        await connection.execute(text(statement), values)


async def make_job(
    jobs: SqlJobStore,
    count: int,
    *,
    user: str = "u1",
    type: str = "batch",
    max_running: int = 64,
    bad: int = 0,
    **options: Any,
) -> str:
    """Create a started job with `count` documents, the last `bad` of them wrong from the beginning."""
    job_id = str(uuid.uuid4())
    await jobs.begin(NewJob(job_id, user, type, ProcessOptions(max_running=max_running, **options)))
    for start in range(0, count, 1000):
        await jobs.add(
            job_id,
            [
                NewDocument(
                    new_id(),
                    position,
                    f"Title {position}",
                    "",
                    Source("url", f"http://example.org/{position}.pdf"),
                    Problem("invalid_argument", "Wrong.") if position >= count - bad else None,
                )
                for position in range(start, min(count, start + 1000))
            ],
        )
    await jobs.activate(job_id)
    return job_id


def ended(claim: Claim, *, good: bool = True, cost: int = 0) -> Finish:
    """Give the end of a document."""
    document = Document(
        id=claim.document_id,
        job_id=claim.job_id,
        position=claim.position,
        title=claim.title,
        state="success" if good else "failed",
        problem=None if good else Problem("internal", "Failed."),
        tries=claim.tries,
    )
    result = DocumentResult(text_length=1) if good else None
    return Finish(claim, document, result, "label", ("label",), cost)
