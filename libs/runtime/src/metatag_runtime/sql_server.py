"""PostgreSQL by the driver itself: SQLAlchemy's share of a statement is as large as the driver's, of a connection more.

A kept connection is not asked whether it still lives. If its first statement finds out that it does not (a restart of
the server), nothing was done yet, and the transaction begins anew on a new one.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, TextClause
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

if TYPE_CHECKING:
    from psycopg import AsyncConnection, AsyncCursor, Error

    Connection = AsyncConnection[dict[str, Any]]

T = TypeVar("T")

CONNECT_SECONDS = 5
# Waiting for a place among the connections.
PLACE_SECONDS = 10

_BOUND = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")


class ServerTransaction:
    """The protocol Transaction over a connection; `begun` once a statement was answered."""

    def __init__(self, cursor: AsyncCursor[dict[str, Any]]) -> None:
        self._cursor = cursor
        self.begun = False

    async def fetch(self, statement: TextClause, values: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Run a statement; give its rows."""
        await self.run(statement, values)
        return await self._cursor.fetchall()

    async def run(self, statement: TextClause, values: Mapping[str, Any]) -> int:
        """Run a statement; give how many rows it touched."""
        # The text is a constant of ours; the driver's type asks for a literal.
        query: Any = _driver_text(statement.text)
        await self._cursor.execute(query, values)
        self.begun = True
        return self._cursor.rowcount


class ServerConnections:
    """At most `size` kept connections, twice as many in use."""

    def __init__(self, url: URL, size: int) -> None:
        self._target = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._size = size
        self._places = asyncio.Semaphore(2 * size)
        self._kept: list[Connection] = []

    async def read(self, work: Callable[[ServerTransaction], Awaitable[T]]) -> T:
        """Run statements that only read. Each sees what is committed at its time: a BEGIN would change nothing."""
        return await self._run(work, writing=False)

    async def write(self, work: Callable[[ServerTransaction], Awaitable[T]]) -> T:
        """Run a transaction: committed at its end, undone on an exception."""
        return await self._run(work, writing=True)

    async def close(self) -> None:
        """Close the kept connections."""
        while self._kept:
            await self._kept.pop().close()

    async def _run(self, work: Callable[[ServerTransaction], Awaitable[T]], *, writing: bool) -> T:
        import psycopg

        async with self._place():
            while True:
                kept = bool(self._kept)
                try:
                    connection = self._kept.pop() if kept else await self._connect()
                except psycopg.Error as error:
                    raise _named(error, lost=True) from error
                transaction = ServerTransaction(connection.cursor())
                try:
                    return await self._run_on(connection, transaction, work, writing=writing)
                except psycopg.Error as error:
                    if kept and connection.closed and not transaction.begun:
                        # The others ended with it.
                        await self.close()
                        continue
                    raise _named(error, lost=bool(connection.closed)) from error
                finally:
                    await self._give_back(connection)

    @staticmethod
    async def _run_on(
        connection: Connection,
        transaction: ServerTransaction,
        work: Callable[[ServerTransaction], Awaitable[T]],
        *,
        writing: bool,
    ) -> T:
        if not writing:
            return await work(transaction)
        await connection.execute("BEGIN")
        try:
            answer = await work(transaction)
        except BaseException:
            # A rollback that fails too must not hide what happened: above all not a cancellation.
            with contextlib.suppress(Exception):
                await connection.execute("ROLLBACK")
            raise
        await connection.execute("COMMIT")
        return answer

    async def _connect(self) -> Connection:
        from psycopg import AsyncConnection
        from psycopg.rows import dict_row

        connection: Connection = await AsyncConnection.connect(
            self._target, autocommit=True, row_factory=dict_row, connect_timeout=CONNECT_SECONDS
        )
        # A plan that is kept was made when the table was small: it reads the whole table once that has grown.
        await connection.execute("SET plan_cache_mode = force_custom_plan")
        return connection

    async def _give_back(self, connection: Connection) -> None:
        from psycopg.pq import TransactionStatus

        clean = not connection.closed and connection.info.transaction_status == TransactionStatus.IDLE
        if clean and len(self._kept) < self._size:
            self._kept.append(connection)
        else:
            await connection.close()

    @contextlib.asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(PLACE_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise PoolTimeout(f"No connection to the database became free in {PLACE_SECONDS} s.") from None
        try:
            yield
        finally:
            self._places.release()


def _named(error: Error, *, lost: bool) -> BaseException:
    """Give a failure the name that callers know, SQLAlchemy's. Values may be somebody's text: they stay out."""
    import psycopg

    return DBAPIError.instance("", None, error, psycopg.Error, hide_parameters=True, connection_invalidated=lost)


@lru_cache(maxsize=500)
def _driver_text(text: str) -> str:
    """Give a statement with its bound names as the driver writes them."""
    return _BOUND.sub(r"%(\1)s", text.replace("%", "%%"))
