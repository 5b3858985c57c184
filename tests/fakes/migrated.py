"""Databases with the tables of a service: made by its migrations once a run, copied for each test."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from fakes import servers
from metatag_runtime.sql import migrate


def sqlite(scripts: Path, version_table: str, path: Path) -> str:
    """Make a SQLite database at a path; return its URL. A folder of Alembic and its table name the service."""
    shutil.copyfile(_sqlite(scripts, version_table), path)
    return f"sqlite+aiosqlite:///{path}"


def postgres(scripts: Path, version_table: str) -> str:
    """Make a database on this run's PostgreSQL, or skip the test; return its URL."""
    return servers.postgres().new_database(_postgres(scripts, version_table))


@functools.cache
def _sqlite(scripts: Path, version_table: str) -> Path:
    folder = Path(tempfile.mkdtemp(prefix="metatag-tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    migrate(f"sqlite+aiosqlite:///{folder}/tables.sqlite", scripts, version_table)
    return folder / "tables.sqlite"


@functools.cache
def _postgres(scripts: Path, version_table: str) -> str:
    url = servers.postgres().new_database()
    migrate(url, scripts, version_table)
    return url.rpartition("/")[2]
