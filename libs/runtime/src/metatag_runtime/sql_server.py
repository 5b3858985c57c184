"""PostgreSQL over kept connections of its own (sql_link.py): SQLAlchemy's share of a statement is as large as the rest.

A kept connection is not asked whether it still lives. If its first statement finds out that it does not (a restart of
the server), nothing was done yet, and the transaction begins anew on a new one.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, TextClause
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from metatag_runtime.sql_link import Link

if TYPE_CHECKING:
    from psycopg import Error

T = TypeVar("T")

CONNECT_SECONDS = 5
# Waiting for a place among the connections.
PLACE_SECONDS = 10

# A statement that runs longer is ended by the server. Seconds.
STATEMENT_SECONDS = 60
# Transactions do not think: one that waits longer for its owner has lost it. Seconds.
IDLE_SECONDS = 3
# Waiting for a lock. Seconds.
LOCK_SECONDS = 5
# The server asks a silent client's machine after so long, so often, and gives it up after two answers missed. Its own
# default is two hours, in which a machine that is gone keeps its locks. Seconds.
KEEPALIVE_SECONDS = 5
# A machine that is gone without a word is noticed after about so long. Seconds.
SILENT_SECONDS = 15

# By name, for every session: also those of the engine.
SESSION = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s",
    "lock_timeout": f"{LOCK_SECONDS}s",
    "tcp_keepalives_idle": str(KEEPALIVE_SECONDS),
    "tcp_keepalives_interval": str(KEEPALIVE_SECONDS),
    "tcp_keepalives_count": "2",
    "tcp_user_timeout": f"{3 * KEEPALIVE_SECONDS}s",
}
_LIMITS = tuple(f"SET {name} = '{value}'" for name, value in SESSION.items())
# Planned for the tables as they are, each time.
ANEW = (*_LIMITS, "SET plan_cache_mode = force_custom_plan")
# Planned once. By today's sizes that would be wrong tomorrow: a plan made while a table was small scans it, or sorts
# it, when it has grown. With these ways closed, a statement that names keys goes by their index from the beginning.
BY_KEY = (
    *_LIMITS,
    "SET plan_cache_mode = force_generic_plan",
    "SET enable_seqscan = off",
    "SET enable_bitmapscan = off",
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
    "SET enable_sort = off",
)


class ServerTransaction:
    """The protocol Transaction over a link; `begun` once the server may have done something for good."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._owing = False
        self.begun = False

    async def fetch(self, statement: TextClause, values: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Run a statement; give its rows."""
        self._link.send(statement.text, values)
        result = await self._settle()
        return self._link.rows(result)

    async def run(self, statement: TextClause, values: Mapping[str, Any]) -> int:
        """Run a statement; give how many rows it touched."""
        self._link.send(statement.text, values)
        return (await self._settle()).command_tuples or 0

    async def later(self, statement: TextClause, values: Mapping[str, Any]) -> None:
        """Run a statement with the next one, or at the end."""
        self._link.send(statement.text, values)
        self._owing = True

    async def end(self, word: str = "") -> None:
        """Run what is still owed, and COMMIT or ROLLBACK."""
        if word:
            self._link.send(word, {})
        if word or self._owing:
            # Whether a COMMIT that was not answered was done, nobody knows.
            self.begun = True
            await self._settle()

    async def _settle(self) -> Any:
        result = await self._link.settle()
        self._owing, self.begun = False, True
        return result


class ServerConnections:
    """At most `size` kept connections of each of two kinds, for statements by key and for others; `2 * size` in use."""

    def __init__(self, url: URL, size: int) -> None:
        self._target = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._options = connect_options(url)
        self._size = size
        self._places = asyncio.Semaphore(2 * size)
        self._kept: dict[bool, list[Link]] = {False: [], True: []}

    async def read(self, work: Callable[[ServerTransaction], Awaitable[T]]) -> T:
        """Run statements that only read. Each sees what is committed at its time: a BEGIN would change nothing."""
        return await self._run(work, writing=False, by_key=False)

    async def write(self, work: Callable[[ServerTransaction], Awaitable[T]], *, by_key: bool = False) -> T:
        """Run a transaction: committed at its end, undone on an exception."""
        return await self._run(work, writing=True, by_key=by_key)

    async def close(self) -> None:
        """Close the kept connections."""
        for kept in self._kept.values():
            while kept:
                await kept.pop().close()

    async def _run(self, work: Callable[[ServerTransaction], Awaitable[T]], *, writing: bool, by_key: bool) -> T:
        import psycopg

        await self._take_place()
        try:
            while True:
                link, kept = await self._link(by_key)
                transaction = ServerTransaction(link)
                try:
                    return await (_write(link, transaction, work) if writing else _read(transaction, work))
                except psycopg.Error as error:
                    if kept and link.lost and not link.silent and not transaction.begun:
                        # The others ended with it.
                        await self.close()
                        continue
                    raise _named(error, lost=link.lost) from error
                finally:
                    await self._give_back(link, by_key)
        finally:
            self._places.release()

    async def _link(self, by_key: bool) -> tuple[Link, bool]:
        """Give a link and whether it was kept."""
        import psycopg

        kept = self._kept[by_key]
        while kept:
            link = kept.pop()
            if not link.lost:
                return link, True
            await link.close()
        try:
            return await self._connect(BY_KEY if by_key else ANEW), False
        except psycopg.Error as error:
            raise _named(error, lost=True) from error

    async def _connect(self, settings: Sequence[str]) -> Link:
        from psycopg import AsyncConnection
        from psycopg.conninfo import make_conninfo

        connection = await AsyncConnection.connect(make_conninfo(self._target, **self._options), autocommit=True)
        link = Link(connection)
        try:
            for setting in settings:
                link.send(setting, {})
            await link.settle()
        except BaseException:
            await link.close()
            raise
        return link

    async def _give_back(self, link: Link, by_key: bool) -> None:
        kept = self._kept[by_key]
        if link.idle and len(kept) < self._size:
            kept.append(link)
        else:
            await link.close()

    async def _take_place(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(PLACE_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise PoolTimeout(f"No connection to the database became free in {PLACE_SECONDS} s.") from None


def connect_options(url: URL) -> dict[str, int]:
    """Give libpq's limits for a connection to come about and for a silent one; what the URL itself says is left."""
    limits = {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": SILENT_SECONDS // 3,
        "keepalives_interval": SILENT_SECONDS // 3,
        "keepalives_count": 2,
        "tcp_user_timeout": SILENT_SECONDS * 1000,
    }
    return {name: value for name, value in limits.items() if name not in url.query}


async def _read(transaction: ServerTransaction, work: Callable[[ServerTransaction], Awaitable[T]]) -> T:
    answer = await work(transaction)
    await transaction.end()
    return answer


async def _write(link: Link, transaction: ServerTransaction, work: Callable[[ServerTransaction], Awaitable[T]]) -> T:
    link.send("BEGIN", {})
    try:
        answer = await work(transaction)
        await transaction.end("COMMIT")
    except BaseException:
        # A rollback that fails too must not hide what happened: above all not a cancellation.
        with contextlib.suppress(Exception):
            if not link.busy:
                await transaction.end("ROLLBACK")
        raise
    return answer


def _named(error: Error, *, lost: bool) -> BaseException:
    """Give a failure the name that callers know, SQLAlchemy's. Values may be somebody's text: they stay out."""
    import psycopg

    return DBAPIError.instance("", None, error, psycopg.Error, hide_parameters=True, connection_invalidated=lost)
