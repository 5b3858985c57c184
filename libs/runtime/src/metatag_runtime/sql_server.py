"""PostgreSQL through asyncpg's pools: one for statements by key, one for all others.

SQLAlchemy's engine over the same driver costs seven times as much a transaction (docs/decisions/0038-asyncpg.md); it
serves what is not in a hurry. A pooled connection is not asked whether it still lives. If its first statement finds
that it does not (the server restarted), nothing was done yet, and the transaction starts again on a new connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, Dialect, TextClause
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

_DIALECT: Dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call]

T = TypeVar("T")
_Work = Callable[["ServerTransaction"], Awaitable[T]]

# Seconds to open a connection, sign-in included.
CONNECT_SECONDS = 5
# Seconds to wait for a free connection of a pool.
POOL_SECONDS = 10
# Seconds for a statement that was cancelled to stop, before its connection is dropped.
CANCEL_SECONDS = 5
# Prepared statements that a connection keeps; a service has about a hundred.
KEPT_STATEMENTS = 300
# Connections that nobody used for so long are closed. Seconds.
UNUSED_SECONDS = 300.0

# The server ends a statement that runs longer. Seconds.
STATEMENT_SECONDS = 60
# The client gives up an answer after this: the server stopped without closing, or its machine is gone. Seconds; more
# than a statement may take, so that the server ends a slow one.
ANSWER_SECONDS = STATEMENT_SECONDS + 5
# The server ends a transaction whose owner is silent for longer: a process that is frozen in one, or cut off, holds a
# job's row, and a pause must be obeyed within two seconds. Milliseconds.
IDLE_MS = 1_500
# Seconds to wait for a lock.
LOCK_SECONDS = 5
# Both ends probe a silent peer after so long, so often, and give it up after two probes without an answer. The default
# of the system is two hours, in which a machine that is gone keeps its locks. Seconds.
KEEPALIVE_SECONDS = 5

_LIMITS = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    "idle_in_transaction_session_timeout": f"{IDLE_MS}ms",
    "lock_timeout": f"{LOCK_SECONDS}s",
    "tcp_keepalives_idle": str(KEEPALIVE_SECONDS),
    "tcp_keepalives_interval": str(KEEPALIVE_SECONDS),
    "tcp_keepalives_count": "2",
    "tcp_user_timeout": f"{3 * KEEPALIVE_SECONDS}s",
}
# Plan each statement for the tables as they are.
PLAN_EACH = {**_LIMITS, "plan_cache_mode": "force_custom_plan"}
# Plan each statement once. A plan made while a table was small scans or sorts it, which is wrong when it has grown.
# With these ways closed, a statement that names keys uses their index from the beginning.
PLAN_ONCE = {
    **_LIMITS,
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_sort": "off",
}

# Parameters of libpq that asyncpg does not know; it would send them to the server as settings.
_OF_LIBPQ = (
    "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout",
    "gssencmode", "channel_binding", "sslcompression",
)  # fmt: skip


class ServerTransaction:
    """The protocol Transaction over a connection; `begun` once a statement was answered."""

    def __init__(self, connection: PoolConnectionProxy[Any]) -> None:
        self._connection = connection
        self.begun = False

    async def fetch(self, statement: TextClause, values: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        """Run a statement; return its rows."""
        query, names = _numbered(statement.text)
        given = [values[name] for name in names]
        found: Sequence[Mapping[str, Any]] = await self._answer(self._connection.fetch, query, *given)
        return found

    async def run(self, statement: TextClause, values: Mapping[str, Any]) -> int:
        """Run a statement; return how many rows it touched."""
        query, names = _numbered(statement.text)
        tag: str = await self._answer(self._connection.execute, query, *[values[name] for name in names])
        # "UPDATE 3", "INSERT 0 3", "CREATE TABLE"
        count = tag.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def begin(self) -> None:
        """Open the transaction; nothing is done yet."""
        await self._answer(self._connection.execute, "BEGIN")
        self.begun = False

    async def commit(self) -> None:
        """Make it permanent."""
        # Nobody knows whether a COMMIT without an answer was done: never start again after it.
        self.begun = True
        await self._answer(self._connection.execute, "COMMIT")

    async def rollback(self) -> None:
        """Undo it; a connection that does not answer is dropped, and the server undoes it then."""
        # A rollback that fails too must not hide what happened: above all not a cancellation.
        with contextlib.suppress(Exception):
            async with asyncio.timeout(CANCEL_SECONDS):
                # It waits until a cancelled statement has stopped.
                await self._connection.execute("ROLLBACK")
            return
        _drop(self._connection)

    async def _answer(self, ask: Callable[..., Awaitable[Any]], query: str, *values: Any) -> Any:
        """Return the server's answer; raises OperationalError, as for a lost connection, when there is none in time."""
        try:
            answer = await ask(query, *values, timeout=ANSWER_SECONDS)
        except TimeoutError as error:
            # What was asked may yet be done, and a second try would take as long.
            self.begun = True
            _drop(self._connection)
            raise _lost(f"the server did not answer within {ANSWER_SECONDS} s", error) from None
        self.begun = True
        return answer


