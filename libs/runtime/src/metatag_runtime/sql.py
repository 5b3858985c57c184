"""Database set-up for the services that own tables: one engine function, one migration function.

SQLite runs in WAL mode with one writer. `Database.writing` and `Database.reading` run a whole transaction by the
driver: on SQLite in a thread (sql_threads.py), on PostgreSQL through asyncpg (sql_server.py).
`Database.write` and `Database.read` give a connection of SQLAlchemy, on SQLite with a change of thread at each step;
the writers hold a lock there. A process should use one of the two pairs: on SQLite they wait for each other only as
two processes do.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, Protocol, TypeVar

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, NullPool, TextClause, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from metatag_runtime.failures import is_infrastructure
from metatag_runtime.sql_server import ANSWER_SECONDS, PLAN_EACH, POOL_SECONDS, ServerConnections, connect
from metatag_runtime.sql_threads import SqliteThreads

# Waiting for a lock held by another process (a migration, a backup). Seconds.
SQLITE_BUSY_SECONDS = 10
SQLITE_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "temp_store=MEMORY")

# Names the dialect only: connections come from `connect`.
_ENGINE_URL = "postgresql+asyncpg://"

T = TypeVar("T")


class Transaction(Protocol):
    """Statements of one transaction; each raises SQLAlchemy's errors."""

    async def fetch(self, statement: TextClause, values: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Run a statement; give its rows, to be read by name."""

    async def run(self, statement: TextClause, values: Mapping[str, Any]) -> int:
        """Run a statement; give how many rows it touched."""


Work = Callable[[Transaction], Awaitable[T]]


class Database:
    """An async engine with the right settings for its kind."""

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        """`url` is "sqlite+aiosqlite:///path" or "postgresql://...", which may name a driver: it is asyncpg always."""
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self._writer = asyncio.Lock() if self.is_sqlite else None
        # What names this history of the data: another copy, or one that went back, has another. Empty when unknown.
        self.epoch = ""
        self._ahead = 0.0
        self._asked = _PING if self.is_sqlite else _IDENTITY
        self._runner: SqliteThreads | ServerConnections
        if self.is_sqlite:
            self._runner, self.engine = _threads(url), _sqlite_engine(url)
        else:
            self._runner, self.engine = ServerConnections(make_url(url), pool_size), _server_engine(url, pool_size)

    async def reading(self, work: Work[T]) -> T:
        """Run a transaction that only reads. `work` may await nothing but its transaction, and may run twice."""
        return await self._runner.read(work)

    async def writing(self, work: Work[T], *, by_key: bool = False) -> T:
        """Run a transaction: committed at its end, undone on an exception. `work` may await nothing but it.

        It may be called a second time when the first has done nothing yet. `by_key` says that all its statements find
        their rows by key: PostgreSQL then plans them once.
        """
        return await self._runner.write(work, by_key=by_key)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection in a transaction that only reads: one snapshot for all its queries."""
        async with self._answering(), self.engine.connect() as connection:
            if self.is_sqlite:
                await connection.exec_driver_sql("BEGIN")
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection in a transaction; commits at the end, rolls back on an exception."""
        async with self._answering(), self._writer or nullcontext(), self.engine.connect() as connection:
            if self.is_sqlite:
                # Take the write lock at once: a read that later writes can fail with SQLITE_BUSY at any time.
                await connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                # A rollback that fails too must not hide what happened: above all not a cancellation.
                with suppress(Exception):
                    await connection.rollback()
                raise
            await connection.commit()

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[None]:
        """Do not wait for ever for a server that stopped without closing."""
        try:
            async with asyncio.timeout(None if self.is_sqlite else ANSWER_SECONDS) as limit:
                yield
        except TimeoutError:
            if not limit.expired():
                raise
            raise PoolTimeout(f"The database did not answer within {ANSWER_SECONDS} s.") from None

    async def ping(self) -> None:
        """Ask the database for one row, its clock and its epoch; raises what the driver raises."""
        try:
            rows = await self.reading(lambda transaction: transaction.fetch(self._asked, {}))
        except DBAPIError as error:
            if is_infrastructure(error) or self._asked is _PING:
                raise
            # A server that tells this role nothing of itself.
            self._asked = _PING
            rows = []
        if rows and self._asked is _IDENTITY:
            self._ahead = float(rows[0]["now"]) - time.time()
            self.epoch = str(rows[0]["epoch"])

    def now(self) -> float:
        """Return the database's time, in seconds since 1970, as the last `ping` told it: machines' clocks differ."""
        return time.time() + self._ahead

    async def close(self) -> None:
        """Close all connections."""
        await self._runner.close()
        await self.engine.dispose()


_PING = text("SELECT 1")
# The cluster, its timeline (another after a fail-over or a restore to a point in time) and the database (another after
# a restore of a dump).
_IDENTITY = text(
    "SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision) AS now, concat_ws('-', "
    "(SELECT system_identifier FROM pg_control_system()), (SELECT timeline_id FROM pg_control_checkpoint()), "
    "(SELECT oid FROM pg_database WHERE datname = current_database())) AS epoch"
)


def migrate(url: str, scripts: Path, version_table: str, revision: str = "head") -> None:
    """Bring the tables to a revision, the newest; blocks, so call it in a thread or a process of its own.

    `scripts` is the service's Alembic folder; `version_table` keeps services apart that share one database.
    """
    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.attributes["version_table"] = version_table

    def upgrade(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)

    run_blocking(url, upgrade)


def run_blocking(url: str, work: Callable[[Connection], T]) -> T:
    """Run `work` with a blocking connection to the database, commit what it leaves open, and return its answer."""
    if url.startswith("sqlite"):
        engine = create_engine(url.replace("sqlite+aiosqlite", "sqlite", 1), poolclass=NullPool)
        with engine.connect() as connection:
            answer = work(connection)
            connection.commit()
        return answer

    async def run() -> T:
        engine = create_async_engine(_ENGINE_URL, async_creator=lambda: connect(make_url(url), {}), poolclass=NullPool)
        async with engine.connect() as connection:
            answer = await connection.run_sync(work)
            await connection.commit()
        return answer

    # In a thread of its own: the caller's may run an event loop.
    with ThreadPoolExecutor(1, "sql-blocking") as executor:
        return executor.submit(asyncio.run, run()).result()


def _server_engine(url: str, pool_size: int) -> AsyncEngine:
    return create_async_engine(
        _ENGINE_URL,
        async_creator=lambda: connect(make_url(url), PLAN_EACH),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        pool_timeout=POOL_SECONDS,
        hide_parameters=True,
    )


def _threads(url: str) -> SqliteThreads:
    return SqliteThreads(make_url(url).database or "", SQLITE_PRAGMAS, SQLITE_BUSY_SECONDS)


def _sqlite_engine(url: str) -> AsyncEngine:
    engine = create_async_engine(url, connect_args={"timeout": SQLITE_BUSY_SECONDS, "isolation_level": None})
    event.listen(engine.sync_engine, "connect", _sqlite_pragmas)
    return engine


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
