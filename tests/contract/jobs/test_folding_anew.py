"""Rows of the search index from before the fold of all texts are found by every spelling after the migration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from fakes import servers
from metatag_jobs.adapters.sql.dialect import Dialect
from metatag_jobs.adapters.sql.search import SearchReader
from metatag_jobs.bootstrap import MIGRATIONS, VERSION_TABLE
from metatag_runtime.sql import Database, migrate, run_blocking

# More than one batch of rows that need no change, and among them rows that do.
ROWS = 450
OLD = {
    3: ("café à la carte", "café à la carte"),
    210: ("फ़ाइल १२३", "फ़ाइल १२३ सम्बन्ध गाँव"),
    449: ("programming in c++", "programming in c"),
}


@pytest.fixture(params=["sqlite", "postgres"])
def old_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database as it was before."""
    postgres = servers.postgres() if request.param == "postgres" else None
    url = postgres.new_database() if postgres else f"sqlite+aiosqlite:///{tmp_path / 'jobs.sqlite'}"
    migrate(url, MIGRATIONS, VERSION_TABLE, "0004")
    run_blocking(url, _fill)
    yield url
    if postgres:
        postgres.drop_database(url)


def _fill(connection: Connection) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    connection.execute(
        text(
            "INSERT INTO job (id, user_id, type, state, interactive, max_running, options, created_at, updated_at) "
            "VALUES ('j', 'u1', 'batch', 'completed', false, 1, '{}', 1, 1)"
        )
    )
    for number in range(1, ROWS + 1):
        label, tokens = OLD.get(number, (f"plain {number}", f"plain {number}"))
        values: dict[str, Any] = {"id": f"d{number:04}", "n": number, "label": label, "words": tokens}
        connection.execute(
            text(
                "INSERT INTO doc (id, job_id, user_id, position, state, source_type, source_path, created_at, "
                "processed_at) VALUES (:id, 'j', 'u1', :n, 'done', 'url', 'x', 1, 1)"
            ),
            values,
        )
        if is_sqlite:
            connection.execute(
                text("INSERT INTO doc_search (n, doc_id, user_id, label) VALUES (:n, :id, 'u1', :label)"), values
            )
            connection.execute(text("INSERT INTO doc_fts (rowid, tokens) VALUES (:n, :words)"), values)
        else:
            connection.execute(
                text(
                    "INSERT INTO doc_search (doc_id, user_id, label, words) VALUES "
                    "(:id, 'u1', :label, array_to_tsvector(string_to_array(:words, ' ')))"
                ),
                values,
            )


async def test_old_rows_are_found_by_every_spelling(old_url: str) -> None:
    migrate(old_url, MIGRATIONS, VERSION_TABLE)
    database = Database(old_url)
    reader = SearchReader(Dialect(database))

    async def found(query: str) -> list[str]:
        return await database.reading(lambda transaction: reader.find(transaction, "u1", query, 500))

    try:
        assert await found("cafe") == await found("CAFÉ a la") == ["d0003"]
        assert await found("फाइल 123") == await found("संबंध गांव") == ["d0210"]
        assert await found("C++") == ["d0449"]
        assert await found("C#") == []
        assert await found("\u200d") == []
        assert len(await found("plain")) == ROWS - len(OLD)
    finally:
        await database.close()
