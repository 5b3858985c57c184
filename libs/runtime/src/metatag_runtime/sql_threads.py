"""SQLite in threads of its own: a whole transaction is one change of thread, not four a statement.

The change costs more than the statement. One thread writes, so that writers wait in line instead of for each other's
locks; a few read. Connections are the driver's own: nothing stands between a statement and it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from sqlalchemy import TextClause
from sqlalchemy.exc import DBAPIError

T = TypeVar("T")

# More than slow searches at one time, so that a status does not wait for them; threads are made when needed.
READERS = 8
# Statements kept prepared by a connection; a service has about a hundred.
KEPT_STATEMENTS = 300


class SqliteTransaction:
    """The protocol Transaction inside one of the threads: its methods never wait for the event loop."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def fetch(self, statement: TextClause, values: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Run a statement; give its rows."""
        # sqlite3.Row reads as a mapping, although it does not say so.
        return cast(Sequence[Mapping[str, Any]], self._run(statement, values).fetchall())

    async def run(self, statement: TextClause, values: Mapping[str, Any]) -> int:
        """Run a statement; give how many rows it touched."""
        cursor = self._run(statement, values)
        count = cursor.rowcount
        cursor.close()
        return count

    def _run(self, statement: TextClause, values: Mapping[str, Any]) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement.text, values)
        except sqlite3.Error as error:
            raise _named(statement.text, error) from error


class SqliteThreads:
    """Runs transactions; `path` is the database file, `busy` the seconds to wait for another process's lock."""

    def __init__(self, path: str, pragmas: Sequence[str], busy: float) -> None:
        self._path = path
        self._pragmas = pragmas
        self._busy = busy
        self._writer = ThreadPoolExecutor(1, "sqlite-write")
        self._readers = ThreadPoolExecutor(READERS, "sqlite-read")
        self._own = threading.local()
        self._opened: list[sqlite3.Connection] = []

    async def write(self, work: Callable[[SqliteTransaction], Awaitable[T]], *, by_key: bool = False) -> T:
        """Run a writing transaction after those before it. A caller that is cancelled may find it done all the same."""
        # The write lock is taken at once: a read that later writes can fail with SQLITE_BUSY at any time.
        return await asyncio.get_running_loop().run_in_executor(self._writer, self._run, "BEGIN IMMEDIATE", work)

    async def read(self, work: Callable[[SqliteTransaction], Awaitable[T]]) -> T:
        """Run a transaction that only reads: one snapshot for all its statements."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._run, "BEGIN", work)

    async def close(self) -> None:
        """Wait for what runs and close the connections."""
        for executor in (self._writer, self._readers):
            await asyncio.to_thread(executor.shutdown)
        for connection in self._opened:
            connection.close()
        self._opened.clear()

    def _run(self, begin: str, work: Callable[[SqliteTransaction], Awaitable[T]]) -> T:
        try:
            connection = self._connection()
            connection.execute(begin)
            try:
                answer = _drive(work(SqliteTransaction(connection)))
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise _named(begin, error) from error
        return answer

    def _connection(self) -> sqlite3.Connection:
        found: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if found is None:
            # Closed by another thread than its own, after that has ended.
            found = sqlite3.connect(
                self._path,
                timeout=self._busy,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=KEPT_STATEMENTS,
            )
            found.row_factory = sqlite3.Row
            for pragma in self._pragmas:
                found.execute(f"PRAGMA {pragma}")
            self._own.connection = found
            self._opened.append(found)
        return found


def _named(statement: str, error: sqlite3.Error) -> BaseException:
    """Give a failure the name that callers know, SQLAlchemy's. Values may be somebody's text: they stay out."""
    return DBAPIError.instance(statement, None, error, sqlite3.Error, hide_parameters=True)


def _drive(work: Awaitable[T]) -> T:
    """Run a coroutine that never waits to its end, outside of any event loop."""
    coroutine = cast(Coroutine[Any, Any, T], work)
    try:
        coroutine.send(None)
    except StopIteration as end:
        return cast(T, end.value)
    coroutine.close()
    raise RuntimeError("A transaction may wait for nothing but its own statements.")
