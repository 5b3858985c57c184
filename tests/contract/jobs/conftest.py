"""Databases for the contract suites: each port is held to the same promises on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from fakes import servers
from metatag_jobs.bootstrap import MIGRATIONS, VERSION_TABLE
from metatag_runtime.sql import Database, migrate


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A migrated database for the whole run; tests use users of their own."""
    if request.param == "sqlite":
        path: Path = tmp_path_factory.mktemp("jobs") / "jobs.sqlite"
        url = f"sqlite+aiosqlite:///{path}"
        migrate(url, MIGRATIONS, VERSION_TABLE)
        yield url
        return
    postgres = servers.postgres()
    url = postgres.new_database()
    migrate(url, MIGRATIONS, VERSION_TABLE)
    yield url
    postgres.drop_database(url)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A connected database, its job tables empty."""
    from fakes.jobs_database import empty

    found = Database(database_url)
    await empty(found)
    yield found
    await found.close()