class ServerConnections:
    """At most `size` connections of each of two kinds, for statements by key and for others."""

    def __init__(self, url: URL, size: int) -> None:
        self._url = url
        self._size = size
        self._pools: dict[bool, asyncpg.Pool[Any]] = {}

    async def read(self, work: _Work[T]) -> T:
        """Run statements that only read. Each sees what is committed at its time: a BEGIN would change nothing."""
        return await self._run(work, by_key=False)

    async def write(self, work: _Work[T], *, by_key: bool = False) -> T:
        """Run a transaction: committed at its end, undone on an exception."""

        async def run(transaction: ServerTransaction) -> T:
            await transaction.begin()
            try:
                answer = await work(transaction)
                await transaction.commit()
            except BaseException:
                await transaction.rollback()
                raise
            return answer

        return await self._run(run, by_key=by_key)

    async def close(self) -> None:
        """Close all connections."""
        while self._pools:
            _, pool = self._pools.popitem()
            pool.terminate()

    async def _run(self, work: _Work[T], *, by_key: bool) -> T:
        import asyncpg

        for last in (False, True):
            async with self._connection(by_key) as connection:
                transaction = ServerTransaction(connection)
                try:
                    return await work(transaction)
                except asyncpg.InternalClientError as error:
                    # The server's last words, said while nobody asked, leave the driver confused.
                    _drop(connection)
                    if last or transaction.begun:
                        raise _named(error, lost=True) from error
                except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
                    lost = _is_lost(connection)
                    if last or not lost or transaction.begun:
                        raise _named(error, lost=lost) from error
            # The others ended with it: the next one is new.
            await (await self._pool(by_key)).expire_connections()
        raise AssertionError

    @contextlib.asynccontextmanager
    async def _connection(self, by_key: bool) -> AsyncIterator[PoolConnectionProxy[Any]]:
        pool = await self._pool(by_key)
        try:
            connection = await pool.acquire(timeout=POOL_SECONDS)
        except TimeoutError:
            raise PoolTimeout(f"No connection to the database became free in {POOL_SECONDS} s.") from None
        try:
            yield connection
        finally:
            # It raises what made the connection useless, which whoever used it was told already.
            with contextlib.suppress(Exception):
                await pool.release(connection, timeout=CANCEL_SECONDS)

    async def _pool(self, by_key: bool) -> asyncpg.Pool[Any]:
        import asyncpg

        found = self._pools.get(by_key)
        if found is None:
            found = self._pools[by_key] = asyncpg.create_pool(
                min_size=0,
                max_size=self._size,
                max_inactive_connection_lifetime=UNUSED_SECONDS,
                connect=partial(self._connect, PLAN_ONCE if by_key else PLAN_EACH),
                reset=_no_reset,
            )
        # Returns at once where it was done; it opens no connection.
        await found
        return found

    async def _connect(self, settings: Mapping[str, str], *_: Any, **__: Any) -> asyncpg.Connection[Any]:
        """Return a new connection; what the pool would give to the driver is in the URL already."""
        return await connect(self._url, settings)


