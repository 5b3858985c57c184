"""One connection to PostgreSQL by libpq: statements are sent together and waited for once.

The driver's cursors cost three times what a statement costs otherwise, and wait for each answer before they send the
next. Here a statement is prepared at its first use, and sent with those that were kept for it (libpq's pipeline mode).
Values and rows go through the driver's own conversions.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import AsyncConnection
    from psycopg.pq.abc import PGconn, PGresult

# An answer later than this does not come: the server stopped without closing, or its machine is gone. Seconds; beyond
# what a statement may take there (sql_server.STATEMENT_SECONDS), so that a slow one is ended by the server.
ANSWER_SECONDS = 65
# Telling the server that a statement shall stop.
CANCEL_SECONDS = 5

# Statements kept prepared by a connection, one for each set of types; more are sent with their text each time.
KEPT_STATEMENTS = 300

_BOUND = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")

# What is asked of the server: the statement's text with the types of its values.
_Key = tuple[bytes, tuple[int, ...]]


class Link:
    """Sends statements and gives their answers; one user at a time. Everything raises the driver's errors."""

    def __init__(self, connection: AsyncConnection[Any]) -> None:
        """Take over a connection that has no transaction open."""
        self._connection = connection
        self._server: PGconn = connection.pgconn
        self._loop = asyncio.get_running_loop()
        self._names: dict[_Key, bytes] = {}
        self._made = 0
        # A result is due for each: of a preparation that names its statement, or of a statement.
        self._due: list[_Key | None] = []
        self._reading: asyncio.Future[None] | None = None
        # Something came since the last sending.
        self._heard = False
        self._writing: asyncio.Future[None] | None = None
        self._socket = self._server.socket
        self._broken: Exception | None = None
        # Answers are on their way: whoever goes away now leaves a link that nobody can use.
        self.busy = False
        # It stopped answering: what it was asked must not be asked again at once.
        self.silent = False
        self._server.enter_pipeline_mode()
        self._watched = False
        self._watch()

    @property
    def lost(self) -> bool:
        """Whether the server has gone away."""
        return self._broken is not None or self._server.status == _BAD

    @property
    def idle(self) -> bool:
        """Whether another may use it: alive, nothing asked, no transaction open."""
        # TransactionStatus.IDLE
        return not (self._broken or self.busy or self._due) and self._server.transaction_status == 0

    def send(self, text: str, values: Mapping[str, Any]) -> None:
        """Keep a statement for the next `settle`."""
        from psycopg.adapt import PyFormat, Transformer

        if self._broken is not None:
            raise self._broken
        query, names = numbered(text)
        made = Transformer(self._connection)
        sent = made.dump_sequence([values[name] for name in names], [PyFormat.AUTO] * len(names))
        types, formats = made.types or (), made.formats
        key = (query, types)
        name = self._names.get(key)
        if name is None and len(self._names) < KEPT_STATEMENTS:
            self._made += 1
            name = self._names[key] = b"s%d" % self._made
            self._server.send_prepare(name, query, types)
            self._due.append(key)
        if name is None:
            self._server.send_query_params(query, sent, types, formats)
        else:
            self._server.send_query_prepared(name, sent, formats)
        self._due.append(None)

    async def settle(self) -> PGresult:
        """Send what is kept, at least one statement, and wait for all answers; give the last, raise the first error."""
        limit = self._loop.call_later(ANSWER_SECONDS, self._give_up)
        try:
            return await self._settle()
        finally:
            limit.cancel()

    async def _settle(self) -> PGresult:
        due, self._due = self._due, []
        self._heard = False
        self._server.pipeline_sync()
        self.busy = True
        await self._flush()
        failed: PGresult | None = None
        last = None
        for key in due:
            last = await self._result()
            if last.status in _FINE:
                continue
            failed = failed or last
            if key is not None:
                del self._names[key]
        await self._result()
        self.busy = False
        if failed is not None or last is None:
            raise self._error(failed)
        return last

    def rows(self, result: PGresult) -> list[dict[str, Any]]:
        """Give a result's rows by name."""
        if not result.nfields:
            return []
        from psycopg.adapt import Transformer

        read = Transformer(self._connection)
        read.set_pgresult(result)
        names = [(result.fname(at) or b"").decode() for at in range(result.nfields)]
        return read.load_rows(0, result.ntuples, lambda values: dict(zip(names, values, strict=True)))

    async def close(self) -> None:
        """End the connection; a statement that still runs is told to stop."""
        self._leave()
        try:
            if self.busy and self._broken is None:
                with contextlib.suppress(Exception):
                    # Over a connection of its own.
                    await self._connection.cancel_safe(timeout=CANCEL_SECONDS)
        finally:
            await self._connection.close()

    async def _flush(self) -> None:
        while self._unsent():
            self._writing = self._loop.create_future()
            self._loop.add_writer(self._socket, self._wake)
            try:
                await self._writing
            finally:
                self._writing = None
                if self._watched:
                    self._loop.remove_writer(self._socket)
            if self._broken is not None:
                raise self._broken

    def _unsent(self) -> bool:
        """Send what the socket takes; say whether something is left."""
        try:
            return bool(self._server.flush())
        except Exception as error:
            self._break(error)
            raise

    async def _result(self) -> PGresult:
        """Give the next result; libpq puts nothing between two statements' results."""
        for _ in range(2):
            while self._server.is_busy():
                await self._arrival()
            if (result := self._server.get_result()) is not None:
                return result
        raise self._broken or self._error(None)

    async def _arrival(self) -> None:
        """Wait until something came."""
        if self._broken is not None:
            raise self._broken
        if self._heard:
            # uvloop watches a socket no more after an error on it. A server's last words and the error that follows
            # them can be one event: the words were read, and the error would never be told.
            self._leave()
            self._watch()
            self._heard = False
        self._reading = self._loop.create_future()
        try:
            await self._reading
        finally:
            self._reading = None

    def _readable(self) -> None:
        try:
            self._server.consume_input()
        except Exception as error:
            # Also while nobody waits: a server that restarts ends all connections.
            self._break(error)
            return
        self._heard = True
        self._wake_reading()

    def _give_up(self) -> None:
        from psycopg import OperationalError

        self.silent = True
        self._break(OperationalError(f"the server did not answer within {ANSWER_SECONDS} s"))

    def _break(self, error: Exception) -> None:
        """Nothing comes any more: whoever waits is told."""
        self._broken = self._broken or error
        self._leave()
        self._wake()
        self._wake_reading()

    def _wake(self) -> None:
        if self._writing is not None and not self._writing.done():
            self._writing.set_result(None)

    def _wake_reading(self) -> None:
        if self._reading is not None and not self._reading.done():
            self._reading.set_result(None)

    def _watch(self) -> None:
        self._loop.add_reader(self._socket, self._readable)
        self._watched = True

    def _leave(self) -> None:
        """Watch the socket no more. Once, and at once when it is lost: the next connection may get its number."""
        if self._watched:
            self._watched = False
            self._loop.remove_reader(self._socket)
            self._loop.remove_writer(self._socket)

    def _error(self, failed: PGresult | None) -> Exception:
        from psycopg import OperationalError
        from psycopg.errors import error_from_result

        if self._server.status == _BAD and self._broken is None:
            self._break(OperationalError("the connection is lost"))
        if failed is not None:
            return error_from_result(failed)
        return self._broken or OperationalError("the server did not answer")


# ExecStatus.COMMAND_OK and TUPLES_OK, ConnStatus.BAD: the driver is imported late, only services on PostgreSQL have it.
_FINE = (1, 2)
_BAD = 1


@lru_cache(maxsize=500)
def numbered(text: str) -> tuple[bytes, tuple[str, ...]]:
    """Give a statement with its bound names as libpq numbers them, and the names in that order."""
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return _BOUND.sub(number, text).encode(), tuple(names)
