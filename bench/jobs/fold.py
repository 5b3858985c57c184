"""Measure migration 0005, which folds the search index anew: its time, its largest pause for readers and writers.

    .venv/bin/python bench/jobs/fold.py [DOCUMENTS] [sqlite|postgres...]

Fills a database of the revision before with documents of WORDS distinct words, four in ten in Hindi, and brings it to
the newest revision in a process of its own. Meanwhile one connection reads and another one writes, as services do.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))

from sqlalchemy import Connection, text

from bench.jobs.say import say
from fakes import servers
from metatag_jobs.bootstrap import MIGRATIONS, VERSION_TABLE
from metatag_runtime.sql import Database, migrate, run_blocking

WORDS = 60
_LATIN = "aeioubcdfghjklmnprstvwyz"
_HINDI = ["क", "ख", "ग़", "घ", "च", "ज़", "ड़", "त", "द", "न्द", "म्ब", "प", "फ़", "र", "ल", "स", "ह", "ा", "ि", "ी", "ें", "ाँ"]


def vocabulary(random_: random.Random, letters: Iterable[str], size: int) -> list[str]:
    """Return made-up words."""
    found = list(letters)
    return ["".join(random_.choices(found, k=random_.randint(3, 9))) for _ in range(size)]


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Give rows of the index as the revision before wrote them."""
    random_ = random.Random(5)
    latin = [*vocabulary(random_, _LATIN, 40_000), *(f"café{n}" for n in range(200))]
    hindi = vocabulary(random_, _HINDI, 40_000)
    for number in range(1, count + 1):
        words = random_.choices(hindi if number % 10 < 4 else latin, k=WORDS)
        yield {
            "n": number,
            "id": f"d{number:08}",
            "label": " ".join(words[:8]),
            "words": " ".join(dict.fromkeys(words)),
        }


def fill(connection: Connection, count: int) -> None:
    """Store the job, its documents and their words."""
    connection.execute(
        text(
            "INSERT INTO job (id, user_id, type, state, interactive, max_running, options, created_at, updated_at) "
            "VALUES ('j', 'u1', 'batch', 'completed', false, 1, '{}', 1, 1)"
        )
    )
    statements = [
        "INSERT INTO doc (id, job_id, user_id, position, state, source_type, source_path, created_at, processed_at) "
        "VALUES (:id, 'j', 'u1', :n, 'done', 'url', 'x', 1, :n)"
    ]
    if connection.dialect.name == "sqlite":
        statements += [
            "INSERT INTO doc_search (n, doc_id, user_id, label) VALUES (:n, :id, 'u1', :label)",
            "INSERT INTO doc_fts (rowid, tokens) VALUES (:n, :words)",
        ]
    else:
        statements.append(
            "INSERT INTO doc_search (doc_id, user_id, label, words) VALUES "
            "(:id, 'u1', :label, array_to_tsvector(string_to_array(:words, ' ')))"
        )
    made = rows(count)
    while part := list(islice(made, 1000)):
        for statement in statements:
            connection.execute(text(statement), part)


async def pauses(url: str, migrating: Any) -> tuple[list[float], list[float]]:
    """Read and write by key until the migration has ended; return how long each step took, in seconds, in order."""
    database = Database(url)
    reads: list[float] = []
    writes: list[float] = []

    async def read() -> None:
        look = text("SELECT label FROM doc_search WHERE doc_id = 'd00000001'")
        while migrating.is_alive():
            begun = time.monotonic()
            await database.reading(lambda transaction: transaction.fetch(look, {}))
            reads.append(time.monotonic() - begun)
            await asyncio.sleep(0.05)

    async def write() -> None:
        touch = text("UPDATE job SET updated_at = updated_at + 1 WHERE id = 'j'")
        while migrating.is_alive():
            begun = time.monotonic()
            await database.writing(lambda transaction: transaction.run(touch, {}))
            writes.append(time.monotonic() - begun)
            await asyncio.sleep(0.05)

    await asyncio.gather(read(), write())
    await database.close()
    return reads, writes


def measure(kind: str, count: int) -> None:
    """Fill, migrate, tell."""
    with tempfile.TemporaryDirectory() as folder:
        postgres = servers.postgres() if kind == "postgres" else None
        url = postgres.new_database() if postgres else f"sqlite+aiosqlite:///{folder}/jobs.sqlite"
        migrate(url, MIGRATIONS, VERSION_TABLE, "0004")
        begun = time.monotonic()
        run_blocking(url, lambda connection: fill(connection, count))
        if not postgres:
            # As the service keeps it.
            run_blocking(url, lambda connection: connection.exec_driver_sql("PRAGMA journal_mode=WAL"))
        filled = time.monotonic() - begun
        migrating = multiprocessing.get_context("spawn").Process(target=migrate, args=(url, MIGRATIONS, VERSION_TABLE))
        begun = time.monotonic()
        migrating.start()
        try:
            reads, writes = asyncio.run(pauses(url, migrating))
        finally:
            migrating.join()
        say(
            "fold",
            database=kind,
            documents=count,
            fill_seconds=filled,
            seconds=time.monotonic() - begun,
            exit_code=migrating.exitcode,
            longest_read_ms=1000 * max(reads),
            median_read_ms=1000 * statistics.median(reads),
            longest_write_ms=1000 * max(writes),
            median_write_ms=1000 * statistics.median(writes),
            reads=len(reads),
            writes=len(writes),
        )
        if postgres:
            postgres.drop_database(url)


if __name__ == "__main__":
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    for name in sys.argv[2:] or ["sqlite", "postgres"]:
        measure(name, documents)