async def connect(url: URL, settings: Mapping[str, str]) -> asyncpg.Connection[Any]:
    """Return a connection of the driver whose session has `settings`, and whose both ends notice a lost peer.

    `url` may carry libpq's query parameters (`sslmode`, `sslrootcert`, ...); `connect_timeout` is in seconds.
    Raises SQLAlchemy's OperationalError when the server cannot be reached in time.
    """
    import asyncpg

    target = url.set(drivername="postgresql").difference_update_query(_OF_LIBPQ)
    seconds = float(str(url.query.get("connect_timeout", CONNECT_SECONDS)))
    options: dict[str, Any] = {"timeout": seconds, "statement_cache_size": KEPT_STATEMENTS}
    if url.query.get("sslrootcert") == "system":
        # libpq's word for the authorities that the system trusts, which implies verify-full; the driver has none.
        target = target.difference_update_query(["sslrootcert", "sslmode"])
        options["ssl"] = ssl.create_default_context()
    try:
        connection = await asyncpg.connect(target.render_as_string(hide_password=False), **options)
        _probe(connection)
        # Not in the start packet: a pooler in between passes settings on, but refuses such parameters.
        if settings:
            wanted = "; ".join(f"SET {name} = '{value}'" for name, value in settings.items())
            await _set(connection, wanted, seconds)
    except TimeoutError as error:
        raise _lost(f"the server did not accept a connection within {seconds:g} s", error) from None
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise _lost("the server did not accept a connection", error) from error
    return connection


async def _set(connection: asyncpg.Connection[Any], wanted: str, seconds: float) -> None:
    try:
        await connection.execute(wanted, timeout=seconds)
    except BaseException:
        # Nobody else knows the connection yet.
        connection.terminate()
        raise


def _probe(connection: asyncpg.Connection[Any]) -> None:
    """Let the system probe a silent server. The driver has no option for it, and no public way to its socket."""
    found = connection._transport.get_extra_info("socket")
    if found is None or found.family == socket.AF_UNIX:
        return
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", KEEPALIVE_SECONDS),
        ("TCP_KEEPINTVL", KEEPALIVE_SECONDS),
        ("TCP_KEEPCNT", 2),
        ("TCP_USER_TIMEOUT", 3 * KEEPALIVE_SECONDS * 1000),
    ):
        # Not every system has all of them.
        if (option := getattr(socket, name, None)) is not None:
            found.setsockopt(socket.IPPROTO_TCP, option, value)


@lru_cache(maxsize=500)
def _numbered(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a statement with its bound names as the driver numbers them, and the names in that order."""
    compiled = TextClause(text).compile(dialect=_DIALECT)
    return compiled.string, tuple(compiled.positiontup or ())


def _is_lost(connection: PoolConnectionProxy[Any]) -> bool:
    """Return whether the server has gone away; the pool takes a dead connection away from who uses it."""
    import asyncpg

    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True


def _drop(connection: PoolConnectionProxy[Any]) -> None:
    if not _is_lost(connection):
        connection.terminate()


async def _no_reset(_connection: object) -> None:
    """Leave the session's settings as they are; the pool has ended an open transaction already."""


def _named(error: Exception, *, lost: bool) -> DBAPIError:
    """Return a failure under the name that callers know, SQLAlchemy's, without values: they may be somebody's text."""
    import asyncpg

    kind = DBAPIError
    if lost:
        kind = OperationalError
    elif isinstance(error, asyncpg.IntegrityConstraintViolationError):
        kind = IntegrityError
    return kind("", None, error, hide_parameters=True, connection_invalidated=lost)


def _lost(message: str, error: Exception) -> OperationalError:
    return OperationalError(message, None, error, hide_parameters=True, connection_invalidated=True)
