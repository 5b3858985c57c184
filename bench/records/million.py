"""Lists, searches and the summary of one user with very many documents on PostgreSQL: p50 and p95 of the first page.

    PYTHONPATH=tests:bench python -m records.million --documents 1000000

The documents are made by the database itself: 20 words a text, one of them in every fifth document (`common`), one in
every thousandth (`seldom`), one in ten of all (`rare`); 20 batches; 8 tags of 5,000; 30 days.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable

from sqlalchemy import Connection

from fakes import servers
from metatag_jobs.adapters.sql.find import SqlFind
from metatag_jobs.adapters.sql.history import SqlHistory
from metatag_jobs.adapters.sql.review import SqlReview
from metatag_jobs.adapters.sql.summary import SqlSummary
from metatag_jobs.bootstrap import MIGRATIONS, VERSION_TABLE
from metatag_jobs.records.finding import DocumentFilter
from metatag_runtime.sql import Database, migrate, run_blocking

JOBS = 20
TRIES = 20

_FILL = (
    """
    INSERT INTO job (id, user_id, type, state, interactive, max_running, options, created_at, updated_at, started_at,
    completed_at, total, done) SELECT 'j' || n, 'u1', 'batch', 'completed', false, 64, '{}', :now - n, :now, :now, :now,
    :count / 20, :count / 20 FROM generate_series(0, 19) AS n
    """,
    """
    INSERT INTO doc (id, job_id, user_id, position, state, title, source_type, source_path, file_size, created_at,
    processed_at, language, method, confidence) SELECT to_char(n, 'FM0000000000'), 'j' || n % 20, 'u1', n / 20,
    CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'done' END, 'Order ' || n || ' of the district', 'upload',
    'upload://scan_' || n || '.pdf', 1000, :now, :now - 86400.0 * 29 * (1 - n::float / :count), CASE WHEN n % 3 = 0 THEN
    'hi' ELSE 'en' END, CASE WHEN n % 2 = 0 THEN 'tesseract_ocr' ELSE 'text_layer' END, CASE WHEN n % 2 = 0 THEN
    60 + n % 40 END FROM generate_series(1, :count) AS n
    """,
    """
    INSERT INTO doc_result (doc_id, body) SELECT to_char(n, 'FM0000000000'), json_build_object('tags', (SELECT json_agg(
    json_build_object('tag', 'tag ' || (n * 7 + k * k) % 5000, 'score', 0.5, 'source', 'local', 'evidence',
    'words of the document around the tag ' || k)) FROM generate_series(1, 8) AS k), 'extraction_method',
    CASE WHEN n % 2 = 0 THEN 'tesseract_ocr' ELSE 'text_layer' END, 'ocr_confidence', CASE WHEN n % 2 = 0 THEN
    60 + n % 40 END, 'language', 'en', 'page_count', 3, 'text_preview', repeat('preview ', 60))::text
    FROM generate_series(1, :count) AS n WHERE n % 50 <> 0
    """,
    """
    INSERT INTO doc_search (doc_id, user_id, label, words) SELECT to_char(n, 'FM0000000000'), 'u1', 'order ' || n ||
    ' of the district tag ' || (n * 7) % 5000, array_to_tsvector(ARRAY(SELECT 'word' || (n * 31 + k * 977) % 20000 FROM
    generate_series(1, 20) AS k UNION SELECT w FROM unnest(ARRAY['order', 'district', CASE WHEN n % 5 = 0 THEN 'common'
    END, CASE WHEN n % 1000 = 0 THEN 'seldom' END, CASE WHEN n % (:count / 10) = 0 THEN 'rare' END]) AS w WHERE w IS NOT
    NULL)) FROM generate_series(1, :count) AS n WHERE n % 50 <> 0
    """,
)


def fill(url: str, count: int) -> None:
    """Make the documents."""

    def work(connection: Connection) -> None:
        # It takes longer than any statement of the service.
        connection.exec_driver_sql("SET statement_timeout = 0")
        for statement in _FILL:
            began = time.monotonic()
            # Numbers of ours: the server could not tell their types.
            ready = statement.replace(":count", str(count)).replace(":now", str(time.time()))
            connection.exec_driver_sql(ready)
            connection.commit()
            print(f"  filled in {time.monotonic() - began:.0f} s", flush=True)
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")

    run_blocking(url, work)


async def measure(name: str, call: Callable[[], Awaitable[object]], tries: int = TRIES) -> None:
    """Print how long a call takes, in milliseconds."""
    await call()
    took = []
    for _ in range(tries):
        began = time.perf_counter()
        await call()
        took.append((time.perf_counter() - began) * 1000)
    p95 = statistics.quantiles(took, n=20)[-1]
    print(f"{name:45} p50 {statistics.median(took):8.1f} ms   p95 {p95:8.1f} ms")


async def run(count: int, only: str) -> None:
    """Fill a database and measure what has `only` in its name."""
    postgres = servers.postgres()
    url = postgres.new_database()
    migrate(url, MIGRATIONS, VERSION_TABLE)
    fill(url, count)
    database = Database(url)
    find, summary, history = SqlFind(database), SqlSummary(database), SqlHistory(database)

    def page(sort: str = "-processed_at", offset: int = 0, **wanted: object) -> Callable[[], Awaitable[object]]:
        return lambda: find.find("u1", DocumentFilter(**wanted), sort=sort, limit=50, offset=offset)  # type: ignore[arg-type]

    lists: list[tuple[str, Callable[[], Awaitable[object]]]] = [
        ("list, first page", page()),
        ("list, page 100", page(offset=5000)),
        ("list, oldest first", page("processed_at")),
        ("failed", page(states=("failed",))),
        ("one batch", page(job_id="j3")),
        ("language hi", page(language="hi")),
        ("confidence 90 to 100", page(confidence_min=90.0)),
        ("not reviewed", page(reviewed=False)),
        ("a day", page(since=time.time() - 10 * 86_400, before=time.time() - 9 * 86_400)),
        ("search: in every fifth document", page(query="common")),
        ("search: in every thousandth", page(query="seldom")),
        ("search: in ten", page(query="rare")),
        ("search: in none", page(query="nowhere")),
        ("search: two words", page(query="common district")),
        ("search: a part of a title", page(query="rder 77777")),
        ("search and filter", page(query="common", language="hi")),
        ("a tag", page(tag="tag 77")),
        ("sorted by title", page("title")),
        ("sorted by confidence", page("-confidence")),
    ]
    lists += [
        ("summary of 30 days", lambda: summary.of("u1", 30)),
        ("statistics", lambda: history.stats("u1")),
        ("review queue", lambda: SqlReview(database).page("u1", reason="", job_id="", after="", limit=20)),
    ]
    for name, call in lists:
        if only in name:
            await measure(name, call)
    await database.close()
    postgres.drop_database(url)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=1_000_000)
    parser.add_argument("--only", default="", help="what the names of the measurements must hold")
    chosen = parser.parse_args()
    asyncio.run(run(chosen.documents, chosen.only))
